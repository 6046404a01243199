// Section 4 of the specification: ranks, classes, changes, and the four files of results.
import { compare, fraction, ofSteps, steps, subtract, written } from "./fractions.js";
import { scoreUnit } from "./scoring.js";
import { compareTexts, csvLine } from "./texts.js";

// Where an item differs, so do its area and its unit: the cause stands first.
export const HEADS = {
  "results/items.csv": "group,unit,item,points,maximum,marker",
  "results/areas.csv": "group,unit,area,points,maximum,index,rank",
  "results/results.csv":
    "group,unit,name,points,maximum,bonus,deduction,index,rank,class,change,rank_change," +
    "appraised_points,appraised_maximum,survey_points,survey_maximum,self_points",
  "results/groups.csv": "group,n_units,n_ranked,mean,min,max",
};

// Name of a file to its lines. `told(done, all)` is awaited after every unit.
export async function results(round, units, isPublic, findings, told) {
  const files = Object.fromEntries(Object.entries(HEADS).map(([name, head]) => [name, [head]]));
  let done = 0;
  for (const book of round.books.values()) {
    const scored = [];
    for (const unit of units.values()) {
      if (unit.book !== book) continue;
      scored.push(scoreUnit(unit, round, (item) =>
        findings.say("missing", `${unit.unit} · ${item.code}`, item.ofPeople ? "normal/findings.json" : item.entered ? "normal/entries.json" : "normal/facts.json")));
      done += 1;
      await told(done, units.size);
    }
    rankAll(scored, book);
    // Infinity less Infinity is no number and counts as equal.
    scored.sort((one, other) => (one.rank ?? Infinity) - (other.rank ?? Infinity) || compareTexts(one.unit.unit, other.unit.unit));
    for (const one of scored) write(files, one, book, isPublic);
    files["results/groups.csv"].push(groupLine(scored, book));
  }
  return files;
}

function rankAll(scored, book) {
  const value = (one) => (one.exact === null ? null : book.rankOn === "exact" ? one.exact : fraction(one.published));
  const ranked = scored.filter(({ unit }) => unit.ranked);
  const give = (holders) => ranks(holders.filter((one) => one.exact !== null), value, book.ties);
  for (const one of scored) for (const each of [one, ...one.areas]) each.rank = null;
  give(ranked);
  book.areas.forEach((_, place) => give(ranked.map((one) => one.areas[place])));
}

function ranks(holders, value, ties) {
  const sorted = holders.map((one) => [value(one), one]).sort(([one], [other]) => compare(other, one));
  let before = null;
  let rank = 0;
  sorted.forEach(([number, one], at) => {
    if (before === null || compare(number, before) !== 0) rank = ties === "dense" ? rank + 1 : at + 1;
    one.rank = rank;
    before = number;
  });
}

function classOf(one, book) {
  if (one.published === null || book.classes.length === 0) return "";
  const published = ofSteps(one.published, book.index);
  let place = book.classes.findIndex(({ from }) => compare(from, published) <= 0);
  for (const { atMost, zeroItem, below } of book.ceilings) {
    const applies = zeroItem === undefined
      ? one.areas.some((area) => area.published !== null && compare(ofSteps(area.published, book.index), below) < 0)
      : isZero(one.scored.get(zeroItem));
    if (applies) place = Math.max(place, atMost);
  }
  return book.classes[place].id;
}

const isZero = ({ points, marker }) => points === 0n && marker !== "not_applicable";

function write(files, one, book, isPublic) {
  const { unit, scored, areas, parts } = one;
  const start = [book.group, unit.unit];
  const ofPoints = (number) => written(steps(number, book.points), book.points);
  const plain = (count) => (count === null ? "" : written(count, book.points));
  const index = (count) => (count === null ? "" : written(count, book.index));
  const whole = (number) => (number === null ? "" : String(number));
  const before = unit.previous;
  const change = before?.index && one.published !== null
    ? steps(subtract(ofSteps(one.published, book.index), before.index), book.index) : null;
  const moved = before && before.rank !== null && one.rank !== null ? before.rank - BigInt(one.rank) : null;
  files["results/results.csv"].push(csvLine([
    ...start, unit.name, ofPoints(one.points), ofPoints(one.maximum), ofPoints(one.bonus), ofPoints(one.deduction),
    index(one.published), whole(one.rank), classOf(one, book), index(change), whole(moved),
    plain(parts.appraised.points), plain(parts.appraised.maximum), plain(parts.survey.points), plain(parts.survey.maximum),
    isPublic ? "" : plain(parts.self),
  ]));
  areas.forEach((area, place) => files["results/areas.csv"].push(csvLine([
    ...start, book.areas[place].code, ofPoints(area.points), ofPoints(area.maximum), index(area.published), whole(area.rank),
  ])));
  for (const [code, { points, maximum, marker }] of scored) {
    files["results/items.csv"].push(csvLine([...start, code, plain(points), plain(maximum), marker]));
  }
}

function groupLine(scored, book) {
  const indices = scored.filter((one) => one.rank !== null).map((one) => one.published);
  const sum = indices.reduce((one, other) => one + other, 0n);
  const index = (count) => written(count, book.index);
  const figures = indices.length === 0 ? ["", "", ""] : [
    index(steps(fraction(sum, BigInt(indices.length) * 10n ** BigInt(book.index)), book.index)),
    index(indices.reduce((one, other) => (other < one ? other : one))),
    index(indices.reduce((one, other) => (other > one ? other : one))),
  ];
  return csvLine([book.group, String(scored.length), String(indices.length), ...figures]);
}
