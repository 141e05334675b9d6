/**
 * The token on which a lease depends. A server revokes a token's leases with the token, and a leased
 * certificate with its lease (Vault documentation, "Lease, renew, and revoke"; PKI, `generate_lease`).
 */
import type { VaultAnswer } from "../wire/answer.ts";

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
export function readTokenLife(data: VaultAnswer["data"]): TokenLife {
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

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function dateOf(value: unknown): Date | undefined {
  if (typeof value !== "string") return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
