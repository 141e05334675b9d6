import assert from "node:assert/strict";
import { readContents } from "../../../lib/certificate/contents.ts";
import { encryptKeyStore } from "../../../lib/certificate/pkcs12.ts";
import { findLoss, type LossTerms } from "../../../lib/certificate/loss.ts";
import { decodePem, encodePem } from "../../../lib/certificate/pem.ts";
import { readKeystore } from "../../../lib/certificate/keystore.ts";
import { pureTest } from "../../support/pure_test.ts";
import { makeSelfSigned } from "../../support/self_signed.ts";
import { assertQuick } from "../../support/busy_machine.ts";

const WEB = await makeSelfSigned("web.example.test");
const MAIL = await makeSelfSigned("mail.example.test");
const NOTHING = { certificates: new Set<string>(), keys: new Set<string>() };
const STORE = encryptKeyStore(
  { key: decodePem(WEB.key), certificates: [decodePem(WEB.certificate)], name: "web" },
  "secret",
  (size) => new Uint8Array(size).fill(7),
);

const TERMS: LossTerms = {
  writesLeaf: true,
  writesKey: true,
  alias: "web",
  names: ["web.example.test"],
  written: new Set(),
  known: () => ({ all: NOTHING, own: NOTHING }),
  anonymous: false,
};

function loss(text: string, terms: Partial<LossTerms> = {}) {
  return findLoss(readContents(new TextEncoder().encode(text)), { ...TERMS, ...terms });
}

pureTest("the one pair in a file is the one that is replaced, whatever its name is", () => {
  for (const text of [WEB.certificate + WEB.key, MAIL.key + MAIL.certificate, MAIL.key, ""]) {
    assert.deepEqual(loss(text), { things: [], unique: [] });
  }
});

pureTest("of two pairs, the one with the wanted name is replaced", () => {
  const both = MAIL.certificate + MAIL.key + WEB.certificate + WEB.key;
  assert.deepEqual(loss(both).unique, [
    'the private key of "mail.example.test"',
    'the certificate of "mail.example.test"',
  ]);
});

pureTest("certificates without a common name are told apart by their URIs", async () => {
  const make = (uri: string) => makeSelfSigned("", 1, [{ type: "url", value: uri }]);
  const [web, mail] = [await make("spiffe://a/web"), await make("spiffe://a/mail")];
  const both = mail.certificate + mail.key + web.certificate + web.key;
  assert.deepEqual(loss(both, { names: ["", "spiffe://a/web"] }).unique, [
    'the private key of "spiffe://a/mail"',
    'the certificate of "spiffe://a/mail"',
  ]);
});

pureTest(
  "a key is lost if no key is written, and nothing of it is told in a user's directory",
  () => {
    const text = WEB.certificate + WEB.key;
    const own = ['the private key of "web.example.test"'];
    assert.deepEqual(loss(text, { writesKey: false }), { things: own, unique: own });
    const told = loss(text, { writesKey: false, anonymous: true });
    assert.deepEqual(told, { things: ["a private key"], unique: ["a private key"] });
    assert.deepEqual(loss(MAIL.key + MAIL.key + WEB.key, { writesLeaf: false }).unique, [
      "a private key",
    ]);
  },
);

pureTest(
  "before the new chain is known, another chain is no loss, and several CAs are",
  async () => {
    const [one, two] = [await makeSelfSigned("One"), await makeSelfSigned("Two")];
    const terms = { writesLeaf: false, writesKey: false };
    assert.deepEqual(loss(one.certificate, terms).things, []);
    assert.deepEqual(loss(one.certificate + two.certificate, terms).things, [
      'the CA "One"',
      'the CA "Two"',
    ]);
  },
);

pureTest("foreign names are printed in one line without control characters", async () => {
  const { certificate, key } = await makeSelfSigned("mail\u202e.test");
  const [thing] = loss(WEB.certificate + WEB.key + certificate + key).things;
  assert.equal(thing, 'the private key of "mail\ufffd.test"');
});

pureTest("readContents() is quick on many blocks without an end, and reads none of them", () => {
  const begun = "-----BEGIN CERTIFICATE-----\n-----BEGIN X-----\n".repeat(50_000);
  const { certificates, keys, others } = readContents(new TextEncoder().encode(begun));
  assert.deepEqual([certificates, keys, others], [[], [], []]);
});

pureTest("readKeystore() reads what VCM writes, and tells names without the password", () => {
  const opened = readKeystore(STORE, "secret");
  assert.equal(opened?.keys[0]?.alias, "web");
  assert.equal(opened?.certificates[0]?.x509.subject, "CN=web.example.test");
  assert.equal(opened?.keys[0]?.id === undefined, false);
  for (const password of [undefined, "other"]) {
    const closed = readKeystore(STORE, password);
    assert.deepEqual(closed?.keys, [{ alias: "web", id: undefined }]);
    assert.deepEqual(closed.certificates, []);
  }
});

pureTest("readKeystore() never throws, wherever a keystore is cut or changed", () => {
  const jks = new Uint8Array([0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 255, 255, 255, 255, 0, 0, 0, 1]);
  for (const whole of [STORE, jks]) {
    for (let at = 0; at < whole.length; at += 3) {
      readKeystore(whole.subarray(0, at), undefined);
      readKeystore(whole.map((byte, place) => place === at ? byte ^ 0xff : byte), undefined);
    }
  }
});

pureTest("findLoss() never throws, whichever byte of a certificate is wrong", () => {
  const der = decodePem(WEB.certificate);
  for (let at = 0; at < der.length; at++) {
    const wrong = encodePem(
      der.map((byte, place) => place === at ? byte ^ 1 : byte),
      "CERTIFICATE",
    );
    loss(wrong + WEB.key + wrong);
  }
});

pureTest("in a user's directory not even the kinds of other blocks are told", () => {
  const text = "-----BEGIN OPENVPN STATIC KEY-----\nAAAA\n-----END OPENVPN STATIC KEY-----\n";
  assert.deepEqual(loss(text).things, ["OPENVPN STATIC KEY"]);
  assert.deepEqual(loss(text, { anonymous: true }).things, ["something else"]);
});

pureTest("many keys beside many certificates take no longer than their number", async () => {
  const [one] = readContents(new TextEncoder().encode(MAIL.certificate)).certificates;
  assert(one);
  const contents = {
    certificates: Array.from({ length: 1000 }, () => ({ ...one })),
    keys: Array.from({ length: 1000 }, (_, at) => ({ id: `${at}` })),
    others: [],
  };
  await assertQuick(5_000, () => {
    assert.deepEqual(findLoss(contents, TERMS).unique.slice(0, 1), ["999 times a private key"]);
  });
});

/** An element of DER. */
function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = parts.flatMap((part) => [...part]);
  return Uint8Array.from([tag, 0x82, body.length >> 8, body.length & 0xff, ...body]);
}

/** A shrouded key in a keystore, whose derivation takes a number of rounds. */
function shroudedBag(rounds: string): Uint8Array {
  const id = (hex: string) => der(0x06, Uint8Array.fromHex(hex));
  const octets = (size: number) => der(0x04, new Uint8Array(size));
  const derivation = der(0x30, octets(8), der(0x02, Uint8Array.fromHex(rounds)));
  const scheme = der(
    0x30,
    der(0x30, id("2a864886f70d01050c"), derivation),
    der(0x30, id("60864801650304012a"), octets(16)),
  );
  const key = der(0x30, der(0x30, id("2a864886f70d01050d"), scheme), octets(32));
  return der(0x30, id("2a864886f70d010c0a0102"), der(0xa0, key));
}

pureTest(
  "a negative number of rounds does not make room for more rounds than are computed",
  async () => {
    const data = (content: Uint8Array) =>
      der(
        0x30,
        der(0x06, Uint8Array.fromHex("2a864886f70d010701")),
        der(0xa0, der(0x04, content)),
      );
    // -8,388,608 and -2,147,483,648, then 8,388,607 again and again.
    const rounds = ["800000", "80000000", "7fffff", "7fffff", "7fffff", "7fffff"];
    const bags = der(0x30, ...rounds.map(shroudedBag));
    const store = der(0x30, der(0x02, Uint8Array.of(3)), data(der(0x30, data(bags))));
    await assertQuick(5_000, () => {
      assert.equal(readKeystore(store, "secret")?.keys.length, rounds.length);
    });
  },
);

pureTest("a long row of spaces in a block is read at once", async () => {
  const text = WEB.key.replace("-----\n", `-----\nA${" ".repeat(2_000_000)}`);
  await assertQuick(5_000, () => loss(text));
  const spaced = WEB.key.replaceAll("\n", " \r\n\n\t");
  assert.deepEqual(loss(spaced + WEB.key, { writesLeaf: false }), { things: [], unique: [] });
});

pureTest("many labels that end nowhere are searched for once", async () => {
  const begins = Array.from({ length: 2000 }, (_, at) => `-----BEGIN A${at}-----\n`).join("");
  await assertQuick(3_000, () => {
    assert.deepEqual(loss(begins + "-----END A".repeat(400_000)).things, []);
  });
});
