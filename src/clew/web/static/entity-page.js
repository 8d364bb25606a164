// The page of an entity, and lists of them: its forms, undo, who else is there.

import { takeBack } from "./acts.js";
import { say } from "./ask.js";
import { anew, openForm } from "./forms.js";
import { key } from "./keys.js";
import { tellWhoIsHere } from "./presence.js";

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
if (page) tellWhoIsHere(`/entities/${page.dataset.entity}/present`);

export { anew };
