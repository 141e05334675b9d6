/**
 * A certificate from the PKI secrets engine. It is the only holder of a new private key.
 */
import type { Certificate } from "../../certificate/certificate.ts";
import { Secret } from "../../text/secret.ts";
import type { Part } from "../../certificate/types.ts";

export interface IssuedCertificate {
  /** Base address of the server that issued it; absent: an earlier run received it. */
  readonly address?: string | undefined;
  /** When the server answered, by its own clock. */
  readonly serverTime?: Date | undefined;
  readonly certificate: Certificate;
  /** When it was issued, if its validity began long before that. */
  readonly issuedAt?: Date | undefined;
  /** PEM of the leaf and of the intermediates above it. Each ends with a newline. */
  readonly leaf: string;
  readonly chain: readonly string[];
  /** PEM of the roots, or of the certificates nearest to them. */
  readonly anchors: readonly string[];
  readonly privateKey: Secret;
  /** A warning about its lease, if it has one. */
  readonly leaseWarning?: string | undefined;
  /** Algorithms of its key and its chain that this build cannot verify. */
  readonly unverified: readonly string[];
  /** Warnings of the server about the request. */
  readonly warnings: readonly string[];
  /** Text of one of the stored files. */
  text(part: Part): string;
}

export function issuedCertificate(
  fields: Omit<IssuedCertificate, "privateKey" | "text"> & { readonly privateKey: string },
): IssuedCertificate {
  const { leaf, chain, anchors, privateKey } = fields;
  const texts: Readonly<Record<Part, () => string>> = {
    cert: () => leaf,
    chain: () => chain.join(""),
    fullchain: () => leaf + chain.join(""),
    ca: () => anchors.join(""),
    privkey: () => privateKey,
  };
  return { ...fields, privateKey: new Secret(privateKey), text: (part) => texts[part]() };
}
