/** Whether deployed files are what a run would issue. Reads files; changes nothing. */
import type { Certificate } from "../../certificate/certificate.ts";
import type { Crl } from "../../certificate/crl.ts";
import { ChainChecker } from "../../certificate/stored_chain.ts";
import { PathFinder } from "../../certificate/path_finder.ts";
import { plainContent } from "../../certificate/plain_content.ts";
import { renewalStart } from "../../certificate/renewal.ts";
import { PARTS, type StoredPart } from "../../certificate/types.ts";
import type { CertificateSpec } from "../../config/types.ts";
import { ABSENT } from "../../host/read.ts";
import type { Presence } from "../../host/types.ts";
import { revokingIssuer } from "../../observe/trust.ts";
import type { CertificateObservation, Observation } from "../../observe/types.ts";
import { storeBlockers } from "../../plan/blockers.ts";
import { findChainWarnings } from "../../plan/chain_warnings.ts";
import { checkDue, isStagedDesired, isWhole } from "../../plan/due.ts";
import { storedCertificate, validityOf } from "../../plan/stored_validity.ts";
import { isWarnedBroken } from "../../plan/warnings.ts";
import { cleanSet } from "../../store/clean_set.ts";
import type { WholeSet } from "../../store/stage_set.ts";
import { checkSet, type SetTexts } from "../../store/stored_set.ts";
import { formatTime } from "../../text/format_time.ts";
import { compose, type Source } from "./compose.ts";
import { readSource } from "./read_source.ts";

export type Examined =
  | { readonly kind: "stored" }
  /** None of its files exists. */
  | { readonly kind: "no-files" }
  | { readonly kind: "refused"; readonly problem: string }
  | {
    readonly kind: "adoptable";
    readonly texts: WholeSet;
    /** What is adopted, for people. */
    readonly detail: string;
  };

export async function examine(
  spec: CertificateSpec,
  observed: CertificateObservation,
  observation: Observation,
  crls: readonly Crl[],
  now: Date,
): Promise<Examined> {
  const due = checkDue(spec, observed.stored, now);
  const [unreadable] = storeBlockers(observed);
  if (unreadable !== undefined) return { kind: "refused", problem: unreadable.message };
  if (isWhole(due)) return { kind: "stored" };
  try {
    if (observed.revocation !== undefined) throw new Error("its revocation is not finished");
    const sources = spec.targets.flatMap((target, at): Source | [] => {
      const seen = observed.targets[at];
      if (seen === undefined || target.what === "bundle" || !isPlainPem(target)) return [];
      const text = readSource(target, seen, observation);
      return text === undefined ? [] : { spec: target, text };
    });
    if (sources.length === 0) return { kind: "no-files" };
    const texts = await compose(sources, now);
    const set = await checkDesired(spec, texts, now);
    const revokedBy = revokingIssuer(crls, set.certificate.serial, texts.cert);
    if (revokedBy !== undefined) {
      throw new Error(`it is revoked: the CRL of "${revokedBy}" lists it`);
    }
    const staged = isStagedDesired(spec, observed.staged, due, now) && observed.staged;
    if (staged && storedCertificate(staged)?.serial !== set.certificate.serial) {
      throw new Error("the next run stores another one, which an earlier run received");
    }
    return { kind: "adoptable", texts, detail: describe(set, sources) };
  } catch (error) {
    return { kind: "refused", problem: (error as Error).message };
  }
}

function isPlainPem({ what, passwordFile }: Source["spec"]): boolean {
  return what !== "der" && what !== "pkcs12" && passwordFile === undefined;
}

/** A set that no run would replace. */
interface DesiredSet {
  readonly certificate: Certificate;
  readonly renewAt: Date;
  /** As the next run leaves them, if it rewrites files. */
  readonly texts: SetTexts;
}

/** Throws Error in plain words if a run would issue another one. */
async function checkDesired(
  spec: CertificateSpec,
  wanted: WholeSet,
  now: Date,
): Promise<DesiredSet> {
  const found = Object.fromEntries(PARTS.map((part) => [part, presenceOf(wanted[part])]));
  const { texts, damage } = cleanSet(found as SetTexts);
  const readOtherNames = spec.otherSans.length > 0
    ? (await import("../../certificate/alt_names.ts")).readOtherNames
    : undefined;
  const checkers = { chains: new ChainChecker(now), paths: new PathFinder(now), readOtherNames };
  const set = checkSet(texts, spec, checkers, (part) => texts[part], damage);
  const [certificate, validity] = [storedCertificate(set), validityOf(set)];
  const due = checkDue(spec, set, now);
  if (due !== undefined || certificate === undefined || validity === undefined) {
    throw new Error(due?.detail.replaceAll(" in the store", "").replace("the store", "its files"));
  }
  if (certificate.notBefore > now) {
    throw new Error(`it is valid only from ${formatTime(certificate.notBefore)}`);
  }
  const broken = findChainWarnings(spec.name, certificate, set, now)
    .find((warning) => isWarnedBroken([warning]));
  if (broken !== undefined) throw new Error(broken.message);
  return { certificate, renewAt: renewalStart(spec, validity), texts };
}

function describe(
  { certificate: { serial, issuer, notAfter }, renewAt, texts }: DesiredSet,
  sources: readonly Source[],
): string {
  const part = (part: StoredPart) => {
    const text = part === "crl" ? ABSENT : texts[part];
    return text.kind === "present" ? text.value : "";
  };
  const rewritten = sources.filter(({ spec, text }) => plainContent(spec, part) !== text)
    .map(({ spec: { path } }) => `"${path}"`);
  return [
    `serial ${serial}, issued by "${issuer}", valid until ${formatTime(notAfter)}, renewal from ` +
    formatTime(renewAt),
    ...(texts.ca.kind === "absent"
      ? ["none of its files has the CA, so nothing proves who issued it"]
      : []),
    ...(rewritten.length > 0
      ? [`the next run writes ${rewritten.join(", ")} in VCM's form, and its services act`]
      : []),
  ].join("; ");
}

function presenceOf(text: string | undefined): Presence<string> {
  return text === undefined ? ABSENT : { kind: "present", value: text };
}
