/** `vcm prune`: what it archives, what it refuses, and what it leaves alone. */
import assert from "node:assert/strict";
import { lockStore } from "../../../../lib/store/lock.ts";
import { outputMistakes } from "../../../support/output_validator.ts";
import { modeOf } from "../../../support/rig.ts";
import { holderTest, holdLock } from "../../store/lock_child.ts";
import { type Bench, benchTest as test, makeBench, TIME } from "./bench.ts";

const DONE = `old.test: archived in "FOLDER/store/archive/old.test/${TIME}"; deployed files stay\n`;
const UNTOUCHED = ["*.other.test", "a.test", "old.test"];
const ARCHIVED = [
  "*.other.test",
  "a.test",
  "archive",
  "archive/old.test",
  `archive/old.test/${TIME}`,
];

test("vcm prune archives the named set alone, and leaves deployed files", async (bench) => {
  const { vcm, directory, sets } = bench;
  const deployed = Deno.statSync(directory.at("old.key"));
  const { status, out, err, log, givenUp } = await vcm("prune --yes old.test");
  assert.deepEqual([status, out, err, givenUp], [0, DONE, "", ["net"]]);
  assert.match(log, /old\.test: archived in /);
  assert.deepEqual(sets(), ARCHIVED);
  for (const name of ["archive", "archive/old.test", `archive/old.test/${TIME}`]) {
    assert.equal(modeOf(directory.at(`store/${name}`)), "700", name);
  }
  const now = Deno.statSync(directory.at("old.key"));
  assert.deepEqual([now.ino, now.mtime], [deployed.ino, deployed.mtime]);
  assert.equal(
    directory.read(`store/archive/old.test/${TIME}/privkey.pem`),
    directory.read("old.key"),
  );
});

test("vcm prune asks about each set, and a no leaves it", async (bench) => {
  const { vcm, questions, sets } = bench;
  const { status, out, err } = await vcm("prune *.other.test old.test old.test", {
    canAsk: true,
    ask: (question) => questions.push(question) === 2,
  });
  assert.deepEqual(questions, [
    'Archive "*.other.test" (serial 0c:0c, issued by "*.other.test", valid until 2027-01-30 00:00 UTC)? ' +
    "Deployed files stay. If another configuration file names it, its next run issues a new certificate.",
    'Archive "old.test" (serial 0b:0b, issued by "old.test", valid until 2027-01-30 00:00 UTC)? ' +
    "Deployed files stay. If another configuration file names it, its next run issues a new certificate.",
  ]);
  assert.deepEqual(
    [status, out, err],
    [1, DONE, "failed  *.other.test: Not archived: the answer was no\n"],
  );
  assert.deepEqual(sets(), ARCHIVED);
});

test("vcm prune without names, or with nobody to ask, does nothing", async ({ vcm, sets }) => {
  for (
    const [line, message] of [
      ["prune", '"vcm prune" needs the name of a set in the store'],
      ["prune old.test", "No terminal to ask on: pass --yes to prune without a question"],
      ["prune --json old.test", "No questions with --json: pass --yes too"],
    ] as const
  ) {
    const { status, err } = await vcm(line, { canAsk: line.includes("json") });
    assert.deepEqual([status, err], [2, `error: ${message}\nSee "vcm prune --help"\n`]);
  }
  assert.deepEqual(sets(), UNTOUCHED);
});

test("one name that is no orphan's keeps all sets in the store", async (bench) => {
  const { vcm, sets } = bench;
  const none = (name: string) => `There is no set "${name}" in the store "FOLDER/store"`;
  const see = 'to see the sets that are not in "FOLDER/vcm.yaml": vcm status';
  const cases: Readonly<Record<string, string>> = {
    "a.test":
      'The certificate "a.test" is in "FOLDER/vcm.yaml", so its set is in use; remove it from there first',
    "oldd.test": `${none("oldd.test")}; did you mean "old.test"?`,
    "something-else": `${none("something-else")}; ${see}`,
    "store/old.test/":
      '"store/old.test/" is a path; give the name of a set in the store: vcm prune old.test',
    "../store/a.test": '"../store/a.test" is a path; give the name of a set in the store',
    "/": '"/" is a path; give the name of a set in the store',
    "..": `${none("..")}; ${see}`,
    ".lock": `${none(".lock")}; ${see}`,
    "archive": `${none("archive")}; ${see}`,
    ".old-old.test": `${none(".old-old.test")}; ${see}`,
    "": `${none("")}; ${see}`,
  };
  for (const [name, problem] of Object.entries(cases)) {
    const { status, out, err } = await vcm(`prune --yes old.test ${name}`);
    assert.deepEqual(
      [status, out, err],
      [2, "", `error: ${problem}; nothing was archived\nSee "vcm prune --help"\n`],
    );
  }
  assert.deepEqual(sets(), UNTOUCHED);
});

test("a trust entry that the file names stays, and prune says why", async (bench) => {
  const { vcm, directory } = bench;
  const file = directory.read("vcm.yaml");
  directory.write("vcm.yaml", `${file}trust:\n  - {name: ca, ca_bundle: pki}\n`);
  directory.write("store/ca/source", "ca_bundle\npki\n");
  const { status, err } = await vcm("prune --yes ca");
  const why =
    'The trust entry "ca" is in "FOLDER/vcm.yaml", so its files in the store are in use; ' +
    "remove it from there first; nothing was archived";
  assert.deepEqual([status, err], [2, `error: ${why}\nSee "vcm prune --help"\n`]);
  // Without the entry, its files can be archived.
  directory.write("vcm.yaml", file);
  assert.equal((await vcm("prune --yes ca")).status, 0);
});

test("vcm prune says where a set is that was archived before", async ({ vcm }) => {
  assert.equal((await vcm("prune --yes old.test")).status, 0);
  const { status, err } = await vcm("prune --yes old.test");
  assert.equal(status, 2);
  assert.ok(
    err.includes(`; in its archive there is "FOLDER/store/archive/old.test/${TIME}"; nothing`),
    err,
  );
});

test("a set with a pending revocation stays until that is finished", async (bench) => {
  const { vcm, directory, sets } = bench;
  directory.write("other.yaml", "");
  const record = (file: string) =>
    directory.write(
      "store/.pending-revocation-old.test",
      JSON.stringify({ serial: "0b:0b", mount: "pki", file, forgetKey: false }),
    );
  const begun = "failed  old.test: Not archived: its revocation (serial 0b:0b) was begun and is " +
    "not finished; finish it first: vcm revoke old.test";
  record(directory.at("vcm.yaml"));
  const own = await vcm("prune --yes *.other.test old.test");
  assert.deepEqual([own.status, own.err], [1, `${begun}\n`]);
  assert.match(own.out, /^\*\.other\.test: archived in /);
  record(directory.at("other.yaml"));
  const foreign = await vcm("prune --yes old.test");
  assert.deepEqual([foreign.status, foreign.err], [1, `${begun} --config FOLDER/other.yaml\n`]);
  directory.write("store/.pending-revocation-old.test", "{");
  const broken = await vcm("prune --yes old.test");
  assert.match(broken.err, /is not a valid record of a revocation; fix: rm /);
  assert.ok(sets().includes("old.test"));
});

test("vcm prune --json prints where each set is", async ({ vcm }) => {
  const { status, out, err } = await vcm("prune --yes --json old.test");
  assert.deepEqual([status, err, outputMistakes("prune", out)], [0, "", []]);
  const archive = `FOLDER/store/archive/old.test/${TIME}`;
  assert.deepEqual(JSON.parse(out), {
    layout: 1,
    results: [{
      name: "old.test",
      done: true,
      message: `archived in "${archive}"; deployed files stay`,
      archive,
    }],
  });
});

test("a set that changes during the question stays", async ({ vcm, directory, sets }) => {
  const { status, err } = await vcm("prune old.test", {
    canAsk: true,
    ask: () => {
      // The lock is free, and another file's run renews it.
      lockStore(directory.at("store"))[Symbol.dispose]();
      Deno.renameSync(directory.at("store/old.test"), directory.at("store/.old-old.test"));
      directory.write("store/old.test/cert.pem", directory.read("store/a.test/cert.pem"));
      Deno.removeSync(directory.at("store/.old-old.test"), { recursive: true });
      return true;
    },
  });
  assert.deepEqual(
    [status, err],
    [1, "failed  old.test: Not archived: another command replaced it in the meantime\n"],
  );
  assert.deepEqual(sets(), UNTOUCHED);
});

const ODD: Readonly<Record<string, readonly [(bench: Bench) => void, RegExp]>> = {
  "an interrupted switch is finished first, and its old set is kept": [
    ({ directory }) => {
      Deno.renameSync(directory.at("store/old.test"), directory.at("store/.old-old.test"));
      directory.write("store/.new-old.test/cert.pem", directory.read("store/a.test/cert.pem"));
      directory.write("store/.new-old.test/privkey.pem", "new");
    },
    /^old\.test: archived in /,
  ],
  "of a link only the link goes": [
    ({ directory }) => {
      Deno.renameSync(directory.at("store/old.test"), directory.at("elsewhere"));
      Deno.symlinkSync(directory.at("elsewhere"), directory.at("store/old.test"));
    },
    /^old\.test: removed; it was a symbolic link to "FOLDER\/elsewhere", whose files stay/,
  ],
  "a damaged set is archived": [
    ({ directory }) => directory.write("store/old.test/cert.pem", "damaged"),
    /^old\.test: archived in /,
  ],
  "a key without a certificate is archived": [
    ({ directory }) => Deno.removeSync(directory.at("store/old.test/cert.pem")),
    /^old\.test: archived in /,
  ],
  "modes that somebody widened are strict in the archive": [
    ({ directory }) => {
      Deno.chmodSync(directory.at("store/old.test"), 0o755);
      Deno.chmodSync(directory.at("store/old.test/privkey.pem"), 0o644);
    },
    /^old\.test: archived in /,
  ],
};

for (const [what, [prepare, expected]] of Object.entries(ODD)) {
  test(`vcm prune: ${what}`, async (bench) => {
    const { vcm, directory, sets } = bench;
    prepare(bench);
    const key = directory.read("old.key");
    const { status, out, err } = await vcm("prune --yes old.test");
    assert.deepEqual([status, err], [0, ""]);
    assert.match(out, expected);
    assert.deepEqual(sets().filter((name) => /^[^/]*old\.test$/.test(name)), []);
    const keys = directory.tree().filter((path) => path.endsWith("/privkey.pem"));
    assert.ok(keys.some((path) => directory.read(path) === key), "the key is kept");
    for (const path of keys) assert.equal(modeOf(directory.at(path)), "600", path);
  });
}

test("a file in the way of the archive leaves the set as it was", async (bench) => {
  const { vcm, directory, sets } = bench;
  directory.write("store/archive", "");
  Deno.chmodSync(directory.at("store/old.test/privkey.pem"), 0o640);
  const { status, err } = await vcm("prune --yes old.test");
  assert.deepEqual([status, err], [
    1,
    'failed  old.test: Not archived: "FOLDER/store/archive" is not a directory; move it away\n',
  ]);
  assert.deepEqual(sets(), UNTOUCHED);
  assert.equal(modeOf(directory.at("store/old.test/privkey.pem")), "640");
});

test("a store that others can write to is refused", async ({ vcm, directory, sets }) => {
  Deno.chmodSync(directory.at("store"), 0o770);
  const { status, err } = await vcm("prune --yes old.test");
  assert.equal(status, 1);
  assert.match(err, /^error: The store "FOLDER\/store" is writable by others, .*; fix: chmod /);
  assert.deepEqual(sets(), UNTOUCHED);
});

test("vcm prune has nothing to do where there is no store", async ({ vcm, directory }) => {
  Deno.removeSync(directory.at("store"), { recursive: true });
  const { status, err } = await vcm("prune --yes old.test");
  assert.equal(status, 2);
  assert.match(err, /^error: There is no set "old\.test" in the store "FOLDER\/store"; /);
  assert.ok(!directory.tree().includes("store/"));
});

holderTest("vcm prune waits for the lock only if it is told to", async () => {
  const bench = makeBench();
  using directory = bench.directory;
  await using child = await holdLock(directory.at("store"));
  const { status, err } = await bench.vcm("prune --yes old.test");
  assert.equal(status, 75);
  assert.match(err, /^error: Another run of vcm holds the lock "FOLDER\/store\/\.lock": process /);
  assert.deepEqual(bench.sets(), UNTOUCHED);
  const waited = await bench.vcm("prune --yes --wait 1m old.test", { err: () => child.release() });
  assert.deepEqual([waited.status, waited.out], [0, DONE]);
});
