/** What targets are compared with that are made of stored files, and are no copies of one. */
import assert from "node:assert/strict";
import { decodePem } from "../../../lib/certificate/pem.ts";
import { plainContent } from "../../../lib/certificate/plain_content.ts";
import { compareEncrypted, encryptTarget } from "../../../lib/certificate/encrypted.ts";
import { Secret } from "../../../lib/text/secret.ts";
import type { Format, Part, StoredPart } from "../../../lib/certificate/types.ts";
import { expect, type Expected } from "../../../lib/observe/expected.ts";
import { READER } from "../../../lib/host/read.ts";
import type { SetTexts } from "../../../lib/store/stored_set.ts";
import { ABSENT, plain, present } from "../../support/fixtures.ts";
import {
  bytesOf,
  desiredFor,
  makeSet,
  PASSWORD,
  random,
} from "../../support/fixtures_encrypted.ts";
import { type Directory, makeDirectory } from "../../support/rig.ts";

const SET = await makeSet();
const TEXTS: SetTexts = {
  cert: present(SET.cert),
  chain: present(SET.chain),
  fullchain: present(SET.fullchain),
  privkey: present(SET.privkey),
  ca: present(SET.ca),
};
const NAME = "web.example.com";
const ENCRYPTION = { compare: compareEncrypted, password: new Secret(PASSWORD) };

function expected(format: Format, texts = TEXTS): Expected {
  const made = expect(
    format,
    NAME,
    texts,
    format.passwordFile === undefined ? undefined : ENCRYPTION,
  );
  assert.ok(made.kind === "present");
  return made.value;
}

function compare(directory: Directory, format: Format, content: string | Uint8Array) {
  Deno.writeFileSync(directory.at("file"), bytesOf(content));
  const found = expected(format).compare(directory.at("file"), READER);
  assert.ok(found.kind === "present");
  return plain(found.value);
}

/** No certificate has CRLs. */
function stored(part: StoredPart): string {
  return part === "crl" ? "" : SET[part];
}

Deno.test("a combined file contains certificates and key in its order, each on separate lines", () => {
  using directory = makeDirectory();
  const texts = {
    "cert-first": SET.fullchain + SET.privkey,
    "key-first": SET.privkey + SET.fullchain,
  };
  for (const order of ["cert-first", "key-first"] as const) {
    const format = { what: "combined", order } as const;
    assert.equal(plainContent(format, (part) => stored(part).trimEnd()), texts[order]);
    assert.deepEqual(compare(directory, format, texts[order]), { sameContent: true });
    const other = texts[order === "cert-first" ? "key-first" : "cert-first"];
    const { sameContent, certificate } = compare(directory, format, other);
    assert.deepEqual([sameContent, certificate?.commonName], [false, NAME]);
  }
});

Deno.test("a DER file is the certificate, byte for byte", async () => {
  using directory = makeDirectory();
  const format = { what: "der" } as const;
  const der = plainContent(format, stored);
  assert.deepEqual(der, decodePem(SET.cert));
  assert.deepEqual(compare(directory, format, der), { sameContent: true });
  const other = decodePem((await makeSet()).cert);
  const seen = compare(directory, format, other);
  assert.deepEqual([seen.sameContent, seen.certificate?.commonName], [false, NAME]);
  for (const found of [new Uint8Array(), Uint8Array.from([...bytesOf(der), 0]), SET.cert]) {
    assert.equal(compare(directory, format, found).sameContent, false);
  }
});

Deno.test("encrypted content is compared whatever its salts are, and a difference has its reason", () => {
  using directory = makeDirectory();
  const format = { what: "pkcs12", passwordFile: "/p" } as const;
  const desired = desiredFor(SET, format);
  assert.deepEqual(compare(directory, format, encryptTarget(desired, random)), {
    sameContent: true,
  });
  assert.deepEqual(
    compare(directory, format, encryptTarget({ ...desired, password: "other" }, random)),
    {
      sameContent: false,
      difference: "its password does not decrypt it, or it is damaged",
    },
  );
});

Deno.test("no file that would be written is bigger than what is read", async () => {
  for (const algorithm of ["Ed25519", "EC P-256", "RSA"] as const) {
    const set = await makeSet(algorithm);
    const texts = Object.fromEntries(
      Object.entries(set).map(([part, text]) => [part, present(text)]),
    ) as SetTexts;
    for (const what of ["pkcs12", "privkey", "combined"] as const) {
      const format = { what, passwordFile: "/p" };
      const name = `${"a".repeat(63)}.`.repeat(4).slice(0, 253);
      const { length } = bytesOf(encryptTarget(desiredFor(set, format, { name }), random));
      assert.ok(length <= expected(format, texts).limit, `${algorithm} ${what}`);
    }
  }
});

Deno.test("without a file that it is made of, nothing is expected of a target", () => {
  const needs: readonly [Format, readonly Part[]][] = [
    [{ what: "combined" }, ["fullchain", "privkey"]],
    [{ what: "pkcs12", passwordFile: "/p" }, ["fullchain", "privkey"]],
    [{ what: "der" }, ["cert"]],
  ];
  for (const [format, parts] of needs) {
    for (const part of parts) {
      assert.deepEqual(expect(format, NAME, { ...TEXTS, [part]: ABSENT }, ENCRYPTION), ABSENT);
    }
  }
});
