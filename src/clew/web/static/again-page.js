// A grade that is asked again: revealing by holding, answering by digit.

import { say } from "./ask.js";
import { key } from "./keys.js";
import { Held } from "./reveal.js";

const asked = document.getElementById("again");
const held = new Held();

if (asked) {
  const button = asked.querySelector("[data-hold]");
  const pairs = [[button.dataset.hold, asked.querySelector("[data-reveal]")]];
  button.addEventListener("pointerdown", () => held.show(pairs));
  for (const name of ["pointerup", "pointercancel"]) {
    document.addEventListener(name, () => held.hide());
  }
  button.addEventListener("keydown", (event) => {
    if (event.repeat || ![" ", "Enter"].includes(event.key)) return;
    event.preventDefault();
    held.show(pairs);
  });
  button.addEventListener("keyup", () => held.hide());
  button.addEventListener("blur", () => held.hide());
  key("v", say("key_reveal"), () => held.show(pairs), () => held.hide());
  for (const grade of asked.querySelectorAll("[data-grade]")) {
    const number = grade.dataset.grade;
    key(number, grade.textContent.replace(number, "").trim(), () => grade.click());
  }
}
