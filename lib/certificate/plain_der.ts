/** Goes through the elements of DER whose lengths have at most two bytes. Pure. */
import type { Buffer } from "node:buffer";

/** Thrown at the first thing that is not plain. No Error: the runtime takes long to make one. */
export const NOT_PLAIN = Symbol("not plain");

export function refuse(): never {
  throw NOT_PLAIN;
}

/** A place in DER, which each method moves on. Throws NOT_PLAIN. */
export class PlainDer {
  readonly der: Buffer;
  at = 0;

  constructor(der: Buffer) {
    this.der = der;
  }

  /** Goes into the next element and returns its end. */
  open(tag: number): number {
    const der = this.der;
    const first = der[this.at + 1] ?? 0x80;
    let length = first;
    let begin = this.at + 2;
    if (first === 0x81) length = der[begin++] ?? 0;
    else if (first === 0x82) length = (der[begin++] ?? 0) * 256 + (der[begin++] ?? 0);
    const isShortest = first < 0x80 || (first === 0x81 ? length > 0x7f : length > 0xff);
    const isKnown = first < 0x80 || first === 0x81 || first === 0x82;
    const end = begin + length;
    if (der[this.at] !== tag || !isKnown || !isShortest || end > der.length) throw NOT_PLAIN;
    this.at = begin;
    return end;
  }

  close(end: number): void {
    if (this.at !== end) throw NOT_PLAIN;
  }

  skip(tag: number): void {
    this.at = this.open(tag);
  }

  /** Whether these bytes come next; if so, it goes behind them. */
  takes(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length; at++) {
      if (this.der[this.at + at] !== bytes[at]) return false;
    }
    this.at += bytes.length;
    return true;
  }

  require(bytes: Uint8Array): void {
    if (!this.takes(bytes)) throw NOT_PLAIN;
  }
}
