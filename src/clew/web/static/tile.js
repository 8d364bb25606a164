// One tile of the grid: its element, and what it tells.

import { say } from "./ask.js";
import { forget as forgetSketch, sketch } from "./sketches.js";
import { forget, veil } from "./veils.js";

const element = (name, className) => {
  const made = document.createElement(name);
  made.className = className;
  return made;
};

export function newTile() {
  const tile = element("div", "tile");
  tile.setAttribute("role", "option");
  tile.draggable = true;
  const place = element("div", "veiled");
  const canvas = element("canvas", "");
  canvas.setAttribute("aria-hidden", "true");
  place.append(canvas);
  const marks = element("div", "marks");
  const caption = element("div", "caption");
  tile.append(place, marks, caption);
  return tile;
}

export function clock(seconds) {
  const whole = Math.floor(seconds);
  const rest = String(whole % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

const matched = ({ matches }) => say(matches === 1 ? "one_match" : "matches", { count: matches });

function words(item) {
  const told = [say("media", { number: item.id }), say(item.type)];
  if (item.copies > 1) told.push(say("copies", { count: item.copies }));
  if (item.mine != null) told.push(say("grade", { grade: item.mine }));
  if (item.agreed != null) told.push(say("agreed", { grade: item.agreed }));
  if (item.disputed) told.push(say("disputed"));
  if (item.series) told.push(say("in_a_series"));
  if (item.matches) told.push(matched(item));
  if (item.partly) told.push(say("partly"));
  if (item.left_out) told.push(say("out_of_scope"));
  return [...told, ...(item.tags ?? [])].join(", ");
}

function mark(text, className = "") {
  const made = element("span", `mark ${className}`);
  made.textContent = text;
  return made;
}

// Have a tile show a media; null for one that is still fetched.
export function fill(tile, item) {
  const [place, marks, caption] = tile.children;
  const canvas = place.firstChild;
  tile.dataset.media = item?.id ?? "";
  tile.classList.toggle("waiting", !item);
  tile.classList.toggle("stacked", (item?.copies ?? 1) > 1);
  marks.replaceChildren();
  caption.replaceChildren();
  place.querySelector(".told")?.remove();
  forgetSketch(place);
  if (!item) {
    forget(canvas);
    tile.setAttribute("aria-label", "…");
    return;
  }
  tile.id = `media-${item.id}`;
  tile.setAttribute("aria-label", words(item));
  if (document.body.classList.contains("blind") || !["image", "video"].includes(item.type)) {
    forget(canvas);
    const told = element("div", "told");
    if (item.type === "sound") told.classList.add("heard");
    for (const line of [say(item.type), item.width ? `${item.width} × ${item.height}` : "",
      item.places > 1 ? say("places", { count: item.places }) : "",
      item.matches ? matched(item) : "",
      (item.tags ?? []).join(", ")]) {
      if (line) told.append(Object.assign(element("span", "ellipsis"), { textContent: line }));
    }
    place.append(told);
    if (item.type === "sound") sketch(place, item.id);
  } else {
    veil(canvas, item.id);
  }
  const sign = item.type === "sound" ? "♪" : "▶";
  if (item.type !== "image") marks.append(mark(item.duration ? `${sign} ${clock(item.duration)}` : say(item.type)));
  if (item.series) marks.append(mark("◆"));
  if (item.left_out) marks.append(mark("⊘"));
  if (item.matches) marks.append(mark(`≈ ${item.matches}`));
  if (item.copies > 1) marks.append(mark(`× ${item.copies}`, "copies"));
  const number = element("span", "number");
  number.textContent = item.distance != null ? `${item.id} · ${say("apart", { count: item.distance })}` : item.id;
  number.title = item.distance != null ? say("apart_exactly", { count: item.distance }) : "";
  caption.append(number);
  const given = item.mine ?? item.agreed;
  if (given != null) {
    const kind = item.disputed ? "disputed" : item.mine != null ? "mine" : "";
    caption.append(Object.assign(element("span", `grade ${kind}`), { textContent: given }));
  }
}
