import { wantedAddresses } from "../certificate/names.ts";
import type { CertificateSpec } from "../config/types.ts";
import type { CertificateRequest } from "./types.ts";

/** The request to the PKI engine for a certificate of the configuration. */
export function requestFor(spec: CertificateSpec): CertificateRequest {
  return {
    mount: spec.pki,
    role: spec.role,
    commonName: spec.commonName,
    dnsSans: spec.dnsSans,
    ipSans: wantedAddresses(spec),
    uriSans: spec.uriSans,
    emailSans: spec.emailSans,
    otherSans: spec.otherSans,
    excludeCnFromSans: spec.excludeCnFromSans,
    removeRootsFromChain: spec.removeRootsFromChain,
    issuerRef: spec.issuerRef,
    issuer: spec.issuer,
    ttl: spec.ttl,
    ...(isReadByServers(spec.ttlText) && { ttlText: spec.ttlText }),
    key: spec.key,
  };
}

/** Go's durations without days and weeks, and days or seconds alone (Vault, "Duration format strings"). */
function isReadByServers(text = ""): boolean {
  return /^(?:\d+d?|(?:\d+(?:\.\d+)?[smh])+)$/.test(text);
}

/**
 * The API path of a request: `pki/issue/web`, or `pki/sign/web` if the key is created on this host;
 * with an issuer, `pki/issuer/NAME/issue/web` (Vault API, PKI, "Generate certificate and
 * key" and "Sign certificate").
 */
export function requestPath({ mount, issuerRef, key, role }: CertificateRequest): string {
  const issuer = issuerRef === undefined ? "" : `/issuer/${issuerRef}`;
  return `${mount}${issuer}/${key.origin === "local" ? "sign" : "issue"}/${role}`;
}
