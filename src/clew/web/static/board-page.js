// The board of a series: its media as in the grid, beside what every page of an entity does.

import { say, toast } from "./ask.js";
import "./entity-page.js";
import { sendsAlso } from "./forms.js";
import { Grid } from "./grid.js";
import { key } from "./keys.js";
import { hide, show } from "./peek.js";
import { complain, Held } from "./reveal.js";

const root = document.getElementById("tiles");
const first = JSON.parse(document.getElementById("first").textContent);
const chip = document.getElementById("selected");
const held = new Held();

const grid = root && new Grid(root, first, () => {
  chip.hidden = !grid?.selected.size;
  chip.textContent = say("selected", { count: grid?.selected.size ?? 0 });
});

sendsAlso("data-with-selected", () => {
  if (grid?.selected.size) return { media: [...grid.selected] };
  toast(say("nothing_selected"));
  return null;
});

function open() {
  const item = grid.items[grid.active];
  if (item) location.assign(`/media/${item.id}`);
}

if (grid) {
  // Keys that move are the strip's own: elsewhere on the page they scroll it.
  const moves = {
    ArrowRight: () => grid.go(grid.active + (document.dir === "rtl" ? -1 : 1)),
    ArrowLeft: () => grid.go(grid.active - (document.dir === "rtl" ? -1 : 1)),
    ArrowDown: () => grid.go(grid.active + grid.columns),
    ArrowUp: () => grid.go(grid.active - grid.columns),
    Home: () => grid.go(0),
    End: () => grid.go(grid.items.length - 1),
    " ": () => grid.toggle(grid.active),
    Enter: open,
    Escape: () => grid.select(false),
  };
  root.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    move();
  });
  root.addEventListener("click", (event) => {
    const at = grid.at(event.target);
    if (at < 0) return;
    grid.go(at, event.shiftKey);
    if (event.ctrlKey || event.metaKey) grid.toggle(at);
  });
  root.addEventListener("dblclick", open);
}

// What is held to be revealed: the tile that is active, or the clue that has the focus.
key("v", say("key_reveal"), () => {
  const clue = document.activeElement?.closest?.("[data-reveal]");
  if (clue) held.show([[clue.dataset.reveal, clue]]).catch(complain);
  else if (grid && grid.active >= 0) show(grid.items[grid.active].id, grid.tile(grid.active));
  else toast(say("nothing_selected"));
}, () => { held.hide(); hide(); });
