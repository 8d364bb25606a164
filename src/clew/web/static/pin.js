// Pinning what is on the page of a media to the board of a series. The part that matters is drawn
// over the picture or typed in percent; nothing is revealed by it.

import { keep } from "./acts.js";
import { post, say, wayOn } from "./ask.js";

const dialog = document.getElementById("pin-dialog");
const form = dialog.querySelector("form");
const picture = document.getElementById("pin-picture");
const edges = [...dialog.querySelectorAll("[data-edge]")];
const why = document.getElementById("pin-why");
const { wide, high } = document.getElementById("media").dataset;

if (picture && Number(wide) && Number(high)) picture.style.aspectRatio = `${wide} / ${high}`;

// The part as shares of the picture; null for all of it, undefined when it is not understood.
function region() {
  const typed = edges.map((edge) => edge.value.trim().replace(",", "."));
  if (typed.every((one) => !one)) return null;
  const shares = typed.map((one) => Number(one || NaN) / 100);
  return shares.every((one) => one >= 0 && one <= 1) ? shares : undefined;
}

function drawn() {
  const box = dialog.querySelector(".crop rect");
  if (!box) return;
  const [left, top, right, bottom] = region() ?? [0, 0, 0, 0];
  for (const [name, value] of Object.entries({
    x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top),
  })) box.setAttribute(name, value);
}

let from = null;
function at(event) {
  const place = picture.getBoundingClientRect();
  const within = (value) => Math.min(Math.max(value, 0), 1);
  return [
    within((event.clientX - place.left) / place.width),
    within((event.clientY - place.top) / place.height),
  ];
}
picture?.addEventListener("pointerdown", (event) => {
  picture.setPointerCapture(event.pointerId);
  from = at(event);
});
picture?.addEventListener("pointermove", (event) => {
  if (!from) return;
  const to = at(event);
  const sides = [
    Math.min(from[0], to[0]), Math.min(from[1], to[1]),
    Math.max(from[0], to[0]), Math.max(from[1], to[1]),
  ];
  edges.forEach((edge, n) => { edge.value = Math.round(sides[n] * 1000) / 10; });
  drawn();
});
picture?.addEventListener("pointerup", () => { from = null; });
for (const edge of edges) edge.addEventListener("input", drawn);
dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());

let pinned = 0;

form.addEventListener("submit", async (event) => {
  event.preventDefault(); // it stays open, with all that was typed, until it was kept
  why.textContent = "";
  const { series, title, words, certainty, start, end } = Object.fromEntries(new FormData(form));
  const sent = { words, certainty, title, series: series ? Number(series) : null };
  const part = region();
  if (part === undefined) {
    why.textContent = say("edges");
    edges[0].focus();
    return;
  }
  if (part) sent.region = part;
  for (const [name, value] of Object.entries({ start, end })) {
    if (value) sent[name] = Number(value.replace(",", "."));
  }
  try {
    const told = await post(`/media/${pinned}/pin`, sent);
    dialog.close();
    form.reset();
    drawn();
    keep(say("pinned"), told);
  } catch (error) {
    why.replaceChildren(error.message, " ", wayOn(error) ?? "");
  }
});

// What is revealed on the page is shown here too, without asking for it again.
export function pin(media) {
  pinned = media;
  picture?.querySelector("img")?.remove();
  const revealed = document.querySelector(".picture.large img");
  if (picture && revealed) picture.prepend(revealed.cloneNode());
  drawn();
  dialog.showModal();
  document.getElementById("pin-words").focus();
}
