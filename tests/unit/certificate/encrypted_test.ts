/** What lies behind a password is known again, and everything else is made anew. */
import assert from "node:assert/strict";
import { encodePem } from "../../../lib/certificate/pem.ts";
import { judgeSealed, seal, type SealWish } from "../../../lib/certificate/encrypted.ts";
import type { Format } from "../../../lib/certificate/types.ts";
import { makeCertificatePem, oldForm } from "../../support/fixtures_pki.ts";
import { bytesOf, makeSet, PASSWORD, random, wishFor } from "../../support/fixtures_sealed.ts";
import { pureTest } from "../../support/pure_test.ts";

const SET = await makeSet();
const OTHER = await makeSet();

const FORMATS: readonly Format[] = [
  { what: "pkcs12" },
  { what: "privkey" },
  { what: "combined", order: "cert-first" },
  { what: "combined", order: "key-first" },
];

function sealed(wish: SealWish): Uint8Array {
  return bytesOf(seal(wish, random));
}

function faultOf(found: Uint8Array, wish: SealWish): string | undefined {
  return judgeSealed(found, wish).fault;
}

pureTest("what was sealed is known again, and is each time another file", () => {
  for (const format of FORMATS) {
    const wish = wishFor(SET, format);
    const [one, two] = [sealed(wish), sealed(wish)];
    assert.notDeepEqual(one, two);
    for (const found of [one, two]) assert.equal(faultOf(found, wish), undefined, format.what);
  }
});

for (const algorithm of ["EC P-384", "RSA", "Ed25519"] as const) {
  pureTest(`an ${algorithm} key is known again`, async () => {
    const set = await makeSet(algorithm);
    for (const format of FORMATS) {
      const wish = wishFor(set, format);
      assert.equal(faultOf(sealed(wish), wish), undefined, format.what);
    }
  });
}

pureTest("a key in the form of old tools is sealed as PKCS #8, and known again", async () => {
  const made = [
    [await makeCertificatePem("web.example.com"), "sec1"],
    [await makeCertificatePem("web.example.com", { algorithm: "RSA" }), "pkcs1"],
  ] as const;
  for (const [leaf, type] of made) {
    const set = { ...SET, cert: leaf.pem, fullchain: leaf.pem, privkey: oldForm(leaf, type) };
    for (const format of FORMATS) {
      const wish = wishFor(set, format);
      assert.equal(faultOf(sealed(wish), wish), undefined, `${type} ${format.what}`);
    }
  }
});

pureTest("another password, key, chain or name is a fault, and the certificate is told", () => {
  const { key, chain, name, password } = {
    key: { ...SET, privkey: OTHER.privkey },
    chain: { ...SET, fullchain: SET.cert },
    name: { name: "api.example.com" },
    password: { password: "other" },
  };
  const p12 = wishFor(SET, { what: "pkcs12" });
  const found = sealed(p12);
  const fault = (wish: SealWish) => faultOf(found, wish);
  assert.equal(fault({ ...p12, ...password }), "its password does not open it, or it is damaged");
  assert.equal(fault(wishFor(key, p12.format)), "it holds another key than the store");
  assert.equal(fault(wishFor(chain, p12.format)), "it holds other certificates than the store");
  assert.equal(fault({ ...p12, ...name }), 'its entry is not named "api.example.com"');
  assert.equal(judgeSealed(found, wishFor(OTHER, p12.format)).certificate, SET.cert);
  for (const format of FORMATS.slice(1)) {
    const wish = wishFor(SET, format);
    const found = sealed(wish);
    assert.equal(faultOf(found, { ...wish, ...password }), "its password does not open it");
    assert.equal(faultOf(found, wishFor(key, format)), "it holds another key than the store");
    if (format.what === "privkey") continue;
    assert.deepEqual(judgeSealed(found, wishFor(chain, format)), {
      fault: "its text differs from what it would be",
      certificate: SET.cert,
    });
  }
});

pureTest("the order of a combined file counts", () => {
  const [, , certFirst, keyFirst] = FORMATS as [Format, Format, Format, Format];
  assert.equal(
    faultOf(sealed(wishFor(SET, certFirst)), wishFor(SET, keyFirst)),
    "its text differs from what it would be",
  );
});

pureTest("a key that lies open is not taken for an encrypted one", () => {
  const wish = wishFor(SET, { what: "privkey" });
  assert.equal(faultOf(bytesOf(SET.privkey), wish), "it holds no encrypted key");
});

pureTest("whatever is done to a file, it is not taken for whole, and nothing is thrown", () => {
  for (const format of FORMATS) {
    const wish = wishFor(SET, format);
    const whole = sealed(wish);
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
    for (const found of damaged) assert.notEqual(faultOf(found, wish), undefined, format.what);
  }
});

pureTest("a changed bit anywhere in a PKCS #12 file is seen", () => {
  const wish = wishFor(SET, { what: "pkcs12" });
  const whole = sealed(wish);
  // Each byte would take a minute.
  for (let at = 0; at < whole.length; at += 13) {
    const found = whole.slice();
    found[at] = (found[at] ?? 0) ^ 0x01;
    assert.notEqual(faultOf(found, wish), undefined, `byte ${at}`);
  }
});

pureTest("a changed letter anywhere in an encrypted key is seen", () => {
  const wish = wishFor(SET, { what: "privkey" });
  const whole = sealed(wish);
  for (let at = 0; at < whole.length; at += 3) {
    const found = whole.slice();
    found[at] = found[at] === 0x41 ? 0x42 : 0x41;
    assert.notEqual(faultOf(found, wish), undefined, `byte ${at}`);
  }
});

pureTest("a damaged key in the store is an error that shows nothing of it", () => {
  const secret = "c2VjcmV0IG1hdGVyaWFs";
  const privkey = `-----BEGIN EC PRIVATE KEY-----\n${secret}\n-----END EC PRIVATE KEY-----\n`;
  for (const format of FORMATS) {
    assert.throws(() => seal(wishFor({ ...SET, privkey }, format), random), (error: Error) => {
      assert.equal(error.message, "The private key in the store cannot be decoded");
      assert.equal(Deno.inspect(error).includes(secret), false);
      return true;
    });
  }
});

pureTest("passwords of every printable character seal and open", () => {
  const password = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join("");
  for (const format of FORMATS) {
    for (const word of [password, "x", PASSWORD.repeat(40)]) {
      const wish = wishFor(SET, format, { password: word });
      assert.equal(faultOf(sealed(wish), wish), undefined);
    }
  }
});
