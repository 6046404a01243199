// Codes of letters and slips: 26 signs of Crockford's alphabet, typed or scanned, in any hand.
const SIGNS = 26;
const ALPHABET = /^[0-9A-HJKMNP-TV-Z]*$/;

// O is read for 0, I and L for 1; dashes and spaces are only for the eye. A scanner at a counter
// types the whole address.
export const normal = (text) =>
  text.split("#").at(-1).toUpperCase().replace(/[^0-9A-Z]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");

export const isWhole = (code) => code.length === SIGNS && ALPHABET.test(code);
export const grouped = (code) => code.match(/.{1,4}/g)?.join("-") ?? "";

// The whole code in the address bar, or nothing; it is then not left there: neither a picture of the
// screen nor the list of pages visited should have it.
export function takeFromAddress() {
  const code = normal(plain(location.hash.slice(1)));
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  return isWhole(code) ? code : "";
}

function plain(fragment) {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

// The number of an answer: what is sent twice is known by it. (randomUUID is for https alone.)
export function newNumber() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
