/** Stores the certificate that an earlier run received and could not store. */
import { openCertificate, readFacts } from "../certificate/certificate.ts";
import type { IssueStep } from "../plan/types.ts";
import { readIssueTime } from "../store/issue_time.ts";
import { readStaged } from "../store/staged_set.ts";
import { stagedDirectory } from "../store/store_paths.ts";
import { errorCode, plainCause } from "../text/plain_cause.ts";
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
    const { cert, chain, fullchain, ca, privkey } = readStaged(certStore, step.certificate);
    const x509 = openCertificate(cert);
    const otherNames = step.request.otherSans.length > 0
      ? (await import("../certificate/alt_names.ts")).readOtherNames(x509)
      : undefined;
    const certificate = { ...readFacts(x509), ...(otherNames && { otherNames }) };
    const received = issuedCertificate({
      certificate,
      issuedAt: readIssueTime(certStore, step.certificate, certificate),
      leaf: cert,
      chain: [chain],
      anchors: [ca],
      privateKey: privkey,
      unverified: [],
      warnings: [],
    });
    if (received.text("fullchain") !== fullchain) return undefined;
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
