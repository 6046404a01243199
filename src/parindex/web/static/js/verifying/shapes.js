// Forms of values: each is a function (value, where, say) that says what is wrong and answers
// whether nothing was.
import { decimal, isDecimal } from "./fractions.js";

export const text = (value, where, say) => typeof value === "string" || no(say, "not_a_text", where, "", value);

// A code, an id or the like.
export const name = (value, where, say) => text(value, where, say) && (value !== "" || no(say, "empty", where));

export const oneOf = (...words) => (value, where, say) =>
  words.includes(value) || no(say, "value", where, words.join(" | "), value);

export const number = (value, where, say) =>
  (typeof value === "string" && isDecimal(value)) || no(say, "not_a_decimal", where, "", value);

export const above0 = (value, where, say) =>
  number(value, where, say) && (decimal(value).n > 0n || no(say, "value", where, "> 0", value));

// How many digits stand behind a point.
const DIGITS = /^(?:[0-9]|1[0-2])$/;
export const digits = (value, where, say) =>
  (typeof value === "string" && DIGITS.test(value)) || no(say, "value", where, "0, 1, … 12", value);

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
export function day(value, where, say) {
  const parts = typeof value === "string" ? DAY.exec(value) : null;
  const [, year, month, date] = parts?.map(Number) ?? [];
  return (parts !== null && year > 0 && month >= 1 && month <= 12 && date >= 1 && date <= days(year, month)) ||
    no(say, "value", where, "YYYY-MM-DD", value);
}

const days = (year, month) =>
  month === 2 ? 28 + Number(year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)) : [4, 6, 9, 11].includes(month) ? 30 : 31;

export const listOf = (form) => (value, where, say) =>
  Array.isArray(value)
    ? every(value.map((one, at) => form(one, `${where}[${at}]`, say)))
    : no(say, "not_a_list", where, "", value);

export const isMapping = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

// A mapping of whatever keys, each value in one form.
export const mappingOf = (form) => (value, where, say) =>
  isMapping(value)
    ? every(Object.entries(value).map(([key, one]) => form(one, inside(where, key), say)))
    : no(say, "not_a_mapping", where, "", value);

// A mapping of exactly these keys; those of the second may be absent.
export const keys = (needed, optional = {}) => (value, where, say) => {
  if (!isMapping(value)) return no(say, "not_a_mapping", where, "", value);
  const right = Object.keys(value).map((key) => {
    const form = Object.hasOwn(needed, key) ? needed[key] : Object.hasOwn(optional, key) ? optional[key] : null;
    return form === null ? no(say, "strange_key", inside(where, key)) : form(value[key], inside(where, key), say);
  });
  const absent = Object.keys(needed).filter((key) => !Object.hasOwn(value, key));
  return every([...right, ...absent.map((key) => no(say, "absent", inside(where, key)))]);
};

// The place of a key: behind "member: " it stands alone, in a mapping behind a point.
export const inside = (where, key) => (where.endsWith(": ") ? where + key : `${where}.${key}`);

const every = (answers) => answers.every(Boolean);

export function no(say, ...finding) {
  say(...finding);
  return false;
}
