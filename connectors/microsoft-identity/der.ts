/** One ASN.1 element (X.690): its tag, its content and, where it is constructed, the elements within. */
export interface Element {
  readonly tag: number;
  readonly content: Buffer;
  readonly children: readonly Element[];
  /** The element as it stands, with tag and length. */
  readonly whole: Buffer;
}

const MAX_DEPTH = 32;

/** Reads the first element of a buffer. Takes the indefinite lengths some exporters of PFX write. */
export function readElement(bytes: Buffer): Element {
  return readAt(bytes, 0, MAX_DEPTH).element;
}

interface Placed {
  readonly element: Element;
  readonly end: number;
}

function readAt(bytes: Buffer, start: number, depth: number): Placed {
  if (depth === 0) throw new Error("nested too deep");
  const tag = byteAt(bytes, start);
  const first = byteAt(bytes, start + 1);
  const isConstructed = (tag & 0x20) !== 0;
  if (first === 0x80) return readIndefinite(bytes, start, tag, depth);
  const width = first < 0x80 ? 0 : first & 0x7f;
  if (width > 4) throw new Error("length too long");
  let length = first < 0x80 ? first : 0;
  for (let at = 0; at < width; at += 1) length = length * 256 + byteAt(bytes, start + 2 + at);
  const from = start + 2 + width;
  const end = from + length;
  if (end > bytes.length) throw new Error("ends early");
  const content = bytes.subarray(from, end);
  const children = isConstructed ? readAll(content, depth - 1) : [];
  return { element: { tag, content, children, whole: bytes.subarray(start, end) }, end };
}

function readAll(content: Buffer, depth: number): readonly Element[] {
  const children: Element[] = [];
  for (let at = 0; at < content.length; ) {
    const { element, end } = readAt(content, at, depth);
    children.push(element);
    at = end;
  }
  return children;
}

function readIndefinite(bytes: Buffer, start: number, tag: number, depth: number): Placed {
  const children: Element[] = [];
  let at = start + 2;
  while (byteAt(bytes, at) !== 0 || byteAt(bytes, at + 1) !== 0) {
    const { element, end } = readAt(bytes, at, depth - 1);
    children.push(element);
    at = end;
  }
  const whole = bytes.subarray(start, at + 2);
  return { element: { tag, content: bytes.subarray(start + 2, at), children, whole }, end: at + 2 };
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new Error("ends early");
  return byte;
}

/** The child at a place; a missing one is a broken file. */
export function child(element: Element, index: number): Element {
  const found = element.children[index];
  if (found === undefined) throw new Error("an element is missing");
  return found;
}

/** The bytes of an OCTET STRING, also of one written in pieces. */
export const octets = (element: Element): Buffer =>
  element.children.length === 0 ? element.content : Buffer.concat(element.children.map(octets));

/** Dotted form of an OBJECT IDENTIFIER. */
export function oid({ content }: Element): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    if (arcs.length === 0) arcs.push(Math.min(Math.floor(arc / 40), 2), arc - 40 * Math.min(Math.floor(arc / 40), 2));
    else arcs.push(arc);
    arc = 0;
  }
  return arcs.join(".");
}

/** A small INTEGER. */
export function integer({ content }: Element): number {
  if (content.length > 6) throw new Error("number too large");
  return content.reduce((value, byte) => value * 256 + byte, 0);
}
