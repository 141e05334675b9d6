/** What lies behind a password is known again, and everything else is made anew. */
import assert from "node:assert/strict";
import { encodePem } from "../../../lib/certificate/pem.ts";
import {
  compareEncrypted,
  type EncryptionSpec,
  encryptTarget,
} from "../../../lib/certificate/encrypted.ts";
import type { Format } from "../../../lib/certificate/types.ts";
import { makeCertificatePem, oldForm } from "../../support/fixtures_pki.ts";
import {
  bytesOf,
  desiredFor,
  makeSet,
  PASSWORD,
  random,
} from "../../support/fixtures_encrypted.ts";
import { pureTest } from "../../support/pure_test.ts";

const SET = await makeSet();
const OTHER = await makeSet();

const FORMATS: readonly Format[] = [
  { what: "pkcs12" },
  { what: "privkey" },
  { what: "combined", order: "cert-first" },
  { what: "combined", order: "key-first" },
];

function encrypted(desired: EncryptionSpec): Uint8Array {
  return bytesOf(encryptTarget(desired, random));
}

function differenceOf(found: Uint8Array, desired: EncryptionSpec): string | undefined {
  return compareEncrypted(found, desired).difference;
}

pureTest("encrypted content is recognized, although each encryption makes a different file", () => {
  for (const format of FORMATS) {
    const desired = desiredFor(SET, format);
    const [one, two] = [encrypted(desired), encrypted(desired)];
    assert.notDeepEqual(one, two);
    for (const found of [one, two]) {
      assert.equal(differenceOf(found, desired), undefined, format.what);
    }
  }
});

for (const algorithm of ["EC P-384", "RSA", "Ed25519"] as const) {
  pureTest(`an ${algorithm} key is known again`, async () => {
    const set = await makeSet(algorithm);
    for (const format of FORMATS) {
      const desired = desiredFor(set, format);
      assert.equal(differenceOf(encrypted(desired), desired), undefined, format.what);
    }
  });
}

pureTest("a key in an old format is encrypted as PKCS #8, and recognized", async () => {
  const made = [
    [await makeCertificatePem("web.example.com"), "sec1"],
    [await makeCertificatePem("web.example.com", { algorithm: "RSA" }), "pkcs1"],
  ] as const;
  for (const [leaf, type] of made) {
    const set = { ...SET, cert: leaf.pem, fullchain: leaf.pem, privkey: oldForm(leaf, type) };
    for (const format of FORMATS) {
      const desired = desiredFor(set, format);
      assert.equal(differenceOf(encrypted(desired), desired), undefined, `${type} ${format.what}`);
    }
  }
});

pureTest(
  "another password, key, chain or name is a difference, and the certificate is returned",
  () => {
    const { key, chain, name, password } = {
      key: { ...SET, privkey: OTHER.privkey },
      chain: { ...SET, fullchain: SET.cert },
      name: { name: "api.example.com" },
      password: { password: "other" },
    };
    const p12 = desiredFor(SET, { what: "pkcs12" });
    const found = encrypted(p12);
    const difference = (desired: EncryptionSpec) => differenceOf(found, desired);
    assert.equal(
      difference({ ...p12, ...password }),
      "its password does not decrypt it, or it is damaged",
    );
    assert.equal(
      difference(desiredFor(key, p12.format)),
      "its key differs from the key in the store",
    );
    assert.equal(
      difference(desiredFor(chain, p12.format)),
      "its certificates differ from those in the store",
    );
    assert.equal(difference({ ...p12, ...name }), 'its entry is not named "api.example.com"');
    assert.equal(compareEncrypted(found, desiredFor(OTHER, p12.format)).certificate, SET.cert);
    for (const format of FORMATS.slice(1)) {
      const desired = desiredFor(SET, format);
      const found = encrypted(desired);
      assert.equal(
        differenceOf(found, { ...desired, ...password }),
        "its password does not decrypt it",
      );
      assert.equal(
        differenceOf(found, desiredFor(key, format)),
        "its key differs from the key in the store",
      );
      if (format.what === "privkey") continue;
      assert.deepEqual(compareEncrypted(found, desiredFor(chain, format)), {
        difference: "its text differs from what VCM would write",
        certificate: SET.cert,
      });
    }
  },
);

pureTest("the order of a combined file counts", () => {
  const [, , certFirst, keyFirst] = FORMATS as [Format, Format, Format, Format];
  assert.equal(
    differenceOf(encrypted(desiredFor(SET, certFirst)), desiredFor(SET, keyFirst)),
    "its text differs from what VCM would write",
  );
});

pureTest("an unencrypted key does not count as an encrypted one", () => {
  const desired = desiredFor(SET, { what: "privkey" });
  assert.equal(differenceOf(bytesOf(SET.privkey), desired), "it contains no encrypted key");
});

pureTest("a file that was changed in any way differs, and nothing is thrown", () => {
  for (const format of FORMATS) {
    const desired = desiredFor(SET, format);
    const whole = encrypted(desired);
    const damaged = [
      new Uint8Array(),
      random(whole.length),
      whole.slice(0, whole.length - 1),
      whole.slice(1),
      Uint8Array.from([...whole, 0]),
      Uint8Array.from([...whole, 10]),
      Uint8Array.from([0xef, 0xbb, 0xbf, ...whole]),
      bytesOf(encodePem(random(300), "ENCRYPTED PRIVATE KEY")),
      bytesOf("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"),
    ];
    for (const found of damaged) {
      assert.notEqual(differenceOf(found, desired), undefined, format.what);
    }
  }
});

pureTest("a changed bit anywhere in a PKCS #12 file is seen", () => {
  const desired = desiredFor(SET, { what: "pkcs12" });
  const whole = encrypted(desired);
  // Each byte would take a minute.
  for (let at = 0; at < whole.length; at += 13) {
    const found = whole.slice();
    found[at] = (found[at] ?? 0) ^ 0x01;
    assert.notEqual(differenceOf(found, desired), undefined, `byte ${at}`);
  }
});

pureTest("a changed letter anywhere in an encrypted key is seen", () => {
  const desired = desiredFor(SET, { what: "privkey" });
  const whole = encrypted(desired);
  for (let at = 0; at < whole.length; at += 3) {
    const found = whole.slice();
    found[at] = found[at] === 0x41 ? 0x42 : 0x41;
    assert.notEqual(differenceOf(found, desired), undefined, `byte ${at}`);
  }
});

pureTest("a damaged key in the store is an error that shows nothing of it", () => {
  const secret = "c2VjcmV0IG1hdGVyaWFs";
  const privkey = `-----BEGIN EC PRIVATE KEY-----\n${secret}\n-----END EC PRIVATE KEY-----\n`;
  for (const format of FORMATS) {
    assert.throws(
      () => encryptTarget(desiredFor({ ...SET, privkey }, format), random),
      (error: Error) => {
        assert.equal(error.message, "The private key in the store cannot be decoded");
        assert.equal(Deno.inspect(error).includes(secret), false);
        return true;
      },
    );
  }
});

pureTest("passwords of every printable character encrypt and decrypt", () => {
  const password = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join("");
  for (const format of FORMATS) {
    for (const word of [password, "x", PASSWORD.repeat(40)]) {
      const desired = desiredFor(SET, format, { password: word });
      assert.equal(differenceOf(encrypted(desired), desired), undefined);
    }
  }
});
