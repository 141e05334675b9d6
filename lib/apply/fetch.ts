/** Carries out a fetch step: asks the server, checks what would be lost, and writes to the store. */
import { Buffer } from "node:buffer";
import type { X509Certificate } from "node:crypto";
import { type Crl, readCrl, splitCrls } from "../certificate/crl.ts";
import { encodePem } from "../certificate/pem.ts";
import { isSameCertificate, nameOf, openValid } from "../certificate/stored_chain.ts";
import { readText } from "../host/read.ts";
import { lookAtTrust } from "../observe/trust.ts";
import { nextFetch } from "../plan/trust.ts";
import type { FetchStep } from "../plan/types.ts";
import { listSets } from "../store/list_sets.ts";
import { isArchived } from "../store/store_paths.ts";
import { readTrustFile, writeTrustFile } from "../store/trust_file.ts";
import { formatTime } from "../text/format_time.ts";
import { quote } from "../text/quote.ts";
import { readTrust } from "../vault/pki/read_trust.ts";
import type { Tools } from "./certificate_steps.ts";
import type { Recorded } from "./pending_actions.ts";

/** What is in the store now. */
export interface Fetched {
  readonly text: string;
  readonly changed: boolean;
  readonly recorded: Recorded | undefined;
}

/** Reports a failure by an event, and leaves the store unchanged then. */
export async function tryFetch(
  step: FetchStep,
  certStore: string,
  { sessions, pendingActions, emit }: Pick<Tools, "sessions" | "pendingActions" | "emit">,
): Promise<Fetched | undefined> {
  const { certificate, source } = step;
  let recorded: Recorded | undefined;
  try {
    const answer = await readTrust(await sessions.public(), source, new Date());
    const { address } = answer;
    const stored = readTrustFile(certStore, certificate, source);
    const before = stored.kind === "present" && stored.value.isDesired ? stored.value.text : "";
    let { text } = answer;
    if (source.kind === "crl") text += requireNewer(before, text, address);
    else requireRoots(before, text, address, certStore);
    const changed = stored.kind !== "present" || stored.value.text !== text;
    if (changed) recorded = await pendingActions.record(step);
    await writeTrustFile(certStore, certificate, source, text);
    const { trust } = lookAtTrust(certStore, { name: certificate, source });
    if (trust.kind !== "whole") throw new Error(`What was just stored is ${trust.kind}`);
    const { end } = trust;
    const renewAt = nextFetch(source, trust);
    emit({ kind: "fetched", certificate, address, changed, end, renewAt });
    return { text, changed, recorded };
  } catch (error) {
    const { message } = error as Error;
    emit({ kind: "failed", step: "fetch", subject: certificate, message });
    recorded?.withdraw();
    return undefined;
  }
}

/**
 * A server that lags behind the others, or somebody in its place, must not undo a revocation. Returns the
 * stored CRLs that are valid and whose issuer is not in the answer: they stay until they expire.
 */
function requireNewer(before: string, text: string, address: string): string {
  const old = splitCrls(before).flatMap((der) => {
    try {
      return { ...readCrl(der), der };
    } catch {
      return []; // A damaged file is replaced.
    }
  });
  const crls = splitCrls(text).map(readCrl);
  const isOfSame = (one: Crl, other: Crl) =>
    one.issuer === other.issuer && one.keyId === other.keyId;
  for (const crl of crls) {
    const newer = old.find((one) => isOfSame(one, crl) && one.thisUpdate > crl.thisUpdate);
    if (newer === undefined) continue;
    throw new Error(
      `The CRL of "${crl.issuerName}" from "${address}" is of ${
        formatTime(crl.thisUpdate)
      }, older ` +
        `than the stored one of ${formatTime(newer.thisUpdate)}, which stays`,
    );
  }
  const now = new Date();
  return old.filter((one) => one.nextUpdate > now && !crls.some((crl) => isOfSame(one, crl)))
    .map(({ der }) => encodePem(Buffer.from(der), "X509 CRL")).join("");
}

/**
 * A CA that certificates in the store need must stay, or their peers on this host refuse them. If the
 * new bundle has the same key under the same name, nothing is lost.
 */
function requireRoots(before: string, text: string, address: string, certStore: string): void {
  const kept = openValid(text);
  const lost = openValid(before).filter((one) =>
    kept.every((other) => !isSameAuthority(one, other))
  );
  if (lost.length === 0) return;
  const needing = listSets(certStore).filter(({ name, directory }) => {
    return !isArchived(certStore, directory) && name !== "" && needsAny(directory, lost);
  });
  if (needing.length === 0) return;
  const names = needing.map(({ name }) => name).join(", ");
  throw new Error(
    `The bundle from "${address}" lacks ${
      lost.map((one) => quote(nameOf(one))).join(", ")
    }, which the stored ` +
      `certificates ${names} need, so the stored bundle stays; renew these certificates by ` +
      `"vcm issue --force", or import that CA into the mount again`,
  );
}

function isSameAuthority(one: X509Certificate, other: X509Certificate): boolean {
  if (isSameCertificate(one, other)) return true;
  try {
    return one.subject === other.subject && one.publicKey.equals(other.publicKey);
  } catch {
    return false; // The runtime does not know the algorithm of the key.
  }
}

/** Whether the certificate of a set is valid and its files hold one of these CAs. */
function needsAny(directory: string, lost: readonly X509Certificate[]): boolean {
  const read = (part: string) => {
    const text = readText(`${directory}/${part}.pem`);
    return text.kind === "present" ? openValid(text.value) : [];
  };
  const [leaf] = read("cert");
  if (leaf === undefined || new Date(leaf.validTo) <= new Date()) return false;
  const above = ["chain", "ca"].flatMap(read);
  return above.some((one) => lost.some((other) => isSameAuthority(one, other)));
}
