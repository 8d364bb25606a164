// The page of an entity, and lists of them: its forms, undo, who else is there.

import { takeBack } from "./acts.js";
import { post, say } from "./ask.js";
import { anew, openForm } from "./forms.js";
import { key } from "./keys.js";

const EVERY = 20_000; // milliseconds; the server forgets after a minute

export async function undo() {
  await takeBack();
}

for (const button of document.querySelectorAll("[data-undo]")) button.addEventListener("click", undo);
key("u", say("undo"), undo);
key("Ctrl+z", "", undo);
for (const [name, id, says] of [
  ["c", "add-clue", "key_clue"], ["h", "add-hypothesis", "key_hypothesis"],
  ["t", "add-task", "key_task"], ["n", "add-note", "key_note"], ["o", "add-said", "key_said"],
  ["k", "add-tie", "key_tie"],
]) {
  if (document.getElementById(id)) key(name, say(says), () => openForm(id));
}

const page = document.querySelector("[data-entity]");
const chip = document.getElementById("presence");

async function present() {
  if (document.hidden) return;
  try {
    const { words } = await post(`/entities/${page.dataset.entity}/present`);
    if (chip.textContent !== words) chip.textContent = words;
    chip.hidden = !words;
  } catch {
    // It is asked again soon; a page that cannot ask says so when something is to be kept.
  }
}

if (chip) {
  present();
  setInterval(present, EVERY);
  document.addEventListener("visibilitychange", present);
}

export { anew };
