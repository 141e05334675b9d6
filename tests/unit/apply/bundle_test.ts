/** A bundle's sets: made whole, numbered if a name is taken, cleared away when no link leads there. */
import assert from "node:assert/strict";
import { lstatSync, readlinkSync } from "node:fs";
import { DIRECTORY_MODE, keptDirectory } from "../../../lib/plan/bundle.ts";
import { clearBundle, clearDirectory, makeBundle } from "../../../lib/apply/bundle.ts";
import { deploy, NotDeployedError } from "../../../lib/apply/deploy.ts";
import { removeKept, rollBack } from "../../../lib/apply/rollback.ts";
import { localWriters } from "./plans.ts";
import { PARTS } from "../../../lib/certificate/types.ts";
import type { BundleStep, TargetStep } from "../../../lib/plan/target_types.ts";
import {
  type Directory,
  makeDirectory,
  modeOf,
  ownersOf,
  rejectionOf,
  rootTest,
  withUmaskUntil,
} from "../../support/rig.ts";

const OWNERS = { cert: {}, chain: {}, fullchain: {}, privkey: {}, ca: {} };
const MODES = { cert: 0o644, chain: 0o644, fullchain: 0o644, privkey: 0o600, ca: 0o644 };

function bundle(directory: Directory, change: Partial<BundleStep> = {}): BundleStep {
  const drift = [{ kind: "missing" }] as const;
  const path = directory.at("web");
  const step = { path, drift, mode: 0o600, modes: MODES, owners: OWNERS, createDirs: false };
  return { what: "bundle", ...step, ...change };
}

function run(targets: readonly TargetStep[], text: string, revocable = false) {
  const writers = localWriters(targets);
  return deploy({
    targets,
    revocable,
    content: () => text,
    makeBundle: (target) =>
      makeBundle(target, (part) => `${text} ${part}\n`, DIRECTORY_MODE, writers.commands),
    beforeFirstRename: () => {},
    afterRename: () => {},
  }, writers);
}

/** Names in the directory. */
function names(directory: Directory): string[] {
  return [...Deno.readDirSync(directory.path)].map(({ name }) => name).sort();
}

function clear(directory: Directory): string[] {
  return clearBundle(directory.at("web")).map(({ directory, foreign }) =>
    keptDirectory(directory, foreign)
  );
}

Deno.test("a set has a directory that all users may enter, and each file has its own mode", async () => {
  for (const mask of [0o000, 0o077]) {
    using directory = makeDirectory();
    await withUmaskUntil(mask, () => run([bundle(directory)], "one"));
    const version = readlinkSync(directory.at("web"));
    assert.deepEqual(names(directory), [version, "web"]);
    assert.equal(modeOf(directory.at(version)), "755");
    const modes = PARTS.map((part) => modeOf(directory.at(`web/${part}.pem`)));
    assert.deepEqual(modes, ["644", "644", "644", "600", "644"]);
    assert.equal(directory.read("web/privkey.pem"), "one privkey\n");
  }
});

Deno.test("the same set has the same name, with a number if that name is in use", async () => {
  using directory = makeDirectory();
  await run([bundle(directory)], "one");
  const first = readlinkSync(directory.at("web"));
  directory.write("web/cert.pem", "damaged");
  await run([bundle(directory)], "one");
  assert.equal(readlinkSync(directory.at("web")), `${first}-2`);
  assert.equal(directory.read("web/cert.pem"), "one cert\n");
  assert.deepEqual(clear(directory), []);
  assert.deepEqual(names(directory), [`${first}-2`, "web"]);
  await run([bundle(directory)], "one");
  assert.equal(readlinkSync(directory.at("web")), first);
});

Deno.test("what is restored is the link as it was, and its set has stayed", async () => {
  using directory = makeDirectory();
  await run([bundle(directory)], "one");
  const before = lstatSync(directory.at("web"));
  const replaced = await run([bundle(directory)], "two", true);
  assert.deepEqual(clear(directory), []);
  assert.equal(directory.read("web/cert.pem"), "two cert\n");
  await rollBack(replaced, localWriters());
  const { ino, mtimeMs } = lstatSync(directory.at("web"));
  assert.deepEqual([ino, mtimeMs], [before.ino, before.mtimeMs]);
  assert.equal(directory.read("web/privkey.pem"), "one privkey\n");
  clear(directory);
  assert.equal(names(directory).length, 2);

  await run([bundle(directory)], "two", true);
  await removeKept([bundle(directory)], localWriters());
  clear(directory);
  assert.deepEqual(names(directory), [readlinkSync(directory.at("web")), "web"]);
  assert.equal(directory.read("web/cert.pem"), "two cert\n");
});

Deno.test("a bundle and a file are replaced both or none", async () => {
  using directory = makeDirectory();
  await run([bundle(directory)], "one");
  const stuck: TargetStep = {
    ...bundle(directory),
    what: "cert",
    path: directory.at("no/web.crt"),
    acls: undefined,
  };
  const error = await rejectionOf(run([bundle(directory), stuck], "two"));
  assert.ok(error instanceof NotDeployedError);
  assert.equal(directory.read("web/cert.pem"), "one cert\n");
  clear(directory);
  assert.equal(names(directory).length, 2);
});

Deno.test("a directory to which a link leads, or with something of others in it, is not removed", async () => {
  using directory = makeDirectory();
  await run([bundle(directory)], "one");
  const first = readlinkSync(directory.at("web"));
  assert.equal(clearDirectory(directory.at(first)), undefined);
  assert.equal(directory.read("web/cert.pem"), "one cert\n");
  directory.write(`${first}/mine`, "");
  await run([bundle(directory)], "two");
  assert.deepEqual(clear(directory), [
    `"${
      directory.at(first)
    }" is no longer used, but contains "mine", which VCM did not create; move that away`,
  ]);
  assert.equal(directory.read(`${first}/privkey.pem`), "one privkey\n");
});

Deno.test("no link is followed when a directory is cleared away", () => {
  using directory = makeDirectory();
  directory.write("other/cert.pem", "precious");
  const version = ".web.vcm-0123456789abcdef";
  Deno.symlinkSync(directory.at("other"), directory.at(version));
  clear(directory);
  Deno.removeSync(directory.at(version));
  Deno.mkdirSync(directory.at(version));
  Deno.symlinkSync(directory.at("other/cert.pem"), directory.at(`${version}/cert.pem`));
  assert.equal(clear(directory).length, 1);
  assert.equal(directory.read("other/cert.pem"), "precious");
});

Deno.test("what an interrupted run left does not stop the next one", async () => {
  using directory = makeDirectory();
  directory.write("..web.vcm-set.vcm-new/cert.pem", "half");
  Deno.symlinkSync("nowhere", directory.at(".web.vcm-new"));
  await run([bundle(directory)], "one");
  assert.equal(names(directory).length, 2);
});

rootTest(
  "owner and group of each file are the step's, whatever those of the old set are",
  async () => {
    using directory = makeDirectory();
    await run([bundle(directory, { uid: 7, gid: 8 })], "one");
    const owners = {
      cert: { gid: 3 },
      chain: {},
      fullchain: {},
      privkey: { uid: 4, gid: 5 },
      ca: {},
    };
    await run([bundle(directory, { uid: 9, owners })], "two");
    assert.deepEqual(PARTS.map((part) => [part, ...ownersOf(directory.at(`web/${part}.pem`))]), [
      ["cert", 9, 3],
      ["chain", 9, 0],
      ["fullchain", 9, 0],
      ["privkey", 4, 5],
      ["ca", 9, 0],
    ]);
    assert.deepEqual(ownersOf(directory.at(readlinkSync(directory.at("web")))), [0, 0]);
  },
);

Deno.test("a link in the place of a directory that is being created is removed, and not followed", async () => {
  using directory = makeDirectory();
  for (const part of PARTS) directory.write(`victim/${part}.pem`, "kept");
  Deno.symlinkSync(directory.at("victim"), directory.at("..web.vcm-set.vcm-new"));
  await run([bundle(directory)], "one");
  for (const part of PARTS) assert.equal(directory.read(`victim/${part}.pem`), "kept");
  assert.deepEqual(names(directory), [readlinkSync(directory.at("web")), "victim", "web"].sort());
});
