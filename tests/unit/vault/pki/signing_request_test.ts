/** Keys that are made on this host, and the requests for their certificates. */
import "reflect-metadata";
import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { Pkcs10CertificateRequest, SubjectAlternativeNameExtension } from "@peculiar/x509";
import { KEY_TYPES } from "../../../../lib/config/types.ts";
import type { CertificateRequest } from "../../../../lib/plan/types.ts";
import { makeSigningRequest } from "../../../../lib/vault/pki/signing_request.ts";
import { makeRequest } from "../../../support/fixtures.ts";
import { pureTest } from "../../../support/pure_test.ts";

const LOCAL = { origin: "local", reuse: false } as const;

function make(parts: Partial<CertificateRequest> = {}) {
  return makeSigningRequest(makeRequest({ key: LOCAL, ...parts }));
}

/** Subject alternative names (RFC 5280, 4.2.1.6). */
const SAN = "2.5.29.17";

/** The alternative names of a request, as `dns web.example.com`. */
function namesIn(request: string): string[] {
  const decoded = new Pkcs10CertificateRequest(request);
  const extension = decoded.getExtension(SAN);
  if (extension === null) return [];
  const { names } = new SubjectAlternativeNameExtension(extension.rawData);
  return names.items.map(({ type, value }) => `${type} ${value}`);
}

/** What node:crypto says of each type's key. */
const KEYS: Readonly<Record<string, unknown>> = {
  "ec-256": ["ec", "prime256v1"],
  "ec-384": ["ec", "secp384r1"],
  "rsa-2048": ["rsa", 2048],
  "rsa-3072": ["rsa", 3072],
  "rsa-4096": ["rsa", 4096],
  "ed25519": ["ed25519", undefined],
};

function kindOf(pem: string): unknown {
  const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
  const { namedCurve, modulusLength } = asymmetricKeyDetails ?? {};
  return [asymmetricKeyType, namedCurve ?? modulusLength];
}

for (const type of KEY_TYPES) {
  pureTest(`makeSigningRequest() makes an ${type} key and signs by it`, async () => {
    const { request, privateKey } = await make({ key: { ...LOCAL, type } });
    assert.match(privateKey, /^-----BEGIN PRIVATE KEY-----\n/);
    assert.deepEqual(kindOf(privateKey), KEYS[type]);
    assert.match(request, /^-----BEGIN CERTIFICATE REQUEST-----\n/);
    const decoded = new Pkcs10CertificateRequest(request);
    assert.equal(await decoded.verify(), true);
    const own = createPublicKey(privateKey).export({ type: "spki", format: "der" });
    assert.deepEqual(new Uint8Array(decoded.publicKey.rawData), new Uint8Array(own));
  });
}

pureTest("the table of key types is the whole one", () => {
  assert.deepEqual([...KEY_TYPES].sort(), Object.keys(KEYS).sort());
});

pureTest("makeSigningRequest() makes an EC P-256 key if no type is requested", async () => {
  assert.deepEqual(kindOf((await make()).privateKey), KEYS["ec-256"]);
});

pureTest("makeSigningRequest() makes another key each time", async () => {
  const keys = await Promise.all([make(), make(), make()]);
  assert.equal(new Set(keys.map(({ privateKey }) => privateKey)).size, 3);
});

pureTest("makeSigningRequest() asks for names of all common kinds", async () => {
  const { request } = await make({
    commonName: "Web.example.com",
    dnsSans: ["api.example.com", "web.example.com", "*.example.com", "bücher.example.com"],
    ipSans: ["10.1.1.20", "fd00::1"],
    emailSans: ["ops@example.com"],
    uriSans: ["spiffe://example.com/a,b"],
    otherSans: ["1.3.6.1.4.1.311.20.2.3;UTF8:host@example.com"],
  });
  const { subjectName } = new Pkcs10CertificateRequest(request);
  assert.deepEqual(subjectName.getField("CN"), ["Web.example.com"]);
  // Those of other kinds travel in the body of the call alone.
  assert.deepEqual(namesIn(request), [
    "dns web.example.com",
    "dns api.example.com",
    "dns *.example.com",
    "dns xn--bcher-kva.example.com",
    "email ops@example.com",
    "ip 10.1.1.20",
    "ip fd00::1",
    "url spiffe://example.com/a,b",
  ]);
});

pureTest(
  "makeSigningRequest() excludes the common name from the names if requested",
  async () => {
    const parts = { dnsSans: ["api.example.com"], excludeCnFromSans: true };
    assert.deepEqual(namesIn((await make(parts)).request), ["dns api.example.com"]);
    const { request } = await make({ excludeCnFromSans: true });
    assert.deepEqual(namesIn(request), []);
  },
);

pureTest("a common name that is not a DNS name is only in the subject, unchanged", async () => {
  const odd = ["My server", "10.1.1.20", "ops@example.com", "a, O=evil + CN=b", "größer"];
  for (const commonName of odd) {
    const { request } = await make({ commonName });
    const { subjectName } = new Pkcs10CertificateRequest(request);
    assert.deepEqual(subjectName.getField("CN"), [commonName]);
    assert.deepEqual(subjectName.getField("O"), [], commonName);
    assert.equal(namesIn(request).includes(`dns ${commonName}`), false);
  }
});

pureTest("without a common name the subject is empty", async () => {
  const { request } = await make({ commonName: "", uriSans: ["spiffe://example.com/web"] });
  assert.equal(new Pkcs10CertificateRequest(request).subject, "");
  assert.deepEqual(namesIn(request), ["url spiffe://example.com/web"]);
});

pureTest("signs that mean something in a name's text form (RFC 4514) are plain here", async () => {
  for (const commonName of ["#1 server", "#00ff", '"web"', "a\\,b", "x\\41", " a ", "a;b<c>d"]) {
    const { request } = await make({ commonName });
    const { subjectName } = new Pkcs10CertificateRequest(request);
    assert.deepEqual(subjectName.getField("CN"), [commonName]);
  }
});

pureTest("a request contains nothing of the private key", async () => {
  const { request, privateKey } = await make({ key: { ...LOCAL, type: "rsa-2048" } });
  const part = privateKey.split("\n").slice(5, 12);
  for (const line of part) assert.equal(request.includes(line), false);
});
