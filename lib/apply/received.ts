/** Stores a certificate that is in the store already: received by an earlier run, or archived. */
import { openCertificate, readFacts } from "../certificate/certificate.ts";
import type { Part } from "../certificate/types.ts";
import { isThere, requireText } from "../host/read.ts";
import type { IssueStep } from "../plan/types.ts";
import { dropSet } from "../store/earlier_sets.ts";
import { readIssueTime } from "../store/issue_time.ts";
import { readStaged } from "../store/staged_set.ts";
import { stagedDirectory } from "../store/store_paths.ts";
import { stageSet, type WholeSet } from "../store/stage_set.ts";
import { storeStagedSet } from "../store/write_set.ts";
import { causeAndFix, errorCode, plainCause } from "../text/plain_cause.ts";
import { type IssuedCertificate, issuedCertificate } from "../vault/pki/issued_certificate.ts";
import { requireUsefulLifetime, type StoreHooks, storeReceived } from "./issue.ts";

/**
 * Returns undefined if it is damaged, or not what is desired any more: then the server must be asked.
 * Throws Error with a message for users if it cannot be read or stored.
 */
export async function storeEarlier(
  step: IssueStep,
  certStore: string,
  hooks: StoreHooks,
): Promise<IssuedCertificate | undefined> {
  const received = await read(step, certStore);
  if (received !== undefined) await storeReceived(step, certStore, hooks);
  return received;
}

async function read(step: IssueStep, certStore: string): Promise<IssuedCertificate | undefined> {
  try {
    const texts = readStaged(certStore, step.certificate);
    const received = await open(step, certStore, texts);
    if (received.text("fullchain") !== texts.fullchain) return undefined;
    requireUsefulLifetime(step, received, new Date());
    return received;
  } catch (error) {
    // Of the system's errors only this one tells that a file is not there.
    const code = errorCode(error);
    if (code === undefined || code === "ENOENT" || code.startsWith("ERR_")) return undefined;
    const staged = stagedDirectory(certStore, step.certificate);
    throw new Error(`Cannot read "${staged}": ${plainCause(error)}`, { cause: error });
  }
}

async function open(
  { certificate: name, request }: IssueStep,
  certStore: string,
  { cert, chain, ca = "", privkey }: WholeSet,
): Promise<IssuedCertificate> {
  const x509 = openCertificate(cert);
  const otherNames = request.otherSans.length > 0
    ? (await import("../certificate/alt_names.ts")).readOtherNames(x509)
    : undefined;
  const certificate = { ...readFacts(x509), ...(otherNames && { otherNames }) };
  return issuedCertificate({
    certificate,
    issuedAt: readIssueTime(certStore, name, certificate),
    leaf: cert,
    chain: [chain],
    anchors: [ca],
    privateKey: privkey,
    unverified: [],
    warnings: [],
  });
}

/**
 * Restores an archived set. The plan has checked that it can be used. Its directory leaves the
 * archive last, so that no key is lost. Throws Error with a message for users.
 */
export async function restoreArchived(
  step: IssueStep,
  path: string,
  certStore: string,
  hooks: StoreHooks,
): Promise<IssuedCertificate> {
  const { certificate: name, keep = 0 } = step;
  try {
    const read = (part: Part) => requireText(`${path}/${part}.pem`);
    const ca = isThere(`${path}/ca.pem`) ? { ca: read("ca") } : {};
    const [cert, chain, fullchain, privkey] = [
      read("cert"),
      read("chain"),
      read("fullchain"),
      read("privkey"),
    ];
    const texts = { cert, chain, fullchain, privkey, ...ca };
    const restored = await open(step, certStore, texts);
    await hooks.beforeAsked?.();
    await stageSet(certStore, name, texts, keep);
    await hooks.beforeStored();
    const problem = await storeStagedSet(certStore, name, keep);
    if (problem !== undefined) hooks.warn(problem);
    else dropSet(path);
    return { ...restored, text: (part) => texts[part] ?? "" };
  } catch (error) {
    throw new Error(`Cannot restore "${path}": ${causeAndFix(error, `${certStore}/`)}`, {
      cause: error,
    });
  }
}
