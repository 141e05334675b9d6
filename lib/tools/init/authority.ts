/**
 * The CA that verifies the server, if those of the host do not. VCM trusts one that a server presents
 * only if a person says so, or gives its fingerprint.
 */
import type { X509Certificate } from "node:crypto";
import { UsageError } from "../../command/parse_arguments.ts";
import { isSelfSigned } from "../../certificate/stored_chain.ts";
import { encodePem } from "../../certificate/pem.ts";
import { InvalidValue } from "../../config/scalars/scalar.ts";
import { formatTime } from "../../text/format_time.ts";
import { printable } from "../../text/quote.ts";
import { type Environment, readVariable } from "../../vault/access/environment.ts";
import type { ServerAccess } from "../../vault/access/server_access.ts";
import { readTrustedAuthorities } from "../../vault/access/trust.ts";
import { VaultError } from "../../vault/errors.ts";
import { readAddress } from "./address.ts";
import { ask, askYes, type Person } from "./person.ts";
import type { Contact, Server } from "./server.ts";

/** What was found out about a server. */
export interface Met {
  readonly servers: ServerAccess;
  readonly contact: Contact;
  /** What the server presents, if it verifies the server. */
  readonly offered?: X509Certificate;
}

export interface Authority {
  readonly pem: readonly string[];
  /** The file that it was read from. */
  readonly path?: string;
}

export function trusting(servers: ServerAccess, pem: readonly string[]): ServerAccess {
  return { ...servers, tls: { ...servers.tls, authorities: pem } };
}

/** Tries the CAs of the host, then the one that the server presents. */
export async function meet(servers: ServerAccess, server: Server): Promise<Met> {
  const contact = await server.contact(servers);
  if (contact.kind !== "untrusted") return { servers, contact };
  const offered = issuersIn(await server.presented(servers)).at(-1);
  if (offered === undefined) return { servers, contact };
  const second = await server.contact(trusting(servers, [pemOf(offered)]));
  if (second.kind === "trusted") return { servers, contact, offered };
  return { servers, contact: second };
}

/** The CAs above the server's certificate, upwards; that certificate itself if it is self-signed. */
function issuersIn([leaf, ...sent]: readonly X509Certificate[]): X509Certificate[] {
  if (leaf === undefined) return [];
  if (isSelfSigned(leaf)) return [leaf];
  const found: X509Certificate[] = [];
  for (let at: X509Certificate | undefined = leaf; at !== undefined;) {
    const below: X509Certificate = at;
    at = sent.find((one) => !found.includes(one) && isIssuer(one, below));
    if (at !== undefined) found.push(at);
  }
  return found;
}

function isIssuer(one: X509Certificate, below: X509Certificate): boolean {
  try {
    return one.ca && below.checkIssued(one) && below.verify(one.publicKey);
  } catch {
    return false; // A key of a type that the runtime does not know.
  }
}

function pemOf(certificate: X509Certificate): string {
  return encodePem(certificate.raw, "CERTIFICATE");
}

/** What the search for a CA needs. */
export interface Search {
  readonly ca?: string | undefined;
  /** As `readFingerprint` returns it. */
  readonly fingerprint?: string | undefined;
  readonly environment: Environment;
  readonly server: Server;
  readonly person?: Person | undefined;
  /** Where a CA is saved. */
  readonly place: string;
}

/**
 * Undefined if the host's own CAs are enough; a text is another address to try. Throws UsageError.
 */
export async function findAuthority(
  met: Met,
  search: Search,
): Promise<Authority | string | undefined> {
  const { ca, fingerprint, environment, server, person, place } = search;
  if (ca !== undefined) return await byFile(ca, met, search);
  if (fingerprint !== undefined) return await byFingerprint(fingerprint, met, server);
  if (met.contact.kind !== "untrusted") return undefined;
  for (const path of [readVariable(environment, "CACERT")?.text, place]) {
    if (path === undefined || !environment.exists(path)) continue;
    const found = readCa(path, environment);
    if (found instanceof InvalidValue) continue;
    if ((await server.contact(trusting(met.servers, found.pem))).kind === "trusted") return found;
  }
  if (person === undefined) throw refusal(met);
  person.say(`This host does not trust the CA of "${addressOf(met)}".\n`);
  if (met.offered !== undefined) {
    person.say(describe(met.offered));
    if (await askYes(person, `Trust it, and save it as ${place}?`, false)) {
      return { pem: [pemOf(met.offered)] };
    }
  }
  return await ask<Authority | string>(person, QUESTION, undefined, async (text) => {
    if (/^https?:/i.test(text)) return readAddress(text);
    const found = readCa(text, environment);
    return found instanceof InvalidValue ? found : await verified(found, text, met, server);
  });
}

/** The address may be the mistake. */
const QUESTION = "File with the CA certificate (PEM), or another address (https://…)";

async function byFile(ca: string, met: Met, { environment, server }: Search): Promise<Authority> {
  const read = readCa(ca, environment);
  const found = read instanceof InvalidValue ? read : await verified(read, ca, met, server);
  if (found instanceof InvalidValue) {
    throw new UsageError(`Option "--ca": ${found.message}`, "init");
  }
  return found;
}

/** A server that cannot be reached refutes nothing. */
async function verified(
  found: Authority,
  path: string,
  met: Met,
  server: Server,
): Promise<Authority | InvalidValue> {
  const contact = await server.contact(trusting(met.servers, found.pem));
  return contact.kind !== "untrusted" ? found : new InvalidValue(
    `the CA in "${path}" did not issue the certificate of "${addressOf(met)}"; ` +
      "give the file of the CA that did",
  );
}

/** Upper-case hexadecimal without colons. Accepts what `openssl x509 -fingerprint` prints. */
export function readFingerprint(text: string): string | InvalidValue {
  const digits = text.replace(/^.*=/, "").replace(/[:\s]/g, "").toUpperCase();
  if (/^[0-9A-F]{64}$/.test(digits)) return digits;
  return new InvalidValue('expected a SHA-256 fingerprint such as "4A:1F:…", of 64 hex digits');
}

async function byFingerprint(wanted: string, met: Met, server: Server): Promise<Authority> {
  const issuers = issuersIn(await server.presented(met.servers));
  const found = issuers.find((one) => one.fingerprint256.replaceAll(":", "") === wanted);
  if (found !== undefined) return { pem: [pemOf(found)] };
  const sent = issuers.length === 0
    ? "no CA certificate; pass --ca FILE"
    : issuers.map(({ fingerprint256 }) => fingerprint256).join(", ");
  throw new UsageError(
    `Option "--ca-fingerprint": "${addressOf(met)}" does not present that CA; it presents ${sent}`,
    "init",
  );
}

function readCa(path: string, environment: Environment): Authority | InvalidValue {
  try {
    return { pem: readTrustedAuthorities({ kind: "file", path }, environment), path };
  } catch (error) {
    if (error instanceof VaultError) return new InvalidValue(error.message);
    throw error;
  }
}

function addressOf({ servers }: Met): string {
  return servers.addresses[0] ?? "";
}

function refusal(met: Met): UsageError {
  const offered = met.offered === undefined
    ? "pass --ca FILE"
    : "pass --ca FILE, or, if your Vault administrator confirms this fingerprint, --ca-fingerprint " +
      met.offered.fingerprint256;
  return new UsageError(
    `This host does not trust the CA of "${addressOf(met)}": ${offered}`,
    "init",
  );
}

function describe(one: X509Certificate): string {
  const what = isSelfSigned(one) && !one.ca
    ? "The server presents this self-signed certificate:"
    : "The server presents this CA:";
  const [from, to] = [one.validFrom, one.validTo].map((text) => formatTime(new Date(text)));
  return `${what}
  subject: ${printable(one.subject.replaceAll("\n", ", "))}
  SHA-256: ${one.fingerprint256}
  valid:   ${from} to ${to}
Compare the fingerprint with your Vault administrator: an attacker on the network can present another CA.
`;
}
