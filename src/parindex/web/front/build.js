// Puts what pages load into built/ (not in the repository): typeface, htmx and the PDF reader,
// each text also compressed, for a server that sends such files as they are.
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const here = new URL(".", import.meta.url);
const from = (path) => new URL(`node_modules/${path}`, here);
const to = (path) => new URL(`built/${path}`, here);

async function text(source, target) {
  const words = (await readFile(from(source), "utf8")).replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n");
  await writeFile(to(target), words);
  await writeFile(to(`${target}.gz`), gzipSync(words, { level: 9 }));
}

await rm(to(""), { recursive: true, force: true });
for (const folder of ["fonts", "pdf/cmaps", "pdf/standard_fonts", "pdf/wasm"]) {
  await mkdir(to(folder), { recursive: true });
}

const family = "be-vietnam-pro";
for (const subset of ["vietnamese", "latin", "latin-ext"]) {
  for (const weight of [400, 600]) {
    const name = `${family}-${subset}-${weight}-normal.woff2`;
    await copyFile(from(`@fontsource/${family}/files/${name}`), to(`fonts/${name}`));
  }
}
await copyFile(from(`@fontsource/${family}/LICENSE`), to("fonts/LICENSE"));
await text("htmx.org/dist/htmx.min.js", "htmx.min.js");

// What documents are set in: Tinos, as wide as Times New Roman letter by letter. It lies beside the
// templates, since documents are written without the web.
const tinos = (name) => from(`@expo-google-fonts/tinos/${name}`);
const beside = (name) => new URL(`../../documents/fonts/${name}`, here);
await rm(beside(""), { recursive: true, force: true });
await mkdir(beside(""), { recursive: true });
for (const face of ["400Regular", "400Regular_Italic", "700Bold", "700Bold_Italic"]) {
  await copyFile(tinos(`${face}/Tinos_${face}.ttf`), beside(`Tinos_${face}.ttf`));
}
await copyFile(tinos("LICENSE_FONT"), beside("LICENSE"));

// The build for older browsers: office PCs are not renewed every year.
await text("pdfjs-dist/legacy/build/pdf.min.mjs", "pdf/pdf.js");
await text("pdfjs-dist/legacy/build/pdf.worker.min.mjs", "pdf/pdf.worker.js");
// JPEG 2000 and JBIG2, which scanners write, without WebAssembly.
for (const name of (await readdir(from("pdfjs-dist/wasm"))).filter((one) => one.endsWith("_nowasm_fallback.js"))) {
  await text(`pdfjs-dist/wasm/${name}`, `pdf/wasm/${name}`);
}
for (const name of await readdir(from("pdfjs-dist/standard_fonts"))) {
  await copyFile(from(`pdfjs-dist/standard_fonts/${name}`), to(`pdf/standard_fonts/${name}`));
}
for (const name of await readdir(from("pdfjs-dist/cmaps"))) {
  if (/^(Uni|GBK-EUC|Adobe-\w+-UCS2)/.test(name)) {
    await copyFile(from(`pdfjs-dist/cmaps/${name}`), to(`pdf/cmaps/${name}`));
  }
}
await copyFile(from("pdfjs-dist/LICENSE"), to("pdf/LICENSE"));
