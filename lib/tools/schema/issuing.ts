import { DEFAULT_KEY_ORIGIN, DEFAULT_KEY_TYPE, DEFAULT_RENEW } from "../../config/defaults.ts";
import type { CertificateEntry, Settings } from "../../config/schema.ts";
import type { RenewalWindow } from "../../certificate/types.ts";
import type { KeyDoc } from "./key_doc.ts";

/** The keys that may be set under `config` and for each certificate. */
export type IssuingKey = keyof Settings & keyof CertificateEntry;

const HERE_OR_THERE = "needed, here or in each entry of `certs`";

/** Docs of these keys under `config`. */
export const ISSUING_DOCS: Readonly<Record<IssuingKey, KeyDoc>> = {
  ttl: { means: "Lifetime to ask for.", otherwise: "the role's", example: "90d" },
  renew: {
    means: "How long before its end a certificate is renewed: a duration, or a share of its " +
      "lifetime.",
    default: shownWindow(DEFAULT_RENEW),
    example: "14d",
  },
  spread: {
    means: "Share of the renewal window by which renewals are moved apart, from `0%` to `80%`: " +
      "each certificate is renewed later by an amount that its own serial number decides.",
    default: "0%",
    example: "20%",
  },
  keep: {
    means: "How many earlier sets of a certificate stay in the store's `archive/`.",
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
    means: "Common name that the issuer has to have: a certificate of another one is renewed.",
    otherwise: "any",
    example: "Internal CA",
  },
  pki: {
    means: "Path of the PKI engine's mount.",
    otherwise: HERE_OR_THERE,
    example: "pki_internal",
  },
  role: { means: "Role at that mount.", otherwise: HERE_OR_THERE, example: "internal-service" },
  issuer_ref: {
    means: "Name or id of the mount's issuer.",
    otherwise: "the role's",
    example: "internal-ca-2026",
  },
  key: {
    means: "Who makes the private key: `vault` (asks `issue`), or `local`, so that it never " +
      "leaves this host (asks `sign`).",
    default: DEFAULT_KEY_ORIGIN,
    example: "local",
  },
  key_type: {
    means: "Kind of the private key; with `key: vault` the role decides, and another answer is " +
      "an error.",
    otherwise: `the role's; \`${DEFAULT_KEY_TYPE}\` with \`key: local\``,
    example: "ec-256",
  },
  reuse_key: {
    means: "Whether the stored key goes on to be used; needs `key: local`.",
    default: false,
    example: true,
  },
  exclude_cn_from_sans: {
    means: "Whether the common name is left out of the SANs.",
    default: false,
    example: true,
  },
  remove_roots_from_chain: {
    means: "Whether the server leaves the root out of its answer; then `ca.pem` ends with what " +
      "is below it.",
    default: false,
    example: true,
  },
};

/** A third is not a round percentage. */
function shownWindow(window: RenewalWindow): string {
  return window.kind === "share" ? `${Number(window.percent.toFixed(1))}%` : `${window.seconds}s`;
}
