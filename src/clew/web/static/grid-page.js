// The page of the grid: keys, mouse and touch, and what is done with what is chosen.

import * as acts from "./acts.js";
import { get, say, toast } from "./ask.js";
import { Grid } from "./grid.js";
import { key } from "./keys.js";
import { complain, pictureOf } from "./reveal.js";

const HOLD = 250; // milliseconds until a press is a hold
const root = document.getElementById("tiles");
const first = JSON.parse(document.getElementById("first").textContent);
const heading = document.getElementById("how-many");
const chip = document.getElementById("selected");
let total = null;

// Beside the tiles filters are always there; above them they would take their place.
const narrow = matchMedia("(max-width: 62rem)");
const filters = document.querySelector(".filters");
const fold = () => { filters.open = !narrow.matches; };
narrow.addEventListener("change", fold);
fold();

const nothing = document.getElementById("nothing");

function told() {
  nothing.hidden = grid.items.length > 0 || grid.more;
  chip.hidden = !grid.selected.size;
  chip.textContent = say("selected", { count: grid.selected.size });
}

const grid = new Grid(root, first, told);
told();

if (!first.like) {
  get(`/media/count?${first.query}`).then(({ count }) => {
    total = count;
    heading.textContent = say(first.query.includes("copies=apart") ? "shown" : "shown_stacks", {
      count: total.toLocaleString(document.documentElement.lang),
    });
  }, () => {});
}

// Where pictures are shown while something is held.
const peek = document.createElement("div");
peek.className = "peek";
peek.hidden = true;
document.body.append(peek);
let wanted = 0;

async function hold(at) {
  const item = grid.items[at];
  const tile = grid.tile(at);
  if (!item || !tile) return;
  const mine = ++wanted;
  try {
    const image = await pictureOf(item.id, () => mine === wanted);
    if (!image) return;
    peek.replaceChildren(image);
    peek.hidden = false;
    const place = tile.getBoundingClientRect();
    const size = peek.getBoundingClientRect();
    const left = place.left + place.width / 2 - size.width / 2;
    const top = place.top + place.height / 2 - size.height / 2;
    peek.style.left = `${Math.min(Math.max(left, 8), innerWidth - size.width - 8)}px`;
    peek.style.top = `${Math.min(Math.max(top, 8), innerHeight - size.height - 8)}px`;
  } catch (error) {
    complain(error);
  }
}

function letGo() {
  wanted++;
  peek.hidden = true;
  peek.replaceChildren();
}

let pressed = 0;
root.addEventListener("pointerdown", (event) => {
  const at = grid.at(event.target);
  if (at < 0 || event.button !== 0) return;
  pressed = setTimeout(() => { pressed = -1; grid.go(at); hold(at); }, HOLD);
});
for (const name of ["pointerup", "pointercancel", "pointerleave"]) {
  root.addEventListener(name, () => { clearTimeout(pressed); letGo(); });
}
root.addEventListener("scroll", () => { clearTimeout(pressed); letGo(); }, { passive: true });
root.addEventListener("contextmenu", (event) => { if (!peek.hidden || pressed === -1) event.preventDefault(); });
root.addEventListener("click", (event) => {
  const at = grid.at(event.target);
  if (at < 0) return;
  if (pressed === -1) { pressed = 0; return; } // it was a hold
  grid.go(at, event.shiftKey);
  if (event.ctrlKey || event.metaKey || picking()) grid.toggle(at);
});
root.addEventListener("dblclick", (event) => { if (!picking()) open(grid.at(event.target)); });

// Selecting several by finger: while this is on, each that is touched is selected, or no longer.
const pick = document.querySelector("[data-act=pick]");
const picking = () => pick.getAttribute("aria-pressed") === "true";
function picked() {
  pick.setAttribute("aria-pressed", !picking());
  if (!picking()) grid.select(false);
}

function open(at) {
  const item = grid.items[at];
  if (item) location.assign(`/media/${item.id}`);
}

function chosen() {
  const some = grid.chosen();
  if (!some.length) toast(say("nothing_selected"));
  return some;
}

async function grade(number) {
  const some = chosen();
  if (!some.length) return;
  const before = new Map(grid.items.map((item) => [item.id, item.mine ?? null]));
  const put = (of) => grid.update(some, (item) => { item.mine = of(item.id); });
  put(() => number);
  if (!grid.selected.size) grid.go(grid.active + 1);
  const done = await acts.grade(some, number, () => put((id) => before.get(id)));
  if (!done) put((id) => before.get(id));
}

async function tag() {
  const some = chosen();
  if (!some.length) return;
  const before = new Map(grid.items.map((item) => [item.id, item.tags ?? []]));
  const word = await acts.tag(some, () =>
    grid.update(some, (item) => { item.tags = before.get(item.id); }));
  root.focus();
  if (word) grid.update(some, (item) => { item.tags = [...new Set([...(item.tags ?? []), word])]; });
}

async function assign(media = null, into = null) {
  const some = media ?? chosen();
  if (!some.length) return;
  const before = new Map(grid.items.map((item) => [item.id, item.series]));
  const series = await acts.assign(some, () =>
    grid.update(some, (item) => { item.series = before.get(item.id); }), into);
  root.focus();
  if (series) grid.update(some, (item) => { item.series = [...(item.series ?? []), series]; });
}

async function scope() {
  const some = chosen();
  if (!some.length) return;
  const before = new Map(grid.items.map((item) => [item.id, item.left_out]));
  const out = some.some((id) => !before.get(id));
  const done = await acts.leaveOut({ media: some, out }, () =>
    grid.update(some, (item) => { item.left_out = before.get(item.id); }));
  root.focus();
  if (done) grid.update(some, (item) => { item.left_out = out; });
}

// Originals that a scan found, from where they lie; what is asked once is asked on a page of its own.
function handIn() {
  const some = chosen();
  if (some.length > 200) toast(say("too_many_finds"), { bad: true });
  else if (some.length) location.assign(`/contribute/finds?media=${some.join(",")}`);
}

async function stack() {
  const item = grid.items[grid.active];
  if (!item || (item.copies ?? 1) < 2) return;
  try {
    grid.show(await get(`/media/${item.id}/stack`));
  } catch (error) {
    complain(error);
  }
}

// Dragging what is selected onto a series, which are laid out beside it for that.
const shelf = document.getElementById("shelf");
let dragged = [];
root.addEventListener("dragstart", (event) => {
  clearTimeout(pressed);
  letGo();
  const item = grid.items[grid.at(event.target)];
  if (!item) return event.preventDefault();
  dragged = grid.selected.has(item.id) ? grid.chosen() : [item.id];
  event.dataTransfer.effectAllowed = "copy";
  event.dataTransfer.setData("application/x-clew-media", "");
  event.dataTransfer.setData("text/plain", dragged.map((number) => `media:${number}`).join(" "));
  const label = document.createElement("div");
  label.className = "dragged";
  label.textContent = say(dragged.length === 1 ? "media" : "selected", {
    number: dragged[0], count: dragged.length,
  });
  document.body.append(label);
  event.dataTransfer.setDragImage(label, 12, 12);
  setTimeout(() => { label.remove(); shelf.hidden = false; }, 0);
  return undefined;
});
root.addEventListener("dragend", () => { shelf.hidden = true; });
for (const place of shelf.querySelectorAll("[data-shelf]")) {
  place.addEventListener("dragover", (event) => { event.preventDefault(); place.classList.add("over"); });
  place.addEventListener("dragleave", () => place.classList.remove("over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    place.classList.remove("over");
    shelf.hidden = true;
    assign(dragged, place.dataset.shelf ? Number(place.dataset.shelf) : "");
  });
}

const move = (by) => (event) => grid.go(grid.active + by(), event.shiftKey);
const leftwards = document.dir === "rtl" ? -1 : 1;
const rows = () => Math.max(1, Math.floor(root.clientHeight / 152)) * grid.columns;
const moves = {
  ArrowRight: () => leftwards, ArrowLeft: () => -leftwards,
  ArrowDown: () => grid.columns, ArrowUp: () => -grid.columns,
  PageDown: rows, PageUp: () => -rows(),
  Home: () => -grid.items.length, End: () => grid.items.length,
};
for (const [name, by] of Object.entries(moves)) {
  key(name, "", move(by));
  key(`Shift+${name}`, "", move(by));
}
key(" ", say("key_select"), () => grid.toggle(grid.active));
key("Ctrl+a", say("key_all"), () => grid.select(true));
key("Escape", say("key_none"), () => {
  letGo();
  if (grid.selected.size || !grid.back()) grid.select(false);
});
key("Enter", say("key_open"), () => open(grid.active));
key("v", say("key_reveal"), () => hold(grid.active), letGo);
for (const button of document.querySelectorAll("#grades [data-grade]")) {
  const number = button.dataset.grade;
  button.addEventListener("click", () => grade(Number(number)));
  key(number, button.textContent.replace(number, "").trim(), () => grade(Number(number)));
}
key("Backspace", say("key_ungrade"), () => grade(null));
key("n", say("key_next"), () => grid.nextUndecided());
key("t", say("key_tag"), tag);
key("x", say("key_scope"), scope);
key("h", say("key_hand_in"), handIn);
key("s", say("key_series"), () => assign());
key("o", say("key_stack"), stack);
key("l", say("key_like"), () => {
  const item = grid.items[grid.active];
  if (item) location.assign(`/media?like=${item.id}`);
});
key("u", say("undo"), () => acts.takeBack());
key("Ctrl+z", "", () => acts.takeBack());

const buttons = {
  pick: picked, open: () => open(grid.active), stack, next: () => grid.nextUndecided(), tag, series: () => assign(), scope, handIn, undo: () => acts.takeBack(),
};
for (const button of document.querySelectorAll("[data-act]")) {
  button.addEventListener("click", () => buttons[button.dataset.act]?.());
}
root.focus({ preventScroll: true });
if (grid.active < 0) grid.go(0);
