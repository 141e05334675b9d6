/** Certificates and keys of several kinds, to be damaged. */
import { makeAuthority, makeCertificatePem, oldForm } from "../../support/fixtures_pki.ts";

const root = await makeAuthority("Root");
const issuer = await makeAuthority("Issuer", { issuer: root });
const leaf = await makeCertificatePem("web.example.com", {
  issuer,
  names: [
    { type: "dns", value: "web.example.com" },
    { type: "dns", value: "*.example.com" },
    { type: "ip", value: "10.1.1.20" },
    { type: "ip", value: "fd00::1" },
    { type: "email", value: "ops@example.com" },
    { type: "url", value: "spiffe://example.com/web" },
    { type: "upn", value: "web@example.com" },
  ],
});
const others = [
  await makeCertificatePem("rsa", { algorithm: "RSA" }),
  await makeCertificatePem("ed", { algorithm: "Ed25519", issuer }),
  await makeCertificatePem("p384", { algorithm: "EC P-384", issuer: root }),
  await makeCertificatePem("pss", { algorithm: "RSA-PSS" }),
  await makeCertificatePem("p521", { algorithm: "EC P-521" }),
  await makeCertificatePem("long", {
    issuer,
    notBefore: new Date("1960-01-01T00:00:00Z"),
    notAfter: new Date("9999-12-31T23:59:59Z"),
    serial: "0080ff",
  }),
];

const all = [leaf, issuer, root, ...others];

/** PEM, each ending with a newline; the leaf first, then its issuer and its root. */
export const CERTIFICATES: readonly string[] = all.map(({ pem }) => pem);

/** PKCS#8 and the old forms. */
export const KEYS: readonly string[] = [
  ...all.map(({ pkcs8 }) => pkcs8),
  oldForm(leaf, "sec1"),
  ...others.slice(0, 1).map((made) => oldForm(made, "pkcs1")),
];
