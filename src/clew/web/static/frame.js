// What every page does: keys, searching by paste and drop, the reminder of a break.

import { say, toast } from "./ask.js";
import { key, openKeys } from "./keys.js";
import { veilAll } from "./veils.js";

const MOST = 64 * 1024 * 1024;
const body = document.body;

key("?", "", openKeys);
key("/", say("search"), () => document.getElementById("bar-search").focus());
key("b", say("work_blind"), () => document.getElementById("blind").click());
for (const button of document.querySelectorAll("[data-keys]")) {
  button.addEventListener("click", openKeys);
}

// A menu closes when somebody goes elsewhere.
for (const menu of document.querySelectorAll("details.menu")) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

function send(fill) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = "/search";
  form.enctype = "multipart/form-data";
  form.hidden = true;
  const token = document.createElement("input");
  token.name = "csrfmiddlewaretoken";
  token.value = body.dataset.form;
  const input = document.createElement("input");
  fill(input);
  form.append(token, input);
  body.append(form);
  toast(say("searching"));
  form.submit();
}

function searchWith(file) {
  if (file.size > MOST) return toast(say("too_large"), { bad: true });
  return send((input) => {
    const carried = new DataTransfer();
    carried.items.add(file);
    input.type = "file";
    input.name = "file";
    input.files = carried.files;
  });
}

document.addEventListener("paste", (event) => {
  const [file] = event.clipboardData.files;
  if (file) {
    event.preventDefault();
    searchWith(file);
    return;
  }
  if (event.target.closest("input, textarea")) return;
  searchWithHash(event.clipboardData.getData("text"));
});

function searchWithHash(text) {
  const hash = text.trim();
  if (!/^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/i.test(hash)) return;
  send((input) => { input.name = "asked"; input.value = hash; });
}

// A file, or words that may be a hash; media that are dragged within the page are neither.
const carriesFile = (event) => event.dataTransfer?.types.includes("Files");
const carriesWords = (event) => !carriesFile(event) &&
  event.dataTransfer?.types.includes("text/plain") &&
  !event.dataTransfer.types.includes("application/x-clew-media") &&
  !event.target.closest("input, textarea");
document.addEventListener("dragover", (event) => {
  if (carriesWords(event)) event.preventDefault();
  if (!carriesFile(event) || event.target.closest("[data-takes-files]")) return;
  event.preventDefault();
  body.classList.add("dropping");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) body.classList.remove("dropping");
});
document.addEventListener("drop", (event) => {
  body.classList.remove("dropping");
  if (carriesWords(event)) {
    event.preventDefault();
    searchWithHash(event.dataTransfer.getData("text"));
    return;
  }
  if (!carriesFile(event) || event.target.closest("[data-takes-files]")) return;
  event.preventDefault();
  if (event.dataTransfer.files.length) searchWith(event.dataTransfer.files[0]);
});

// The time without a break goes on while this page is open, and begins on it when somebody looks.
const MINUTE = 60000;
const PAUSE = 10 * MINUTE; // without looking: a break
const most = Number(body.dataset.atATime);
let since = performance.now() - Number(body.dataset.minutes) * MINUTE;
let looked = Number(body.dataset.minutes) ? performance.now() : -Infinity;
let quiet = 0; // until when it was asked not to remind

function minutes() {
  const now = performance.now();
  return now - looked < PAUSE ? (now - since) / MINUTE : 0;
}

function remind() {
  const place = document.getElementById("notices");
  if (!most || minutes() < most || performance.now() < quiet || place.firstChild) return;
  const note = document.createElement("p");
  note.className = "note warn row spread";
  const told = document.createElement("span");
  told.textContent = say("break", { minutes: Math.round(minutes()) });
  const later = document.createElement("button");
  later.type = "button";
  later.textContent = say("later");
  later.addEventListener("click", () => {
    quiet = performance.now() + PAUSE;
    note.remove();
  });
  note.append(told, later);
  place.append(note);
}

document.addEventListener("revealed", () => {
  if (performance.now() - looked >= PAUSE) since = performance.now();
  looked = performance.now();
  remind();
});
remind();
setInterval(remind, MINUTE / 2);

veilAll(document);
document.addEventListener("htmx:afterSwap", (event) => veilAll(event.target.parentElement ?? document));
document.addEventListener("htmx:sendError", () => toast(say("no_answer"), { bad: true }));
