// Revealing: asked for one media at a time, noted before anything is shown, gone when let go.

import { complain, post, say } from "./ask.js";

export { complain };

const SECONDS = 50; // an address holds for a minute
const addresses = new Map();

// Says how much was revealed today.
export function counted(reveals) {
  document.getElementById("exposure").textContent = say("revealed_today", { count: reveals });
  document.dispatchEvent(new Event("revealed"));
}

// The address of a picture, after the server has noted that it is looked at.
export async function reveal(media, what = "preview") {
  const name = `${what} ${media}`;
  const known = addresses.get(name);
  if (known && known.until > performance.now()) return known.picture;
  const { picture, reveals } = await post(`/media/${media}/reveal`, { what });
  addresses.set(name, { picture, until: performance.now() + SECONDS * 1000 });
  counted(reveals);
  return picture;
}

async function loaded(image) {
  image.draggable = false;
  try {
    await image.decode();
  } catch {
    throw new Error(say("no_preview"));
  }
  return image;
}

// What two media share of sound, drawn one above the other; noted for both.
export async function sharedSound(media, match) {
  const { picture, reveals } = await post(`/media/${media}/matches/${match}/reveal`);
  counted(reveals);
  const image = new Image();
  image.alt = say("both_sounds");
  image.src = picture;
  return loaded(image);
}

// A picture once it has loaded; null when it was let go before, or there is nothing to be seen.
export async function pictureOf(media, wanted = () => true, what = "preview") {
  const address = await reveal(String(media), what);
  if (!wanted()) return null;
  const image = new Image();
  image.alt = say("media", { number: media });
  image.src = address;
  await loaded(image);
  return wanted() ? image : null;
}

// Shows media for as long as something is held: each in the place that is marked for it.
export class Held {
  #asked = 0;
  #shown = [];

  async show(pairs) {
    const asked = ++this.#asked;
    for (const [media, place] of pairs) {
      try {
        const image = await pictureOf(media, () => asked === this.#asked);
        if (!image) return;
        place.append(image);
        this.#shown.push(image);
      } catch (error) {
        complain(error);
        return;
      }
    }
  }

  hide() {
    this.#asked++;
    for (const image of this.#shown) image.remove();
    this.#shown = [];
  }
}
