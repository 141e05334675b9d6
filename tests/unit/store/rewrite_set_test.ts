import assert from "node:assert/strict";
import { lstatSync } from "node:fs";
import { rewriteSet } from "../../../lib/store/rewrite_set.ts";
import { makeDirectory, modeOf, rejectionOf } from "../../support/rig.ts";
import { makeSelfSigned } from "../../support/self_signed.ts";

const { certificate: PEM, key: KEY } = await makeSelfSigned("web.example.test");

Deno.test("rewriteSet() writes what is not clean, and nothing else", async () => {
  using store = makeDirectory();
  store.write("web/cert.pem", PEM);
  store.write("web/fullchain.pem", `${PEM.trimEnd()}${PEM}`, 0o640);
  store.write("web/privkey.pem", `${KEY.trimEnd()};`, 0o400);
  store.write("web/notes.txt", "mine");
  store.write("web/.fullchain.pem.vcm-new", "left by an interrupted run");
  const before = lstatSync(store.at("web/cert.pem")).ino;
  assert.deepEqual(await rewriteSet(store.path, "web"), ["fullchain", "privkey"]);
  assert.equal(store.read("web/fullchain.pem"), PEM + PEM);
  assert.equal(store.read("web/privkey.pem"), KEY);
  assert.equal(lstatSync(store.at("web/cert.pem")).ino, before);
  assert.deepEqual(["fullchain", "privkey"].map((part) => modeOf(store.at(`web/${part}.pem`))), [
    "640",
    "400",
  ]);
  assert.deepEqual(store.tree(), [
    "web/",
    "web/cert.pem",
    "web/fullchain.pem",
    "web/notes.txt",
    "web/privkey.pem",
  ]);
  assert.deepEqual(await rewriteSet(store.path, "web"), []);
});

Deno.test("rewriteSet() leaves a damaged file, and changes nothing if one cannot be read", async () => {
  using store = makeDirectory();
  store.write("web/cert.pem", `${PEM.trimEnd()};`);
  store.write("web/chain.pem", `${PEM.slice(0, 100)};`);
  Deno.mkdirSync(store.at("web/ca.pem"));
  assert.match(
    (await rejectionOf(rewriteSet(store.path, "web"))).message,
    /^Cannot read ".*ca\.pem"/,
  );
  assert.equal(store.read("web/cert.pem"), `${PEM.trimEnd()};`);
  Deno.removeSync(store.at("web/ca.pem"));
  assert.deepEqual(await rewriteSet(store.path, "web"), ["cert"]);
  assert.equal(store.read("web/chain.pem"), `${PEM.slice(0, 100)};`);
});
