/** What clients refuse in a chain although each of its signatures is right. */
import type { X509Certificate } from "node:crypto";
import { algorithmsOf, certificateFields } from "./algorithms.ts";
import { type Der, INTEGER, readElements, readInside, readObjectId } from "./der.ts";

/** "refused": by all clients (RFC 5280, 6.1.4); "weak": by those with the usual level of security. */
export interface Weakness {
  readonly kind: "refused" | "weak";
  /** Begins with who it is about. */
  readonly problem: string;
}

/** What a CA certificate says of what it may sign. */
export interface AuthorityFacts {
  readonly weakness?: Weakness | undefined;
  /** How many intermediates may be below it. */
  readonly pathLength?: number | undefined;
  /** Self-issued ones do not count for the length of a path (RFC 5280, 6.1.4). */
  readonly selfIssued: boolean;
}

/** Bits: NIST SP 800-57, and OpenSSL's security level 2. */
const LEAST_RSA = 2048;

/** Signatures with hashes for which collisions are known: RSA with MD5 and SHA-1, DSA and ECDSA with SHA-1. */
const BROKEN_HASHES: ReadonlyMap<string, string> = new Map([
  ["1.2.840.113549.1.1.4", "MD5"],
  ["1.2.840.113549.1.1.5", "SHA-1"],
  ["1.2.840.10040.4.3", "SHA-1"],
  ["1.2.840.10045.4.1", "SHA-1"],
]);

/** @param isTrusted It is a root: clients do not look at its own signature. */
export function algorithmWeakness(
  { raw }: X509Certificate,
  who: string,
  isTrusted = false,
): Weakness | undefined {
  const { rsaBits = LEAST_RSA, signature } = algorithmsOf(raw);
  if (rsaBits < LEAST_RSA) {
    const problem = `${who} has an RSA key of ${rsaBits} bits, and clients require ${LEAST_RSA}`;
    return { kind: "weak", problem };
  }
  const hash = isTrusted ? undefined : BROKEN_HASHES.get(signature);
  if (hash === undefined) return undefined;
  return { kind: "weak", problem: `${who} is signed with ${hash}, which clients refuse` };
}

const BASIC_CONSTRAINTS = "2.5.29.19";

/** The third field of version 3, in which extensions are. */
const EXTENSIONS = 0xa3;

/**
 * A CA without keyCertSign is not found as an issuer in the first place.
 *
 * @param name For people.
 */
export function authorityFacts(one: X509Certificate, name: string): AuthorityFacts {
  const who = `the CA "${name}"`;
  const extensions = extensionsOf(one.raw);
  const selfIssued = one.subject === one.issuer;
  // Roots of version 1 have no extensions, and clients accept them.
  if (extensions === undefined && selfIssued) {
    return { weakness: algorithmWeakness(one, who, selfIssued), selfIssued };
  }
  if (!one.ca) {
    const problem = `${who} is not a CA: its certificate lacks CA:TRUE`;
    return { weakness: { kind: "refused", problem }, selfIssued };
  }
  const constraints = readInside(extensions?.get(BASIC_CONSTRAINTS) ?? new Uint8Array());
  const length = constraints.find(({ tag }) => tag === INTEGER)?.body;
  return {
    weakness: algorithmWeakness(one, who, selfIssued),
    pathLength: length?.reduce((sum, byte) => sum * 256 + byte, 0),
    selfIssued,
  };
}

/** The values of extensions by their object identifiers; undefined if there are none. */
function extensionsOf(der: Uint8Array): ReadonlyMap<string, Uint8Array> | undefined {
  const field = certificateFields(der).find(({ tag }) => tag === EXTENSIONS);
  if (field === undefined) return undefined;
  return new Map(
    readInside(field.body).map(({ body }): [string, Uint8Array] => {
      const parts: readonly Der[] = readElements(body);
      return [readObjectId(parts[0]), parts.at(-1)?.body ?? new Uint8Array()];
    }),
  );
}

interface Step extends AuthorityFacts {
  readonly name: string;
}

/** The first weakness of a path, the leaf's issuer first. */
export function pathWeakness(path: readonly Step[]): Weakness | undefined {
  const found = path.map(({ weakness, pathLength, name }, at) => {
    const below = path.slice(0, at).filter(({ selfIssued }) => !selfIssued).length;
    if (weakness !== undefined || pathLength === undefined || below <= pathLength) return weakness;
    const problem = `the CA "${name}" allows ${pathLength} CAs below it, and there are ${below}`;
    return { kind: "refused", problem } as const;
  }).filter((weakness) => weakness !== undefined);
  return found.find(({ kind }) => kind === "refused") ?? found[0];
}
