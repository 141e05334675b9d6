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
    key: spec.key,
  };
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
