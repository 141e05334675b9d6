/** A bundle's sets: made whole, numbered where a name is taken, cleared away when no link leads there. */
import assert from "node:assert/strict";
import { lstatSync, readlinkSync } from "node:fs";
import { clearBundle, clearFolder, makeBundle } from "../../../lib/apply/bundle.ts";
import { deploy, forgetReplaced, NotDeployedError, putBack } from "../../../lib/apply/deploy.ts";
import { Hands } from "../../../lib/apply/writers/writers.ts";
import { PARTS } from "../../../lib/certificate/types.ts";
import type { TargetStep } from "../../../lib/plan/types.ts";
import {
  type Folder,
  makeFolder,
  modeOf,
  ownersOf,
  rejectionOf,
  rootTest,
  withUmaskUntil,
} from "../../support/rig.ts";

const HANDS = new Hands();
const MODES = { cert: 0o644, chain: 0o644, fullchain: 0o644, privkey: 0o600, ca: 0o644 };

function bundle(folder: Folder, change: Partial<TargetStep> = {}): TargetStep {
  const drift = [{ kind: "missing" }] as const;
  const path = folder.at("web");
  return { what: "bundle", path, drift, mode: 0o600, modes: MODES, createDirs: false, ...change };
}

function run(targets: readonly TargetStep[], text: string, revocable = false) {
  return deploy({
    targets,
    revocable,
    content: () => text,
    makeBundle: (target) => makeBundle(target, (part) => `${text} ${part}\n`),
    beforeFirstRename: () => {},
    afterRename: () => {},
  }, HANDS);
}

/** Names in the folder. */
function names(folder: Folder): string[] {
  return [...Deno.readDirSync(folder.path)].map(({ name }) => name).sort();
}

function clear(folder: Folder): string[] {
  const warnings: string[] = [];
  clearBundle(folder.at("web"), (message) => warnings.push(message));
  return warnings;
}

Deno.test("a set has a folder that all may enter, and files with modes of their own", async () => {
  for (const mask of [0o000, 0o077]) {
    using folder = makeFolder();
    await withUmaskUntil(mask, () => run([bundle(folder)], "one"));
    const version = readlinkSync(folder.at("web"));
    assert.deepEqual(names(folder), [version, "web"]);
    assert.equal(modeOf(folder.at(version)), "755");
    const modes = PARTS.map((part) => modeOf(folder.at(`web/${part}.pem`)));
    assert.deepEqual(modes, ["644", "644", "644", "600", "644"]);
    assert.equal(folder.read("web/privkey.pem"), "one privkey\n");
  }
});

Deno.test("the same set has the same name, with a number while that is taken", async () => {
  using folder = makeFolder();
  await run([bundle(folder)], "one");
  const first = readlinkSync(folder.at("web"));
  folder.write("web/cert.pem", "damaged");
  await run([bundle(folder)], "one");
  assert.equal(readlinkSync(folder.at("web")), `${first}-2`);
  assert.equal(folder.read("web/cert.pem"), "one cert\n");
  assert.deepEqual(clear(folder), []);
  assert.deepEqual(names(folder), [`${first}-2`, "web"]);
  await run([bundle(folder)], "one");
  assert.equal(readlinkSync(folder.at("web")), first);
});

Deno.test("what is put back is the link as it was, and its set has stayed", async () => {
  using folder = makeFolder();
  await run([bundle(folder)], "one");
  const before = lstatSync(folder.at("web"));
  const replaced = await run([bundle(folder)], "two", true);
  assert.deepEqual(clear(folder), []);
  assert.equal(folder.read("web/cert.pem"), "two cert\n");
  await putBack(replaced, HANDS);
  const { ino, mtimeMs } = lstatSync(folder.at("web"));
  assert.deepEqual([ino, mtimeMs], [before.ino, before.mtimeMs]);
  assert.equal(folder.read("web/privkey.pem"), "one privkey\n");
  clear(folder);
  assert.equal(names(folder).length, 2);

  await run([bundle(folder)], "two", true);
  await forgetReplaced([bundle(folder)], HANDS);
  clear(folder);
  assert.deepEqual(names(folder), [readlinkSync(folder.at("web")), "web"]);
  assert.equal(folder.read("web/cert.pem"), "two cert\n");
});

Deno.test("a bundle and a file are replaced both or none", async () => {
  using folder = makeFolder();
  await run([bundle(folder)], "one");
  const stuck: TargetStep = { ...bundle(folder), what: "cert", path: folder.at("no/web.crt") };
  const error = await rejectionOf(run([bundle(folder), stuck], "two"));
  assert.ok(error instanceof NotDeployedError);
  assert.equal(folder.read("web/cert.pem"), "one cert\n");
  clear(folder);
  assert.equal(names(folder).length, 2);
});

Deno.test("a folder to which a link leads, or with something of others in it, is not removed", async () => {
  using folder = makeFolder();
  await run([bundle(folder)], "one");
  const first = readlinkSync(folder.at("web"));
  assert.equal(clearFolder(folder.at(first)), undefined);
  assert.equal(folder.read("web/cert.pem"), "one cert\n");
  folder.write(`${first}/mine`, "");
  await run([bundle(folder)], "two");
  assert.deepEqual(clear(folder), [
    `"${
      folder.at(first)
    }" is not in use any more and stays, since VCM did not make "mine" in it; ` +
    "move that away from there",
  ]);
  assert.equal(folder.read(`${first}/privkey.pem`), "one privkey\n");
});

Deno.test("no link is followed when a folder is cleared away", () => {
  using folder = makeFolder();
  folder.write("other/cert.pem", "precious");
  const version = ".web.vcm-0123456789abcdef";
  Deno.symlinkSync(folder.at("other"), folder.at(version));
  clear(folder);
  Deno.removeSync(folder.at(version));
  Deno.mkdirSync(folder.at(version));
  Deno.symlinkSync(folder.at("other/cert.pem"), folder.at(`${version}/cert.pem`));
  assert.equal(clear(folder).length, 1);
  assert.equal(folder.read("other/cert.pem"), "precious");
});

Deno.test("what an interrupted run left does not stop the next one", async () => {
  using folder = makeFolder();
  folder.write("..web.vcm-set.vcm-new/cert.pem", "half");
  Deno.symlinkSync("nowhere", folder.at(".web.vcm-new"));
  await run([bundle(folder)], "one");
  assert.equal(names(folder).length, 2);
});

rootTest(
  "owner and group of each file are the step's, whatever those of the old set are",
  async () => {
    using folder = makeFolder();
    await run([bundle(folder, { uid: 7, gid: 8 })], "one");
    const owners = {
      cert: { gid: 3 },
      chain: {},
      fullchain: {},
      privkey: { uid: 4, gid: 5 },
      ca: {},
    };
    await run([bundle(folder, { uid: 9, owners })], "two");
    assert.deepEqual(PARTS.map((part) => [part, ...ownersOf(folder.at(`web/${part}.pem`))]), [
      ["cert", 9, 3],
      ["chain", 9, 0],
      ["fullchain", 9, 0],
      ["privkey", 4, 5],
      ["ca", 9, 0],
    ]);
    assert.deepEqual(ownersOf(folder.at(readlinkSync(folder.at("web")))), [0, 0]);
  },
);

Deno.test("a link in the place of a folder that is being made is taken away, and not followed", async () => {
  using folder = makeFolder();
  for (const part of PARTS) folder.write(`victim/${part}.pem`, "kept");
  Deno.symlinkSync(folder.at("victim"), folder.at("..web.vcm-set.vcm-new"));
  await run([bundle(folder)], "one");
  for (const part of PARTS) assert.equal(folder.read(`victim/${part}.pem`), "kept");
  assert.deepEqual(names(folder), [readlinkSync(folder.at("web")), "victim", "web"].sort());
});
