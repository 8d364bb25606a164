// Handing in: what was chosen, its fingerprints, and sending it. Knows no page; tells what changed.

import { get, post, say } from "./ask.js";
import { send } from "./sending.js";

const AT_ONCE = 3;

// One file that was chosen, and how far it is: chosen, waiting, sending, sent, failed or cancelled.
class Item {
  offset = 0;
  url = null;
  state = "chosen";
  why = "";
  number = null; // of the file, in the contribution of that number
  contribution = null;

  constructor({ path, file }) {
    this.path = path.toWellFormed?.() ?? path;
    this.file = file;
    this.size = file.size;
    this.modified = Math.max(0, file.lastModified);
  }

  get open() {
    return ["waiting", "sending"].includes(this.state);
  }
}

// Look at the page anew: its token for forms, and which contributions are waited for.
async function renew() {
  const page = await fetch("/contribute", { redirect: "error" }).then((told) => told.text());
  const fresh = new DOMParser().parseFromString(page, "text/html");
  if (fresh.body.dataset.form) document.body.dataset.form = fresh.body.dataset.form;
  const waiting = fresh.getElementById("hand-in")?.dataset.waiting ?? "";
  return waiting.split(" ").filter(Boolean).map(Number);
}

export class HandingIn {
  items = new Map(); // by path
  paused = false;
  connected = true;
  read = 0; // bytes that a fingerprint was made of
  reading = 0; // of so many; 0 while none is made
  stopped = ""; // why nothing goes on before somebody does something
  #changed;
  #running = new Map(); // what is being sent, with what stops it
  #leaving = new Set(); // what is being cancelled, until the server has said so
  #worker = null;
  #unsure = false; // whether an announcement was made whose answer was lost

  constructor(changed) {
    this.#changed = changed;
  }

  of(...states) {
    return [...this.items.values()].filter((item) => states.includes(item.state));
  }

  get bytes() {
    const all = this.of("waiting", "sending", "sent", "failed");
    return {
      size: all.reduce((sum, item) => sum + item.size, 0),
      done: all.reduce((sum, item) => sum + item.offset, 0),
    };
  }

  // Take files in; those that are on their way or sent stay as they are.
  add(files) {
    for (const one of files) {
      const known = this.items.get(one.path);
      if (known && known.state === "failed" && known.size === one.file.size) {
        known.file = one.file;
        this.retry(known);
      } else if (!known || known.state === "chosen" || known.state === "cancelled") {
        const item = new Item(one);
        this.items.set(item.path, item);
      }
    }
    this.#changed();
  }

  drop(item) {
    this.items.delete(item.path);
    this.#changed();
  }

  // Go on with what a contribution waits for, as far as it is among what was chosen: by path, size
  // and time of change. Tells how many that are, and how many are still missing.
  async resume(contribution) {
    const { uploads } = await get(`/contributions/${contribution}/uploads`);
    const fits = (one) => {
      const item = this.items.get(one.path);
      const same = item?.size === one.size &&
        (one.modified_ms === null || one.modified_ms === item.modified);
      return same && item.state === "chosen" ? item : null;
    };
    const awaited = uploads.filter((one) => one.state === "arriving");
    const found = awaited.filter(fits).length;
    // What has arrived already is not handed in a second time.
    const there = found ? uploads.filter((one) => one.state !== "cancelled") : [];
    for (const one of there) {
      const item = fits(one);
      if (item) this.#expect(item, one, contribution);
    }
    this.run();
    return { found, missing: awaited.length - found };
  }

  #expect(item, one, contribution) {
    item.url = one.url;
    item.offset = one.offset;
    item.number = one.file;
    item.contribution = contribution;
    item.state = one.url ? "waiting" : "sent";
  }

  // Make fingerprints of what was chosen, announce it, and begin to send. `about` is what it was
  // found on and with whom it is shared. Answers with the number of the contribution and, where
  // that was new, its exhibit.
  async begin(about) {
    if (this.#unsure) {
      for (const number of await renew()) {
        if ((await this.resume(number)).found) return { number };
      }
    }
    const chosen = this.of("chosen");
    await this.#fingerprint(chosen);
    const ready = chosen.filter((item) => item.sha256 && item.state === "chosen");
    if (!ready.length) return null;
    const files = ready.map(({ path, size, sha256, modified }) => (
      { path, size, sha256, modified_ms: modified }));
    this.#unsure = true;
    const { number, exhibit, uploads } = await post("/contribute/begin", { ...about, files });
    this.#unsure = false;
    const waiting = new Map(ready.map((item) => [item.path, item]));
    for (const one of uploads) {
      const item = waiting.get(one.path) ?? waiting.get(`/${one.path}`);
      if (item) this.#expect(item, one, number);
    }
    this.run();
    return { number, exhibit };
  }

  async #fingerprint(items) {
    const wanted = items.filter((item) => !item.sha256);
    this.reading = wanted.reduce((sum, item) => sum + item.size, 0);
    this.read = 0;
    for (const item of wanted) {
      try {
        item.sha256 = await this.#hash(item.file);
      } catch {
        item.state = "failed";
        item.why = say("changed", { path: item.path });
      }
      this.#changed();
    }
    this.reading = 0;
    this.#changed();
  }

  #hash(file) {
    this.#worker ??= new Worker(new URL("./fingerprint.js", import.meta.url), { type: "module" });
    const worker = this.#worker;
    return new Promise((settle, fail) => {
      worker.onerror = () => fail(new Error());
      worker.onmessage = ({ data }) => {
        if (data.read) {
          this.read += data.read;
          this.#changed();
        } else if (data.sha256) {
          settle(data.sha256);
        } else {
          fail(new Error(data.error));
        }
      };
      worker.postMessage(file);
    });
  }

  // Send what waits, some at once.
  run() {
    this.#changed();
    if (this.paused || this.stopped) return;
    for (const item of this.of("waiting")) {
      if (this.#running.size >= AT_ONCE) return;
      if (!this.#leaving.has(item)) this.#send(item);
    }
  }

  async #send(item) {
    const stop = new AbortController();
    this.#running.set(item, stop);
    item.state = "sending";
    try {
      await send(item, stop.signal, (connected) => {
        this.connected = connected;
        this.#changed();
      });
      if (item.state === "sending") item.state = stop.signal.aborted ? "waiting" : "sent";
    } catch (error) {
      if (error.stops) {
        item.state = "waiting";
        this.stopped = error.message;
        this.#halt();
      } else {
        item.state = "failed";
        item.why = error.message;
      }
    }
    this.#running.delete(item);
    this.run();
  }

  #halt() {
    for (const stop of this.#running.values()) stop.abort();
  }

  pause() {
    this.paused = true;
    this.#halt();
    this.#changed();
  }

  async goOn() {
    this.paused = false;
    // Whoever signed in again elsewhere has another token for forms.
    if (this.stopped) await renew();
    this.stopped = "";
    this.run();
  }

  retry(item) {
    item.state = item.url ? "waiting" : "chosen";
    item.why = "";
    this.run();
  }

  // Cancel some that were announced: they are not waited for any more.
  async cancel(items) {
    const by = Map.groupBy(items, (item) => item.contribution);
    for (const [contribution, some] of by) {
      for (const item of some) {
        this.#leaving.add(item);
        this.#running.get(item)?.abort();
      }
      try {
        const files = some.map((item) => item.number);
        await post(`/contributions/${contribution}/cancel`, { files });
        for (const item of some) item.state = "cancelled";
      } finally {
        for (const item of some) this.#leaving.delete(item);
        this.run();
      }
    }
  }

  // What was cancelled is waited for again.
  async restore(item) {
    await post(`/contributions/${item.contribution}/retry`, { files: [item.number] });
    this.retry(item);
  }
}
