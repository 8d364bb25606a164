// Walking through what hangs together: by keys along its edges, by mouse, by touch. The server has
// drawn it; here it is folded, narrowed, moved and told.

import { say } from "./ask.js";
import { key } from "./keys.js";

const svg = document.getElementById("graph");
const narrow = document.getElementById("narrow");
const where = document.getElementById("where");
const nodes = new Map([...svg.querySelectorAll(".node")].map((one) => [one.id, one]));
const lines = [...svg.querySelectorAll("line")];
const all = svg.getAttribute("viewBox").split(" ").map(Number);
let frame = [...all];
let here = null;
let ahead = -1;
let drawing = 0;

const gone = (one) => one.classList.contains("gone");

// What is not wanted is not shown; what is folded is counted on what it hangs on.
function fold() {
  const wanted = new FormData(narrow);
  const kinds = new Set(wanted.getAll("kind"));
  const copies = wanted.has("copies");
  const leaves = wanted.has("leaves");
  const counts = new Map();
  const count = (id) => counts.set(id, (counts.get(id) ?? 0) + 1);
  for (const [id, one] of nodes) {
    const under = copies && one.dataset.stack !== id && nodes.has(one.dataset.stack);
    const leaf = leaves && "leaf" in one.dataset;
    const hidden = !kinds.has(one.dataset.kind) || under || leaf;
    one.classList.toggle("gone", hidden);
    if (kinds.has(one.dataset.kind) && under && !leaf) count(one.dataset.stack);
  }
  for (const line of lines) {
    const [first, second] = [nodes.get(line.dataset.first), nodes.get(line.dataset.second)];
    const proposed = wanted.has("confirmed") && !line.classList.contains("confirmed");
    line.classList.toggle("gone", proposed || gone(first) || gone(second));
    if (!leaves || !kinds.has("media")) continue;
    if ("leaf" in first.dataset) count(second.id);
    else if ("leaf" in second.dataset) count(first.id);
  }
  for (const [id, one] of nodes) {
    const folded = counts.get(id) ?? 0;
    const stack = one.dataset.kind === "media";
    one.querySelector(".count").textContent = folded ? (stack ? `×${folded + 1}` : folded) : "";
  }
  drawing ||= requestAnimationFrame(label);
  if (!here || gone(here)) go([...nodes.values()].find((one) => !gone(one)) ?? null);
  else tell();
}

// What a thing is joined with, as it is shown: round it, beginning at the top.
function joined(one) {
  const found = [];
  for (const line of lines) {
    if (gone(line)) continue;
    const { first, second, type } = line.dataset;
    if (first !== one.id && second !== one.id) continue;
    const other = nodes.get(first === one.id ? second : first);
    found.push({ line, other, type, turn: angle(one, other) });
  }
  return found.sort((one_, other) => one_.turn - other.turn);
}

const place = (one) => one.getAttribute("transform").match(/-?[\d.]+/g).map(Number);
function angle(one, other) {
  const [x, y] = place(one);
  const [to, down] = place(other);
  return (Math.atan2(to - x, y - down) + 2 * Math.PI) % (2 * Math.PI);
}

function tell() {
  for (const one of svg.querySelectorAll(".here, .ahead, .near, .chosen")) {
    one.classList.remove("here", "ahead", "near", "chosen");
  }
  where.replaceChildren();
  if (!here) return;
  here.classList.add("here");
  const around = joined(here);
  for (const { line } of around) line.classList.add("near");
  const title = Object.assign(document.createElement("a"), {
    href: here.dataset.address, textContent: here.dataset.words, className: "strong",
  });
  const list = document.createElement("ul");
  list.className = "plain-list tight";
  around.slice(0, 60).forEach(({ other, type, line }, at) => {
    const row = document.createElement("li");
    const go_ = Object.assign(document.createElement("a"), {
      href: other.dataset.address, textContent: other.dataset.words,
    });
    const proposed = line.classList.contains("confirmed") ? "" : ` (${say("proposed")})`;
    row.append(`${type}${proposed}: `, go_);
    if (at === ahead) row.className = "ahead";
    list.append(row);
  });
  const number = document.createElement("p");
  number.className = "muted";
  number.textContent = say("joined_with", { count: around.length });
  where.append(title, number, list);
  const next = around[ahead];
  if (next) {
    next.other.classList.add("ahead");
    next.line.classList.add("chosen");
    next.other.parentNode === svg && svg.append(next.other);
    list.children[ahead]?.scrollIntoView({ block: "nearest" });
  }
}

function go(one) {
  here = one;
  ahead = -1;
  tell();
  if (one) intoView(one);
  drawing ||= requestAnimationFrame(label);
}

function turn(by) {
  const around = here ? joined(here) : [];
  if (!around.length) return;
  ahead = ahead < 0 && by < 0 ? around.length - 1 : (ahead + by + around.length) % around.length;
  tell();
  intoView(around[ahead].other);
}

function follow() {
  const next = here && joined(here)[ahead];
  if (next) go(next.other);
}

function show() {
  svg.setAttribute("viewBox", frame.map((one) => one.toFixed(1)).join(" "));
  drawing ||= requestAnimationFrame(label);
}

// Titles are as large whatever the distance, and those that would lie upon others are not shown:
// where one stands, and what one could go to, comes first, then what is nearest to the middle.
function label() {
  drawing = 0;
  const unit = Math.max(frame[2] / svg.clientWidth, frame[3] / svg.clientHeight);
  svg.style.setProperty("--unit", unit);
  const grow = Math.min(Math.max(1, unit * 0.6), 3);
  svg.style.setProperty("--grow", grow);
  const first = [...svg.querySelectorAll(".here, .ahead")];
  const taken = [...nodes.values()]
    .filter((one) => !gone(one) && one.dataset.kind !== "media")
    .map((one) => [place(one), one])
    .map(([[x, y]]) => [x - 24 * grow, y - 22 * grow, x + 24 * grow, y + 22 * grow]);
  for (const one of new Set([...first, ...nodes.values()])) {
    const title = one.querySelector(".label");
    if (!title || gone(one)) continue;
    const [x, y] = place(one);
    const half = title.textContent.length * 3.7 * unit;
    const top = y + 26 * grow;
    const box = [x - half, top, x + half, top + 17 * unit];
    const free = taken.every((other) =>
      box[2] < other[0] || box[0] > other[2] || box[3] < other[1] || box[1] > other[3]);
    title.classList.toggle("gone", !free && !first.includes(one));
    if (free) taken.push(box);
  }
}

function intoView(one) {
  const [x, y] = place(one);
  const [left, top, wide, high] = frame;
  const edge = Math.min(wide, high) * 0.08;
  if (x < left + edge || x > left + wide - edge) frame[0] = x - wide / 2;
  if (y < top + edge || y > top + high - edge) frame[1] = y - high / 2;
  show();
}

function zoom(by, x = frame[0] + frame[2] / 2, y = frame[1] + frame[3] / 2) {
  const most = Math.max(all[2], all[3]) * 2;
  const to = Math.min(Math.max(frame[2] * by, 250), most) / frame[2];
  frame = [x - (x - frame[0]) * to, y - (y - frame[1]) * to, frame[2] * to, frame[3] * to];
  show();
}

function whole() {
  frame = [...all];
  show();
}

function at(event) {
  const point = new DOMPoint(event.clientX, event.clientY);
  return point.matrixTransform(svg.getScreenCTM().inverse());
}

let grabbed = null;
svg.addEventListener("pointerdown", (event) => {
  grabbed = { from: at(event), frame: [...frame], moved: false, id: event.pointerId };
});
svg.addEventListener("pointermove", (event) => {
  if (!grabbed || event.pointerId !== grabbed.id) return;
  frame = [...grabbed.frame];
  show();
  const to = at(event);
  const [x, y] = [grabbed.from.x - to.x, grabbed.from.y - to.y];
  if (Math.hypot(x, y) > frame[2] / 200) grabbed.moved = true;
  frame[0] += x;
  frame[1] += y;
  show();
});
svg.addEventListener("pointerup", (event) => {
  const node = event.target.closest(".node");
  if (node && !grabbed?.moved) go(node);
  grabbed = null;
});
svg.addEventListener("pointercancel", () => { grabbed = null; });
svg.addEventListener("pointerleave", () => { grabbed = null; });
svg.addEventListener("dblclick", (event) => {
  const node = event.target.closest(".node");
  if (node) location.assign(node.dataset.address);
});
svg.addEventListener("wheel", (event) => {
  event.preventDefault();
  const { x, y } = at(event);
  zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, x, y);
}, { passive: false });

const open = () => here && location.assign(here.dataset.address);
const moves = {
  ArrowRight: () => turn(1), ArrowDown: () => turn(1), ArrowLeft: () => turn(-1),
  ArrowUp: () => turn(-1), Enter: follow, Home: () => go(nodes.values().next().value),
};
svg.addEventListener("keydown", (event) => {
  const move = moves[event.key];
  if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  move();
});
for (const [name, says] of [
  ["ArrowRight", "key_turn"], ["Enter", "key_follow"], ["Home", "key_middle"],
]) key(name, say(says), moves[name]);
key("o", say("key_open"), open);
key("+", say("key_nearer"), () => zoom(1 / 1.3));
key("-", say("key_further"), () => zoom(1.3));
key("0", say("key_whole"), whole);
key("l", say("key_list"), () => {
  const list = document.getElementById("as-list");
  list.open = !list.open;
  list.querySelector("summary").focus();
});
for (const button of document.querySelectorAll("[data-zoom]")) {
  button.addEventListener("click", () => {
    ({ in: () => zoom(1 / 1.3), out: () => zoom(1.3), all: whole })[button.dataset.zoom]();
  });
}
narrow.addEventListener("change", fold);
fold();
new ResizeObserver(() => { drawing ||= requestAnimationFrame(label); }).observe(svg);
svg.focus({ preventScroll: true });
