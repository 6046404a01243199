// Has a bundle verified: by a worker, or in the page itself, bit by bit, where the browser has no
// worker that loads modules.
import { verify } from "./verify.js";

const BREATH = 50;

// The verdict of `verify`; `told` hears of progress. Throws what stopped it.
export async function check(buffer, told) {
  const worker = await ready();
  return worker ? beside(worker, buffer, told) : here(buffer, told);
}

// A worker that has loaded everything, or null.
function ready() {
  return new Promise((done) => {
    try {
      const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
      worker.addEventListener("message", () => done(worker), { once: true });
      worker.addEventListener("error", () => done(null), { once: true });
    } catch {
      done(null);
    }
  });
}

function beside(worker, buffer, told) {
  return new Promise((done, failed) => {
    worker.addEventListener("message", ({ data }) => {
      if (data.at) told(data.at);
      else if (data.verdict) done(data.verdict);
      else failed(new Error(data.trouble));
    });
    worker.addEventListener("error", (event) => failed(new Error(event.message)));
    worker.postMessage(buffer, [buffer]);
  }).finally(() => worker.terminate());
}

function here(buffer, told) {
  let breathed = performance.now();
  return verify(new Uint8Array(buffer), async (at) => {
    if (at.step === "computing" && performance.now() - breathed < BREATH) return;
    told(at);
    await new Promise((done) => { setTimeout(done); });
    breathed = performance.now();
  });
}
