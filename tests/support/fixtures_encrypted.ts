/** Sets, and what is to be sealed of them. */
import { randomBytes } from "node:crypto";
import type { Random } from "../../lib/certificate/pbes2.ts";
import type { EncryptionSpec } from "../../lib/certificate/encrypted.ts";
import type { Format, Part } from "../../lib/certificate/types.ts";
import { type AlgorithmName, makeAuthority, makeCertificatePem } from "./fixtures_pki.ts";

export const PASSWORD = "correct horse";

export const random: Random = (bytes) => new Uint8Array(randomBytes(bytes));

/** Texts of a set of `web.example.com` below an intermediate. */
export async function makeSet(
  algorithm: AlgorithmName = "EC P-256",
): Promise<Readonly<Record<Part, string>>> {
  const root = await makeAuthority("Root");
  const intermediate = await makeAuthority("Intermediate", { issuer: root });
  const { pem, pkcs8 } = await makeCertificatePem("web.example.com", {
    algorithm,
    issuer: intermediate,
  });
  return {
    cert: pem,
    chain: intermediate.pem,
    fullchain: pem + intermediate.pem,
    privkey: pkcs8,
    ca: root.pem,
  };
}

export function desiredFor(
  set: Readonly<Record<Part, string>>,
  format: Format,
  parts: Partial<EncryptionSpec> = {},
): EncryptionSpec {
  return {
    format: { passwordFile: "/etc/vcm/password", ...format },
    name: "web.example.com",
    part: (part) => set[part],
    password: PASSWORD,
    ...parts,
  };
}

/** A file's bytes, whichever of the two forms they have. */
export function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}
