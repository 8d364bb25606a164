// The page on which media that a scan found are handed in from where they lie.

import { about, manifest } from "./about.js";
import { post, wayOn } from "./ask.js";

const media = JSON.parse(document.getElementById("ready").textContent);
const said = document.getElementById("said");
const button = about.querySelector("button.main");

about.addEventListener("submit", async (event) => {
  event.preventDefault();
  const sent = { media, ...manifest() };
  said.textContent = "";
  button.disabled = true;
  try {
    const told = await post("/contribute/finds/begin", sent);
    location.assign(told.go);
  } catch (error) {
    said.className = "note bad";
    said.replaceChildren(error.message, " ", wayOn(error) ?? "");
    button.disabled = false;
  }
});
