// Forms that scripts send. What was typed stays until it was kept; then what is shown of the page
// comes anew, whatever else is being typed on it.

import { inTurn, keep } from "./acts.js";
import { complain, post, say, toast } from "./ask.js";
import { veilAll } from "./veils.js";

function told(form, button) {
  const sent = {};
  const fields = new FormData(form, button?.name ? button : undefined);
  for (const [name, value] of fields) {
    const field = form.elements[name];
    if (value === "") {
      if (field?.matches?.("[data-number], [type=date]")) continue;
      sent[name] = "";
    } else if (field?.matches?.("[data-true]")) {
      sent[name] = true;
    } else {
      sent[name] = field?.matches?.("[data-number]") ? Number(value) : value;
    }
  }
  return sent;
}

const changed = (field) => (field.options
  ? [...field.options].some((option) => option.selected !== option.defaultSelected) &&
    field.selectedIndex > 0
  : field.value !== (field.defaultValue ?? field.value));

// Where somebody is typing nothing is put in place of it: it comes anew once they have left.
let waiting = false;
const typingIn = (shown) => shown.contains(document.activeElement) &&
  Boolean(document.activeElement.closest("details[open] form"));

document.addEventListener("focusout", () => {
  if (!waiting) return;
  setTimeout(() => {
    if (document.activeElement?.closest("[data-live] details[open] form")) return;
    if (waiting) inTurn(anew);
  }, 0);
});

// The page as the server has it now, in the place of what is shown; forms keep what is in them.
export async function anew() {
  waiting = false;
  const answer = await fetch(location.href, { headers: { "Clew-Page": location.pathname } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const shown of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(shown.id);
    if (!fresh) continue;
    if (typingIn(shown)) {
      waiting = true;
      continue;
    }
    const typed = new Map();
    for (const field of shown.querySelectorAll("form [id]")) {
      if (changed(field)) typed.set(field.id, field.value);
    }
    const open = [...shown.querySelectorAll("details[open][id]")].map((one) => one.id);
    const at = shown.contains(document.activeElement) ? document.activeElement : null;
    const folded = at?.matches("summary") ? at.parentElement.id : "";
    shown.replaceChildren(...document.importNode(fresh, true).childNodes);
    for (const [id, value] of typed) {
      const field = shown.querySelector(`#${CSS.escape(id)}`);
      if (field) field.value = value;
    }
    for (const id of open) {
      const one = document.getElementById(id);
      if (one) one.open = true;
    }
    if (folded) document.getElementById(folded)?.querySelector("summary").focus();
    else if (at?.id) document.getElementById(at.id)?.focus();
  }
  prepare(document);
  document.dispatchEvent(new Event("clew:anew"));
}

function failed(form, error) {
  complain(error);
  form.querySelector("input:not([type=hidden]), textarea, select")?.focus();
}

async function send(form, button, more) {
  const sent = { ...told(form, button), ...more };
  if (sent.media === "") delete sent.media;
  if (button) button.disabled = true;
  await inTurn(async () => {
    try {
      const answer = await post(form.dataset.act, sent);
      if (button) button.disabled = false; // what follows may take, and the next thing is typed
      // The page may have come anew since the form was sent: what is there now is emptied.
      const folded = form.closest("details");
      const around = (folded?.id && document.getElementById(folded.id)) || folded;
      const way = around?.querySelector("summary");
      (around?.querySelector("form") ?? form).reset();
      if (around) around.open = false;
      if (answer.go) {
        location.assign(answer.go);
        return;
      }
      const words = form.dataset.says || say("kept");
      if (answer.undo) keep(words, answer, anew);
      else toast(words);
      if (way?.isConnected) way.focus();
      await anew();
    } catch (error) {
      failed(form, error);
    } finally {
      if (button) button.disabled = false;
    }
  });
}

// What a form sends beside its fields, such as what is selected; null when there is none.
const beside = new Map();
export function sendsAlso(name, ask) {
  beside.set(name, ask);
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-act]");
  if (!form) return;
  event.preventDefault();
  let more = {};
  for (const [name, ask] of beside) {
    if (!form.hasAttribute(name)) continue;
    more = ask();
    if (!more) return;
  }
  send(form, event.submitter, more);
});

// One after the other among what is folded: opening one shows its first field.
export function openForm(id) {
  const one = document.getElementById(id);
  if (!one) return;
  one.open = true;
  one.querySelector("input:not([type=hidden]), textarea, select")?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = event.target.closest?.("details.add[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

document.addEventListener("change", (event) => {
  if (event.target.id === "say-type") choices(event.target);
});
document.addEventListener("reset", (event) => {
  const type = event.target.querySelector("#say-type");
  if (type) setTimeout(() => choices(type), 0); // once it is what it was
});

// Where a type has words of its own, they are chosen from instead of typed.
function choices(type) {
  const id = type.selectedOptions[0]?.dataset.choices ?? "say-words";
  document.getElementById("say-label").htmlFor = id;
  for (const field of type.form.querySelectorAll("[name=words]")) {
    field.hidden = field.disabled = field.id !== id;
  }
}

const SVG = "http://www.w3.org/2000/svg";

// Marks the part of a picture that a clue is about.
function mark(crop) {
  if (crop.firstChild) return;
  const [left, top, right, bottom] = crop.dataset.region.split(",").map(Number);
  const box = document.createElementNS(SVG, "rect");
  for (const [name, value] of Object.entries({
    x: left, y: top, width: right - left, height: bottom - top,
  })) box.setAttribute(name, value);
  crop.append(box);
}

export function prepare(part) {
  veilAll(part);
  for (const crop of part.querySelectorAll("[data-region]")) mark(crop);
}

const select = document.getElementById("say-type");
if (select) choices(select);
prepare(document);
