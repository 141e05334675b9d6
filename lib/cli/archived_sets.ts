/** The archived sets of a certificate, and which of them can be restored. Reads the store only. */
import type { Certificate } from "../certificate/certificate.ts";
import type { Crl } from "../certificate/crl.ts";
import { renewalStart } from "../certificate/renewal.ts";
import { UsageError } from "../command/parse_arguments.ts";
import type { CertificateSpec, Config } from "../config/types.ts";
import { observe, readText } from "../host/read.ts";
import { revokingIssuer, storedCrls } from "../observe/trust.ts";
import { findChainWarnings } from "../plan/chain_warnings.ts";
import { checkDue, isWhole } from "../plan/due.ts";
import { storedCertificate, validityOf } from "../plan/stored_validity.ts";
import { isWarnedBroken } from "../plan/warnings.ts";
import { archivedSets, isOfSerial } from "../store/earlier_sets.ts";
import { StoreReader } from "../store/read_set.ts";
import { directoryFault } from "../store/store_trust.ts";
import type { StoredSet } from "../store/types.ts";
import { formatTime } from "../text/format_time.ts";
import { directoryOf, nameOf } from "../text/path.ts";
import { shellWord } from "../text/quote.ts";

export interface ArchivedSet {
  readonly path: string;
  /** Its name in the archive: the time at which it was written. */
  readonly time: string;
  readonly certificate?: Certificate | undefined;
  /** Why it cannot be restored. */
  readonly problem?: string | undefined;
  /** What the next runs do with it. */
  readonly outlook?: string | undefined;
}

/** The oldest first. Throws Error in plain words if the archive cannot be read. */
export async function findArchived(
  config: Config,
  spec: CertificateSpec,
  now: Date,
): Promise<readonly ArchivedSet[]> {
  const { certStore } = config;
  const found = observe(certStore, () => archivedSets(certStore, spec.name));
  if (found.kind === "unreadable") throw new Error(found.problem);
  const readOtherNames = spec.otherSans.length > 0
    ? (await import("../certificate/alt_names.ts")).readOtherNames
    : undefined;
  const reader = new StoreReader(certStore, readOtherNames, now);
  const current = storedCertificate(reader.look(spec).stored)?.serial;
  const isRevoking = reader.namesBeingRevoked().includes(spec.name);
  const crls = storedCrls(config);
  const paths = found.kind === "present" ? found.value : [];
  const looks = paths.map((path) => {
    const set = reader.lookInto(path, spec);
    const certificate = storedCertificate(set);
    return { path, set, certificate, revoked: whoRevoked(path, certificate, crls) };
  });
  const revoked = looks.filter((look) => look.revoked !== undefined);
  const serials = new Set(revoked.flatMap(({ certificate }) => certificate?.serial ?? []));
  const keys = new Set(revoked.flatMap(({ path }) => keyIn(path) ?? []));
  return looks.map(({ path, set, certificate, revoked }) => {
    const serial = certificate?.serial ?? "";
    const problem = revoked ??
      (serials.has(serial)
        ? REVOKED
        : serial === current
        ? "it is in the store now"
        : isRevoking
        ? `a revocation is not finished; fix: vcm revoke ${shellWord(spec.name)}`
        : keys.has(keyIn(path) ?? "")
        ? "its key is that of a certificate that was revoked"
        : whoMayChange(path) ?? whyUnusable(spec, set, now));
    return { path, time: nameOf(path), certificate, problem, outlook: outlookOf(spec, set, now) };
  });
}

const REVOKED = "it was revoked";

/** Why an archived set counts as revoked, or undefined. */
function whoRevoked(
  path: string,
  certificate: Certificate | undefined,
  crls: readonly Crl[],
): string | undefined {
  if (isOfSerial(nameOf(path))) return REVOKED;
  const cert = readText(`${path}/cert.pem`);
  if (certificate === undefined || cert.kind !== "present") return undefined;
  const issuer = revokingIssuer(crls, certificate.serial, cert.value);
  return issuer && `it is revoked: the CRL of "${issuer}" lists it`;
}

/** The text of the private key, only to be compared: a key that is used again keeps it. */
function keyIn(path: string): string | undefined {
  const key = readText(`${path}/privkey.pem`);
  return key.kind === "present" ? key.value : undefined;
}

/** Whoever may write to the archive could have put another key and certificate there. */
function whoMayChange(path: string): string | undefined {
  const above = directoryOf(path);
  return [directoryOf(above), above, path]
    .map((directory) => directoryFault(directory, Deno.lstatSync))
    .find((problem) => problem !== undefined);
}

function whyUnusable(spec: CertificateSpec, set: StoredSet, now: Date): string | undefined {
  const due = checkDue(spec, set, now);
  if (due !== undefined && (!isWhole(due) || due.reason === "expired")) {
    return due.detail.replaceAll("the store", "the archive");
  }
  const certificate = storedCertificate(set);
  if (certificate === undefined || certificate.notBefore > now) return "it is not valid yet";
  return findChainWarnings(spec.name, certificate, set, now)
    .find((warning) => isWarnedBroken([warning]))?.message;
}

function outlookOf(spec: CertificateSpec, set: StoredSet, now: Date): string | undefined {
  const [due, validity] = [checkDue(spec, set, now), validityOf(set)];
  if (due !== undefined) return `the next run issues another one, because ${due.detail}`;
  return validity && `renewal from ${formatTime(renewalStart(spec, validity))}`;
}

/** Throws UsageError if there is no such set, and Error in plain words if it cannot be restored. */
export function chooseArchived(
  sets: readonly ArchivedSet[],
  name: string,
  time: string,
): ArchivedSet {
  const set = sets.find((one) => one.time === time);
  const list = `to see what there is: vcm rollback ${shellWord(name)}`;
  if (set === undefined) {
    throw new UsageError(`No set "${time}" of "${name}" in the archive; ${list}`, "rollback");
  }
  if (set.problem === undefined) return set;
  throw new Error(`Cannot roll back "${name}" to "${time}": ${set.problem}; ${list}`);
}

/** A line for people. */
export function describeArchived({ certificate, problem, outlook }: ArchivedSet): string {
  const facts = certificate === undefined ? [] : [
    `serial ${certificate.serial}, valid from ${formatTime(certificate.notBefore)} until ` +
    formatTime(certificate.notAfter),
  ];
  return [...facts, problem === undefined ? outlook : `cannot be restored: ${problem}`].join("; ");
}
