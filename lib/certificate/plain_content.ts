/** The content of a target without a password: the same bytes each time. */
import type { CombinedOrder, Format, StoredPart } from "./types.ts";
import { decodePem, splitCertificates } from "./pem.ts";

/** @param part Reads a stored file; its errors are thrown. */
export function plainContent(
  { what, order }: Format,
  part: (part: StoredPart) => string,
): string | Uint8Array {
  switch (what) {
    case "combined":
      return combine(order, part("fullchain"), part("privkey"));
    case "der":
      return decodePem(splitCertificates(part("cert"))[0] ?? "");
    case "pkcs12":
      throw new Error("A PKCS #12 file has a password");
    default:
      return part(what);
  }
}

/** Certificates and private key in one PEM text. */
export function combine(order: CombinedOrder | undefined, chain: string, key: string): string {
  const parts = order === "key-first" ? [key, chain] : [chain, key];
  // Programs find no block behind a byte order mark in the middle.
  return parts.map((text) => text.replace(/^\ufeff/, ""))
    .map((text) => text.endsWith("\n") ? text : `${text}\n`).join("");
}
