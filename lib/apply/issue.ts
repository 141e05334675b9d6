/** Carries out an issue step: asks the server, judges the lifetime, fills the store. */
import { openCertificate } from "../certificate/certificate.ts";
import { matchKey } from "../certificate/key_match.ts";
import { renewalStart, windowSeconds } from "../certificate/renewal.ts";
import { formatDuration } from "../config/duration.ts";
import { plainCause } from "../config/plain_cause.ts";
import { storedFile } from "../config/store_paths.ts";
import { readText } from "../observe/read.ts";
import type { IssueStep } from "../plan/types.ts";
import type { IssuedCertificate } from "../vault/pki/issued_certificate.ts";
import { issueCertificate } from "../vault/pki/pki.ts";
import type { VaultSession } from "../vault/session/session.ts";
import { writeStoredSet } from "./store.ts";

/** Throws Error in plain words; then the store is as it was. */
export async function issue(
  step: IssueStep,
  certStore: string,
  session: VaultSession,
): Promise<IssuedCertificate> {
  const issued = await issueCertificate(session, step.request, keyToReuse(step, certStore));
  requireUsefulLifetime(step, issued, new Date());
  try {
    writeStoredSet(certStore, step.certificate, (what) => issued.text(what));
  } catch (error) {
    throw new Error(
      `Cannot write the new certificate into the store "${certStore}": ${plainCause(error)}`,
      { cause: error },
    );
  }
  return issued;
}

/**
 * The stored key, where it is to be used again, unless it belongs to another certificate than the
 * stored one; what is unreadable is a problem.
 */
function keyToReuse({ certificate, request }: IssueStep, certStore: string): string | undefined {
  if (!request.key.reuse) return undefined;
  const [key, leaf] = (["privkey", "cert"] as const).map((what) => {
    const stored = readText(storedFile(certStore, certificate, what));
    if (stored.kind === "unreadable") throw new Error(stored.problem);
    return stored.kind === "present" ? stored.value : undefined;
  });
  return key !== undefined && (leaf === undefined || belongs(leaf, key)) ? key : undefined;
}

function belongs(leaf: string, key: string): boolean {
  try {
    return matchKey(openCertificate(leaf), key) === "match";
  } catch {
    // Whose key it is cannot be told from a damaged certificate.
    return false;
  }
}

/**
 * What a person should know about the lifetime: roles, mounts and issuers cut it without a word in
 * the status. The server dates certificates some seconds back.
 */
export function lifetimeWarning(
  { request }: IssueStep,
  { certificate: { notAfter } }: IssuedCertificate,
  now: Date,
): string | undefined {
  if (request.ttl === undefined) return undefined;
  const seconds = (notAfter.getTime() - now.getTime()) / 1000;
  if (seconds > request.ttl - Math.max(60, request.ttl / 100)) return undefined;
  return `asked for a lifetime of ${formatDuration(request.ttl)} and got ${
    formatDuration(Math.round(seconds / 60) * 60)
  }; lower "ttl", or raise max_ttl of the role "${request.role}" or of the mount`;
}

/** A certificate that is due as soon as it is issued would be issued anew on every run. */
function requireUsefulLifetime(step: IssueStep, issued: IssuedCertificate, now: Date): void {
  const { certificate } = issued;
  if (certificate.notAfter <= now) {
    throw new Error(
      `The certificate ended ${certificate.notAfter.toISOString()}, before it came; ` +
        "this host's clock is ahead of the server's, so it was not stored",
    );
  }
  if (certificate.notBefore > now) {
    throw new Error(
      `The certificate is valid only from ${certificate.notBefore.toISOString()}; ` +
        "this host's clock is behind the server's, so it was not stored",
    );
  }
  if (renewalStart(step.renew, certificate) > now) return;
  const minutes = Math.round((certificate.notAfter.getTime() - now.getTime()) / 60_000);
  throw new Error(
    `The role "${step.request.role}" gave a certificate for ${
      formatDuration(Math.max(1, minutes) * 60)
    } only, and it is to be renewed ${
      formatDuration(Math.max(1, Math.round(windowSeconds(step.renew, certificate))))
    } before its end: it would be due again at once, so it was not stored; raise the role's ` +
      'max_ttl, or lower "renew"',
  );
}
