// Parts of a film or sound, for who asks: nothing plays by itself, goes on by itself or begins anew.

import { complain, content, post, say } from "./ask.js";
import { key } from "./keys.js";
import { counted } from "./reveal.js";

const clock = (seconds) => {
  const whole = Math.floor(seconds), two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(whole / 60), rest = two(whole % 60);
  return whole < 3600 ? `${minutes}:${rest}` : `${Math.floor(whole / 3600)}:${two(minutes % 60)}:${rest}`;
};

class Player {
  #asked = 0;
  #stopped = new AbortController();
  #shown = null;
  #last = null; // what was played last, from when, and how long a part is

  constructor(media, place) {
    this.media = media;
    this.place = place;
    this.from = place.querySelector("[data-from]");
    this.told = place.querySelector("[data-told]");
    this.stage = place.querySelector("[data-stage]");
    this.colour = place.querySelector("[data-colour]");
    this.running = place.querySelector("progress");
    this.pauseButton = place.querySelector("[data-pause]");
    this.from.addEventListener("input", () => this.#tellFrom());
    place.addEventListener("click", (event) => this.#clicked(event.target.closest("button")));
    this.#tellFrom();
  }

  get own() {
    return this.place.dataset.player === "video" ? "motion" : "sound";
  }

  choose(seconds) {
    this.from.value = Math.max(0, Math.min(seconds, Number(this.from.max)));
    this.#tellFrom();
  }

  // Ask for a part; noted by the server before anything is read.
  async play(what, from = Number(this.from.value)) {
    this.end();
    const mine = ++this.#asked;
    this.#stopped = new AbortController();
    const { signal } = this.#stopped;
    this.choose(from);
    this.told.textContent = say("part_coming");
    const colour = Boolean(this.colour?.checked) && what !== "sound";
    try {
      const { part, reveals } = await post(`/media/${this.media}/play`, { what, start: from, colour }, signal);
      counted(reveals);
      const { content: bytes, about } = await content(part, "Clew-Part", signal);
      if (mine === this.#asked) await this.#show(bytes, about, what, from);
    } catch (error) {
      if (mine !== this.#asked) return;
      this.end();
      complain(error);
    }
  }

  step(by) {
    const last = this.#last ?? { what: this.own, from: Number(this.from.value), seconds: 0 };
    // Sound is asked for each time, with a film that is seen: it goes on muted.
    const what = last.what === "sound" ? "sound" : this.own;
    const seconds = Number(what === "sound" ? this.place.dataset.heard : this.place.dataset.seen);
    const from = by > 0 ? last.from + last.seconds : last.from - seconds;
    if (from >= Number(this.from.max)) this.told.textContent = say("part_last");
    else this.play(what, Math.max(0, from));
  }

  pause() {
    if (!this.#shown || this.#shown.ended) return;
    if (this.#shown.paused) this.#shown.play();
    else this.#shown.pause();
  }

  stand() {
    if (this.#shown && !this.#shown.ended) this.#shown.pause();
  }

  end() {
    this.#asked++;
    this.#stopped.abort();
    if (this.#shown) {
      this.#shown.pause();
      URL.revokeObjectURL(this.#shown.src);
      this.#shown.removeAttribute("src");
      this.#shown.load();
      this.#shown.remove();
      this.#shown = null;
    }
    this.stage.hidden = true;
    this.running.hidden = true;
    this.pauseButton.disabled = true;
    this.told.textContent = "";
  }

  async #show(bytes, about, what, from) {
    const shown = document.createElement(what === "sound" ? "audio" : "video");
    shown.muted = what === "motion";
    shown.playsInline = true;
    shown.disablePictureInPicture = true;
    shown.disableRemotePlayback = true;
    shown.setAttribute("aria-label", say("part_of", { number: this.media, from: clock(from) }));
    this.#shown = shown;
    this.#last = { what, from, seconds: about.lasts };
    shown.src = URL.createObjectURL(bytes);
    this.stage.replaceChildren(shown);
    this.stage.hidden = what === "sound";
    this.running.hidden = false;
    this.place.scrollIntoView({ block: "nearest" });
    this.running.max = about.lasts;
    this.pauseButton.disabled = false;
    const span = { from: clock(from), to: clock(Math.round(from + about.lasts)) };
    const notes = about.notes.map((note) => ` · ${note}`).join("");
    const short = about.lasts + 0.5 < Number(what === "sound" ? this.place.dataset.heard : this.place.dataset.seen);
    const tell = (name) => {
      if (this.#shown !== shown) return;
      this.told.textContent = say(name, span) + (short ? ` · ${say("part_short")}` : "") + notes;
    };
    const playing = { motion: "part_muted", sound: "part_heard" }[what] ?? "part_with_sound";
    shown.addEventListener("timeupdate", () => { this.running.value = shown.currentTime; });
    shown.addEventListener("play", () => { this.#tellPause(false); tell(playing); });
    shown.addEventListener("pause", () => { this.#tellPause(true); if (!shown.ended) tell("part_paused"); });
    shown.addEventListener("ended", () => { this.pauseButton.disabled = true; tell("part_over"); });
    try {
      await shown.play();
    } catch (error) {
      if (error.name !== "AbortError") throw new Error(say("part_not_shown"));
    }
  }

  #tellPause(paused) {
    for (const words of this.pauseButton.children) words.hidden = (words.dataset.when === "paused") !== paused;
  }

  #tellFrom() {
    const words = clock(Number(this.from.value));
    this.from.setAttribute("aria-valuetext", words);
    this.place.querySelector("output").textContent = words;
  }

  #clicked(button) {
    if (!button) return;
    const { play, step, choose, listen } = button.dataset;
    if (play) this.play(play);
    else if (step) this.step(Number(step));
    else if (choose) this.choose(Number(choose));
    else if (listen) this.play("sound", Number(listen));
    else if ("pause" in button.dataset) this.pause();
    else if ("end" in button.dataset) this.end();
  }
}

// A click on a drawing of the sound listens from there; the time line and Listen do so by keyboard.
function listenWhere(page, player, length) {
  const drawings = ".sound-of .sketch, #spectrogram img";
  page.addEventListener("click", (event) => {
    const drawing = event.target.closest(drawings);
    if (!drawing) return;
    const box = drawing.getBoundingClientRect();
    const most = drawing.matches("img") ? Math.min(length, Number(player.place.dataset.drawn)) : length;
    player.play("sound", Math.max(0, (event.clientX - box.left) / box.width) * most);
  });
}

export function playing(page, media) {
  const place = document.getElementById("player");
  if (!place) return;
  const player = new Player(media, place);
  page.classList.add("playable");
  listenWhere(page, player, Number(player.from.max));
  const own = player.own;
  key("m", say(own === "motion" ? "key_play" : "key_listen"), () => player.play(own));
  key("Escape", say("key_end_part"), () => player.end());
  document.addEventListener("visibilitychange", () => { if (document.hidden) player.end(); });
  window.addEventListener("pagehide", () => player.end());
  window.addEventListener("blur", () => player.stand());
}
