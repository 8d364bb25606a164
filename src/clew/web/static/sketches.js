// Sketches of sounds: bars where something is heard, a line where somebody speaks. Nothing is played.

import { get, say } from "./ask.js";

const SVG = "http://www.w3.org/2000/svg";
const known = new Map();
const waiting = new Map();
let timer = 0;

function shape(name, values) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(values)) made.setAttribute(key, value);
  return made;
}

function draw(place, told) {
  place.querySelector("svg.sketch")?.remove();
  if (!told) return;
  const step = 1000 / told.bars.length;
  const path = told.bars.map((bar, at) => {
    const high = Math.max(2, Math.round((bar / 255) * 76));
    return `M${Math.round(at * step + 2)} ${(88 - high) / 2}h${step - 4}v${high}h${4 - step}z`;
  }).join("");
  const drawing = shape("svg", {
    class: "sketch", viewBox: "0 0 1000 100", preserveAspectRatio: "none", role: "img",
    "aria-label": say(told.spoken.length ? "heard_and_spoken" : "heard"),
  });
  drawing.append(shape("path", { d: path }),
    shape("rect", { class: "silent", y: 92, width: 1000, height: 8 }));
  for (const [start, end] of told.spoken) {
    drawing.append(shape("rect", {
      class: "spoken-here", x: start, y: 92, width: Math.max(2, end - start), height: 8,
    }));
  }
  place.append(drawing);
}

async function ask() {
  timer = 0;
  const some = [...waiting.keys()].slice(0, 60);
  const places = new Map(some.map((media) => [media, waiting.get(media)]));
  for (const media of some) waiting.delete(media);
  try {
    const { sketches } = await get(`/media/sketches?media=${some.join(",")}`);
    for (const [media, all] of places) {
      known.set(media, sketches[media] ?? null);
      for (const place of all) if (place.dataset.sketch === media) draw(place, known.get(media));
    }
  } catch {
    // It stays without one; the next screenful asks again.
  }
  if (waiting.size && !timer) timer = setTimeout(ask, 0);
}

export function sketch(place, media) {
  media = String(media);
  place.dataset.sketch = media;
  if (known.has(media)) return draw(place, known.get(media));
  waiting.has(media) ? waiting.get(media).add(place) : waiting.set(media, new Set([place]));
  timer ||= setTimeout(ask, 60);
  return undefined;
}

export function forget(place) {
  place.querySelector("svg.sketch")?.remove();
  waiting.get(place.dataset.sketch)?.delete(place);
  delete place.dataset.sketch;
}
