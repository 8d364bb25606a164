// Grading, tagging and assigning what is chosen, and taking it back: the grid and the page of a
// media do it alike.

import { complain, post, say, toast } from "./ask.js";

const done = [];

const counted = (media) =>
  media.length === 1 ? say("media", { number: media[0] }) : say("shown", { count: media.length });

export function keep(text, told, after) {
  const one = { undo: told.undo, after };
  done.push(one);
  toast(text, { undo: () => takeBack(one) });
}

// One after the other: what is taken back is the last thing that was done, also when that is still
// on its way.
let before = Promise.resolve();

export function inTurn(work) {
  const mine = before.then(work).catch((error) => {
    complain(error);
    return null;
  });
  before = mine;
  return mine;
}

// Take back the last act, or a certain one; both stay in the history.
export function takeBack(chosen = null) {
  return inTurn(async () => {
    const one = chosen ?? done.at(-1);
    if (!one) {
      toast(say("nothing_to_undo"));
      return null;
    }
    for (const undo of [one.undo].flat().reverse()) await post("/media/undo", undo);
    done.splice(done.indexOf(one), 1);
    toast(say("undone"));
    one.after?.(one.undo);
    return true;
  });
}

// The server takes so many media at a time: more are sent one part after the other, and undone as
// one. Where a part is refused, those before it are taken back.
const AT_A_TIME = 200;

async function inParts(media, send) {
  const undo = [];
  let told = null;
  try {
    for (let from = 0; from < media.length; from += AT_A_TIME) {
      told = await send(media.slice(from, from + AT_A_TIME), told);
      undo.push(told.undo);
    }
  } catch (error) {
    for (const one of undo.reverse()) await post("/media/undo", one);
    throw error;
  }
  return { ...told, undo };
}

export function grade(media, number, after) {
  return inTurn(async () => {
    const told = await inParts(media, (some) => post("/media/grade", { media: some, grade: number }));
    const name = number === null ? "ungraded" : "graded";
    keep(say(name, { count: counted(media), grade: number }), told, after);
    return true;
  });
}

function opened(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  const first = dialog.querySelector("[data-first]") ?? dialog.querySelector("select, input");
  first?.focus();
  first?.select?.();
  return new Promise((settle) => {
    dialog.addEventListener("close", () => settle(dialog.returnValue === "do"), { once: true });
  });
}

export async function tag(media, after) {
  const dialog = document.getElementById("tag-dialog");
  if (!(await opened(dialog))) return null;
  const word = dialog.querySelector("input").value;
  return inTurn(async () => {
    const told = await inParts(media, (some) => post("/media/tag", { media: some, tag: word }));
    keep(say("tagged", { count: counted(media), tag: word }), told, after);
    return word;
  });
}

// `into` is the number of a series that was chosen already, such as by dropping on it.
export async function assign(media, after, into = null) {
  const dialog = document.getElementById("series-dialog");
  const choices = dialog.querySelector("select");
  if (into !== null && choices) choices.value = String(into);
  dialog.querySelector("[name=why]").toggleAttribute("data-first", Boolean(into));
  if (!(await opened(dialog))) return null;
  const { series, title, why } = Object.fromEntries(new FormData(dialog.querySelector("form")));
  return inTurn(async () => {
    const told = await inParts(media, (some, before) => post("/media/series", {
      media: some, why, title, series: before?.series ?? (series ? Number(series) : null),
    }));
    const choice = dialog.querySelector("select");
    if (!series && choice) choice.append(new Option(title, told.series));
    const named = series ? choice.selectedOptions[0].text : title;
    keep(say("in_series", { count: counted(media), series: named }), told, after);
    return told.series;
  });
}

// Leave out of the scope of the authority in use, or take back into it: `media`, or all that a
// filter has `shown`, which `what` names.
export async function leaveOut({ media = null, shown = "", what = "", out = true }, after) {
  const dialog = document.getElementById("scope-dialog");
  const name = what || counted(media);
  dialog.querySelector("h2").textContent = say(out ? "leave_out" : "take_in", { count: name });
  if (!(await opened(dialog))) return null;
  const why = dialog.querySelector("input").value;
  return inTurn(async () => {
    const told = media
      ? await inParts(media, (some) => post("/media/scope", { media: some, shown, why, out }))
      : await post("/media/scope", { media, shown, why, out });
    const count = media ? name : say("shown", { count: told.count });
    keep(say(out ? "left_out" : "taken_in", { count }), told, after);
    return true;
  });
}
