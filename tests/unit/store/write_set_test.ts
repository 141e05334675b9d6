import assert from "node:assert/strict";
import { finishSwitch } from "../../../lib/store/write_set.ts";
import { writeStoredSet } from "../../support/write_set.ts";
import type { TargetKind } from "../../../lib/certificate/types.ts";
import {
  type Directory,
  makeDirectory,
  modeOf,
  rejectionOf,
  withUmaskUntil,
} from "../../support/rig.ts";

const NAME = "*.apps.example.test";
const FILES = ["ca", "cert", "chain", "fullchain", "privkey"];

/** The four files of a set, in which each says which set it is of. */
function put(store: Directory, directory: string, set: string): void {
  for (const what of FILES) store.write(`${directory}/${what}.pem`, `${set} ${what}\n`);
  Deno.chmodSync(store.at(directory), 0o700);
}

const text = (set: string) => (what: TargetKind) => `${set} ${what}\n`;

/** Asserts that one whole set is all that lies in the store, but for `others` in its directory. */
function assertSet(store: Directory, set: string, others: readonly string[] = []): void {
  const files = FILES.map((what) => `${what}.pem`);
  const expected = [...files, ...others].map((name) => `${NAME}/${name}`);
  assert.deepEqual(store.tree(), [`${NAME}/`, ...expected].sort());
  for (const what of FILES) assert.equal(store.read(`${NAME}/${what}.pem`), `${set} ${what}\n`);
}

for (const mask of [0o000, 0o077]) {
  Deno.test(`writeStoredSet() makes files 0600 in directories 0700, umask ${mask}`, async () => {
    using store = makeDirectory();
    put(store, NAME, "old");
    Deno.chmodSync(store.at(NAME), 0o755);
    for (const what of FILES) Deno.chmodSync(store.at(`${NAME}/${what}.pem`), 0o644);
    await withUmaskUntil(mask, () => writeStoredSet(store.path, NAME, text("new")));
    assertSet(store, "new");
    assert.equal(modeOf(store.at(NAME)), "700");
    for (const what of FILES) assert.equal(modeOf(store.at(`${NAME}/${what}.pem`)), "600");
  });
}

Deno.test("writeStoredSet() makes the first set of a certificate", async () => {
  using store = makeDirectory();
  await writeStoredSet(store.path, NAME, text("new"));
  assertSet(store, "new");
});

Deno.test("writeStoredSet() keeps what others put beside the set", async () => {
  using store = makeDirectory();
  put(store, NAME, "old");
  store.write(`${NAME}/dhparam.pem`, "other", 0o640);
  store.write(`${NAME}/hooks/after.sh`, "script", 0o755);
  Deno.symlinkSync("cert.pem", store.at(`${NAME}/tls.crt`));
  const before = Deno.statSync(store.at(`${NAME}/dhparam.pem`)).ino;
  await writeStoredSet(store.path, NAME, text("new"));
  assertSet(store, "new", ["dhparam.pem", "hooks/", "hooks/after.sh", "tls.crt"]);
  assert.equal(store.read(`${NAME}/tls.crt`), "new cert\n");
  assert.equal(Deno.statSync(store.at(`${NAME}/dhparam.pem`)).ino, before);
  assert.equal(modeOf(store.at(`${NAME}/hooks/after.sh`)), "755");
  await writeStoredSet(store.path, NAME, text("third"));
  assertSet(store, "third", ["dhparam.pem", "hooks/", "hooks/after.sh", "tls.crt"]);
});

Deno.test("writeStoredSet() leaves the old set if a text cannot be had", async () => {
  using store = makeDirectory();
  put(store, NAME, "old");
  const error = await rejectionOf(writeStoredSet(store.path, NAME, (what) => {
    if (what === "privkey") throw new Error("no key");
    return "new";
  }));
  assert.equal(error.message, "no key");
  assertSet(store, "old");
});

Deno.test("writeStoredSet() leaves the old set if a file is in the way of the staged directory", async () => {
  using store = makeDirectory();
  put(store, NAME, "old");
  store.write(`.new-${NAME}`, "in the way");
  await rejectionOf(writeStoredSet(store.path, NAME, text("new")));
  assert.equal(store.read(`${NAME}/cert.pem`), "old cert\n");
  assert.equal(store.read(`.new-${NAME}`), "in the way");
});

Deno.test("writeStoredSet() follows no link at the path of the staged directory", async () => {
  using store = makeDirectory();
  using elsewhere = makeDirectory();
  elsewhere.write("precious", "mine");
  Deno.symlinkSync(elsewhere.path, store.at(`.new-${NAME}`));
  try {
    await writeStoredSet(store.path, NAME, text("new"));
  } catch {
    // To refuse is as good as to replace the link.
  }
  assert.deepEqual(elsewhere.tree(), ["precious"]);
});

Deno.test("writeStoredSet() replaces a link to a set, and keeps the set that it leads to", async () => {
  using store = makeDirectory();
  using elsewhere = makeDirectory();
  put(elsewhere, "set", "old");
  Deno.symlinkSync(elsewhere.at("set"), store.at(NAME));
  await writeStoredSet(store.path, NAME, text("new"));
  assertSet(store, "new");
  assert.equal(elsewhere.read("set/cert.pem"), "old cert\n");
});

Deno.test("writeStoredSet() sees to an interrupted switch first", async () => {
  for (const left of [[".new-"], [".new-", ".old-"], [".old-"], ["", ".old-"], ["", ".new-"]]) {
    using store = makeDirectory();
    for (const prefix of left) put(store, prefix + NAME, "old");
    await writeStoredSet(store.path, NAME, text("new"));
    assertSet(store, "new");
  }
});

/** What lies in the store after an interruption, and which set stands after it is seen to. */
const INTERRUPTED = {
  "nothing of it": [{ "": "old" }, "old"],
  "a staged set before the switch": [{ "": "old", ".new-": "new" }, "old"],
  "a switch between its renames": [{ ".new-": "new", ".old-": "old" }, "new"],
  "a switch whose new set is gone": [{ ".old-": "old" }, "old"],
  "a switch whose old set still lies there": [{ "": "new", ".old-": "old" }, "new"],
  "all three": [{ "": "new", ".new-": "newer", ".old-": "old" }, "new"],
} as const;

for (const [what, [sets, stands]] of Object.entries(INTERRUPTED)) {
  Deno.test(`finishSwitch() brings into order: ${what}`, () => {
    using store = makeDirectory();
    for (const [prefix, set] of Object.entries(sets)) put(store, prefix + NAME, set);
    finishSwitch(store.path, NAME);
    assertSet(store, stands);
    finishSwitch(store.path, NAME);
    assertSet(store, stands);
  });
}

Deno.test("finishSwitch() throws a first staged set away that was never switched to", () => {
  using store = makeDirectory();
  store.write(`.new-${NAME}/cert.pem`, "half");
  finishSwitch(store.path, NAME);
  assert.deepEqual(store.tree(), []);
});

Deno.test("finishSwitch() keeps what others put beside the old set", () => {
  using store = makeDirectory();
  put(store, `.new-${NAME}`, "new");
  put(store, `.old-${NAME}`, "old");
  store.write(`.old-${NAME}/notes.txt`, "other");
  finishSwitch(store.path, NAME);
  assertSet(store, "new", ["notes.txt"]);
});

Deno.test("finishSwitch() touches no other certificate", () => {
  using store = makeDirectory();
  put(store, ".new-other", "new");
  put(store, NAME, "old");
  const before = store.tree();
  finishSwitch(store.path, NAME);
  assert.deepEqual(store.tree(), before);
});
