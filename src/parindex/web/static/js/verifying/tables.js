// The tables of the normal form: their columns, the order and keys of their rows, and what each cell
// may hold. Answers the rows by unit and item, ready to be scored.
import { compare, decimal, HUNDRED, fraction } from "./fractions.js";
import { isMapping } from "./shapes.js";
import { compareRows } from "./texts.js";

const COLUMNS = {
  units: ["unit", "name", "group", "ranked"],
  entries: [
    "unit", "item", "stage", "numerator", "denominator", "value", "count", "option", "points", "veto", "not_applicable",
    "reason",
  ],
  findings: ["unit", "item", "share", "se", "n"],
  facts: ["unit", "item", "numerator", "denominator", "value", "basis", "digest"],
  adjustments: ["unit", "kind", "code", "points", "reason"],
  previous: ["unit", "index", "rank", "group", "comparable"],
  withheld: ["unit", "item", "stage", "digest"],
};
const KEYS = { units: 1, entries: 3, findings: 2, facts: 2, adjustments: 3, previous: 1, withheld: 3 };
const QUANTITIES = ["numerator", "denominator", "value", "count", "option", "points"];
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const ONE = fraction(1n);
export const CLAIM = "self";

export const memberOf = (table) => (table === "withheld" ? "normal/entries.json" : `normal/${table}.json`);
export const TABLES = Object.keys(COLUMNS).filter((table) => table !== "withheld");

// Whether every table has its columns, whole rows in order, and each key once.
export function formedTables(documents, isPublic, say) {
  let right = true;
  const bad = (...finding) => {
    right = false;
    say(...finding);
  };
  for (const table of TABLES) {
    const given = documents[memberOf(table)];
    const hides = table === "entries" && isPublic;
    formedTable(given, table, hides ? ["columns", "rows", "withheld"] : ["columns", "rows"], bad);
    if (hides && isMapping(given)) formedTable(given.withheld, "withheld", ["columns", "rows"], bad);
  }
  return right;
}

function formedTable(given, table, expected, bad) {
  const where = `${memberOf(table)}: ${table}`;
  if (!isMapping(given)) return bad("not_a_mapping", where);
  const keys = Object.keys(given).sort();
  if (keys.join() !== expected.join()) return bad("value", where, expected.join(", "), keys.join(", "));
  const columns = COLUMNS[table];
  if (JSON.stringify(given.columns) !== JSON.stringify(columns)) {
    return bad("value", `${where}.columns`, columns.join(","), given.columns);
  }
  if (!Array.isArray(given.rows)) return bad("not_a_list", `${where}.rows`);
  let before = null;
  for (const [at, row] of given.rows.entries()) {
    const place = `${where}.rows[${at}]`;
    if (!Array.isArray(row) || row.length !== columns.length || row.some((cell) => typeof cell !== "string")) {
      return bad("row", place, String(columns.length), row);
    }
    if (before) {
      if (compareRows(before, row) > 0) bad("order", place, "", row.slice(0, KEYS[table]).join(" · "));
      if (row.slice(0, KEYS[table]).every((cell, key) => cell === before[key])) bad("twice", place, "", row.slice(0, KEYS[table]).join(" · "));
    }
    before = row;
  }
  return undefined;
}

// The rows as they count: units of each group, and for each unit what is known of it.
export function openedTables(documents, round, isPublic, say) {
  const units = new Map();
  for (const row of rows(documents, "units")) openUnit(row, round, units, say);
  const reading = { round, units, isPublic, say };
  for (const row of rows(documents, "entries")) openEntry(row, reading);
  if (isPublic) openWithheld(documents["normal/entries.json"].withheld.rows, reading);
  for (const row of rows(documents, "findings")) openFinding(row, reading);
  for (const row of rows(documents, "facts")) openFact(row, reading);
  for (const row of rows(documents, "adjustments")) openAdjustment(row, reading);
  for (const row of rows(documents, "previous")) openPrevious(row, reading);
  return units;
}

const rows = (documents, table) => documents[memberOf(table)].rows;

// A row with its cells by name, and what says something of one of its cells.
function named(table, row, say) {
  const cells = {};
  COLUMNS[table].forEach((column, at) => { cells[column] = row[at]; });
  const where = `${memberOf(table)}: ${row.slice(0, KEYS[table]).join(" · ")}`;
  return { cells, where, bad: (code, cell, expected = "", got = cells[cell]) => say(code, `${where} · ${cell}`, expected, got) };
}

function openUnit(row, round, units, say) {
  const { cells, bad } = named("units", row, say);
  if (cells.unit === "") bad("empty", "unit");
  if (cells.ranked !== "yes" && cells.ranked !== "no") bad("value", "ranked", "yes | no");
  const book = round.books.get(cells.group);
  if (!book) return bad("reference", "group");
  units.set(cells.unit, {
    unit: cells.unit, name: cells.name, book, ranked: cells.ranked === "yes",
    entries: new Map(), findings: new Map(), facts: new Map(), withheld: new Set(), bonus: [], deduction: [], previous: null,
  });
  return undefined;
}

// The unit and the item that a row speaks of; null where one does not exist, which is said.
function subject({ cells, bad }, { units }) {
  const unit = units.get(cells.unit);
  if (!unit) return bad("reference", "unit");
  const item = unit.book.byCode.get(cells.item);
  if (!item) return bad("reference", "item");
  return { unit, item };
}

function optionalDecimals(line, columns) {
  const numbers = {};
  for (const column of columns) {
    const text = line.cells[column];
    numbers[column] = text === "" ? null : decimal(text);
    if (text !== "" && numbers[column] === null) line.bad("not_a_decimal", column);
    else if (numbers[column]?.n < 0n) line.bad("value", column, "≥ 0");
  }
  return numbers;
}

// ---- entries and facts

function openEntry(row, reading) {
  const line = named("entries", row, reading.say);
  const { cells, bad } = line;
  const of = subject(line, reading);
  if (!of) return;
  const { unit, item } = of;
  if (!reading.round.stages.includes(cells.stage)) bad("reference", "stage");
  for (const flag of ["veto", "not_applicable"]) if (cells[flag] !== "" && cells[flag] !== "yes") bad("value", flag, "yes | ");
  const veto = cells.veto === "yes";
  const waived = cells.not_applicable === "yes";
  if (item.source === "external" && cells.stage === CLAIM) bad("source", "stage", item.source);
  if (veto && !item.guarded) bad("strange_cell", "veto");
  if (waived && cells.reason === "") bad("absent", "reason");
  if (reading.isPublic && cells.reason !== "" && !DIGEST.test(cells.reason)) bad("not_hidden", "reason", "sha256:…");
  const known = quantity(line, item, QUANTITIES, veto || waived);
  if (!item.entered && (!waived || veto || QUANTITIES.some((one) => cells[one] !== ""))) bad("source", "item", item.source, cells.item);
  if (!unit.entries.has(item.code)) unit.entries.set(item.code, new Map());
  unit.entries.get(item.code).set(cells.stage, { ...known, veto, waived });
}

function openFact(row, reading) {
  const line = named("facts", row, reading.say);
  const of = subject(line, reading);
  if (!of) return;
  if (of.item.source !== "dossiers") line.bad("source", "item", of.item.source);
  of.unit.facts.set(of.item.code, quantity(line, of.item, ["numerator", "denominator", "value"], false));
}

// The numbers of a row, held to what the item's rule reads. `excused`: none need be there.
function quantity(line, item, columns, excused) {
  const { cells, bad } = line;
  const { rule } = item;
  const numbers = optionalDecimals(line, columns.filter((column) => column !== "option"));
  const option = cells.option ?? "";
  for (const column of columns) if (cells[column] !== "" && !rule.reads.includes(column)) bad("strange_cell", column);
  if (rule.reads.every((column) => (cells[column] ?? "") === "")) {
    if (!excused) bad("no_quantity", rule.reads.at(-1));
    return { ...numbers, option };
  }
  if (rule.shape === "options" && !rule.options.has(option)) bad("reference", "option", [...rule.options.keys()].join(" | "));
  if (rule.shape === "given" && numbers.points && compare(numbers.points, item.maximum) > 0) bad("value", "points", `≤ ${item.declared}`);
  if (rule.reads[0] === "count" && numbers.count && numbers.count.n % numbers.count.d !== 0n) bad("value", "count", "0, 1, 2, …");
  if (rule.ofRatio) ratio(line, item, numbers, excused);
  return { ...numbers, option };
}

function ratio({ cells, bad }, { rule, noneDue }, { numerator, denominator, value }, excused) {
  if ((cells.numerator === "") !== (cells.denominator === "")) bad("half_pair", "denominator", "", `${cells.numerator} / ${cells.denominator}`);
  if (cells.value !== "" && (cells.numerator !== "" || cells.denominator !== "")) bad("pair_and_value", "value");
  if (!rule.over100) {
    if (numerator && denominator && compare(numerator, denominator) > 0) bad("value", "numerator", `≤ ${cells.denominator}`);
    if (value && compare(value, HUNDRED) > 0) bad("value", "value", "≤ 100");
  }
  if (denominator?.n === 0n && noneDue === null && !excused) bad("none_due", "denominator", "if_none_due");
}

// ---- what is withheld of a public bundle

function openWithheld(listed, reading) {
  const { final_from: finals, stages } = reading.round;
  for (const row of listed) {
    const line = named("withheld", row, reading.say);
    const of = subject(line, reading);
    if (!of) continue;
    const { cells, bad } = line;
    if (!stages.includes(cells.stage)) bad("reference", "stage");
    if (!DIGEST.test(cells.digest)) bad("value", "digest", "sha256:…");
    if (of.item.source === "external" && cells.stage === CLAIM) bad("source", "stage", of.item.source);
    const shown = of.unit.entries.get(of.item.code);
    if (shown?.has(cells.stage)) bad("shown_and_withheld", "stage");
    const place = finals.indexOf(cells.stage);
    if (place >= 0 && !finals.slice(0, place).some((stage) => shown?.has(stage))) bad("final_withheld", "stage");
  }
  for (const { unit, entries } of reading.units.values()) {
    for (const [code, stagesShown] of entries) {
      const final = finals.find((stage) => stagesShown.has(stage));
      for (const stage of stagesShown.keys()) {
        if (stage !== final) reading.say("not_final", `normal/entries.json: ${unit} · ${code} · ${stage}`);
      }
    }
  }
}

// ---- the other tables

function openFinding(row, reading) {
  const line = named("findings", row, reading.say);
  const of = subject(line, reading);
  if (!of) return;
  const { cells, bad } = line;
  if (!of.item.ofPeople) bad("source", "item", of.item.source);
  const { share, n } = optionalDecimals(line, ["share", "se", "n"]);
  if (cells.share === "") bad("absent", "share");
  if (share && compare(share, ONE) > 0) bad("value", "share", "0 … 1");
  if (n && n.n % n.d !== 0n) bad("value", "n", "0, 1, 2, …");
  of.unit.findings.set(of.item.code, { numerator: share, denominator: ONE, value: null });
}

function openAdjustment(row, reading) {
  const line = named("adjustments", row, reading.say);
  const { cells, bad } = line;
  const unit = reading.units.get(cells.unit);
  if (!unit) return bad("reference", "unit");
  if (cells.kind !== "bonus" && cells.kind !== "deduction") return bad("value", "kind", "bonus | deduction");
  if (reading.isPublic && cells.reason !== "" && !DIGEST.test(cells.reason)) bad("not_hidden", "reason", "sha256:…");
  if (unit.book.caps === null) bad("strange_cell", "points");
  const points = decimal(cells.points);
  if (points === null) return bad("not_a_decimal", "points");
  if (points.n <= 0n) bad("value", "points", "> 0");
  unit[cells.kind].push(points);
  return undefined;
}

function openPrevious(row, reading) {
  const line = named("previous", row, reading.say);
  const { cells, bad } = line;
  if (cells.unit === "") bad("empty", "unit");
  const { index, rank } = optionalDecimals(line, ["index", "rank"]);
  if (rank && (rank.n % rank.d !== 0n || rank.n < rank.d)) bad("value", "rank", "1, 2, 3, …");
  if (!["yes", "no", ""].includes(cells.comparable)) bad("value", "comparable", "yes | no | ");
  const unit = reading.units.get(cells.unit);
  if (!unit || cells.comparable === "no" || (cells.group !== "" && cells.group !== unit.book.group)) return;
  unit.previous = { index, rank: rank === null ? null : rank.n / rank.d };
}
