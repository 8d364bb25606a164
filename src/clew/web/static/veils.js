// Paints veils: 16 × 16 grey dots where a media will be seen once somebody asks. They are asked for
// by the screenful, and only for what comes into view.

import { get } from "./ask.js";

const SIDE = 16;
const known = new Map();
const waiting = new Map();
let timer = 0;

function paint(canvas, dots) {
  canvas.width = canvas.height = SIDE;
  const image = new ImageData(SIDE, SIDE);
  for (let at = 0; at < dots.length; at++) {
    image.data.fill(dots[at], at * 4, at * 4 + 3);
    image.data[at * 4 + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

function clear(canvas) {
  canvas.width = canvas.height = 1;
}

async function ask() {
  timer = 0;
  const some = [...waiting.keys()].slice(0, 120);
  const canvases = new Map(some.map((media) => [media, waiting.get(media)]));
  for (const media of some) waiting.delete(media);
  try {
    const { veils } = await get(`/media/veils?media=${some.join(",")}`);
    for (const [media, all] of canvases) {
      const dots = veils[media]
        ? Uint8Array.from(atob(veils[media]), (letter) => letter.charCodeAt(0))
        : null;
      known.set(media, dots);
      for (const canvas of all) if (canvas.dataset.veil === media && dots) paint(canvas, dots);
    }
  } catch {
    // It stays a plain tile; the next screenful asks again.
  }
  if (waiting.size && !timer) timer = setTimeout(ask, 0);
}

// Have a canvas show the veil of a media, now or when it has come.
export function veil(canvas, media) {
  media = String(media);
  canvas.dataset.veil = media;
  const dots = known.get(media);
  if (dots) return paint(canvas, dots);
  clear(canvas);
  if (known.has(media) || document.body.classList.contains("blind")) return undefined;
  waiting.has(media) ? waiting.get(media).add(canvas) : waiting.set(media, new Set([canvas]));
  timer ||= setTimeout(ask, 40);
  return undefined;
}

// What scrolled away before it was asked for is not asked for any more.
export function forget(canvas) {
  const all = waiting.get(canvas.dataset.veil);
  all?.delete(canvas);
  if (all?.size === 0) waiting.delete(canvas.dataset.veil);
  canvas.dataset.veil = "";
}

const inView = new IntersectionObserver((seen) => {
  for (const { isIntersecting, target } of seen) {
    if (!isIntersecting) continue;
    inView.unobserve(target);
    veil(target, target.dataset.veil);
  }
}, { rootMargin: "200px" });

// Veils of a page, or of a part of it that came later.
export function veilAll(part) {
  for (const canvas of part.querySelectorAll("canvas[data-veil]")) inView.observe(canvas);
}
