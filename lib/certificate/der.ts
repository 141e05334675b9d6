/** Reads the structure of DER (X.690). What is damaged reads as empty. */

export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OBJECT_ID = 0x06;
export const SEQUENCE = 0x30;

/** One element; its body may hold further ones. */
export interface Der {
  readonly tag: number;
  readonly body: Uint8Array;
}

const NONE: Der = { tag: 0, body: new Uint8Array() };

/** The elements that fill these bytes; empty if they do not fill them. */
export function readElements(bytes: Uint8Array): readonly Der[] {
  const found: Der[] = [];
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at + 1] ?? 0x80;
    const extra = first < 0x80 ? 0 : first - 0x80;
    if (first === 0x80 || extra > 4) return [];
    let length = extra === 0 ? first : 0;
    for (let more = 0; more < extra; more++) length = length * 256 + (bytes[at + 2 + more] ?? 0);
    const begin = at + 2 + extra;
    if (begin + length > bytes.length) return [];
    found.push({ tag: bytes[at] ?? 0, body: bytes.subarray(begin, begin + length) });
    at = begin + length;
  }
  return found;
}

/** The elements inside of one that fills these bytes. */
export function readInside(bytes: Uint8Array): readonly Der[] {
  const [whole = NONE, ...more] = readElements(bytes);
  return more.length === 0 ? readElements(whole.body) : [];
}

/** An object identifier in its dotted form; `""` if the element is none. */
export function readObjectId({ tag, body }: Der = NONE): string {
  const [first = 0, ...arcs] = tag === OBJECT_ID ? readArcs(body) : [];
  if (arcs.length === 0) return "";
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...arcs].join(".");
}

function readArcs(body: Uint8Array): number[] {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of body) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  return arcs;
}
