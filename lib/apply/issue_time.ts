/** When a certificate was issued, if the server dated it back by long. */
import { BACKDATED } from "../certificate/renewal.ts";
import { dropIssueTime, writeIssueTime } from "../store/issue_time.ts";
import type { IssuedCertificate } from "../vault/pki/issued_certificate.ts";

/** Set if it was dated back by long, by the server's clock. */
export function issueTime(
  { certificate: { notBefore }, serverTime }: IssuedCertificate,
  now: Date,
): Date | undefined {
  const back = ((serverTime ?? now).getTime() - notBefore.getTime()) / 1000;
  return back >= BACKDATED && now > notBefore ? now : undefined;
}

/** The next runs read it with the set. Never throws. */
export async function noteIssueTime(
  certStore: string,
  name: string,
  { issuedAt: at, certificate: { serial } }: IssuedCertificate,
  warn: (message: string) => void,
): Promise<void> {
  if (at === undefined) return dropIssueTime(certStore, name);
  try {
    await writeIssueTime(certStore, name, { serial, at });
  } catch (error) {
    warn(`${(error as Error).message}; its lifetime counts from its "not before"`);
  }
}
