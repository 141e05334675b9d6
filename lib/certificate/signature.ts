/** Whether a certificate was signed by another one's key. */
import type { X509Certificate } from "node:crypto";

/**
 * node:crypto answers at once, and rightly where it says yes; some it cannot check (P-521, RSA-PSS,
 * P-384 with SHA-256 in Deno 2.7.11), and says no or throws. Those the library checks, which takes
 * longer to load.
 */
export async function isSignedBy(
  subject: X509Certificate,
  issuer: X509Certificate,
): Promise<boolean> {
  try {
    if (subject.verify(issuer.publicKey)) return true;
  } catch {
    // The library will tell.
  }
  const { x509 } = await import("./x509.ts");
  const open = ({ raw }: X509Certificate) => new x509.X509Certificate(new Uint8Array(raw));
  try {
    const { publicKey } = open(issuer);
    return await open(subject).verify({ publicKey, signatureOnly: true });
  } catch {
    return false;
  }
}
