/** CA certificates and CRLs of the PKI secrets engine, which it tells everybody. */
import { Buffer } from "node:buffer";
import type { X509Certificate } from "node:crypto";
import { openCertificate } from "../../certificate/certificate.ts";
import { type Crl, isIssuedBy, readCrl, splitCrls } from "../../certificate/crl.ts";
import { encodePem } from "../../certificate/pem.ts";
import { nameOf } from "../../certificate/stored_chain.ts";
import { verifyCrl } from "../../certificate/verify_signature.ts";
import type { TrustSource } from "../../config/types.ts";
import { formatTime } from "../../text/format_time.ts";
import { VaultError } from "../errors.ts";
import type { PublicSession } from "../session/public_session.ts";
import { asObject } from "../wire/parse_object.ts";

/** Issuers of a mount; it is asked for each. */
const MAX_ISSUERS = 100;

type Reader = Pick<PublicSession, "read">;

/** What a trust entry holds, as PEM in clean form, each certificate or CRL once. */
export interface TrustText {
  readonly text: string;
  /** Base address of the server that answered. */
  readonly address: string;
}

interface Issuer {
  readonly path: string;
  readonly address: string;
  readonly certificate: X509Certificate;
  /** Whether the mount has its key, without which it makes no CRL. */
  readonly signs: boolean;
}

/**
 * `LIST <mount>/issuers`, `GET <mount>/issuer/<ref>/json` and `GET <mount>/issuer/<ref>/crl` (Vault
 * API, PKI, "List issuers", "Read issuer certificate", "Read issuer CRL"), without a token.
 *
 * Throws VaultError if the server refuses, or if an answer is not what services can use.
 */
export async function readTrust(
  session: Reader,
  { kind, paths }: Pick<TrustSource, "kind" | "paths">,
  now: Date,
): Promise<TrustText> {
  const blocks = new Set<string>();
  let address = "";
  for (const path of paths) {
    const issuers = await readIssuers(session, path);
    for (const issuer of issuers) {
      ({ address } = issuer);
      if (kind === "ca_bundle") {
        blocks.add(encodePem(issuer.certificate.raw, "CERTIFICATE"));
      } else if (issuer.signs) blocks.add(await readIssuersCrl(session, issuer, issuers, now));
    }
    if (!issuers.some(({ signs }) => signs || kind === "ca_bundle")) {
      const nothing = kind === "crl" ? "no issuer with a CRL" : "no issuer";
      throw new VaultError(`"${address}" has ${nothing} at "${path}"; check the mount`);
    }
  }
  return { text: [...blocks].join(""), address };
}

async function readIssuers(session: Reader, path: string): Promise<Issuer[]> {
  if (/\/issuer\/[^/]+$/.test(path)) return [await readIssuer(session, path, true)];
  const { address, data } = await session.read(`${path}/issuers`, "LIST");
  const keys: readonly string[] = Array.isArray(data["keys"]) ? data["keys"].map(String) : [];
  if (!keys.every((id) => /^[\w-]+$/.test(id))) {
    throw new VaultError(`"${address}" answered "${path}/issuers" with what is no id of an issuer`);
  }
  if (keys.length > MAX_ISSUERS) {
    const fix = `name the issuers, as "${path}/issuer/NAME"`;
    throw new VaultError(`"${address}" has ${keys.length} issuers at "${path}"; fix: ${fix}`);
  }
  const issuers: Issuer[] = [];
  for (const id of keys.toSorted()) {
    const { key_id } = asObject(asObject(data["key_info"])[id]);
    // Servers before this field have a CRL for each issuer.
    issuers.push(await readIssuer(session, `${path}/issuer/${id}`, key_id !== ""));
  }
  return issuers;
}

async function readIssuer(session: Reader, path: string, signs: boolean): Promise<Issuer> {
  const { address, data } = await session.read(`${path}/json`);
  try {
    const certificate = openCertificate(String(data["certificate"] ?? ""));
    if (certificate.ca) return { path, address, certificate, signs };
  } catch (error) {
    const { message } = error as Error;
    throw new VaultError(`The answer of "${address}" to "${path}/json" ${message}`);
  }
  throw new VaultError(`"${address}" answered "${path}/json" with a certificate that is no CA's`);
}

/** Throws VaultError for a CRL that is not the issuer's, or not valid now. */
async function readIssuersCrl(
  session: Reader,
  { path }: Issuer,
  issuers: readonly Issuer[],
  now: Date,
): Promise<string> {
  const { address, data } = await session.read(`${path}/crl`);
  const refuse = (problem: string) =>
    new VaultError(`Cannot use the answer of "${address}" to "${path}/crl": the CRL ${problem}`);
  const [der, ...more] = splitCrls(String(data["crl"] ?? ""));
  if (der === undefined || more.length > 0) throw refuse("is missing, or not one CRL");
  let crl: Crl;
  try {
    crl = readCrl(der);
  } catch (error) {
    throw refuse((error as Error).message);
  }
  // Issuers with one key and one name share their CRL.
  const named = issuers.filter(({ certificate: { raw } }) => isIssuedBy(crl, raw));
  if (named.length === 0) throw refuse(`is by another issuer, "${crl.issuerName}"`);
  const signed = [];
  for (const { certificate } of named) signed.push(await verifyCrl(der, certificate));
  if (!signed.includes("yes")) {
    const [name] = named.map(({ certificate }) => nameOf(certificate));
    throw refuse(
      signed.includes("unknown")
        ? `is signed by an algorithm that this build cannot verify`
        : `is not signed by the key of its issuer, "${name}"`,
    );
  }
  if (crl.nextUpdate <= now) {
    const fix = `fix: bao read ${path.replace(/\/issuer\/.*$/, "")}/crl/rotate`;
    throw refuse(`expired at ${formatTime(crl.nextUpdate)}; ${fix}`);
  }
  if (crl.thisUpdate > now) {
    throw refuse(`is not valid before ${formatTime(crl.thisUpdate)}; check the clocks`);
  }
  return encodePem(Buffer.from(der), "X509 CRL");
}
