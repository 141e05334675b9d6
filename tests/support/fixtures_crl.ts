/** CRLs of authorities that tests make. */
import "reflect-metadata";
import { Extension, PemConverter, X509CrlGenerator } from "@peculiar/x509";
import type { Made } from "./fixtures_pki.ts";

export interface CrlOptions {
  /** Hexadecimal serial numbers. */
  readonly revoked?: readonly string[];
  readonly thisUpdate?: Date;
  /** Null: it says nothing of its end. */
  readonly nextUpdate?: Date | null;
  /** Object identifier, whether it is critical, and its value in hexadecimal. */
  readonly extensions?: readonly (readonly [string, boolean, string])[];
  /** Whose key signs it; absent: the issuer's. */
  readonly signer?: Made;
}

/** Valid from 2026-11-20 to 2026-11-30, if the options do not say otherwise. */
export async function makeCrl(issuer: Made, options: CrlOptions = {}): Promise<Uint8Array> {
  const { revoked = [], extensions = [], nextUpdate = new Date("2026-11-30T00:00:00Z") } = options;
  const thisUpdate = options.thisUpdate ?? new Date("2026-11-20T00:00:00Z");
  const signer = options.signer ?? issuer;
  const crl = await X509CrlGenerator.create({
    issuer: issuer.certificate.subject,
    thisUpdate,
    ...(nextUpdate !== null && { nextUpdate }),
    signingAlgorithm: signer.algorithm,
    signingKey: signer.keys.privateKey,
    entries: revoked.map((serialNumber) => ({ serialNumber, revocationDate: thisUpdate })),
    extensions: extensions.map(([id, critical, value]) =>
      new Extension(id, critical, Uint8Array.fromHex(value))
    ),
  });
  return new Uint8Array(crl.rawData);
}

export function crlPem(der: Uint8Array): string {
  return PemConverter.encode(new Uint8Array(der), "X509 CRL");
}
