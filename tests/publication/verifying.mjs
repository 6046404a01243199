// Verifies bundles with the browser's verifier: on standard input a length of four bytes and a bundle,
// again and again; on standard output a line of JSON for each. Lies beside a copy of its modules.
import { digest } from "./digests.js";
import { verify } from "./verify.js";

let held = Buffer.alloc(0);
for await (const part of process.stdin) {
  held = Buffer.concat([held, part]);
  while (held.length >= 4 && held.length >= 4 + held.readUInt32BE()) {
    const end = 4 + held.readUInt32BE();
    // Bytes of their own, as a browser has them.
    const bytes = Uint8Array.from(held.subarray(4, end));
    held = held.subarray(end);
    const told = await verify(bytes);
    process.stdout.write(`${JSON.stringify({ ...told, plain: await digest(bytes, null) })}\n`);
  }
}
