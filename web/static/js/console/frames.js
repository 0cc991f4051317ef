// The frames between a terminal and its session, as docs/api.md describes them. Numbers are in network order.

const OUTPUT = 1;
const INPUT = 2;
const SIZE = 4;
const ACKNOWLEDGEMENT = 6;
const GAP = 7;
const END = 8;
const VIEWERS = 9;
const TICKET = 10;
const KEYBOARD = 11;
const TAKEN = 12;

const WRITES = 1;
const IS_YOU = 2;
const ENDS = ["session", "exited", "killed"];

export const MAX_INPUT_BYTES = 32_768;
const MAX_CHARACTERS = 10_000;

// Returns a frame that the server has sent: its kind, and its fields. A frame of another kind is null.
export function decode(buffer) {
  const view = new DataView(buffer);
  switch (view.getUint8(0)) {
    case OUTPUT:
      return { kind: "output", offset: Number(view.getBigUint64(2)), bytes: new Uint8Array(buffer, 10) };
    case SIZE:
      return { kind: "size", size: { columns: view.getUint16(1), rows: view.getUint16(3) } };
    case GAP:
      return { kind: "gap", from: Number(view.getBigUint64(1)), to: Number(view.getBigUint64(9)) };
    case END:
      return { kind: "end", how: ENDS[view.getUint8(1)], number: view.getUint8(2), reason: text(buffer, 3) };
    case VIEWERS:
      return { kind: "viewers", viewers: viewers(view) };
    case TAKEN:
      return { kind: "taken", offset: Number(view.getBigUint64(1)) };
    default:
      return null;
  }
}

function text(buffer, from, length) {
  return new TextDecoder().decode(new Uint8Array(buffer, from, length));
}

function viewers(view) {
  const all = [];
  let at = 2;
  for (let left = view.getUint8(1); left > 0; left--) {
    const flags = view.getUint8(at);
    const length = view.getUint16(at + 1);
    all.push({
      name: text(view.buffer, at + 3, length),
      writes: (flags & WRITES) !== 0,
      isYou: (flags & IS_YOU) !== 0,
    });
    at += 3 + length;
  }
  return all;
}

// Returns the frames with this input.
export function input(bytes) {
  const frames = [];
  for (let from = 0; from < bytes.length; from += MAX_INPUT_BYTES) {
    frames.push(frame(INPUT, bytes.subarray(from, from + MAX_INPUT_BYTES)));
  }
  return frames;
}

export function ticket(words) {
  return frame(TICKET, new TextEncoder().encode(words));
}

export function size({ columns, rows }) {
  const fields = new DataView(new ArrayBuffer(4));
  fields.setUint16(0, Math.min(Math.max(columns, 1), MAX_CHARACTERS));
  fields.setUint16(2, Math.min(Math.max(rows, 1), MAX_CHARACTERS));
  return frame(SIZE, new Uint8Array(fields.buffer));
}

export function acknowledgement(offset) {
  const fields = new DataView(new ArrayBuffer(8));
  fields.setBigUint64(0, BigInt(offset));
  return frame(ACKNOWLEDGEMENT, new Uint8Array(fields.buffer));
}

// Says on which keyboard input is typed: 16 bytes, the same on each connection.
export function keyboard(id) {
  return frame(KEYBOARD, id);
}

// Asks for the keyboard.
export function wish() {
  return Uint8Array.of(VIEWERS, 0);
}

function frame(kind, fields) {
  const bytes = new Uint8Array(1 + fields.length);
  bytes[0] = kind;
  bytes.set(fields, 1);
  return bytes;
}
