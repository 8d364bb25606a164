// The page on which somebody hands in: choosing, what it was found on, and how far sending is.

import { about, known, manifest } from "./about.js";
import { complain, say, toast } from "./ask.js";
import { HandingIn } from "./handing-in.js";
import { chosen, dropped } from "./picked.js";

const SHOWN = 40; // rows; of the others their number is told
const page = document.getElementById("hand-in");
const limit = Number(page.dataset.largest);
const most = Number(page.dataset.most);
const waiting = page.dataset.waiting.split(" ").filter(Boolean).map(Number);
const take = document.getElementById("take");
const list = document.getElementById("files");
const said = document.getElementById("said");
const told = document.getElementById("told");
const meter = document.getElementById("meter");
const begun = new Set();
const rows = new Map();
let beginning = false;
let drawing = 0;

const hand = new HandingIn(() => { drawing ||= requestAnimationFrame(draw); });
const button = (name) => document.getElementById(name);
const language = document.documentElement.lang;

function size(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  let at = 0;
  while (bytes >= 1024 && at < units.length - 1) { bytes /= 1024; at++; }
  return bytes.toLocaleString(language, {
    style: "unit", unit: units[at], maximumFractionDigits: at > 1 ? 1 : 0, roundingMode: "trunc",
  });
}

function note(text, bad = false) {
  said.className = bad ? "note bad" : "note";
  said.textContent = text;
}

// What was chosen, or why nothing of it can be handed in.
async function add({ files, unread }) {
  const wrong = unread.map((path) => say("folder_unread", { path }));
  const fit = files.filter(({ path, file }) => {
    if (file.size <= limit) return true;
    wrong.push(say("too_large_each", { path, size: size(file.size), limit: size(limit) }));
    return false;
  });
  if (!files.length && !wrong.length) wrong.push(say("nothing_in_it"));
  note(wrong.slice(0, 5).join(" "), true);
  hand.add(fit);
  for (const number of waiting) await goOn(number);
}

async function goOn(number) {
  try {
    const { found, missing } = await hand.resume(number);
    if (!found) return;
    begun.add(number);
    document.getElementById(`waiting-${number}`)?.remove();
    const left = document.getElementById("waiting-list");
    if (left && !left.children.length) left.closest("section").hidden = true;
    const further = missing ? ` ${say("not_there", { count: missing, number })}` : "";
    note(say("going_on", { number, count: found }) + further);
  } catch (error) {
    note(error.message, true);
  }
}

for (const kind of ["files", "folder"]) {
  const input = button(`pick-${kind}`);
  button(`choose-${kind}`).addEventListener("click", () => input.click());
  input.addEventListener("change", () => add(chosen(input)));
}
take.addEventListener("dragover", (event) => { event.preventDefault(); take.classList.add("over"); });
take.addEventListener("dragleave", (event) => {
  if (!take.contains(event.relatedTarget)) take.classList.remove("over");
});
take.addEventListener("drop", async (event) => {
  event.preventDefault();
  take.classList.remove("over");
  note(say("looking_through"));
  await add(await dropped(event.dataTransfer));
});

about.addEventListener("submit", async (event) => {
  event.preventDefault();
  const count = hand.of("chosen").length;
  if (beginning || !count) return;
  if (count > most) return note(say("too_many", { count, most }), true);
  const typed = manifest(); // before the form is shut
  beginning = true;
  note("");
  draw();
  try {
    const made = await hand.begin(typed);
    if (made) begun.add(made.number);
    if (made?.exhibit) known(made.exhibit);
  } catch (error) {
    note(error.message, true);
  }
  beginning = false;
  draw();
  return undefined;
});

button("pause").addEventListener("click", () => {
  if (hand.paused || hand.stopped) hand.goOn().catch((error) => note(error.message, true));
  else hand.pause();
});
button("cancel-all").addEventListener("click", () => {
  hand.cancel(hand.of("waiting", "sending", "failed").filter((item) => item.number)).catch(
    (error) => complain(error));
});
button("retry-all").addEventListener("click", () => {
  for (const item of hand.of("failed")) hand.retry(item);
});
addEventListener("beforeunload", (event) => {
  if (hand.of("waiting", "sending").length) event.preventDefault();
});

// One row a file: what is done with it depends on how far it is.
const acts = {
  chosen: ["take_out", "remove", (item) => hand.drop(item)],
  waiting: ["cancel", "cancel_file", (item) => hand.cancel([item])],
  sending: ["cancel", "cancel_file", (item) => hand.cancel([item])],
  failed: ["again", "retry_file", (item) => hand.retry(item)],
  cancelled: ["again", "retry_file", (item) => hand.restore(item)],
};

function element(name, className, text = "") {
  return Object.assign(document.createElement(name), { className, textContent: text });
}

function row(item) {
  const made = element("li", "file");
  const path = element("bdi", "ellipsis", item.path);
  path.dir = "ltr";
  path.title = item.path;
  const name = element("span", "grow tight");
  const why = element("span", "why small");
  name.append(path, why);
  const progress = element("progress", "");
  progress.max = Math.max(1, item.size);
  progress.setAttribute("aria-label", item.path);
  const state = element("span", "chip");
  const act = element("button", "quiet small");
  act.type = "button";
  act.addEventListener("click", async () => {
    try {
      await acts[item.state]?.[2](item);
    } catch (error) {
      complain(error);
    }
  });
  made.append(name, element("span", "muted number small", size(item.size)), progress, state, act);
  return { made, why, progress, state, act };
}

function fill({ why, progress, state, act }, item) {
  why.textContent = item.why;
  progress.hidden = !["waiting", "sending"].includes(item.state);
  progress.value = item.size ? item.offset : 0;
  state.textContent = say(`state_${item.state}`);
  state.className = `chip ${{ sent: "good", failed: "bad", sending: "accent" }[item.state] ?? ""}`;
  const [label, spoken] = acts[item.state] ?? [];
  act.hidden = !label;
  act.disabled = beginning && item.state === "chosen";
  if (!label) return;
  act.textContent = say(label);
  act.setAttribute("aria-label", say(spoken, { path: item.path }));
}

function drawRows() {
  const order = ["failed", "sending", "waiting", "chosen", "cancelled", "sent"];
  const items = order.flatMap((state) => hand.of(state));
  const shown = new Set(items.slice(0, SHOWN));
  for (const [item, one] of rows) {
    if (shown.has(item)) continue;
    // Who works by keyboard stays in the list.
    if (one.made.contains(document.activeElement)) {
      (one.made.nextElementSibling?.querySelector("button") ?? button("choose-files")).focus();
    }
    one.made.remove();
    rows.delete(item);
  }
  let before = null;
  for (const item of shown) {
    let one = rows.get(item);
    if (!one) rows.set(item, one = row(item));
    fill(one, item);
    const place = before ? before.nextSibling : list.firstChild;
    if (one.made !== place) {
      const focused = one.made.contains(document.activeElement) && document.activeElement;
      list.insertBefore(one.made, place);
      if (focused) focused.focus();
    }
    before = one.made;
  }
  const further = items.length - shown.size;
  button("further").textContent = further ? say("further", { count: further }) : "";
}

function summary() {
  const { size: all, done } = hand.bytes;
  const values = { done: size(done), size: size(all), files: hand.of("sent").length };
  const count = hand.of("waiting", "sending", "sent", "failed").length;
  if (hand.reading) return ["fingerprinting", { done: size(hand.read), size: size(hand.reading) }];
  if (hand.of("waiting", "sending").length) {
    if (hand.stopped) return ["stopped", { why: hand.stopped }];
    if (hand.paused) return ["paused", values];
    return [hand.connected ? "sending" : "no_connection", { ...values, count }];
  }
  const failed = hand.of("failed").length, cancelled = hand.of("cancelled").length;
  if (failed || cancelled) {
    return ["ended_with", { sent: values.files, count: count + cancelled, failed, cancelled }];
  }
  return values.files ? ["all_sent", { count: values.files }] : ["", {}];
}

// Numbers change many times a second; read aloud is only what kind of news it is.
let news = "";
function tell() {
  const [name, values] = summary();
  const text = name && say(name, values);
  if (told.textContent !== text) told.textContent = text;
  if (name !== news) button("aloud").textContent = text;
  news = name;
  button("on-the-way").hidden = !text;
}

function draw() {
  drawing = 0;
  const ready = hand.of("chosen");
  const under = hand.of("waiting", "sending").length;
  const bytes = ready.reduce((sum, item) => sum + item.size, 0);
  button("chosen").textContent = ready.length
    ? say(ready.length === 1 ? "chosen_one" : "chosen", { count: ready.length, size: size(bytes) })
    : "";
  button("listed").hidden = !hand.items.size;
  button("begin").disabled = beginning || !ready.length;
  button("begin").textContent = ready.length > 1
    ? say("hand_in_count", { count: ready.length }) : say("hand_in");
  const { size: all, done } = hand.bytes;
  meter.max = Math.max(1, hand.reading || all);
  meter.value = hand.reading ? hand.read : done;
  tell();
  button("pause").hidden = !under;
  button("pause").textContent = say(hand.paused || hand.stopped ? "go_on" : "pause");
  button("cancel-all").hidden = !under;
  button("retry-all").hidden = !hand.of("failed").some((item) => item.url);
  const links = button("begun");
  for (const number of begun) {
    if (links.querySelector(`[href$="/${number}"]`)) continue;
    const link = element("a", "button", say("see", { number }));
    link.href = `/contributions/${number}`;
    links.append(link);
  }
  drawRows();
}
draw();
