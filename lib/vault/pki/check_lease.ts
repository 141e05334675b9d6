/**
 * Checks whether a leased certificate can be used: the server revokes it with the token that
 * requested it.
 */
import { formatTime } from "../../text/format_time.ts";
import type { CertificateRequest } from "../../plan/types.ts";
import type { LeaseToken } from "../session/lease.ts";

/**
 * Returns a warning about a certificate that lasts only as long as its token.
 *
 * Throws Error with a sentence about "it", the certificate, if the token is known to end first.
 */
export function checkLease(
  { mount, role }: Pick<CertificateRequest, "mount" | "role">,
  token: LeaseToken,
  notAfter: Date,
): string {
  const fact =
    `it has a lease (the role "${role}" has generate_lease=true), so the server revokes ` +
    "it when the token that requested it ends";
  const fix = `fix: ${leaseFix(`${mount}/roles/${role}`)} (or "vault patch")`;
  const refuse = (why: string) => new Error(`${fact}; ${why}; ${fix}`);
  if (token.kind === "own") throw refuse("VCM's own token ends with this run");
  const { from, life } = token;
  const subject = `the token from ${from}`;
  switch (life.kind) {
    case "unknown":
      return `${fact}; VCM could not look up when ${subject} ends; ${fix}`;
    case "limited-uses":
      throw refuse(`${subject} ends with its last use`);
    case "known": {
      const { expires, endsAtLatest } = life;
      if (endsAtLatest !== undefined && endsAtLatest < notAfter) {
        throw refuse(
          `${subject} ends ${formatTime(endsAtLatest)} and cannot be renewed beyond that, but ` +
            `the certificate is valid until ${formatTime(notAfter)}`,
        );
      }
      if (expires === undefined) {
        return `${fact}; ${subject} does not expire, but must never be revoked; ${fix}`;
      }
      return `${fact}; ${subject} ends ${formatTime(expires)} unless it is renewed; ${fix}`;
    }
  }
}

/** A patch, because writing a role resets all other fields to their defaults. */
export function leaseFix(rolePath: string): string {
  return `bao patch ${rolePath} generate_lease=false`;
}
