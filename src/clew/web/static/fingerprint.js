// A worker that tells the SHA-256 of one file after the other, read piece by piece.

import { Sha256 } from "./sha256.js";

addEventListener("message", async ({ data: file }) => {
  try {
    const hash = new Sha256();
    const reader = file.stream().getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      hash.update(value);
      postMessage({ read: value.length });
    }
    postMessage({ sha256: hash.hex() });
  } catch (error) {
    postMessage({ error: String(error) });
  }
});
