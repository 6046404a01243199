// The page that verifies a bundle. The template holds, inside <main data-bundle-url="…">:
//   <button type="button" data-verify="start">   downloads the bundle and checks it
//   <input type="file" data-verify="file">       checks a file that the reader has (optional)
//   <progress data-verify="progress" max="100" hidden aria-label="…">
//   <p data-verify="status" role="status">       what goes on, told to screen readers too
//   <div data-verify="verdict">                  is filled: green, or the first difference
// It is included as <script type="module" src=".../js/verifying/page.js">. The language is that of <html>.
import { check } from "./checking.js";
import { languageOf, say, sayCode, sayFinding } from "./words.js";

const LISTED = 50;
// How far each step has come when it begins, in percent; `computing` fills what lies behind it.
const AT = { downloading: 0, archive: 20, digests: 25, reading: 30, values: 50, computing: 60, comparing: 95 };

const main = document.querySelector("[data-bundle-url]");
const part = (name) => main.querySelector(`[data-verify="${name}"]`);
const language = languageOf(document.documentElement.lang);
const t = (key, values) => say(key, language, values);
const count = (number) => number.toLocaleString(language === "vi" ? "vi-VN" : "en-GB");

let running = false;

if (main) {
  const { bundleUrl } = main.dataset;
  part("start")?.addEventListener("click", () => run(bundleUrl.split("/").at(-1), "no_download", () => download(bundleUrl)));
  part("file")?.addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (file) await run(file.name, "no_reading", () => file.arrayBuffer());
    // So that a file of the same name can be chosen once more.
    target.value = "";
  });
}

// One at a time: what is asked for while one runs is not begun.
async function run(name, failure, fetched) {
  if (running) return;
  running = true;
  busy(true);
  let stage = failure;
  try {
    const buffer = await fetched();
    stage = "broken";
    const told = await check(buffer, tell);
    show(told.ok ? good(told, name) : bad(told, name));
  } catch (error) {
    show(notice("warning", t("trouble"), [h("p", {}, t(stage, { why: error.message }))]));
  } finally {
    running = false;
    busy(false);
  }
}

async function download(url) {
  tell({ step: "downloading", done: 0, all: 0 });
  const answer = await fetch(url, { credentials: "omit" });
  if (!answer.ok) throw new Error(String(answer.status));
  const size = Number(answer.headers.get("Content-Length"));
  const parts = [];
  let done = 0;
  const reader = answer.body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    parts.push(read.value);
    done += read.value.length;
    tell({ step: "downloading", done, all: Math.max(size, done) });
  }
  return new Blob(parts).arrayBuffer();
}

// ---- what goes on

let spoken = "";

function tell({ step, done, all }) {
  const steps = Object.keys(AT);
  const next = AT[steps[steps.indexOf(step) + 1]] ?? 100;
  part("progress").value = AT[step] + (all > 0 ? ((next - AT[step]) * done) / all : 0);
  const words = t(step, { all: count(all) });
  // Numbers that run are seen on the bar; to a screen reader each step is said once.
  if (spoken !== step) part("status").textContent = words;
  spoken = step;
}

function busy(now) {
  spoken = "";
  part("progress").hidden = !now;
  part("progress").value = 0;
  main.setAttribute("aria-busy", String(now));
  for (const name of ["start", "file"]) if (part(name)) part(name).disabled = now;
  if (now) part("verdict").replaceChildren();
  else part("status").textContent = "";
}

function show(section) {
  part("verdict").replaceChildren(section);
  section.querySelector("h2").focus();
}

// ---- the verdict

function good(told, name) {
  const unchecked = [told.signature && "signature", "inputs"].filter(Boolean).map((key) => t(key)).join(", ");
  return notice("success", t("good"), [
    facts([
      ["round", `${told.round} · ${told.index} ${told.year}`], ["groups", count(told.groups)], ["units", count(told.units)],
      ["items", count(told.items)], ["file", name], ["digest", code(told.digest)],
      told.journalHead && ["journal_head", code(told.journalHead)], told.bundleBefore && ["bundle_before", code(told.bundleBefore)],
      ["unchecked", unchecked],
    ]),
    h("p", {}, t("compare")),
  ]);
}

function bad({ findings, more, digest }, name) {
  const all = findings.length + more;
  const [first, ...rest] = findings;
  const listed = rest.slice(0, LISTED);
  const left = all - 1 - listed.length;
  return notice("error", t("bad"), [
    h("h3", {}, t("first")),
    h("p", {}, sayCode(first.code, language)),
    facts([["where", code(first.where)], ...compared(first), ["file", name], digest && ["digest", code(digest)]]),
    rest.length > 0 && h("details", {}, h("summary", {}, t("others", { count: count(all - 1) })),
      h("ol", { start: "2" }, ...listed.map((one) => h("li", {}, sayFinding(one, language),
        ...compared(one).map(([key, shown]) => h("span", {}, ` · ${t(key)}: `, shown))))),
      left > 0 && h("p", {}, t("more", { count: count(left) }))),
  ]);
}

const compared = ({ expected, got }) =>
  expected === "" && got === "" ? [] : [["expected", code(expected || t("nothing"))], ["got", code(got || t("nothing"))]];

const facts = (pairs) => h("dl", { class: "verdict-facts" },
  ...pairs.filter(Boolean).map(([key, shown]) => h("div", {}, h("dt", {}, t(key)), h("dd", {}, shown))));
const code = (text) => h("code", {}, text);

const MARKS = { success: "✓", error: "✕", warning: "!" };
const notice = (kind, title, children) => h("section", { class: `notice ${kind}` },
  h("span", { class: "mark", "aria-hidden": "true" }, MARKS[kind]),
  h("div", {}, h("h2", { tabindex: "-1" }, title), ...children));

// Elements in a line; texts stay texts, and what is false is left out.
function h(tag, attributes, ...children) {
  const one = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  one.append(...children.filter((child) => child !== false && child !== undefined && child !== ""));
  return one;
}
