/** Any text or bytes where a certificate, a chain or a key is expected: facts, or a clear problem. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import { readOtherNames } from "../../../lib/certificate/alt_names.ts";
import {
  type Certificate,
  openCertificate,
  parseCertificate,
} from "../../../lib/certificate/certificate.ts";
import { buildChain } from "../../../lib/certificate/chain.ts";
import { matchKey } from "../../../lib/certificate/keys.ts";
import { compareNames } from "../../../lib/certificate/names.ts";
import { PathFinder } from "../../../lib/certificate/path_finder.ts";
import { splitCertificates } from "../../../lib/certificate/pem.ts";
import { ChainChecker } from "../../../lib/certificate/stored_chain.ts";
import { TARGET_KINDS } from "../../../lib/certificate/types.ts";
import { checkSet, type SetTexts } from "../../../lib/store/stored_set.ts";
import { findWarnings } from "../../../lib/plan/warnings.ts";
import { makeRequest, makeSpec, NOW, present } from "../../support/fixtures.ts";
import { asPem } from "../../support/fixtures_pki.ts";
import { damagedBytes } from "../arbitraries/bytes.ts";
import { CERTIFICATES, KEYS } from "../arbitraries/pki.ts";
import { anyText, damaged } from "../arbitraries/texts.ts";
import { fuzz } from "../fuzz.ts";

const DERS = CERTIFICATES.map((pem) => new X509Certificate(pem).raw);
const KEY_DERS = KEYS.map((pem) => Buffer.from(pem.replace(/-----.*-----/g, ""), "base64"));
const ALL = CERTIFICATES.join("");

/** Certificates whose DER was damaged, so that base64 and frame are right. */
const damagedCertificate = fc.oneof(damagedBytes(...DERS), fc.uint8Array({ maxLength: 300 }))
  .map((der) => asPem(der));

const damagedKey = fc.oneof(
  fc.tuple(damagedBytes(...KEY_DERS), fc.constantFrom("PRIVATE KEY", "EC PRIVATE KEY"))
    .map(([der, label]) => asPem(der, label)),
  damaged(...KEYS),
  fc.constantFrom(...KEYS),
);

const certificate = fc.oneof(
  { weight: 3, arbitrary: damagedCertificate },
  damaged(...CERTIFICATES, ...CERTIFICATES.map((pem) => pem.replaceAll("\n", "\r\n"))),
  fc.constantFrom(...CERTIFICATES),
);

/** Texts with none, one or several certificates, and things around them. */
const anyPem = fc.oneof(
  certificate,
  anyText,
  fc.array(fc.oneof(certificate, damagedKey, anyText), { maxLength: 4 }).map((parts) =>
    parts.join("")
  ),
);

/** Sentences of our own; whatever else is said would come from a library. */
const CLEAR =
  /^contains (?:no PEM certificate|a PEM certificate that (?:is cut off|cannot be decoded))$/;

// deno-lint-ignore no-control-regex -- control characters are what must not be there
const PLAIN = /^[^\x00-\x1f\x7f-\x9f]*$/;

function assertFacts(facts: Certificate): void {
  const { commonName, dnsNames, ipAddresses, uris, emails, issuer, serial, fingerprint } = facts;
  for (const date of [facts.notBefore, facts.notAfter]) {
    assert.ok(!Number.isNaN(date.getTime()), "a moment that is none");
  }
  for (const text of [commonName ?? "", ...dnsNames, ...ipAddresses, ...uris, ...emails, issuer]) {
    assert.match(text, PLAIN);
  }
  assert.match(serial, /^(?:[0-9a-f]{2}(?::[0-9a-f]{2})*)?$/);
  assert.match(fingerprint, /^[0-9A-F]{2}(?::[0-9A-F]{2}){31}$/);
  compareNames(makeRequest(), facts);
}

function readsOrSays(pem: string): void {
  try {
    assertFacts(parseCertificate(pem));
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    assert.match((error as Error).message, CLEAR);
  }
}

/** A set as it may lie in the store, each file of its own kind. */
const set: fc.Arbitrary<SetTexts> = fc.record({
  cert: anyPem,
  chain: anyPem,
  fullchain: anyPem,
  privkey: fc.oneof(damagedKey, anyText),
  ca: anyPem,
}).map((texts) => ({
  ...Object.fromEntries(TARGET_KINDS.map((what) => [what, { kind: "absent" as const }])),
  cert: present(texts.cert),
  chain: present(texts.chain),
  fullchain: present(texts.fullchain),
  privkey: present(texts.privkey),
  ca: present(texts.ca),
} as SetTexts));

function judges(texts: SetTexts): void {
  const desired = { otherSans: ["1.2.3;UTF8:a"], key: { origin: "vault", reuse: false } } as const;
  const checkers = { chains: new ChainChecker(NOW), paths: new PathFinder(NOW), readOtherNames };
  const stored = checkSet(texts, desired, checkers, (part) => texts[part]);
  const { leaf, chain, fullchain } = stored;
  for (const { message } of findWarnings(makeSpec(), stored, NOW, "UTC")) {
    assert.match(message, PLAIN);
  }
  assert.ok(leaf.kind === "present");
  if (leaf.value.kind === "certificate") assertFacts(leaf.value.certificate);
  else assert.match(leaf.value.problem, PLAIN);
  for (const fact of [chain, fullchain]) {
    if (fact.kind === "present" && typeof fact.value === "object") {
      assert.match(fact.value.problem, PLAIN);
    }
  }
}

/** A text that begins certificates and ends none has to be given up at once. */
const begun = fc.tuple(fc.nat(40_000), fc.constantFrom("", "-----END CERTIFICATE-----\n"))
  .map(([count, end]) => "-----BEGIN CERTIFICATE-----\n".repeat(count) + end);

export const PEM = [
  fuzz("any text is a certificate, or none in plain words", anyPem, readsOrSays),
  fuzz("any set of the store is checked", set, judges),
  fuzz(
    "any key is a certificate's, another's or none",
    fc.tuple(certificate, damagedKey),
    ([pem, key]) => {
      let opened: X509Certificate;
      try {
        opened = openCertificate(pem);
      } catch {
        return;
      }
      assert.ok(["match", "mismatch", "unparsable"].includes(matchKey(opened, key)));
    },
  ),
  fuzz(
    "any authorities make a chain, or none in plain words",
    fc.tuple(certificate, fc.array(fc.oneof(anyPem, fc.constant(ALL)), { maxLength: 3 })),
    async ([leaf, authorities]) => {
      try {
        const { intermediates, anchors } = await buildChain(leaf, authorities, new Date());
        assert.ok(anchors.length === 1, "a chain without an end");
        for (const pem of [...intermediates, ...anchors]) openCertificate(pem);
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        assert.match(
          (error as Error).message,
          /^(?:contains |the server sent no CA certificate|the server sent CA certificates)/,
        );
      }
    },
  ),
  fuzz("certificates are split in a time that grows with the text", begun, (text) => {
    const began = performance.now();
    assert.ok(splitCertificates(text).length <= 1);
    const took = performance.now() - began;
    assert.ok(took < 1_000, `${text.length} characters took ${Math.round(took)} ms`);
  }),
];
