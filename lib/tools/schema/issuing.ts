import { DEFAULT_KEY_ORIGIN, DEFAULT_KEY_TYPE, DEFAULT_RENEW } from "../../config/defaults.ts";
import type { CertificateEntry, Settings } from "../../config/schema.ts";
import type { RenewalWindow } from "../../certificate/types.ts";
import type { KeyDoc } from "./key_doc.ts";

/** The keys that may be set under `config` and for each certificate. */
export type IssuingKey = keyof Settings & keyof CertificateEntry;

const HERE_OR_THERE = "required, here or in each entry of `certs`";

/** Docs of these keys under `config`. */
export const ISSUING_DOCS: Readonly<Record<IssuingKey, KeyDoc>> = {
  ttl: { means: "Lifetime to ask for.", otherwise: "the role's", example: "90d" },
  renew: {
    means: "How long before it expires a certificate is renewed: a duration, or a share of " +
      "its lifetime.",
    default: shownWindow(DEFAULT_RENEW),
    example: "14d",
  },
  spread: {
    means: "Share of the renewal window over which renewals are spread, from `0%` to `80%`: " +
      "the serial number of a certificate decides its delay.",
    default: "0%",
    example: "20%",
  },
  keep: {
    means:
      "How many archived sets of a certificate, revoked ones included, are kept in `archive/` " +
      "of the store when a new one is issued.",
    default: 0,
    example: 3,
  },
  window: {
    means: "Maintenance windows that renewals and service actions wait for, in the host's time " +
      "zone.",
    otherwise: "any time",
    example: "Sat,Sun 02:00-04:00",
  },
  issuer: {
    means: "Required common name of the issuer; a certificate from another issuer is renewed.",
    otherwise: "any",
    example: "Internal CA",
  },
  pki: {
    means: "Mount path of the PKI secrets engine.",
    otherwise: HERE_OR_THERE,
    example: "pki_internal",
  },
  role: { means: "Role at that mount.", otherwise: HERE_OR_THERE, example: "internal-service" },
  issuer_ref: {
    means: "Name or id of an issuer of the mount.",
    otherwise: "the role's",
    example: "internal-ca-2026",
  },
  key: {
    means: "Where the private key is generated: `vault` (uses `issue`), or `local`, so that " +
      "it never leaves this host (uses `sign`).",
    default: DEFAULT_KEY_ORIGIN,
    example: "local",
  },
  key_type: {
    means: "Type of the private key; with `key: vault` the role decides, and a different type " +
      "is an error.",
    otherwise: `the role's; \`${DEFAULT_KEY_TYPE}\` with \`key: local\``,
    example: "ec-256",
  },
  reuse_key: {
    means: "Whether the stored key is reused; requires `key: local`.",
    default: false,
    example: true,
  },
  exclude_cn_from_sans: {
    means: "Whether the SANs omit the common name.",
    default: false,
    example: true,
  },
  remove_roots_from_chain: {
    means: "Whether the server omits the root from its answer; `ca.pem` then ends with the CA " +
      "below it.",
    default: false,
    example: true,
  },
};

/** A third is not a round percentage. */
function shownWindow(window: RenewalWindow): string {
  return window.kind === "share" ? `${Number(window.percent.toFixed(1))}%` : `${window.seconds}s`;
}
