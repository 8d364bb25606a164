// The page of one media: revealing it and what it matches, one over the other, grading.

import * as acts from "./acts.js";
import { say } from "./ask.js";
import { fresh } from "./fresh.js";
import { key } from "./keys.js";
import { pin } from "./pin.js";
import { tellWhoIsHere } from "./presence.js";
import { playing } from "./player.js";
import { complain, Held, pictureOf, sharedSound } from "./reveal.js";

const page = document.getElementById("media");
const media = Number(page.dataset.media);
const held = new Held();
tellWhoIsHere(`/media/${media}/present`);
playing(page, media);

function places(button) {
  const near = button.closest(".match") ?? page;
  return button.dataset.hold.split(",").map((number) => [
    number, near.querySelector(`[data-reveal="${number}"]`),
  ]);
}

// Buttons come later too, with further matches: what is heard is heard for the whole page.
page.addEventListener("pointerdown", (event) => {
  const button = event.target.closest("[data-hold]");
  if (button && event.button === 0) held.show(places(button));
});
for (const name of ["pointerup", "pointercancel"]) {
  document.addEventListener(name, () => held.hide());
}
page.addEventListener("keydown", (event) => {
  const button = event.target.closest("[data-hold]");
  if (!button || event.repeat || ![" ", "Enter"].includes(event.key)) return;
  event.preventDefault();
  held.show(places(button));
});
page.addEventListener("keyup", (event) => {
  if (event.target.closest("[data-hold]")) held.hide();
});
page.addEventListener("focusout", (event) => {
  if (event.target.closest("[data-hold]")) held.hide();
});

page.addEventListener("click", async (event) => {
  const over = event.target.closest("[data-over]");
  if (over) {
    const on = over.getAttribute("aria-pressed") !== "true";
    const match = over.closest(".match");
    over.setAttribute("aria-pressed", on);
    match.querySelector(".beside").classList.toggle("over", on);
    match.querySelector(".slide").hidden = !on;
  }
  const keep = event.target.closest("[data-keep]");
  if (keep) await keepShown(keep);
  const board = event.target.closest("[data-board]");
  if (board) await showSheet(board, "storyboard", document.getElementById("board"));
  const spectrogram = event.target.closest("[data-spectrogram]");
  if (spectrogram) await showSheet(spectrogram, "spectrogram", document.querySelector("#spectrogram > div"));
  const shared = event.target.closest("[data-shared]");
  if (shared) await showShared(shared);
  const given = event.target.closest("[data-grade]");
  if (given) await grade(given.dataset.grade === "" ? null : Number(given.dataset.grade));
  const act = event.target.closest("[data-act]")?.dataset.act;
  if (act) await buttons[act]();
});

page.addEventListener("input", (event) => {
  if (!event.target.matches(".slide")) return;
  const pair = event.target.closest(".match").querySelector(".beside");
  pair.style.setProperty("--cut", `${event.target.value}%`);
});

async function keepShown(button) {
  const place = page.querySelector(".picture");
  if (button.getAttribute("aria-pressed") === "true") {
    place.querySelector("img")?.remove();
    button.setAttribute("aria-pressed", "false");
    return;
  }
  try {
    place.append(await pictureOf(media));
    button.setAttribute("aria-pressed", "true");
  } catch (error) {
    complain(error);
  }
}

// A film as stills with their times, without motion or sound; or what is heard, as a picture.
function showSheet(button, what, place) {
  return toggle(button, place, () => pictureOf(media, undefined, what));
}

function showShared(button) {
  const place = button.closest(".match").querySelector("[data-shared-place]");
  return toggle(button, place, () => sharedSound(media, button.dataset.shared));
}

async function toggle(button, place, made) {
  const on = button.getAttribute("aria-pressed") !== "true";
  button.disabled = true;
  try {
    if (on) place.replaceChildren(await made());
    else place.replaceChildren();
    (place.closest("section[hidden], section#spectrogram") ?? place).hidden = !on;
    place.hidden = !on;
    button.setAttribute("aria-pressed", on);
    if (on) place.scrollIntoView({ block: "nearest" });
  } catch (error) {
    complain(error);
  } finally {
    button.disabled = false;
  }
}

function press(number) {
  for (const button of page.querySelectorAll("[data-grade]")) {
    button.setAttribute("aria-pressed", number !== null && button.dataset.grade === String(number));
  }
}

// What others voted is shown from then on, and no longer once it is taken back.
async function grade(number) {
  const before = page.querySelector("[data-grade][aria-pressed=true]")?.dataset.grade || null;
  const back = () => { press(before); fresh(); };
  if (!(await acts.grade([media], number, back))) return;
  press(number);
  await fresh();
}

async function tag() {
  if (await acts.tag([media], fresh)) await fresh();
}

async function assign() {
  if (await acts.assign([media], fresh)) await fresh();
}

const leftOut = document.getElementById("left-out");

async function scope() {
  const out = leftOut.hidden;
  const show = (isOut) => {
    leftOut.hidden = !isOut;
    for (const words of page.querySelectorAll("[data-scope]")) {
      words.hidden = (words.dataset.scope === "out") === isOut;
    }
  };
  if (await acts.leaveOut({ media: [media], out }, () => show(!out))) show(out);
}

const buttons = {
  tag,
  series: assign,
  pin: () => pin(media),
  scope,
  undo: () => acts.takeBack(),
};

const [first] = page.querySelectorAll("[data-hold]");
if (first) key("v", say("key_reveal"), () => held.show(places(first)), () => held.hide());
const over = () => page.querySelector("[data-over]")?.click();
if (page.querySelector("[data-over]")) key("o", say("key_over"), over);
for (const button of page.querySelectorAll("[data-grade]")) {
  const number = button.dataset.grade;
  if (number !== "") key(number, button.textContent.replace(number, "").trim(), () => grade(Number(number)));
}
key("Backspace", say("key_ungrade"), () => grade(null));
key("t", say("key_tag"), buttons.tag);
key("s", say("key_series"), buttons.series);
key("p", say("key_pin"), buttons.pin);
key("x", say("key_scope"), scope);
key("u", say("undo"), buttons.undo);
key("Ctrl+z", "", buttons.undo);
key("l", say("key_like"), () => location.assign(`/media?like=${media}`));
