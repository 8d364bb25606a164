"use strict";
(() => {
  const find = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (id) => document.getElementById(id);
  const groups = find(".group").map((element) => ({
    element,
    kinds: element.dataset.kinds.split(" "),
    films: "films" in element.dataset,
    items: null,
  }));
  const jumps = new Map(find("#jump-list a").map((a) => [a.hash.slice(1), a.parentElement]));
  const rows = find("#problems tbody tr");
  const problemCounts = find(".problem-count");
  const allProblems = problemCounts[0].textContent;
  const thousands = (number) => number.toLocaleString("en");

  // Pictures: hidden until asked for, and hidden again at once.
  const hide = one("hide");
  const shown = () => find('.preview[aria-pressed="true"]');
  const count = () => { hide.hidden = shown().length === 0; };
  const hideAll = () => {
    for (const preview of shown()) preview.setAttribute("aria-pressed", "false");
    count();
  };
  const turnOver = (preview) => {
    preview.setAttribute("aria-pressed", String(preview.getAttribute("aria-pressed") !== "true"));
    count();
  };

  // Two pictures of a link, the first turned to lie on the second.
  const TURNS = {
    "mirrored": "scaleX(-1)", "upside-down": "scaleY(-1)", "turned-by-180": "rotate(180deg)",
    "turned-by-90": "rotate(90deg)", "turned-by-270": "rotate(270deg)",
    "mirrored-and-turned-by-90": "rotate(90deg) scaleX(-1)",
    "mirrored-and-turned-by-270": "rotate(270deg) scaleX(-1)",
  };
  const dialog = one("beside");
  const sideBySide = (button) => {
    const link = button.closest(".link");
    const labels = find(".pair a.label", link);
    const sides = labels.map((label) => {
      const item = one(label.hash.slice(1));
      const side = document.createElement("div");
      side.append(label.cloneNode(true));
      const picture = item.querySelector(".preview, .stand-in").cloneNode(true);
      if (picture.matches(".preview")) picture.setAttribute("aria-pressed", "false");
      side.append(picture);
      return side;
    });
    const turn = TURNS[button.dataset.turn];
    const image = sides[0].querySelector("img");
    if (turn && image) image.style.transform = turn;
    dialog.querySelector(".two-pictures").replaceChildren(...sides);
    dialog.querySelector(".turned").textContent = turn && image
      ? `${labels[0].textContent} is shown ${button.dataset.turn.replaceAll("-", " ")}${/\d$/.test(button.dataset.turn) ? "°" : ""}, as it agrees.`
      : "";
    dialog.showModal();
  };
  dialog.addEventListener("close", () => {
    dialog.querySelector(".two-pictures").replaceChildren();
    count();
  });

  const copy = async (button) => {
    const full = button.parentElement.querySelector("code").title;
    let copied = true;
    try {
      await navigator.clipboard.writeText(full);
    } catch {
      // Some browsers refuse the clipboard to files: fall back to a selection.
      const field = document.createElement("textarea");
      field.value = full;
      document.body.append(field);
      field.select();
      copied = document.execCommand("copy");
      field.remove();
      button.focus();
    }
    button.textContent = copied ? "Copied" : "Not copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  };

  const sort = (button) => {
    const head = button.parentElement;
    const column = [...head.parentElement.children].indexOf(head);
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of head.parentElement.children) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = head.closest("table").tBodies[0];
    const key = (row) => row.cells[column].dataset.order ?? row.cells[column].title ?? "";
    const text = (row) => key(row) || row.cells[column].textContent;
    const sorted = [...body.rows].sort((a, b) => text(a).localeCompare(text(b), "en", { numeric: true }));
    body.append(...(down ? sorted.reverse() : sorted));
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.matches(".preview")) turnOver(button);
    else if (button.matches(".copy")) copy(button);
    else if (button.matches(".beside")) sideBySide(button);
    else if (button.matches(".sort")) sort(button);
    else if (button.matches(".filter")) {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      filter();
    } else if (button === hide) hideAll();
    else if (button.id === "clear") clear();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hideAll();
    const typing = event.target.matches("input, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !dialog.open) {
      event.preventDefault();
      search.focus();
    }
  });
  // Coming back to the page, or leaving it for another tab, never leaves pictures open.
  document.addEventListener("visibilitychange", () => { if (document.hidden) hideAll(); });
  window.addEventListener("pageshow", hideAll);

  // Links point at their two items.
  const point = (event, on) => {
    const link = event.target.closest(".link");
    if (!link) return;
    for (const label of find(".pair a.label", link)) {
      one(label.hash.slice(1))?.classList.toggle("pointed", on);
    }
  };
  for (const [name, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
    document.addEventListener(name, (event) => point(event, on));
  }

  // Search and filters.
  const search = one("search");
  const HASH = /^[0-9a-f]{8,64}$/;
  const itemsOf = (group) => group.items ??= find(".item", group.element).map((element) => ({
    element,
    paths: find(".place", element).map((place) => place.title).join("\n").toLowerCase(),
    sha256: element.querySelector("code").title,
  }));
  const MOST_OPENED = 40;

  const showGroup = (group, words, kinds, films) => {
    let fits = (!kinds.length || kinds.some((kind) => group.kinds.includes(kind))) && (!films || group.films);
    if (words || group.items) {
      let hits = 0;
      for (const item of itemsOf(group)) {
        const hit = words !== "" && (item.paths.includes(words) || (HASH.test(words) && item.sha256.startsWith(words)));
        item.hit = hit;
        item.element.classList.toggle("hit", hit);
        item.element.classList.toggle("miss", words !== "" && !hit);
        hits += hit;
      }
      if (words) fits = fits && hits > 0;
    }
    group.element.hidden = !fits;
    const jump = jumps.get(group.element.id);
    if (jump) jump.hidden = !fits;
    return fits;
  };
  const openFolded = (fitting) => {
    for (const group of fitting.slice(0, MOST_OPENED)) {
      for (const item of group.items ?? []) {
        const folded = item.hit && item.element.closest("details");
        if (folded) folded.open = true;
      }
    }
  };
  const showRows = (words) => {
    let fitting = 0;
    for (const row of rows) {
      row.hidden = words !== "" && !row.querySelector(".place").title.toLowerCase().includes(words);
      fitting += !row.hidden;
    }
    for (const reason of find(".reason")) {
      const some = reason.querySelector("tbody tr:not([hidden])") !== null;
      reason.hidden = !some;
      if (words && some) reason.open = true;
    }
    return fitting;
  };
  const filter = () => {
    const words = search.value.trim().toLowerCase();
    const kinds = find(".filter[data-kind][aria-pressed=true]").map((button) => button.dataset.kind);
    const films = document.querySelector(".filter[data-films][aria-pressed=true]") !== null;
    const active = words !== "" || kinds.length > 0 || films;
    const fitting = groups.filter((group) => showGroup(group, words, kinds, films));
    if (words) openFolded(fitting);
    const problems = showRows(words);
    one("none").hidden = fitting.length > 0;
    one("clear").hidden = !active;
    const all = `${thousands(groups.length)} ${groups.length === 1 ? "group" : "groups"}`;
    one("state").textContent = active ? `${thousands(fitting.length)} of ${all}` : all;
    for (const place of problemCounts) {
      place.textContent = words ? `${thousands(problems)} of ${thousands(rows.length)}` : allProblems;
    }
  };
  const clear = () => {
    search.value = "";
    for (const button of find(".filter")) button.setAttribute("aria-pressed", "false");
    filter();
    search.focus();
  };
  let waiting;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 150);
  });
  search.form.addEventListener("submit", (event) => { event.preventDefault(); filter(); });
  search.form.hidden = false;

  // A link may lead to an item that is folded away.
  const unfold = () => {
    const target = one(decodeURIComponent(location.hash.slice(1)));
    const folded = target?.closest("details");
    if (folded && !folded.open) {
      folded.open = true;
      target.scrollIntoView();
    }
  };
  window.addEventListener("hashchange", unfold);
  unfold();
  if (matchMedia("(max-width: 1000px)").matches) one("jump-list").open = false;
  filter();
})();
