// Sends one file by the tus protocol (1.0): piece by piece, from where the server has it. What was
// acknowledged is kept there, so that a cut connection or a closed page costs one piece at most.

import { say } from "./ask.js";

const PIECE = 4 * 1024 * 1024;
const LONGEST_WAIT = 30000; // milliseconds

export class SendingError extends Error {
  // `stops` tells that no other file could be sent either before somebody does something.
  constructor(message, stops = false) {
    super(message);
    this.stops = stops;
  }
}

const pause = (time, signal) => new Promise((settle) => {
  const timer = setTimeout(settle, time);
  signal.addEventListener("abort", () => { clearTimeout(timer); settle(); }, { once: true });
});

function ask(item, method, signal, headers = {}, body = undefined) {
  return fetch(item.url, {
    method,
    headers: {
      "Tus-Resumable": "1.0.0",
      "Clew-Asks": "script",
      "X-CSRFToken": document.body.dataset.form,
      ...headers,
    },
    body,
    signal,
    redirect: "error",
  });
}

function put(item, signal) {
  const piece = item.file.slice(item.offset, item.offset + PIECE);
  const headers = {
    "Upload-Offset": String(item.offset), "Content-Type": "application/offset+octet-stream",
  };
  return ask(item, "PATCH", signal, headers, piece);
}

async function readable(item) {
  try {
    await item.file.slice(item.offset, item.offset + 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

function refusal(status) {
  if (status === 401) return new SendingError(say("signed_out"), true);
  if (status === 403) return new SendingError(say("no_authority"), true);
  if (status === 404) return new SendingError(say("no_upload"));
  return new SendingError(say("refused_upload", { status }));
}

// Send until all of it has arrived. `told(connected)` is called whenever something has changed;
// `item.offset` is how much the server acknowledged. Stops quietly when `signal` is aborted.
export async function send(item, signal, told) {
  let wait = 500;
  let sure = item.offset === 0;
  while (item.offset < item.size && !signal.aborted) {
    let answer = null;
    try {
      // Where it is the server knows better once an answer was lost.
      answer = await (sure ? put(item, signal) : ask(item, "HEAD", signal));
    } catch {
      if (signal.aborted) return;
      if (!(await readable(item))) throw new SendingError(say("changed", { path: item.path }));
    }
    if (answer?.ok) {
      item.offset = Number(answer.headers.get("Upload-Offset"));
      sure = true;
      wait = 500;
      told(true);
    } else if (answer?.status === 409) {
      sure = false;
    } else if (answer && answer.status < 500 && answer.status !== 429) {
      throw refusal(answer.status);
    } else {
      sure = false;
      told(false);
      await pause(wait, signal);
      wait = Math.min(2 * wait, LONGEST_WAIT);
    }
  }
}
