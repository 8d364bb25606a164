// Who else of the agency has the same page open. It is asked for as long as somebody is there: a page
// that nobody uses would keep the session alive for whoever comes by.

import { post } from "./ask.js";

const EVERY = 20_000; // milliseconds; the server forgets after a minute
const PATIENCE = 5 * 60_000; // without a key, a press or a movement

export function tellWhoIsHere(address) {
  const chip = document.getElementById("presence");
  if (!chip) return;
  let used = performance.now();
  let resting = false;

  async function ask() {
    resting = performance.now() - used > PATIENCE;
    if (document.hidden || resting) return;
    try {
      const { words } = await post(address);
      if (chip.textContent !== words) chip.textContent = words;
      chip.hidden = !words;
    } catch {
      // It is asked again soon; a page that cannot ask says so when something is to be kept.
    }
  }

  for (const name of ["keydown", "pointerdown", "pointermove", "wheel", "focus"]) {
    addEventListener(name, () => {
      used = performance.now();
      if (resting) ask();
    }, { passive: true });
  }
  ask();
  setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", ask);
}
