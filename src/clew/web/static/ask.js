// Asking the server, and saying what came of it. Answers go to this site alone.

const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

// A sentence of the page's language, with values in the place of {names}.
export function say(name, values = {}) {
  return (words[name] ?? name).replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

// Where somebody can put right what stopped an act, beside the page on which they have typed.
export function wayOn(error) {
  if (!error.go) return null;
  const way = document.createElement("a");
  way.href = error.go;
  way.target = "_blank";
  way.rel = "noopener";
  way.textContent = say(error.over ? "sign_in_beside" : "choose_beside");
  return way;
}

// Says why something was not done.
export function complain(error) {
  if (error.name !== "AbortError") toast(error.message, { bad: true, way: wayOn(error) });
}

// Something said in passing; `undo` is done when it is asked to be taken back.
export function toast(text, { bad = false, undo = null, way = null } = {}) {
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
  if (way) shown.append(way);
  const all = document.getElementById("toasts");
  all.append(shown);
  while (all.children.length > 3) all.firstChild.remove();
  setTimeout(() => shown.remove(), way ? 60000 : bad ? 12000 : 7000);
}

// Nobody is led away from a page on which they may have typed: the error says where to go first.
async function come(asking) {
  try {
    return await asking;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error(say("no_answer"));
  }
}

async function answered(asking) {
  const answer = await come(asking);
  const told = await answer.json().catch(() => ({ why: say("no_answer") }));
  if (answer.ok) return told;
  const over = answer.status === 401;
  const why = new Error(over ? say("over") : told.why);
  throw Object.assign(why, { over, go: over ? "/sign-in" : told.go, old: told.form === "old" });
}

const here = () => ({
  "Clew-Asks": "script",
  "Clew-Page": location.pathname + location.search,
});

export function get(address, signal) {
  return answered(fetch(address, { headers: here(), signal, redirect: "error" }));
}

// What is no JSON, with what a header of ours tells about it.
export async function content(address, header, signal) {
  const answer = await come(fetch(address, { headers: here(), signal, redirect: "error" }));
  if (!answer.ok) return answered(answer);
  const about = JSON.parse(answer.headers.get(header) ?? "{}");
  return { content: await come(answer.blob()), about };
}

function send(address, told, signal) {
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
  }));
}

// See that the officer of this page still works here, and have its forms be of the session that
// there is now: somebody may have signed in again in another tab.
export async function still() {
  const { officer, authority, form } = await get("/desk/still");
  const page = document.body.dataset;
  if (String(officer) !== page.officer) throw new Error(say("somebody_else"));
  if (page.authority && !authority) {
    throw Object.assign(new Error(say("authority_gone")), { go: "/authority" });
  }
  page.form = form;
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = form;
  const headers = JSON.parse(document.body.getAttribute("hx-headers"));
  document.body.setAttribute("hx-headers", JSON.stringify({ ...headers, "X-CSRFToken": form }));
}

export async function post(address, told = {}, signal = undefined) {
  try {
    return await send(address, told, signal);
  } catch (error) {
    if (!error.old) throw error;
  }
  await still();
  return send(address, told, signal);
}
