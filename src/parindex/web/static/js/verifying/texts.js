// Text as the specification has it: its order, its form, canonical JSON and lines of CSV.
import { Fault } from "./faults.js";

const BEYOND = /[^\0-\x7f]|\\ud/;
const LONE = /\p{Surrogate}/u;

// Order by code point, which is that of the UTF-8 bytes; JavaScript's own is by UTF-16 unit.
export function compareTexts(one, other) {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) {
    const [left, right] = [one.charCodeAt(at), other.charCodeAt(at)];
    if (left !== right) return place(left) - place(right);
  }
  return one.length - other.length;
}

// Pairs of surrogates stand for what comes behind all single units.
const place = (unit) => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);

export function compareRows(one, other) {
  for (let at = 0; at < one.length; at += 1) {
    const order = compareTexts(one[at], other[at]);
    if (order !== 0) return order;
  }
  return 0;
}

export function decode(bytes, where) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Fault("not_text", where, "UTF-8");
  }
}

// The value of a member that is canonical JSON without numbers, all of its text in NFC.
export function readCanonical(bytes, where) {
  const text = decode(bytes, where);
  let value;
  let again;
  try {
    value = JSON.parse(text);
    again = canonical(value, where);
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault("not_json", where);
  }
  if (again !== text) throw new Fault("not_canonical", where, ...firstDifference(again, text));
  return value;
}

// RFC 8785: keys by UTF-16 unit, strings as JSON.stringify writes them. The keys are written here
// and not by JSON.stringify, which would put those that look like numbers first.
function canonical(value, where) {
  if (Array.isArray(value)) {
    if (value.every((one) => typeof one === "string")) return strings(value, where);
    return `[${value.map((one) => canonical(one, where)).join(",")}]`;
  }
  if (typeof value === "string") return strings([value], where).slice(1, -1);
  if (value !== null && typeof value === "object") {
    const keys = Object.keys(value).sort();
    return `{${keys.map((key) => `${canonical(key, where)}:${canonical(value[key], where)}`).join(",")}}`;
  }
  if (typeof value === "number") throw new Fault("json_number", where, "", String(value));
  return JSON.stringify(value);
}

function strings(given, where) {
  const written = JSON.stringify(given);
  if (BEYOND.test(written)) {
    for (const one of given) {
      if (LONE.test(one)) throw new Fault("not_text", where, "Unicode", one);
      if (one.normalize("NFC") !== one) throw new Fault("not_nfc", where, one.normalize("NFC"), one);
    }
  }
  return written;
}

function firstDifference(expected, got) {
  let at = 0;
  while (at < expected.length && expected[at] === got[at]) at += 1;
  const from = Math.max(0, at - 20);
  return [expected.slice(from, at + 40), got.slice(from, at + 40)];
}

const QUOTED = /[",\r\n]/;
export const csvLine = (cells) =>
  cells.map((cell) => (QUOTED.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",");

// The lines of a CSV file as lists of cells; what is not well formed is taken as it is.
export function csvRows(text) {
  const rows = [];
  for (const line of csvLines(text)) rows.push(csvCells(line));
  return rows;
}

function* csvLines(text) {
  let start = 0;
  let inside = false;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"') inside = !inside;
    else if (text[at] === "\n" && !inside) {
      yield text.slice(start, at);
      start = at + 1;
    }
  }
  if (start < text.length) yield text.slice(start);
}

function csvCells(line) {
  const cells = [];
  let start = 0;
  let inside = false;
  for (let at = 0; at <= line.length; at += 1) {
    if (line[at] === '"') inside = !inside;
    else if (at === line.length || (line[at] === "," && !inside)) {
      cells.push(unquoted(line.slice(start, at)));
      start = at + 1;
    }
  }
  return cells;
}

const unquoted = (cell) =>
  cell.length > 1 && cell.startsWith('"') && cell.endsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
