/** What `vcm revoke` works on: the certificates of given names, and unfinished revocations. */
import type { Certificate } from "../../certificate/certificate.ts";
import type { CertificateSpec, Config } from "../../config/types.ts";
import { isThere, observe } from "../../host/read.ts";
import type { Presence } from "../../host/types.ts";
import { observeRevocations } from "../../observe/revocations.ts";
import { storedCertificate } from "../../plan/stored_validity.ts";
import { archivedSets } from "../../store/earlier_sets.ts";
import { ownerFile } from "../../store/pending_revocation.ts";
import { StoreReader } from "../../store/read_set.ts";
import type { PendingRevocation, StoredSet } from "../../store/types.ts";
import { formatTime } from "../../text/format_time.ts";
import { shellWord } from "../../text/quote.ts";

/** A certificate that is to be revoked. */
export interface Revocation {
  readonly name: string;
  readonly pending: PendingRevocation;
  /** An earlier command began it. */
  readonly earlier: boolean;
  readonly question: string;
  /** Undefined: it was removed from the configuration. */
  readonly spec: CertificateSpec | undefined;
  /** Serial number of another certificate that is in the store now. */
  readonly successor?: string | undefined;
}

/** A name that cannot be revoked. */
export interface Refused {
  readonly name: string;
  readonly problem: string;
}

export type Candidate = Revocation | Refused;

export function isRefused(candidate: Candidate): candidate is Refused {
  return "problem" in candidate;
}

/** Names that neither the configuration nor a record in the store has are left out. */
export function gather(
  config: Config,
  names: readonly string[],
  forgetKey: boolean,
): Candidate[] {
  const store = new StoreReader(config.certStore);
  const { ofFile, removed } = observeRevocations(config, store.namesBeingRevoked());
  const specs = config.certificates.filter(({ name }) => names.includes(name));
  return [
    ...specs.map((spec): Candidate => {
      const begun = ofFile.get(spec.name);
      if (begun?.kind === "unreadable") return { name: spec.name, problem: begun.problem };
      const { stored } = store.look(spec);
      const certificate = storedCertificate(stored);
      if (begun?.kind === "present") {
        return resume(spec.name, begun.value, forgetKey, spec, certificate);
      }
      if (certificate === undefined) {
        const keys = forgetKey ? archivedKeys(config.certStore, spec.name) : "";
        return { name: spec.name, problem: whyNone(stored) + keys };
      }
      const { serial } = certificate;
      const pending = { serial, mount: spec.pki, file: ownerFile(config.file), forgetKey };
      const question = ask(spec.name, certificate, forgetKey);
      return { name: spec.name, pending, earlier: false, question, spec };
    }),
    ...removed.filter(({ name }) => names.includes(name))
      .map(({ name, revocation }) => resume(name, revocation, forgetKey)),
  ];
}

function resume(
  name: string,
  begun: PendingRevocation,
  forgetKey: boolean,
  spec?: CertificateSpec,
  stored?: Certificate,
): Revocation {
  const pending = { ...begun, forgetKey: begun.forgetKey || forgetKey };
  const common = { name, pending, earlier: true, spec };
  if (stored?.serial === begun.serial) {
    return { ...common, question: ask(name, stored, pending.forgetKey) };
  }
  const question = `Finish the revocation of "${name}" (serial ${begun.serial}), which ` +
    `an earlier command started?${keyRemark(pending.forgetKey)}`;
  return { ...common, question, successor: stored?.serial };
}

function ask(name: string, { serial, issuer, notAfter }: Certificate, forgetKey: boolean): string {
  return `Revoke "${name}" (serial ${serial}, issued by "${issuer}", valid until ` +
    `${formatTime(notAfter)})? Peers that check revocation will reject it.${keyRemark(forgetKey)}`;
}

function keyRemark(forgetKey: boolean): string {
  return forgetKey ? " Its private key is removed from the store and its archive." : "";
}

function archivedKeys(certStore: string, name: string): string {
  const found = observe(certStore, () => archivedSets(certStore, name));
  if (found.kind !== "present") return found.kind === "absent" ? "" : `; ${found.problem}`;
  const keys = found.value.map((set) => `${set}/privkey.pem`).filter(isThere);
  if (keys.length === 0) return "";
  return `; to remove the keys of its archived sets: rm ${keys.map(shellWord).join(" ")}`;
}

function whyNone({ leaf }: StoredSet): string {
  const fact: Presence<unknown> = leaf;
  return fact.kind === "unreadable"
    ? fact.problem
    : fact.kind === "absent"
    ? "There is no certificate in the store"
    : "cert.pem in the store is not a certificate";
}
