// Where pictures of tiles are shown while something is held, beside the tile it is of.

import { complain, pictureOf } from "./reveal.js";

const peek = document.createElement("div");
peek.className = "peek";
peek.hidden = true;
document.body.append(peek);
let wanted = 0;

export async function show(media, tile) {
  const mine = ++wanted;
  try {
    const image = await pictureOf(media, () => mine === wanted);
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

export function hide() {
  wanted++;
  peek.hidden = true;
  peek.replaceChildren();
}
