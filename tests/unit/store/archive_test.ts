import assert from "node:assert/strict";
import { archiveSet } from "../../../lib/store/archive.ts";
import { type Directory, errorOf, makeDirectory, modeOf, withUmask } from "../../support/rig.ts";

const NAME = "*.apps.example.test";
const SERIAL = "0a:1b:2c";
const ARCHIVED = `archive/${NAME}/${SERIAL}`;

function put(store: Directory, directory: string, set: string, mode = 0o700): void {
  for (const what of ["ca", "cert", "chain", "fullchain", "privkey"]) {
    store.write(`${directory}/${what}.pem`, `${set} ${what}\n`);
  }
  Deno.chmodSync(store.at(directory), mode);
}

for (const mask of [0o000, 0o022, 0o077]) {
  Deno.test(`archiveSet() moves a set below its serial, in directories 0700, umask ${mask}`, () => {
    using store = makeDirectory();
    put(store, NAME, "old");
    const inode = Deno.statSync(store.at(NAME)).ino;
    const archived = withUmask(mask, () => archiveSet(store.path, NAME, SERIAL));
    assert.equal(archived, store.at(ARCHIVED));
    assert.deepEqual(store.tree(), [
      "archive/",
      `archive/${NAME}/`,
      `${ARCHIVED}/`,
      ...["ca", "cert", "chain", "fullchain", "privkey"].map((what) => `${ARCHIVED}/${what}.pem`),
    ]);
    for (const directory of ["archive", `archive/${NAME}`, ARCHIVED]) {
      assert.equal(modeOf(store.at(directory)), "700", directory);
    }
    assert.equal(modeOf(store.at(`${ARCHIVED}/privkey.pem`)), "600");
    assert.equal(store.read(`${ARCHIVED}/privkey.pem`), "old privkey\n");
    assert.equal(Deno.statSync(archived).ino, inode);
  });
}

Deno.test("archiveSet() keeps earlier sets, of this certificate and of others", () => {
  using store = makeDirectory();
  for (const [name, serial] of [[NAME, "01"], [NAME, "02"], ["b.example.test", "01"]] as const) {
    put(store, name, `${name} ${serial}`);
    archiveSet(store.path, name, serial);
  }
  put(store, "c.example.test", "c");
  for (const [name, serial] of [[NAME, "01"], [NAME, "02"], ["b.example.test", "01"]] as const) {
    const text = store.read(`archive/${name}/${serial}/cert.pem`);
    assert.equal(text, `${name} ${serial} cert\n`);
  }
  assert.equal(store.read("c.example.test/cert.pem"), "c cert\n");
});

Deno.test("archiveSet() also moves files that others put into the set", () => {
  using store = makeDirectory();
  put(store, NAME, "old", 0o755);
  store.write(`${NAME}/dhparam.pem`, "other", 0o640);
  store.write(`${NAME}/hooks/after.sh`, "script", 0o755);
  Deno.symlinkSync("cert.pem", store.at(`${NAME}/tls.crt`));
  const archived = archiveSet(store.path, NAME, SERIAL);
  assert.equal(store.read(`${ARCHIVED}/tls.crt`), "old cert\n");
  assert.equal(store.read(`${ARCHIVED}/hooks/after.sh`), "script");
  assert.equal(modeOf(`${archived}/dhparam.pem`), "640");
  assert.equal(modeOf(store.at(`archive/${NAME}`)), "700");
});

Deno.test("archiveSet() moves a set whose serial is in the archive to a new directory", () => {
  using store = makeDirectory();
  for (const [set, ending] of [["first", ""], ["second", "-2"], ["third", "-3"]] as const) {
    put(store, NAME, set);
    assert.equal(archiveSet(store.path, NAME, SERIAL), store.at(ARCHIVED + ending));
  }
  for (const [set, ending] of [["first", ""], ["second", "-2"], ["third", "-3"]] as const) {
    assert.equal(store.read(`${ARCHIVED}${ending}/cert.pem`), `${set} cert\n`);
  }
});

Deno.test("archiveSet() does not reuse the name of a dangling link in the archive", () => {
  using store = makeDirectory();
  put(store, NAME, "new");
  Deno.mkdirSync(store.at(`archive/${NAME}`), { recursive: true });
  Deno.symlinkSync("nowhere", store.at(ARCHIVED));
  assert.equal(archiveSet(store.path, NAME, SERIAL), store.at(`${ARCHIVED}-2`));
  assert.equal(Deno.readLinkSync(store.at(ARCHIVED)), "nowhere");
});

Deno.test("archiveSet() leaves the set if a file is in the way of the archive", () => {
  using store = makeDirectory();
  put(store, NAME, "old");
  store.write("archive", "in the way");
  errorOf(() => archiveSet(store.path, NAME, SERIAL));
  assert.equal(store.read(`${NAME}/cert.pem`), "old cert\n");
  assert.equal(store.read("archive"), "in the way");
});

Deno.test("archiveSet() has nothing to move if there is no set", () => {
  using store = makeDirectory();
  const error = errorOf(() => archiveSet(store.path, NAME, SERIAL)) as NodeJS.ErrnoException;
  assert.equal(error.code, "ENOENT");
});

/** What an interruption left, and which set is moved. */
const INTERRUPTED = {
  "a staged set before the switch": [{ "": "old", ".new-": "half" }, "old"],
  "a switch between its renames": [{ ".new-": "new", ".old-": "old" }, "new"],
  "a switch whose new set is gone": [{ ".old-": "old" }, "old"],
  "a switch whose old set still lies there": [{ "": "new", ".old-": "old" }, "new"],
} as const;

for (const [what, [sets, moved]] of Object.entries(INTERRUPTED)) {
  Deno.test(`archiveSet() first brings into order: ${what}`, () => {
    using store = makeDirectory();
    for (const [prefix, set] of Object.entries(sets)) put(store, prefix + NAME, set);
    archiveSet(store.path, NAME, SERIAL);
    assert.equal(store.read(`${ARCHIVED}/cert.pem`), `${moved} cert\n`);
    assert.deepEqual([...Deno.readDirSync(store.path)].map(({ name }) => name), ["archive"]);
  });
}

Deno.test("archiveSet() removes a link to a set, and leaves what it leads to", () => {
  using store = makeDirectory();
  using elsewhere = makeDirectory();
  put(elsewhere, "set", "old");
  Deno.symlinkSync(elsewhere.at("set"), store.at(NAME));
  assert.equal(archiveSet(store.path, NAME, SERIAL), elsewhere.at("set"));
  assert.equal(elsewhere.read("set/cert.pem"), "old cert\n");
  assert.deepEqual(store.tree(), []);
});
