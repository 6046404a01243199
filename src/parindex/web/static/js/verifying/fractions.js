// Exact numbers: a numerator and a denominator above 0, both BigInt, never reduced because nothing
// here runs long enough to need it.
const DECIMAL = /^(-?[0-9]{1,15})(?:\.([0-9]{1,20}))?$/;
const POWERS = Array.from({ length: 41 }, (_, power) => 10n ** BigInt(power));

export const fraction = (n, d = 1n) => ({ n, d });
export const ZERO = fraction(0n);
export const HUNDRED = fraction(100n);

export const isDecimal = (text) => DECIMAL.test(text);

// The number a decimal says; null for what is none.
export function decimal(text) {
  const parts = DECIMAL.exec(text);
  if (parts === null) return null;
  const behind = parts[2] ?? "";
  return fraction(BigInt(parts[1] + behind), POWERS[behind.length]);
}

export const add = (a, b) => (a.d === b.d ? fraction(a.n + b.n, a.d) : fraction(a.n * b.d + b.n * a.d, a.d * b.d));
export const subtract = (a, b) => add(a, fraction(-b.n, b.d));
export const multiply = (a, b) => fraction(a.n * b.n, a.d * b.d);
// By a number above 0.
export const divide = (a, b) => fraction(a.n * b.d, a.d * b.n);

// Below 0, 0 or above 0, as the first is less, equal or greater.
export function compare(a, b) {
  const left = a.n * b.d;
  const right = b.n * a.d;
  return left < right ? -1 : left > right ? 1 : 0;
}
export const least = (a, b) => (compare(a, b) <= 0 ? a : b);
export const greatest = (a, b) => (compare(a, b) >= 0 ? a : b);
export const sum = (numbers) => numbers.reduce(add, ZERO);

// How many of 10^-digits: the nearest whole number, halves away from 0.
export function steps(a, digits) {
  const scaled = a.n * POWERS[digits];
  const size = scaled < 0n ? -scaled : scaled;
  const rounded = (2n * size + a.d) / (2n * a.d);
  return scaled < 0n ? -rounded : rounded;
}

export const ofSteps = (count, digits) => fraction(count, POWERS[digits]);

// So many of 10^-digits, written with exactly that many digits behind the point.
export function written(count, digits) {
  const sign = count < 0n ? "-" : "";
  const plain = String(count < 0n ? -count : count).padStart(digits + 1, "0");
  return digits === 0 ? sign + plain : `${sign}${plain.slice(0, -digits)}.${plain.slice(-digits)}`;
}
