/**
 * The token on which a lease depends. A server revokes a token's leases with the token, and a leased
 * certificate with its lease (Vault documentation, "Lease, renew, and revoke"; PKI, `generate_lease`).
 */
import { formatTime } from "../../text/format_time.ts";
import type { CertificateRequest } from "../../plan/types.ts";
import { type JsonObject, numberOf } from "../wire/parse_object.ts";

/** The token that a leased certificate depends on, and how long it lives. */
export type LeaseToken =
  /** From a login of this run, which revokes it at the end. */
  | { readonly kind: "own" }
  /** Given to VCM, which never revokes it. */
  | { readonly kind: "given"; readonly from: string; readonly life: TokenLife };

export type TokenLife =
  /** It could not be looked up. */
  | { readonly kind: "unknown" }
  /** It has ended already, or ends with its last use. */
  | { readonly kind: "limited-uses" }
  | {
    readonly kind: "known";
    /** When it ends unless it is renewed. Absent: never. */
    readonly expires?: Date;
    /** When it ends even if it is renewed, if known. */
    readonly endsAtLatest?: Date;
  };

/** @param data Of `auth/token/lookup-self` (Vault API, Token, "Lookup a Token (Self)"). */
export function readTokenLife(data: JsonObject): TokenLife {
  if (numberOf(data["num_uses"]) > 0) return { kind: "limited-uses" };
  const expires = dateOf(data["expire_time"]);
  if (expires === undefined) return { kind: "known" };
  if (data["renewable"] !== true || data["type"] === "batch") {
    return { kind: "known", expires, endsAtLatest: expires };
  }
  const longest = numberOf(data["explicit_max_ttl"]);
  if (longest === 0) return { kind: "known", expires };
  const endsAtLatest = new Date((numberOf(data["creation_time"]) + longest) * 1000);
  return { kind: "known", expires, endsAtLatest };
}

function dateOf(value: unknown): Date | undefined {
  if (typeof value !== "string") return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

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
  const fix = `fix: ${leaseFix(`${mount}/roles/${role}`)}`;
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
