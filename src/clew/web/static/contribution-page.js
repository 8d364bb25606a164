// The page of one contribution: its part that changes is fetched by htmx; what is done is done here.

import { leaveOut, takeBack } from "./acts.js";
import { complain, post, say, toast } from "./ask.js";
import { key } from "./keys.js";

const page = document.getElementById("contribution");
const number = page.dataset.number;
const aloud = document.getElementById("aloud");
let signature = document.getElementById("told").dataset.signature;
let says = document.getElementById("told").dataset.says;

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "now") return;
  const told = document.getElementById("told").dataset;
  if (told.signature !== signature) {
    signature = told.signature;
    document.body.dispatchEvent(new Event("told"));
  }
  if (told.says !== says) aloud.textContent = say(told.says);
  says = told.says;
});

// A page that nobody looks at asks for nothing: it would keep the session alive for whoever comes.
const PATIENCE = 5 * 60000; // milliseconds
let used = performance.now();
let resting = false;
for (const name of ["keydown", "pointerdown", "focus"]) {
  addEventListener(name, () => {
    used = performance.now();
    if (resting) again();
    resting = false;
  });
}
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id !== "told" || performance.now() - used < PATIENCE) return;
  event.preventDefault();
  resting = true;
});

const again = () => document.getElementById("told").dispatchEvent(new Event("again"));

async function act(button) {
  const files = button.dataset.file ? [Number(button.dataset.file)] : [];
  button.disabled = true;
  try {
    const { says: text } = await post(`/contributions/${number}/${button.dataset.act}`, { files });
    toast(text);
    page.querySelector("h1").focus();
    again();
  } catch (error) {
    complain(error);
    button.disabled = false;
  }
}

page.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.act) act(button);
  if (button?.dataset.scope) leave(button);
});

async function leave({ dataset }) {
  if (await leaveOut({ shown: dataset.scope, what: dataset.what }, again)) again();
}

key("u", say("undo"), () => takeBack());
