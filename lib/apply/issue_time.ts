/** When a certificate was issued, if the start of its validity does not tell it. */
import { BACKDATED } from "../certificate/renewal.ts";
import type { IssueStep } from "../plan/types.ts";
import { dropIssueTime, rewriteIssueTime, writeIssueTime } from "../store/issue_time.ts";
import type { IssuedCertificate } from "../vault/pki/issued_certificate.ts";

/** Set if it was dated back by long, by the server's clock, or would seem to be issued too early. */
export function issueTime(
  { issuedBefore }: IssueStep,
  { certificate: { notBefore }, serverTime }: IssuedCertificate,
  now: Date,
): Date | undefined {
  const back = ((serverTime ?? now).getTime() - notBefore.getTime()) / 1000;
  const seemsEarlier = issuedBefore !== undefined && notBefore < issuedBefore;
  return (back >= BACKDATED || seemsEarlier) && now > notBefore ? now : undefined;
}

/**
 * Without its record each run would issue such a certificate again: the server is not asked if it
 * cannot be written. Throws Error in plain words.
 */
export async function requireIssueTime(
  { certificate, issuedBefore }: IssueStep,
  certStore: string,
): Promise<void> {
  if (issuedBefore !== undefined) await rewriteIssueTime(certStore, certificate);
}

/** The next runs read it with the set. Throws Error in plain words only if they must not miss it. */
export async function noteIssueTime(
  { certificate: name, issuedBefore }: IssueStep,
  certStore: string,
  { issuedAt: at, certificate: { serial } }: IssuedCertificate,
  warn: (message: string) => void,
): Promise<void> {
  if (at === undefined) return dropIssueTime(certStore, name);
  try {
    await writeIssueTime(certStore, name, { serial, at });
  } catch (error) {
    if (issuedBefore !== undefined) throw error;
    warn(`${(error as Error).message}; its lifetime counts from its "not before"`);
  }
}
