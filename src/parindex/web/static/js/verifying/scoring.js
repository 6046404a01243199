// Section 3 of the specification for one unit: its items, areas, index and parts. Points of items are
// whole numbers of 10^-P, since each is rounded to P decimals; what follows is exact.
import {
  HUNDRED, ZERO, add, compare, divide, fraction, greatest, least, multiply, ofSteps, steps, subtract, sum,
} from "./fractions.js";
import { CLAIM } from "./tables.js";

const ONE = fraction(1n);

// All of a unit. Items in rulebook order; `missing` is called with an item that lacks its quantity.
export function scoreUnit(unit, round, missing) {
  const { book } = unit;
  const scored = new Map();
  for (const item of book.items) {
    const row = finalRow(unit, item, round.final_from);
    const { missing: lacking, ...score } = row === null ? missed(item) : scoreRow(item, row, book);
    if (lacking && (!item.entered || round.incomplete !== "zero")) missing(item);
    scored.set(item.code, score);
  }
  const areas = book.areas.map(({ items }) => scoreArea(items.map((item) => [item, scored.get(item.code)]), book));
  return { unit, scored, areas, parts: parts(unit, scored), ...total(unit, areas) };
}

const missed = (item) => ({ points: 0n, maximum: item.whole, marker: "missing", missing: true });

function finalRow(unit, item, finals) {
  const shown = unit.entries.get(item.code);
  const stage = shown && finals.find((one) => shown.has(one));
  if (stage !== undefined) return shown.get(stage);
  if (item.ofPeople) return unit.findings.get(item.code) ?? null;
  return item.source === "dossiers" ? unit.facts.get(item.code) ?? null : null;
}

// Points and maximum in steps of 10^-P, null where the item leaves every sum.
function scoreRow(item, row, book) {
  const full = item.whole;
  const waived = book.notApplicable === "award_max"
    ? { points: full, maximum: full, marker: "not_applicable" }
    : { points: null, maximum: null, marker: "not_applicable" };
  if (row.waived) return waived;
  if (row.veto) return { points: 0n, maximum: full, marker: "zero_if" };
  if (row.denominator?.n === 0n) {
    if (item.noneDue === "not_applicable") return waived;
    return item.noneDue === "full"
      ? { points: full, maximum: full, marker: "none_due_full" }
      : { points: 0n, maximum: full, marker: "none_due_zero" };
  }
  return { points: steps(SHAPES[item.rule.shape](item, row), book.points), maximum: full, marker: "scored" };
}

const percent = ({ numerator, denominator, value }) => value ?? divide(multiply(HUNDRED, numerator), denominator);

const SHAPES = {
  options: ({ rule }, { option }) => rule.options.get(option),
  given: (_, { points }) => points,
  deduction: ({ rule, maximum }, { count }) => greatest(rule.floor, subtract(maximum, multiply(rule.each, count))),
  ratio: ({ rule, maximum }, row) => {
    const r = percent(row);
    if (rule.zeroBelow !== null && compare(r, rule.zeroBelow) < 0) return ZERO;
    return multiply(maximum, least(ONE, divide(r, rule.fullAt)));
  },
  bands: ({ rule }, row) => {
    const x = rule.on === "ratio" ? percent(row) : row[rule.on];
    return rule.steps.find(({ from }) => compare(from, x) <= 0)?.points ?? ZERO;
  },
};

function scoreArea(pairs, book) {
  let [points, applicable, full] = [0n, 0n, 0n];
  for (const [item, score] of pairs) {
    full += item.whole;
    points += score.points ?? 0n;
    applicable += score.maximum ?? 0n;
  }
  if (applicable === 0n) return { points: ZERO, maximum: ZERO, exact: null, published: null };
  const exact = fraction(100n * points, applicable);
  const scaled = book.notApplicable === "renormalise_within_area";
  return {
    points: scaled ? divide(multiply(ofSteps(points, book.points), fraction(full)), fraction(applicable)) : ofSteps(points, book.points),
    maximum: ofSteps(scaled ? full : applicable, book.points),
    exact,
    published: steps(exact, book.index),
  };
}

function total({ book, bonus, deduction }, areas) {
  const points = sum(areas.map((one) => one.points));
  const maximum = sum(areas.map((one) => one.maximum));
  const capped = (numbers, cap) => (book.caps === null ? ZERO : least(sum(numbers), cap));
  const more = capped(bonus, book.caps?.bonus);
  const less = capped(deduction, book.caps?.deduction);
  const made = { points, maximum, bonus: more, deduction: less, exact: null, published: null };
  if (maximum.n === 0n) return made;
  const whole = subtract(add(points, more), less);
  made.exact = least(HUNDRED, greatest(ZERO, divide(multiply(HUNDRED, whole), maximum)));
  made.published = steps(made.exact, book.index);
  return made;
}

// What was appraised, what people said and what was claimed, in steps of 10^-P.
function parts({ book, entries }, scored) {
  const made = { appraised: { points: 0n, maximum: 0n }, survey: { points: 0n, maximum: 0n }, self: null };
  for (const item of book.items) {
    const { points, maximum } = scored.get(item.code);
    const part = item.ofPeople ? made.survey : made.appraised;
    part.points += points ?? 0n;
    part.maximum += maximum ?? 0n;
    const claim = entries.get(item.code)?.get(CLAIM);
    if (claim) made.self = (made.self ?? 0n) + (scoreRow(item, claim, book).points ?? 0n);
  }
  return made;
}
