// What was typed stays: a form is sent once, and only when the session and the authority that the
// page had are still there; who leaves a page on which something was typed is asked first.

import { complain, still } from "./ask.js";

const PAUSE = 1500; // milliseconds in which the same form is not sent twice
const fields = "textarea, input:not([type]), input[type=text], input[type=search]";
const typed = (form) => [...form.querySelectorAll(fields)].some((field) => field.value.trim());

const sent = new WeakMap(); // when
const seen = new WeakSet(); // of those that were looked at and go on their way
let leaving = false;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.closest("[hx-post]")) return;
  if (performance.now() - (sent.get(form) ?? -Infinity) < PAUSE) {
    event.preventDefault();
    return;
  }
  if (seen.delete(form) || !typed(form)) {
    sent.set(form, performance.now());
    leaving = true;
    setTimeout(() => { leaving = false; }, PAUSE);
    return;
  }
  event.preventDefault();
  look(form, event.submitter);
});

const looking = new WeakSet();

async function look(form, button) {
  if (looking.has(form)) return;
  looking.add(form);
  try {
    await still();
    seen.add(form);
    form.requestSubmit(button);
  } catch (error) {
    complain(error);
  } finally {
    looking.delete(form);
  }
}

const kept = "form[data-act], form[method=post]:not([role=search]), #pin-dialog form, .decide";
const changed = (field) => field.value !== field.defaultValue && field.value.trim();

addEventListener("beforeunload", (event) => {
  if (leaving) return;
  for (const form of document.querySelectorAll(kept)) {
    if (![...form.querySelectorAll(fields)].some(changed)) continue;
    event.preventDefault();
    return;
  }
});
