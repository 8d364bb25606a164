// The grid itself: as many elements as are in view, whatever there is to scroll through. Pages are
// fetched by where the last one ended.

import { complain, get, say, toast } from "./ask.js";
import { fill, newTile } from "./tile.js";

const WIDTH = 152, HEIGHT = 144, GAP = 8;
const AHEAD = 3; // rows drawn beyond the edge
const REST = 2000; // milliseconds until a page that did not come is asked for again

export class Grid {
  items = [];
  active = -1;
  selected = new Set();
  #tiles = new Map();
  #spare = [];
  #further; // where the next page begins; null when there is none
  #fetching = null;
  #anchor = -1;
  #columns = 1;
  #width = WIDTH;
  #reading = 0;
  #before = null;
  #failed = -Infinity; // when the next page did not come

  constructor(root, first, changed) {
    this.root = root;
    this.length = root.querySelector(".length");
    this.query = first.query;
    this.changed = changed;
    this.items = first.tiles;
    this.#further = first.further;
    root.addEventListener("scroll", () => this.#soon(), { passive: true });
    new ResizeObserver(() => this.layout()).observe(root);
    root.addEventListener("focus", () => { if (this.active < 0 && this.items.length) this.go(0); });
    this.layout();
  }

  get more() {
    return this.#further !== null;
  }

  get columns() {
    return this.#columns;
  }

  // Show other media for a while, such as those of a stack.
  show(first) {
    this.#before ??= {
      tiles: this.items, further: this.#further, active: this.active, top: this.root.scrollTop,
    };
    this.#put(first, 0, 0);
  }

  // Back to where it was; false when it was nowhere else.
  back() {
    if (!this.#before) return false;
    const { active, top, ...before } = this.#before;
    this.#before = null;
    this.#put(before, active, top);
    return true;
  }

  #put(first, active, top) {
    this.items = first.tiles;
    this.#further = first.further;
    this.selected.clear();
    this.active = -1;
    for (const tile of this.#tiles.values()) tile.remove();
    this.#spare.push(...this.#tiles.values());
    this.#tiles.clear();
    this.layout();
    this.root.scrollTop = top;
    if (this.items.length) this.go(active);
  }

  layout() {
    const style = getComputedStyle(this.root);
    const wide = this.root.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    this.#columns = Math.max(1, Math.floor((wide + GAP) / (WIDTH + GAP)));
    this.#width = Math.floor((wide + GAP) / this.#columns) - GAP;
    this.#stretch();
    this.draw(true);
  }

  #stretch() {
    const expected = this.items.length + (this.more ? this.#columns * 4 : 0);
    const rows = Math.ceil(expected / this.#columns);
    this.length.style.blockSize = `${Math.max(0, rows * (HEIGHT + GAP) - GAP)}px`;
  }

  #soon() {
    this.#reading ||= requestAnimationFrame(() => { this.#reading = 0; this.draw(); });
  }

  draw(anew = false) {
    const first = Math.max(0, Math.floor(this.root.scrollTop / (HEIGHT + GAP)) - AHEAD);
    const rows = Math.ceil(this.root.clientHeight / (HEIGHT + GAP)) + 2 * AHEAD;
    const from = first * this.#columns;
    const end = from + rows * this.#columns;
    const to = Math.min(end, this.items.length);
    for (const [at, tile] of this.#tiles) {
      if (at < from || at >= to) {
        this.#tiles.delete(at);
        this.#spare.push(tile);
        tile.remove();
      }
    }
    for (let at = from; at < to; at++) {
      let tile = this.#tiles.get(at);
      const fresh = !tile;
      if (fresh) {
        tile = this.#spare.pop() ?? newTile();
        this.#tiles.set(at, tile);
        fill(tile, this.items[at]);
        this.length.append(tile);
      }
      if (fresh || anew) this.#place(tile, at);
    }
    const rested = performance.now() - this.#failed > REST;
    if (this.more && rested && end + rows * this.#columns > this.items.length) this.fetch();
  }

  #place(tile, at) {
    const leftwards = document.dir === "rtl" ? -1 : 1;
    const across = (at % this.#columns) * (this.#width + GAP) * leftwards;
    const down = Math.floor(at / this.#columns) * (HEIGHT + GAP);
    tile.style.transform = `translate(${across}px, ${down}px)`;
    tile.style.inlineSize = `${this.#width}px`;
    tile.style.left = leftwards < 0 ? "auto" : "0";
    tile.style.right = leftwards < 0 ? "0" : "auto";
    tile.setAttribute("aria-posinset", at + 1);
    tile.setAttribute("aria-setsize", this.more ? -1 : this.items.length);
    this.#mark(tile, at);
  }

  #mark(tile, at) {
    tile.setAttribute("aria-selected", this.selected.has(this.items[at]?.id));
    tile.classList.toggle("active", at === this.active);
  }

  #remark() {
    for (const [at, tile] of this.#tiles) this.#mark(tile, at);
    const active = this.#tiles.get(this.active);
    if (active) this.root.setAttribute("aria-activedescendant", active.id);
    else this.root.removeAttribute("aria-activedescendant");
    this.changed?.();
  }

  // Fetch the next page; one at a time. Answers whether it came: where it did not, scrolling on
  // asks again.
  fetch() {
    this.#fetching ??= this.#next().finally(() => { this.#fetching = null; });
    return this.#fetching;
  }

  async #next() {
    try {
      const told = await get(`/media/rows?${this.query}&after=${this.#further}`);
      this.items.push(...told.tiles);
      this.#further = told.further;
    } catch (error) {
      this.#failed = performance.now();
      complain(error);
      return false;
    }
    this.#stretch();
    requestAnimationFrame(() => this.draw(true));
    if (this.active < 0 && document.activeElement === this.root) this.go(0);
    this.changed?.();
    return true;
  }

  // Make one the active media and bring it into view; with `extend` select up to it.
  go(at, extend = false) {
    if (!this.items.length) return;
    const to = Math.min(Math.max(at, 0), this.items.length - 1);
    if (extend) {
      if (this.#anchor < 0) this.#anchor = Math.max(this.active, 0);
      const [low, high] = [Math.min(this.#anchor, to), Math.max(this.#anchor, to)];
      this.selected = new Set(this.items.slice(low, high + 1).map((item) => item.id));
    } else {
      this.#anchor = -1;
    }
    this.active = to;
    const top = Math.floor(to / this.#columns) * (HEIGHT + GAP);
    const edge = parseFloat(getComputedStyle(this.root).paddingBlockStart);
    if (top < this.root.scrollTop) this.root.scrollTop = top;
    else if (top + HEIGHT + 2 * edge > this.root.scrollTop + this.root.clientHeight) {
      this.root.scrollTop = top + HEIGHT + 2 * edge - this.root.clientHeight;
    }
    this.draw();
    this.#remark();
  }

  toggle(at) {
    const id = this.items[at]?.id;
    if (id === undefined) return;
    this.selected.has(id) ? this.selected.delete(id) : this.selected.add(id);
    this.#anchor = at;
    this.#remark();
  }

  select(all) {
    this.selected = new Set(all ? this.items.map((item) => item.id) : []);
    this.#remark();
  }

  // The media that an act is about: what is selected, otherwise the active one.
  chosen() {
    if (this.selected.size) return [...this.selected];
    const item = this.items[this.active];
    return item ? [item.id] : [];
  }

  // Change what is known of some media, and show it.
  update(numbers, change) {
    const some = new Set(numbers);
    this.items.forEach((item, at) => {
      if (!some.has(item.id)) return;
      change(item);
      const tile = this.#tiles.get(at);
      if (tile) fill(tile, item);
    });
    this.changed?.();
  }

  at(element) {
    const tile = element.closest(".tile");
    for (const [at, one] of this.#tiles) if (one === tile) return at;
    return -1;
  }

  tile(at) {
    return this.#tiles.get(at);
  }

  // The next one that the officer has not graded, fetching further pages until there is one.
  async nextUndecided() {
    for (let at = this.active + 1; ; at++) {
      while (at >= this.items.length && this.more) if (!(await this.fetch())) return;
      if (at >= this.items.length) {
        toast(say("none_left"));
        return;
      }
      if (this.items[at].mine == null) {
        this.go(at);
        return;
      }
    }
  }
}
