// What can be done by keyboard on this page, and the list of it that ? opens.

const bound = new Map();
const held = new Map();
const MOVES = /^(Shift\+)?(Arrow\w+|Page\w+|Home|End|j|k|\+|-)$/;

const typing = (target) =>
  target.closest?.("input:not([type=checkbox],[type=radio],[type=range]), textarea, select, [contenteditable]");

// Bind a key: `says` is what the list tells; `up` is done when a key that is held is let go. What
// moves goes on while its key is held; whatever else a key does is done once, lest a finger that
// rests on it decides on one thing after the other.
export function key(name, says, down, up = null) {
  bound.set(name, { says, down, up, moves: MOVES.test(name) });
}

function nameOf(event) {
  const modified = (event.ctrlKey || event.metaKey ? "Ctrl+" : "") +
    (event.shiftKey && event.key.length > 1 ? "Shift+" : "");
  return modified + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  const found = bound.get(nameOf(event));
  if (!found) return;
  // A button or link that has the focus keeps what works it.
  if (["Enter", " "].includes(event.key) && event.target.closest("a, button, summary")) return;
  event.preventDefault();
  if (event.repeat && !found.moves) return;
  if (found.up) {
    if (held.has(event.key)) return;
    held.set(event.key, found);
  }
  found.down(event);
});

document.addEventListener("keyup", (event) => {
  const found = held.get(event.key);
  held.delete(event.key);
  found?.up(event);
});

window.addEventListener("blur", () => {
  for (const found of held.values()) found.up();
  held.clear();
});

export function openKeys() {
  const dialog = document.getElementById("keys");
  const list = dialog.querySelector("dl");
  list.replaceChildren();
  for (const [name, { says }] of bound) {
    if (!says) continue;
    const term = document.createElement("dt");
    for (const part of name.split("+")) {
      const cap = document.createElement("kbd");
      cap.textContent = part === " " ? "␣" : part.length === 1 ? part.toUpperCase() : part;
      term.append(cap, " ");
    }
    const told = document.createElement("dd");
    told.textContent = says;
    list.append(term, told);
  }
  dialog.showModal();
}
