/** What is checked of a certificate whose key was made on this host, or whose kind was asked for. */
import "reflect-metadata";
import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { Pkcs10CertificateRequest, X509CertificateGenerator } from "@peculiar/x509";
import type { CertificateRequest } from "../../../../lib/plan/types.ts";
import { issueCertificate } from "../../../../lib/vault/pki/pki.ts";
import type { VaultSession } from "../../../../lib/vault/session/session.ts";
import {
  type AlgorithmName,
  makeAuthority,
  makeCertificatePem,
} from "../../../support/fixtures_pki.ts";
import { makeRequest } from "../../../support/fixtures.ts";
import { sessionGiving } from "../pki_answers.ts";
import { failureOf } from "../access_fixtures.ts";

const NAME = "web.example.com";
const ROOT = await makeAuthority("Root");

/** An answer with a certificate whose key is of this kind. */
async function answerWith(algorithm: AlgorithmName) {
  const names = [{ type: "dns" as const, value: NAME }];
  const leaf = await makeCertificatePem(NAME, { algorithm, issuer: ROOT, names });
  return { certificate: leaf.pem, private_key: leaf.pkcs8, issuing_ca: ROOT.pem };
}

/** A session whose server signs whatever request it is sent, and keeps what was written. */
function signing(
  change: Readonly<Record<string, unknown>> = {},
  warnings: readonly string[] = [],
): VaultSession & { readonly written: [string, Record<string, unknown>][] } {
  const written: [string, Record<string, unknown>][] = [];
  return {
    secrets: [],
    loginMethod: "the test",
    clean: String,
    written,
    write: async (path, body) => {
      written.push([path, JSON.parse(JSON.stringify(body))]);
      const csr = new Pkcs10CertificateRequest(String(body["csr"]));
      const certificate = await X509CertificateGenerator.create({
        subject: csr.subjectName.toJSON(),
        issuer: ROOT.certificate.subject,
        publicKey: await csr.publicKey.export(),
        signingKey: ROOT.keys.privateKey,
        signingAlgorithm: ROOT.algorithm,
        extensions: [...csr.extensions],
      });
      const pem = certificate.toString("pem");
      const data = { certificate: pem, issuing_ca: ROOT.pem, ...change };
      return { address: "https://vault.test", data, auth: {}, warnings };
    },
    read: () => Promise.reject(new Error("nothing to read")),
    close: () => Promise.resolve(),
  };
}

function local(parts: Partial<CertificateRequest["key"]> = {}): CertificateRequest {
  return makeRequest({ key: { origin: "local", reuse: false, ...parts } });
}

async function complaint(session: VaultSession, request: CertificateRequest): Promise<string> {
  const { message } = await failureOf(() => issueCertificate(session, request));
  return message.replace(
    /^Cannot use the certificate that "https:\/\/vault\.test" issued for /,
    "",
  );
}

const KINDS = [
  ["EC P-256", "ec-256"],
  ["EC P-384", "ec-384"],
  ["RSA", "rsa-2048"],
  ["Ed25519", "ed25519"],
] as const;

for (const [algorithm, type] of KINDS) {
  Deno.test(`an ${type} key is accepted if it, or no type, was requested`, async () => {
    const session = sessionGiving(await answerWith(algorithm));
    for (const key of [{ type }, {}]) {
      const request = makeRequest({ key: { origin: "vault", reuse: false, ...key } });
      const issued = await issueCertificate(session, request);
      assert.equal(issued.certificate.commonName, NAME);
    }
  });

  Deno.test(`an ${type} key is refused if another type was requested`, async () => {
    const wanted = type === "ec-256" ? "rsa-4096" : "ec-256";
    const request = makeRequest({ key: { origin: "vault", reuse: false, type: wanted } });
    assert.equal(
      await complaint(sessionGiving(await answerWith(algorithm)), request),
      `"pki/issue/web": its key is ${type}, but "key_type" asks for ${wanted}: ` +
        'with "key: vault" the role "web" decides; fix: change the role or "key_type", or set ' +
        '"key: local"',
    );
  });
}

Deno.test("a key of a kind that key_type does not know is named as it is", async () => {
  const request = makeRequest({ key: { origin: "vault", reuse: false, type: "ec-384" } });
  assert.match(
    await complaint(sessionGiving(await answerWith("EC P-521")), request),
    /: its key is ec-secp521r1, but "key_type" asks for ec-384: /,
  );
});

Deno.test("a certificate of another issuer than the file asks for is refused", async () => {
  const session = sessionGiving(await answerWith("EC P-256"));
  await issueCertificate(session, makeRequest({ issuer: "Root" }));
  assert.equal(
    await complaint(session, makeRequest({ issuer: "New Root" })),
    '"pki/issue/web": it was issued by "Root", but "issuer" asks for "New Root"; fix: ' +
      'set "issuer_ref" to that issuer of the mount "pki", or correct "issuer"',
  );
  assert.equal(JSON.stringify(session.written).includes("New Root"), false);
});

Deno.test("an issuer with a format character in its name is known by it", async () => {
  const issuer = await makeAuthority("Soft\u00ad\u202eRoot");
  const names = [{ type: "dns" as const, value: NAME }];
  const leaf = await makeCertificatePem(NAME, { issuer, names });
  const answer = { certificate: leaf.pem, private_key: leaf.pkcs8, issuing_ca: issuer.pem };
  const request = makeRequest({ issuer: "Soft\u00ad\u202eRoot" });
  const { certificate } = await issueCertificate(sessionGiving(answer), request);
  assert.equal(certificate.issuer, "Soft\ufffd\ufffdRoot");
});

Deno.test("a key of our own is signed for at pki/sign, and no key travels", async () => {
  const session = signing();
  const issued = await issueCertificate(session, { ...local(), ttl: 3600 });
  const [[path, { csr, ...body }] = ["", {}]] = session.written;
  assert.equal(path, "pki/sign/web");
  assert.deepEqual(body, { common_name: NAME, ttl: "3600s" });
  assert.match(String(csr), /^-----BEGIN CERTIFICATE REQUEST-----\n/);
  assert.equal(JSON.stringify(session.written).includes("PRIVATE KEY"), false);
  const key = issued.text("privkey");
  assert.match(key, /^-----BEGIN PRIVATE KEY-----\n[\s\S]*\n-----END PRIVATE KEY-----\n$/);
  assert.match(issued.text("cert"), /^-----BEGIN CERTIFICATE-----\n/);
});

Deno.test("a signing request asks for names of all kinds, and so does the body", async () => {
  const session = signing();
  const issued = await issueCertificate(session, {
    ...local(),
    dnsSans: ["api.example.com", "*.example.com"],
    ipSans: ["10.1.1.20", "fd00::1"],
    emailSans: ["ops@example.com"],
    uriSans: ["spiffe://example.com/a,b"],
  });
  const { csr: _, ...body } = session.written[0]?.[1] ?? {};
  assert.deepEqual(body, {
    common_name: NAME,
    alt_names: "api.example.com,*.example.com,ops@example.com",
    ip_sans: "10.1.1.20,fd00::1",
    uri_sans: ["spiffe://example.com/a,b"],
  });
  assert.deepEqual(issued.certificate.emails, ["ops@example.com"]);
});

Deno.test("names of other kinds stand in the body alone, and have to come back", async () => {
  const otherSans = ["1.3.6.1.4.1.311.20.2.3;UTF8:host@example.com"];
  const session = signing();
  assert.equal(
    await complaint(session, { ...local(), otherSans }),
    `"pki/sign/web": it lacks ${otherSans}; check that the role "web" allows them`,
  );
  assert.deepEqual(session.written[0]?.[1]["other_sans"], otherSans);
});

Deno.test("a configured issuer has its own path, for both kinds of keys", async () => {
  const session = signing();
  await issueCertificate(session, { ...local(), issuerRef: "next" });
  assert.equal(session.written[0]?.[0], "pki/issuer/next/sign/web");
  const issuing = sessionGiving(await answerWith("EC P-256"));
  await issueCertificate(issuing, makeRequest({ issuerRef: "next" }));
  assert.equal(issuing.written[0]?.[0], "pki/issuer/next/issue/web");
});

Deno.test("a key that the server sends as well does not replace the one made here", async () => {
  const { private_key } = await answerWith("EC P-256");
  const issued = await issueCertificate(signing({ private_key }), local());
  assert.notEqual(issued.text("privkey"), private_key);
});

Deno.test("a certificate for another key than the one made here is refused", async () => {
  const { certificate } = await answerWith("EC P-256");
  assert.equal(
    await complaint(signing({ certificate }), local()),
    '"pki/sign/web": its private key does not belong to it',
  );
});

Deno.test("a stored key is reused if there is one, in its old format too", async () => {
  const stored = await makeCertificatePem("a", { algorithm: "RSA" });
  const pkcs1 = createPrivateKey(stored.pkcs8).export({ type: "pkcs1", format: "pem" }).toString();
  for (const key of [stored.pkcs8, pkcs1]) {
    const issued = await issueCertificate(signing(), local({ reuse: true }), key);
    const [made, old] = [issued.text("privkey"), key].map((pem) =>
      createPublicKey(createPrivateKey(pem)).export({ type: "spki", format: "pem" })
    );
    assert.equal(made, old);
  }
});

Deno.test("warnings that names were given twice are our own doing, and left out", async () => {
  const own = [
    'the common_name field was provided but the role is set with "use_csr_common_name" set to true',
    'the alt_names field was provided but the role is set with "use_csr_sans" set to true',
  ];
  const cut = 'TTL "768h0m0s" is longer than permitted maxTTL "72h0m0s", so maxTTL is being used';
  const issued = await issueCertificate(signing({}, [...own, cut, "another"]), local());
  assert.deepEqual(issued.warnings, ["another"]);
  const session = sessionGiving(await answerWith("EC P-256"), [...own, cut, "another"]);
  const plain = await issueCertificate(session, makeRequest());
  assert.deepEqual(plain.warnings, [...own, "another"]);
});

Deno.test("an answer with very many CA certificates is not stored", async () => {
  const answer = await answerWith("EC P-256");
  const session = sessionGiving({ ...answer, ca_chain: Array(40).fill(ROOT.pem) });
  const { message } = await failureOf(() =>
    issueCertificate(session, makeRequest({ commonName: NAME, dnsSans: [] }))
  );
  assert.match(message, /: the answer contains 41 CA certificates; at most 32 are allowed$/);
});
