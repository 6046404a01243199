// The archive, section 1 of the specification: every byte of it is either a member's or fixed.
import { Fault } from "./faults.js";
import { compareTexts, decode } from "./texts.js";

const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50];
const [VERSION, MADE_BY, DATE, REGULAR] = [20, 0x0314, 0x0021, 0x81a40000];
const WHERE = "zip";

// Bytes are read from the front to the back, and each is asked for what it must be.
class Reader {
  at = 0;

  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  take(length, where) {
    if (this.at + length > this.bytes.length) throw new Fault("archive_short", where);
    this.at += length;
    return this.at - length;
  }

  number(size, where) {
    const at = this.take(size, where);
    return size === 2 ? this.view.getUint16(at, true) : this.view.getUint32(at, true);
  }

  must(size, expected, field, where) {
    const got = this.number(size, where);
    if (got !== expected) throw new Fault("archive", `${where}: ${field}`, hex(expected), hex(got));
  }

  part(length, where) {
    const at = this.take(length, where);
    return this.bytes.subarray(at, at + length);
  }

  starts(signature) {
    return this.at + 4 <= this.bytes.length && this.view.getUint32(this.at, true) === signature;
  }
}

const hex = (number) => `0x${number.toString(16)}`;

// Member's name to its bytes, in the archive's order. Throws the first thing that is otherwise.
export function readArchive(bytes) {
  const reader = new Reader(bytes);
  const members = [];
  while (reader.starts(LOCAL)) members.push(local(reader, members.at(-1)));
  const directory = reader.at;
  for (const one of members) central(reader, one);
  end(reader, members.length, directory);
  return new Map(members.map(({ name, content }) => [name, content]));
}

function local(reader, before) {
  const start = reader.at;
  const where = `${WHERE} @${start}`;
  reader.must(4, LOCAL, "signature", where);
  reader.must(2, VERSION, "version needed", where);
  const flags = reader.number(2, where);
  reader.must(2, 0, "method", where);
  reader.must(2, 0, "time", where);
  reader.must(2, DATE, "date", where);
  const sum = reader.number(4, where);
  const size = reader.number(4, where);
  reader.must(4, size, "size", where);
  const length = reader.number(2, where);
  reader.must(2, 0, "extra field", where);
  const raw = reader.part(length, where);
  const name = decode(raw, where);
  const flagsOfName = raw.some((byte) => byte > 0x7f) ? 0x0800 : 0;
  if (flags !== flagsOfName) throw new Fault("archive", `${name}: flags`, hex(flagsOfName), hex(flags));
  if (before && compareTexts(before.name, name) >= 0) throw new Fault("archive_order", name, "", before.name);
  const content = reader.part(size, name);
  if (crc32(content) !== sum) throw new Fault("archive", `${name}: CRC-32`, hex(crc32(content)), hex(sum));
  return { start, raw, name, flags, sum, size, content };
}

function central(reader, one) {
  const where = one.name;
  for (const [size, expected, field] of [
    [4, CENTRAL, "signature"], [2, MADE_BY, "version made by"], [2, VERSION, "version needed"], [2, one.flags, "flags"],
    [2, 0, "method"], [2, 0, "time"], [2, DATE, "date"], [4, one.sum, "CRC-32"], [4, one.size, "size"], [4, one.size, "size"],
    [2, one.raw.length, "length of the name"], [2, 0, "extra field"], [2, 0, "comment"], [2, 0, "disk"],
    [2, 0, "internal attributes"], [4, REGULAR, "external attributes"], [4, one.start, "offset"],
  ]) reader.must(size, expected, field, where);
  const raw = reader.part(one.raw.length, where);
  if (!same(raw, one.raw)) throw new Fault("archive", `${where}: name`, where, new TextDecoder().decode(raw));
}

function end(reader, count, directory) {
  const size = reader.at - directory;
  for (const [bytes, expected, field] of [
    [4, END, "signature"], [2, 0, "disk"], [2, 0, "disk"], [2, count, "members"], [2, count, "members"],
    [4, size, "size of the directory"], [4, directory, "offset of the directory"], [2, 0, "comment"],
  ]) reader.must(bytes, expected, field, WHERE);
  const behind = reader.bytes.length - reader.at;
  if (behind > 0) throw new Fault("archive", `${WHERE}: bytes behind`, "0", String(behind));
}

export function same(one, other) {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  return sum;
});

function crc32(bytes) {
  let sum = 0xffffffff;
  for (let at = 0; at < bytes.length; at += 1) sum = (sum >>> 8) ^ TABLE[(sum ^ bytes[at]) & 0xff];
  return ~sum >>> 0;
}
