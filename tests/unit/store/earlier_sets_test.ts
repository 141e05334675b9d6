/** Earlier sets in the store's archive: how many stay, which go, and that nobody else can open them. */
import assert from "node:assert/strict";
import { finishSwitch } from "../../../lib/store/write_set.ts";
import { writeStoredSet } from "../../support/write_set.ts";
import { PARTS } from "../../../lib/certificate/types.ts";
import { type Directory, makeDirectory, modeOf } from "../../support/rig.ts";

const NAME = "*.apps.example.test";
const ARCHIVE = `archive/${NAME}`;

async function write(store: Directory, set: string, keep: number): Promise<string | undefined> {
  return await writeStoredSet(store.path, NAME, (part) => `${set} ${part}\n`, keep);
}

/** Lets the stored set have been written at a time. */
function date(store: Directory, time: string): void {
  Deno.utimeSync(store.at(`${NAME}/cert.pem`), new Date(time), new Date(time));
}

function kept(store: Directory): string[] {
  return [...Deno.readDirSync(store.at(ARCHIVE))].map(({ name }) => name).sort();
}

Deno.test("as many earlier sets stay as are asked for, and the oldest goes", async () => {
  using store = makeDirectory();
  for (const [at, set] of ["one", "two", "three", "four"].entries()) {
    await write(store, set, 2);
    date(store, `2026-01-0${at + 1}T12:00:00Z`);
  }
  assert.deepEqual(kept(store), ["20260102T120000Z", "20260103T120000Z"]);
  assert.equal(store.read(`${ARCHIVE}/20260103T120000Z/privkey.pem`), "three privkey\n");
  assert.equal(store.read(`${NAME}/privkey.pem`), "four privkey\n");
  await write(store, "five", 0);
  assert.deepEqual(kept(store), []);
});

Deno.test("what is kept is for its owner alone", async () => {
  using store = makeDirectory();
  await write(store, "one", 1);
  date(store, "2026-01-01T12:00:00Z");
  Deno.chmodSync(store.at(NAME), 0o755);
  Deno.chmodSync(store.at(`${NAME}/privkey.pem`), 0o644);
  date(store, "2026-01-01T12:00:00Z");
  await write(store, "two", 1);
  for (const directory of ["archive", ARCHIVE, `${ARCHIVE}/20260101T120000Z`]) {
    assert.equal(modeOf(store.at(directory)), "700");
  }
  for (const part of PARTS) {
    assert.equal(modeOf(store.at(`${ARCHIVE}/20260101T120000Z/${part}.pem`)), "600");
  }
});

Deno.test("sets of one second have numbers, which count as their order", async () => {
  using store = makeDirectory();
  for (let set = 1; set <= 12; set++) {
    await write(store, `set ${set}`, 10);
    date(store, "2026-01-01T12:00:00Z");
  }
  const [first, ...others] = kept(store);
  assert.equal(others.length, 9);
  assert.equal(first, "20260101T120000Z-10");
  await write(store, "last", 1);
  assert.equal(store.read(`${ARCHIVE}/${kept(store)[0]}/cert.pem`), "set 12 cert\n");
});

Deno.test("revoked sets count, by the time at which each was written", async () => {
  using store = makeDirectory();
  for (const [at, serial] of ["0a:1b", "0a:1b-2", "ff", "07"].entries()) {
    store.write(`${ARCHIVE}/${serial}/privkey.pem`, "revoked");
    store.write(`${ARCHIVE}/${serial}/cert.pem`, "revoked");
    const time = new Date(`2026-01-0${at + 1}T12:00:00Z`);
    Deno.utimeSync(store.at(`${ARCHIVE}/${serial}/cert.pem`), time, time);
  }
  await write(store, "one", 3);
  date(store, "2026-01-03T18:00:00Z");
  assert.deepEqual(kept(store), ["07", "0a:1b-2", "ff"]);
  await write(store, "two", 3);
  assert.deepEqual(kept(store), ["07", "20260103T180000Z", "ff"]);
  await write(store, "three", 0);
  assert.deepEqual(kept(store), []);
});

Deno.test("what others put into the archive stays, and no link there is followed", async () => {
  using store = makeDirectory();
  using other = makeDirectory();
  other.write("privkey.pem", "foreign");
  store.write(`${ARCHIVE}/notes`, "x");
  store.write(`${ARCHIVE}/cafe/privkey.pem`, "x");
  for (const name of ["20200101T120000Z", "0a:1b"]) {
    Deno.symlinkSync(other.path, store.at(`${ARCHIVE}/${name}`));
  }
  await write(store, "one", 0);
  assert.deepEqual(kept(store), ["0a:1b", "20200101T120000Z", "cafe", "notes"]);
  assert.equal(other.read("privkey.pem"), "foreign");
});

Deno.test("what others put beside a set stays in the new one, and not in the archive", async () => {
  using store = makeDirectory();
  store.write(`${ARCHIVE}/notes`, "x");
  await write(store, "one", 1);
  date(store, "2026-01-01T12:00:00Z");
  store.write(`${NAME}/dhparam.pem`, "other");
  date(store, "2026-01-01T12:00:00Z");
  await write(store, "two", 1);
  assert.deepEqual(kept(store), ["20260101T120000Z", "notes"]);
  assert.equal(store.read(`${NAME}/dhparam.pem`), "other");
  assert.equal(store.tree().includes(`${ARCHIVE}/20260101T120000Z/dhparam.pem`), false);
});

Deno.test("an interrupted switch is finished with the old set in the archive", async () => {
  using store = makeDirectory();
  await write(store, "one", 1);
  date(store, "2026-01-01T12:00:00Z");
  Deno.renameSync(store.at(NAME), store.at(`.old-${NAME}`));
  for (const part of PARTS) store.write(`.new-${NAME}/${part}.pem`, `two ${part}\n`);
  finishSwitch(store.path, NAME, 1);
  assert.equal(store.read(`${NAME}/cert.pem`), "two cert\n");
  assert.equal(store.read(`${ARCHIVE}/20260101T120000Z/cert.pem`), "one cert\n");
});

Deno.test("no link is followed to an archive, and the new set stands all the same", async () => {
  using store = makeDirectory();
  using other = makeDirectory();
  Deno.symlinkSync(other.path, store.at("archive"));
  await write(store, "one", 1);
  const problem = await write(store, "two", 1);
  const unkept = `Cannot keep the earlier set "${store.at(`.old-${NAME}`)}" in the archive: ` +
    `"${store.at("archive")}" is not a directory; move it away`;
  assert.equal(problem, unkept);
  assert.deepEqual(other.tree(), []);
  assert.equal(store.read(`${NAME}/cert.pem`), "two cert\n");
  // Each further look says the same, and the next set takes its place all the same.
  assert.equal(finishSwitch(store.path, NAME, 1), unkept);
  assert.equal(await write(store, "three", 1), unkept);
  assert.equal(store.read(`${NAME}/cert.pem`), "three cert\n");
  assert.equal(store.read(`.old-${NAME}/cert.pem`), "two cert\n");
  Deno.removeSync(store.at("archive"));
  assert.equal(finishSwitch(store.path, NAME, 1), undefined);
  assert.equal(kept(store).length, 1);
});

Deno.test("a file of others in an earlier set stays, and keeps no key in the archive", async () => {
  using store = makeDirectory();
  for (const [at, set] of ["one", "two", "three", "four"].entries()) {
    assert.equal(await write(store, set, 1), undefined);
    date(store, `2026-01-0${at + 1}T12:00:00Z`);
    if (set === "two") store.write(`${ARCHIVE}/20260101T120000Z/NOTE`, "x");
  }
  assert.deepEqual(store.tree().filter((path) => path.startsWith(ARCHIVE) && !path.endsWith("/")), [
    `${ARCHIVE}/20260101T120000Z/NOTE`,
    ...PARTS.map((part) => `${ARCHIVE}/20260103T120000Z/${part}.pem`).sort(),
  ]);
});
