// The whole of a verification, written from docs/spec/bundle.md alone: the archive, the manifest, the
// normal form, and every number of the results computed again.
import { readArchive, same } from "./archive.js";
import { digest } from "./digests.js";
import { Fault, Findings } from "./faults.js";
import { HEADS, results } from "./results.js";
import { formed, opened } from "./rulebooks.js";
import { keys, mappingOf, oneOf, text } from "./shapes.js";
import { TABLES, formedTables, memberOf, openedTables } from "./tables.js";
import { csvRows, decode, readCanonical } from "./texts.js";

const MANIFEST = "manifest.json";
const NORMAL = ["normal/round.json", "normal/rulebooks.json", ...TABLES.map(memberOf)];
const RESULTS = Object.keys(HEADS);
// Lines of one file that are named when they differ.
const NAMED = 20;

const digestText = (value, where, say) =>
  /^sha256:[0-9a-f]{64}$/.test(value) || (say("value", where, "sha256:…", value), false);
const link = (value, where, say) => value === null || text(value, where, say);
const truth = (value, where, say) => typeof value === "boolean" || (say("value", where, "true | false", value), false);
const manifestForm = keys({
  schema: oneOf("parindex.bundle/1"), public: truth, members: mappingOf(digestText),
  journal_head: link, bundle_before: link, signature: link,
});

// Verifies the bytes of a bundle. Answers {ok, findings, more, digest, and, as far as it came: public,
// round, year, groups, units, items, journalHead, bundleBefore, signature}. `progress({step, done, all})`
// is told of each step and may be asynchronous; it is awaited, so that a page can stay alive.
export async function verify(bytes, progress = () => {}) {
  const findings = new Findings();
  const seen = {};
  try {
    await steps(bytes, findings, seen, progress);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { code, where, expected, got } = error.finding;
    findings.say(code, where, expected, got);
  }
  return { ok: findings.count === 0, findings: findings.found, more: findings.more, ...seen };
}

async function steps(bytes, findings, seen, progress) {
  const say = findings.say.bind(findings);
  const step = (name) => progress({ step: name, done: 0, all: 0 });
  await step("archive");
  seen.digest = await digest(bytes);
  const members = readArchive(bytes);
  if (!members.has(MANIFEST)) throw new Fault("absent", MANIFEST);
  const manifest = readCanonical(members.get(MANIFEST), MANIFEST);
  if (!manifestForm(manifest, `${MANIFEST}: `, say)) return;
  Object.assign(seen, {
    public: manifest.public, journalHead: manifest.journal_head, bundleBefore: manifest.bundle_before, signature: manifest.signature,
  });
  await step("digests");
  await checkMembers(members, manifest, say);
  if (!NORMAL.every((name) => members.has(name))) return;
  await step("reading");
  const documents = {};
  for (const name of NORMAL) {
    documents[name] = readCanonical(members.get(name), name);
    await step("reading");
  }
  await step("values");
  const forms = [formed(documents, say), formedTables(documents, manifest.public, say)];
  if (!forms.every(Boolean)) return;
  const before = findings.count;
  const round = opened(documents, say);
  const units = openedTables(documents, round, manifest.public, say);
  for (const name of NORMAL) delete documents[name];
  Object.assign(seen, count(round, units));
  // What may not be, or speaks of what does not exist, cannot be computed with.
  if (findings.count > before) return;
  const files = await results(round, units, manifest.public, findings, (done, all) => progress({ step: "computing", done, all }));
  if (findings.count > before) return;
  await step("comparing");
  for (const [name, lines] of Object.entries(files)) if (members.has(name)) compareFile(name, lines, members.get(name), say);
}

const count = (round, units) => ({
  round: round.round, index: round.index, year: round.year, groups: round.groups.length, units: units.size,
  items: [...units.values()].reduce((sum, { book }) => sum + book.items.length, 0),
});

async function checkMembers(members, manifest, say) {
  const listed = manifest.members;
  for (const name of members.keys()) {
    if (name === MANIFEST) continue;
    if (!isMember(name, manifest.public)) say("strange_member", name);
    if (!Object.hasOwn(listed, name)) say("absent", `${MANIFEST}: members.${name}`);
  }
  const needed = [...NORMAL, ...RESULTS, "verify.py", ...(manifest.public ? [] : ["input/round.yaml"])];
  for (const name of new Set([...needed, ...Object.keys(listed)])) {
    if (!members.has(name)) say("absent", name);
    else if (Object.hasOwn(listed, name)) {
      const got = await digest(members.get(name));
      if (got !== listed[name]) say("digest", name, listed[name], got);
    }
  }
}

const isMember = (name, isPublic) =>
  NORMAL.includes(name) || RESULTS.includes(name) || name === "verify.py" || (!isPublic && name.length > 6 && name.startsWith("input/"));

function compareFile(name, lines, bytes, say) {
  const expected = `${lines.join("\n")}\n`;
  if (same(new TextEncoder().encode(expected), bytes)) return;
  const got = csvRows(decode(bytes, name));
  const wanted = csvRows(expected);
  let named = 0;
  for (let at = 0; at < Math.max(got.length, wanted.length) && named < NAMED; at += 1) {
    const [right, there] = [wanted[at], got[at]];
    if (right && there && right.length === there.length && right.every((cell, place) => cell === there[place])) continue;
    named += 1;
    differs(name, at, wanted[0], right, there, say);
  }
  // The cells are the same and are written otherwise.
  if (named === 0) say("result_form", name);
}

// Where both lines are of the same thing the number is named, else the line.
function differs(name, at, columns, right, there, say) {
  const keys = name === "results/groups.csv" ? 1 : name === "results/results.csv" ? 2 : 3;
  const sameThing = right && there && right.length === there.length && right.slice(0, keys).join("\n") === there.slice(0, keys).join("\n");
  if (at === 0 || !sameThing) return say("result_line", `${name}: ${at + 1}`, right?.join(",") ?? "", there?.join(",") ?? "");
  right.forEach((cell, place) => {
    if (cell !== there[place]) say("result", `${name}: ${right.slice(0, keys).join(" · ")} · ${columns[place]}`, cell, there[place]);
  });
  return undefined;
}
