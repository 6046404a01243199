// Verifies beside the page, so that the page stays alive. Says when it is ready, takes the bytes of a
// bundle, tells how far it is some ten times a second, and answers the verdict or what stopped it.
import { verify } from "./verify.js";

const EVERY = 100;
let told = 0;

function progress(at) {
  const now = performance.now();
  if (at.step === "computing" && now - told < EVERY) return;
  told = now;
  postMessage({ at });
}

addEventListener("message", async ({ data }) => {
  try {
    postMessage({ verdict: await verify(new Uint8Array(data), progress) });
  } catch (error) {
    postMessage({ trouble: String(error) });
  }
});

postMessage({ ready: true });
