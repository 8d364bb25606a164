// Deciding by keyboard: one proposal after the other, each taken back by one key.

import { inTurn, keep, takeBack } from "./acts.js";
import { post, say, toast } from "./ask.js";
import { key } from "./keys.js";
import { Held } from "./reveal.js";

const queue = document.getElementById("queue");
const reasons = document.getElementById("reasons");
const options = document.getElementById("series-options");
const held = new Held();

const all = () => [...queue.querySelectorAll(".proposal")];
const current = () => document.activeElement?.closest(".proposal");

function prepare() {
  for (const select of queue.querySelectorAll("[data-into]:empty")) {
    select.append(options.content.cloneNode(true));
  }
}

function move(by) {
  const there = all();
  const at = there.indexOf(current());
  const next = there[Math.min(Math.max(at + by, 0), there.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  if (at + by >= there.length - 2) queue.querySelector("[hx-get]")?.click();
}

const busy = new Set(); // each is decided once, however often it is asked for meanwhile

async function decide(proposal, what) {
  if (!proposal || busy.has(proposal)) return;
  busy.add(proposal);
  try {
    await decideOn(proposal, what);
  } finally {
    busy.delete(proposal);
  }
}

async function decideOn(proposal, what) {
  if (what === "later" || what === "again") {
    await setAside(proposal, what);
    return;
  }
  const why = proposal.querySelector("[data-why]");
  if (!why.value.trim() && reasons.lastElementChild) why.value = reasons.lastElementChild.value;
  if (!why.value.trim()) {
    toast(say("say_why"));
    why.focus();
    return;
  }
  const series = proposal.querySelector("[data-into]").value;
  const into = what === "accept" && series ? Number(series) : null;
  await inTurn(async () => {
    const told = await post(`/proposals/${proposal.dataset.proposal}/${what}`, {
      why: why.value, series: into,
    });
    remember(why.value);
    takeOut(proposal, say(what === "accept" ? "confirmed" : "rejected"), told);
  });
}

// For this officer alone it is not asked until tomorrow; or asked again now.
function setAside(proposal, what) {
  return inTurn(async () => {
    const told = await post(`/proposals/${proposal.dataset.proposal}/${what}`);
    if (told.undo) takeOut(proposal, say("set_aside"), told);
    else gone(proposal);
  });
}

function gone(proposal) {
  const there = all();
  const next = there[there.indexOf(proposal) + 1] ?? there.at(-2);
  proposal.remove();
  came = performance.now();
  count(-1);
  next?.focus();
  if (there.length < 4) queue.querySelector("[hx-get]")?.click();
}

function takeOut(proposal, words, told) {
  const after = proposal.nextSibling;
  gone(proposal);
  keep(words, told, () => {
    queue.insertBefore(proposal, after?.parentNode === queue ? after : null);
    count(1);
    proposal.focus();
  });
}

const counter = document.getElementById("count");

function count(by) {
  counter.dataset.count = Math.max(0, Number(counter.dataset.count) + by);
  counter.textContent = Number(counter.dataset.count).toLocaleString(document.documentElement.lang);
}

function remember(why) {
  for (const option of reasons.children) if (option.value === why) option.remove();
  reasons.append(Object.assign(document.createElement("option"), { value: why }));
}

// Where one was that is decided the next one comes to lie: a second click of the same hand is not
// meant for that one, which nobody has looked at yet.
const PAUSE = 600; // milliseconds
let came = -Infinity;
queue.addEventListener("click", (event) => {
  const button = event.target.closest("[data-decide]");
  if (button && performance.now() - came > PAUSE) decide(button.closest(".proposal"), button.dataset.decide);
});
queue.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("[data-why]")) {
    decide(event.target.closest(".proposal"), "accept");
  } else if (event.key === "Escape" && event.target.matches("[data-why]")) {
    event.target.closest(".proposal").focus();
  }
});

key("j", say("key_down"), () => move(1));
key("k", say("key_up"), () => move(-1));
key("d", say("key_later"), () => decide(current(), "later"));
key("c", say("key_confirm"), () => decide(current(), "accept"));
key("x", say("key_reject"), () => decide(current(), "reject"));
key("u", say("undo"), () => takeBack());
key("Ctrl+z", "", () => takeBack());
key("v", say("key_reveal"), () => {
  const places = current()?.querySelectorAll("[data-reveal]") ?? [];
  held.show([...places].slice(0, 8).map((place) => [place.dataset.reveal, place]));
}, () => held.hide());

document.addEventListener("htmx:afterSwap", prepare);
prepare();
count(0);
(document.getElementById(location.hash.slice(1)) ?? all()[0])?.focus();
