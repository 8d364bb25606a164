// Asking the server, and saying what came of it. Answers go to this site alone.

const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

// A sentence of the page's language, with values in the place of {names}.
export function say(name, values = {}) {
  return (words[name] ?? name).replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

// Something said in passing; `undo` is done when it is asked to be taken back.
export function toast(text, { bad = false, undo = null } = {}) {
  const shown = document.createElement("div");
  shown.className = bad ? "toast bad" : "toast";
  const told = document.createElement("span");
  told.textContent = text;
  shown.append(told);
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = say("undo");
    button.addEventListener("click", () => { shown.remove(); undo(); });
    shown.append(button);
  }
  const all = document.getElementById("toasts");
  all.append(shown);
  while (all.children.length > 3) all.firstChild.remove();
  setTimeout(() => shown.remove(), bad ? 12000 : 7000);
}

async function answered(asking, stay = false) {
  let answer;
  try {
    answer = await asking;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error(say("no_answer"));
  }
  const told = await answer.json().catch(() => ({ why: say("no_answer") }));
  if (answer.ok) return told;
  if (answer.status === 401) told.why = say("over");
  if (told.go && !stay) location.assign(told.go);
  throw new Error(told.why);
}

const here = () => ({
  "Clew-Asks": "script",
  "Clew-Page": location.pathname + location.search,
});

export function get(address, signal) {
  return answered(fetch(address, { headers: here(), signal, redirect: "error" }));
}

// `stay` keeps a page on which somebody has typed, also when an authority must be chosen first.
export function post(address, told = {}, signal = undefined, stay = false) {
  return answered(fetch(address, {
    method: "POST",
    headers: {
      ...here(),
      "Content-Type": "application/json",
      "X-CSRFToken": document.body.dataset.form,
    },
    body: JSON.stringify(told),
    signal,
    redirect: "error",
  }), stay);
}
