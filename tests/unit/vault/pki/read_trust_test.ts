/** Answers that a server must not give: each is refused with what is wrong, and where. */
import assert from "node:assert/strict";
import { readCrl, splitCrls } from "../../../../lib/certificate/crl.ts";
import { splitCertificates } from "../../../../lib/certificate/pem.ts";
import { VaultError } from "../../../../lib/vault/errors.ts";
import { readTrust } from "../../../../lib/vault/pki/read_trust.ts";
import { crlPem, makeCrl } from "../../../support/fixtures_crl.ts";
import {
  type AlgorithmName,
  ALGORITHMS,
  makeAuthority,
  makeCertificatePem,
} from "../../../support/fixtures_pki.ts";

const NOW = new Date("2026-11-24T12:00:00Z");
const CA = await makeAuthority("Example CA");
const OTHER = await makeAuthority("Other CA");

type Answers = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function sessionGiving(answers: Answers) {
  return {
    read: (path: string) => {
      const data = answers[path];
      if (data === undefined) return Promise.reject(new VaultError(`nothing at ${path}`));
      return Promise.resolve({ address: "https://vault.test", data, auth: {}, warnings: [] });
    },
  };
}

function read(kind: "ca_bundle" | "crl", paths: readonly string[], answers: Answers) {
  return readTrust(sessionGiving(answers), { kind, paths }, NOW);
}

const withCrl = (crl: unknown): Answers => ({
  "pki/issuer/one/json": { certificate: CA.pem },
  "pki/issuer/one/crl": { crl },
});

const ISSUERS = {
  "pki/issuers": { keys: ["b", "a"], key_info: { a: { key_id: "k" }, b: { key_id: "" } } },
  "pki/issuer/a/json": { certificate: CA.pem },
  "pki/issuer/b/json": { certificate: `text\n${OTHER.pem.replaceAll("\n", "\r\n")}` },
};

Deno.test("a bundle has each issuer once, in clean form and in the same order each time", async () => {
  const { text, address } = await read("ca_bundle", ["pki", "pki/issuer/b"], ISSUERS);
  assert.deepEqual(splitCertificates(text), [CA.pem, OTHER.pem]);
  assert.equal(text, CA.pem + OTHER.pem);
  assert.equal(address, "https://vault.test");
});

Deno.test("an issuer whose key is elsewhere has no CRL, and is passed over", async () => {
  const crl = await makeCrl(CA);
  const answers = { ...ISSUERS, "pki/issuer/a/crl": { crl: crlPem(crl) } };
  assert.deepEqual(splitCrls((await read("crl", ["pki"], answers)).text), [crl]);
});

for (const algorithm of Object.keys(ALGORITHMS) as AlgorithmName[]) {
  Deno.test(`a CRL that is signed with ${algorithm} is accepted`, async () => {
    const issuer = await makeAuthority("A", { algorithm });
    const text = crlPem(await makeCrl(issuer));
    const answers = {
      "pki/issuer/one/json": { certificate: issuer.pem },
      "pki/issuer/one/crl": { crl: text },
    };
    assert.equal((await read("crl", ["pki/issuer/one"], answers)).text.trim(), text.trim());
  });
}

for (const algorithm of ["EC P-256", "EC P-521", "RSA"] as const) {
  Deno.test(`a CRL of 4,000 certificates is accepted, if it is signed with ${algorithm}`, async () => {
    const issuer = await makeAuthority("A", { algorithm });
    const revoked = Array.from({ length: 4_000 }, (_, at) => (0x1000_0000 + at).toString(16));
    const answers = {
      "pki/issuer/one/json": { certificate: issuer.pem },
      "pki/issuer/one/crl": { crl: crlPem(await makeCrl(issuer, { revoked })) },
    };
    const [der = new Uint8Array()] = splitCrls(
      (await read("crl", ["pki/issuer/one"], answers)).text,
    );
    assert.equal(readCrl(der).revoked.size, 4_000);
  });
}

Deno.test("a CRL that services could not use is refused", async () => {
  const namesake = await makeAuthority("Example CA");
  const good = await makeCrl(CA);
  const ended = { nextUpdate: new Date("2026-11-24T11:00:00Z") };
  const early = { thisUpdate: new Date("2026-11-25T00:00:00Z") };
  const forged = good.with(good.length - 1, (good.at(-1) ?? 0) ^ 1);
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [
      crlPem(await makeCrl(CA, ended)),
      /expired at 2026-11-24 11:00.*; fix: bao read pki\/crl\/rotate/,
    ],
    [crlPem(await makeCrl(CA, early)), /not valid before 2026-11-25/],
    [crlPem(await makeCrl(OTHER)), /by another issuer, "Other CA"/],
    [crlPem(await makeCrl(CA, { signer: namesake })), /not signed by the key of its issuer/],
    [crlPem(forged), /not signed by the key of its issuer, "Example CA"/],
    [crlPem(await makeCrl(CA, { extensions: [["2.5.29.27", true, "020101"]] })), /delta CRL/],
    [crlPem(good) + "\n" + crlPem(good), /not one CRL/],
    [crlPem(good.subarray(0, 40)), /damaged/],
    [CA.pem, /is missing/],
    ["", /is missing/],
    [undefined, /is missing/],
    [{}, /is missing/],
    ["-----BEGIN X509 CRL-----", /damaged/],
    [`-----BEGIN X509 CRL-----\n${"A".repeat(500_000)}\n-----END X509 CRL-----`, /damaged/],
  ];
  for (const [crl, message] of cases) {
    const refused = read("crl", ["pki/issuer/one"], withCrl(crl));
    await assert.rejects(refused, (error: Error) => {
      assert.match(error.message, message);
      assert.match(
        error.message,
        /^Cannot use the answer of "https:\/\/vault\.test" to "pki\/issuer/,
      );
      return error instanceof VaultError;
    });
  }
});

Deno.test("what is not the certificate of a CA is no part of a bundle", async () => {
  const leaf = await makeCertificatePem("web", { issuer: CA });
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [leaf.pem, /a certificate that is no CA's/],
    ["", /contains no PEM certificate/],
    [CA.pem.slice(0, 200), /cut off/],
    [7, /contains no PEM certificate/],
    [undefined, /contains no PEM certificate/],
  ];
  for (const [certificate, message] of cases) {
    const answers = { "pki/issuer/one/json": { certificate } };
    await assert.rejects(read("ca_bundle", ["pki/issuer/one"], answers), message);
  }
});

Deno.test("a mount without issuers, or with very many, is an error", async () => {
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [[], /has no issuer at "pki"/],
    [undefined, /has no issuer at "pki"/],
    ["text", /has no issuer at "pki"/],
    [["../../sys/mounts"], /what is no id of an issuer/],
    [["a\u001b[2J"], /what is no id of an issuer/],
    [[{}], /what is no id of an issuer/],
    [Array.from({ length: 101 }, (_, at) => `i${at}`), /has 101 issuers.*"pki\/issuer\/NAME"/],
  ];
  for (const [keys, message] of cases) {
    await assert.rejects(read("ca_bundle", ["pki"], { "pki/issuers": { keys } }), message);
  }
  const keyless = {
    "pki/issuers": { keys: ["a"], key_info: { a: { key_id: "" } } },
    "pki/issuer/a/json": { certificate: CA.pem },
  };
  await assert.rejects(read("crl", ["pki"], keyless), /has no issuer with a CRL at "pki"/);
  const both = { ...withCrl(crlPem(await makeCrl(CA))), ...keyless };
  await assert.rejects(read("crl", ["pki/issuer/one", "pki"], both), /with a CRL at "pki"/);
});
