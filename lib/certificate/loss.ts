/** What is lost if VCM replaces a file that holds more than VCM writes there. Pure. */
import type { X509Certificate } from "node:crypto";
import { printable } from "../text/quote.ts";
import { readFacts } from "./certificate.ts";
import {
  type Contents,
  type FoundCertificate,
  type FoundKey,
  idOfCertificate,
} from "./contents.ts";

/** In words for people. */
export interface Loss {
  /** Everything that VCM does not write. */
  readonly things: readonly string[];
  /** Certificates and private keys among them that are not in the store or its archive either. */
  readonly unique: readonly string[];
}

/** Fingerprints of certificates, and ids of private keys. */
export interface KnownPairs {
  readonly certificates: ReadonlySet<string>;
  readonly keys: ReadonlySet<string>;
}

/** What VCM writes in place of the file. */
export interface LossTerms {
  readonly writesLeaf: boolean;
  readonly writesKey: boolean;
  /** Name of the entry in a keystore. */
  readonly alias: string;
  readonly names: readonly string[];
  /** Fingerprints of all certificates that VCM writes; empty: not known before they are issued. */
  readonly written: ReadonlySet<string>;
  /** Of all sets in the store and the archive, and of those of this certificate. Called if necessary. */
  readonly known: () => { readonly all: KnownPairs; readonly own: KnownPairs };
  /** Only counts are told: the file may be a link of another user. */
  readonly anonymous: boolean;
}

/** Its time grows with the number of entries, not with its square: another user may have written them. */
export function findLoss(contents: Contents, given: LossTerms): Loss {
  const { certificates, keys, others } = contents;
  let pairs: ReturnType<LossTerms["known"]> | undefined;
  const terms = { ...given, known: () => pairs ??= given.known() };
  const owners = ownersOf(contents);
  const isOfKey = new Set(keys.flatMap(({ id = "" }) => owners.get(id) ?? []));
  const leaves = certificates.filter((one) => isLeaf(one) || isOfKey.has(one));
  const isNamed = ({ alias }: FoundCertificate | FoundKey) => alias === terms.alias;
  const sharesName = ({ x509 }: FoundCertificate) => {
    const { commonName, dnsNames, uris } = readFacts(x509);
    return [commonName, ...dnsNames, ...uris].some((name) => name && terms.names.includes(name));
  };
  // The one in the place of the one that VCM writes.
  const leaf = !terms.writesLeaf
    ? undefined
    : leaves.length < 2
    ? leaves[0] ?? certificates[0]
    : leaves.find(isNamed) ?? leaves.find(({ x509: { fingerprint256 } }) =>
      terms.known().own.certificates.has(fingerprint256)
    ) ?? leaves.find(sharesName) ?? leaves[0];
  const leafId = leaf && idOfCertificate(leaf.x509);
  const key = !terms.writesKey
    ? undefined
    : keys.length < 2
    ? keys[0]
    : keys.find(isNamed) ?? keys.find(({ id }) => id !== undefined && id === leafId) ??
      keys.find(({ id = "" }) => terms.known().own.keys.has(id)) ?? keys[0];
  const furtherKeys = keys.filter((one) =>
    one !== key && (one.id === undefined || one.id !== key?.id)
  );
  const furtherLeaves = withoutRepetitions(leaves).filter((one) => !isSame(one, leaf));
  const isElsewhere = (one: FoundCertificate) =>
    terms.known().all.certificates.has(one.x509.fingerprint256) ||
    (!terms.writesLeaf &&
      (sharesName(one) || (key !== undefined && idOfCertificate(one.x509) === key.id)));
  const authorities = furtherAuthorities(certificates, [...leaves, ...(leaf ? [leaf] : [])], terms);
  const keyNames = (found: readonly FoundKey[]) =>
    found.map((one) => describeKey(one, owners.get(one.id ?? "")?.[0], terms));
  const leafNames = (found: readonly FoundCertificate[]) =>
    found.map((one) => describe("the certificate", one, terms));
  return {
    things: shorten([
      ...keyNames(furtherKeys),
      ...leafNames(furtherLeaves),
      ...authorities.map((one) => describe("the CA", one, terms)),
      ...(terms.anonymous && others.length > 0 ? ["something else"] : others),
    ]),
    unique: shorten([
      ...keyNames(furtherKeys.filter(({ id = "" }) => !terms.known().all.keys.has(id))),
      ...leafNames(furtherLeaves.filter((one) => !isElsewhere(one))),
    ]),
  };
}

/** Certificates by the id of their pair; empty if there is no key that could be theirs. */
function ownersOf({ certificates, keys }: Contents): ReadonlyMap<string, FoundCertificate[]> {
  if (keys.length === 0) return new Map();
  return Map.groupBy(certificates, ({ x509 }) => idOfCertificate(x509) ?? "none");
}

/**
 * Old roots can lack the extension that says that they are CAs, and self-signed certificates of servers
 * can have it: that of a key in the file is a leaf, too.
 */
function isLeaf({ x509: { ca, subject, issuer, subjectAltName } }: FoundCertificate): boolean {
  return !ca && (subject !== issuer || subjectAltName !== undefined);
}

/** CAs with one name that are looked at as issuers; the others count as no part of a chain. */
const MAX_NAMESAKES = 32;

/** CAs that are neither written nor the chain of a leaf. */
function furtherAuthorities(
  certificates: readonly FoundCertificate[],
  leaves: readonly FoundCertificate[],
  { written, writesLeaf, writesKey }: LossTerms,
): FoundCertificate[] {
  const below = new Set(leaves.map(({ x509 }) => x509.fingerprint256));
  const found = withoutRepetitions(certificates).filter(({ x509 }) =>
    !below.has(x509.fingerprint256)
  );
  // Such a file holds only CAs, and a chain replaces another one, also before the new one is known.
  const replaces = found.length <= written.size || (written.size === 0 && isOneChain(found));
  if (!writesLeaf && !writesKey && replaces) return [];
  const chains = new Set<FoundCertificate>();
  const byName = Map.groupBy(found, ({ x509 }) => x509.subject);
  const addAbove = (subject: X509Certificate) => {
    for (const one of byName.get(subject.issuer)?.slice(0, MAX_NAMESAKES) ?? []) {
      if (chains.has(one) || !subject.checkIssued(one.x509)) continue;
      chains.add(one);
      addAbove(one.x509);
    }
  };
  for (const { x509 } of leaves) addAbove(x509);
  return found.filter((one) => !chains.has(one) && !written.has(one.x509.fingerprint256));
}

/** Whether all but one of the certificates issued another one of them. */
function isOneChain(found: readonly FoundCertificate[]): boolean {
  const issues = (one: FoundCertificate) =>
    found.some((other) => other !== one && other.x509.checkIssued(one.x509));
  return found.filter((one) => !issues(one)).length <= 1;
}

function withoutRepetitions(found: readonly FoundCertificate[]): FoundCertificate[] {
  return [...new Map(found.map((one) => [one.x509.fingerprint256, one])).values()];
}

function isSame(one: FoundCertificate, other: FoundCertificate | undefined): boolean {
  return one.x509.fingerprint256 === other?.x509.fingerprint256;
}

function describe(what: string, { x509, alias }: FoundCertificate, terms: LossTerms): string {
  if (terms.anonymous) return what.replace("the", "a");
  const { commonName, dnsNames, uris, serial } = readFacts(x509);
  const [name = `serial number ${serial}`] = [
    ...commonName ? [commonName] : [],
    ...dnsNames,
    ...uris,
  ];
  const of = what === "the certificate" ? "of " : "";
  return `${what} ${of}"${name}"${alias === undefined ? "" : ` (alias "${printable(alias)}")`}`;
}

function describeKey(
  { alias }: FoundKey,
  owner: FoundCertificate | undefined,
  terms: LossTerms,
): string {
  if (terms.anonymous || (owner ?? alias) === undefined) return "a private key";
  if (owner === undefined) return `the private key with the alias "${printable(alias ?? "")}"`;
  return describe("the certificate", { ...owner, alias }, terms)
    .replace("the certificate", "the private key");
}

const MAX_SHOWN = 4;

/** Equal ones are counted. */
function shorten(things: readonly string[]): readonly string[] {
  const counted = [...Map.groupBy(things, (thing) => thing)].map(([thing, all]) =>
    all.length === 1 ? thing : `${all.length} times ${thing}`
  );
  const more = counted.length - MAX_SHOWN;
  return more <= 0 ? counted : [...counted.slice(0, MAX_SHOWN), `${more} more`];
}
