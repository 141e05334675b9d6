import assert from "node:assert/strict";
import { forgetKey } from "../../../lib/store/forget_key.ts";
import { makeCertificatePem } from "../../support/fixtures_pki.ts";
import { makeDirectory } from "../../support/rig.ts";

const NAME = "web.example.test";
const LEAKED = await makeCertificatePem(NAME, { serial: "0a1b" });
const EARLIER = await makeCertificatePem(NAME, { serial: "0c", keysOf: LEAKED });
const OTHER = await makeCertificatePem(NAME, { serial: "0d" });

/** Sets in the archive, and whether each still has its key. */
function left(sets: Readonly<Record<string, readonly [cert: string, key: string]>>) {
  using store = makeDirectory();
  for (const [set, [cert, key]] of Object.entries(sets)) {
    store.write(`archive/${NAME}/${set}/cert.pem`, cert);
    store.write(`archive/${NAME}/${set}/privkey.pem`, key);
  }
  forgetKey(store.path, NAME, "0a:1b");
  assert.equal(
    store.tree().filter((path) => path.endsWith("cert.pem")).length,
    Object.keys(sets).length,
  );
  return store.tree().flatMap((path) => /([^/]+)\/privkey\.pem$/.exec(path)?.[1] ?? []);
}

Deno.test("forgetKey() removes the key from each set that has it, and no other key", () => {
  assert.deepEqual(
    left({
      "0a:1b": [LEAKED.pem, LEAKED.pkcs8],
      "0a:1b-2": [LEAKED.pem, LEAKED.pkcs8],
      "20260101T120000Z": [EARLIER.pem, EARLIER.pkcs8],
      "0c": [EARLIER.pem, EARLIER.pkcs8],
      "20260201T120000Z": [OTHER.pem, OTHER.pkcs8],
    }),
    ["20260201T120000Z"],
  );
});

Deno.test("forgetKey() knows a set that was archived by its time", () => {
  assert.deepEqual(
    left({ "20260101T120000Z": [LEAKED.pem, LEAKED.pkcs8], "0d": [OTHER.pem, OTHER.pkcs8] }),
    ["0d"],
  );
});

Deno.test("forgetKey() removes a damaged key, and one whose certificate is damaged", () => {
  assert.deepEqual(left({ "0a:1b": [LEAKED.pem, "damaged"] }), []);
  assert.deepEqual(left({ "0a:1b": ["damaged", LEAKED.pkcs8], "0d": ["damaged", "x"] }), ["0d"]);
});

Deno.test("forgetKey() removes the key of a set without a certificate if the revoked one is nowhere", () => {
  const lost = { "20260301T120000Z": ["damaged", LEAKED.pkcs8] } as const;
  assert.deepEqual(
    left({
      ...lost,
      "20260101T120000Z": [EARLIER.pem, EARLIER.pkcs8],
      "20260201T120000Z": [OTHER.pem, OTHER.pkcs8],
      "0e": ["damaged", "another revoked certificate's"],
    }),
    ["0e", "20260201T120000Z"],
  );
  assert.deepEqual(left({ ...lost, "0a:1b": [LEAKED.pem, LEAKED.pkcs8] }), []);
});

Deno.test("forgetKey() has nothing to do without an archive", () => assert.deepEqual(left({}), []));
