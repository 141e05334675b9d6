/** A user tries to turn VCM, which runs as root and writes into that user's directory, against root. */
import { readdirSync, readFileSync } from "node:fs";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { makeUsersPlace, pairIn, STRANGER, USER, type UsersPlace } from "./user_site.ts";

// Root is needed to become somebody else, as it is for a machine.
const test = await testsNeeding("machine");

/** A user's directory, and beside it one of root's that is not to be changed, with a key in it. */
async function makeStage(): Promise<UsersPlace> {
  const place = await makeUsersPlace();
  await place.makeDirectory("home", USER);
  await place.makeDirectory("home/ssl", USER);
  await place.makeDirectory("root", 0);
  for (const name of ["server.key", ".server.key.vcm-new", ".server.key.vcm-old", "web.key"]) {
    await Deno.writeTextFile(place.at(`root/${name}`), "root's\n", { mode: 0o600 });
  }
  await place.configure(pairIn("home/ssl"));
  return place;
}

/** What a user can put in the place of a file of theirs. */
const IN_THE_WAY: Readonly<Record<string, (place: UsersPlace, path: string) => Promise<void>>> = {
  "a link to a file of root's": ({ at }, path) => Deno.symlink(at("root/web.key"), path),
  "a link to nowhere in root's directory": ({ at }, path) => Deno.symlink(at("root/made"), path),
  "a hard link to a file of root's": ({ at }, path) => Deno.link(at("root/web.key"), path),
  "a pipe": (_, path) => command("mkfifo", path),
  "a directory": (_, path) => Deno.mkdir(path),
  "a device": (_, path) => command("mknod", path, "c", "1", "3"),
};

async function command(program: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(program, { args }).output();
  assert.ok(success, program);
}

for (const name of ["server.key", ".server.key.vcm-new", ".server.key.vcm-old"]) {
  for (const [what, put] of Object.entries(IN_THE_WAY)) {
    test(`${what} as ${name} leads to nothing of root's`, async () => {
      await using place = await makeStage();
      await put(place, place.at(`home/ssl/${name}`));
      const before = await place.snapshot("root");
      await place.vcm(["run"]);
      // A name more or less of a file is the user's doing.
      const withoutNames = (facts: Record<string, string>) =>
        Object.entries(facts).map(([path, fact]) => [path, fact.replace(/ \d+$/, "")]);
      assert.deepEqual(withoutNames(await place.snapshot("root")), withoutNames(before));
      assert.equal(readFileSync(place.at("root/web.key"), "utf8"), "root's\n");
      await Deno.remove(place.at(`home/ssl/${name}`), { recursive: true }).catch(() => undefined);
      const { code, stderr } = await place.vcm(["run"]);
      assert.equal(code, 0, stderr);
      assert.deepEqual(readdirSync(place.at("home/ssl")).sort(), ["server.crt", "server.key"]);
    });
  }
}

test("a directory that is a link of the user's counts as the user's", async () => {
  await using place = await makeStage();
  await Deno.remove(place.at("home/ssl"));
  await Deno.symlink(place.at("root"), place.at("home/ssl"));
  const before = await place.snapshot("root");
  const { code, stdout } = await place.vcm(["run"]);
  assert.equal(code, 1);
  assert.ok(
    stdout.includes(
      `User "${USER}" may replace anything in "FOLDER/home", so "FOLDER/home/ssl/server.key" must be ` +
        'written as that user, who cannot write to "FOLDER/root"; make that user the owner of the ' +
        "directory, or use a path below directories that are writable only by root\n",
    ),
    stdout,
  );
  assert.deepEqual(await place.snapshot("root"), before);
});

test("another user's directory below the user's is refused", async () => {
  await using place = await makeStage();
  await Deno.chown(place.at("home/ssl"), STRANGER, STRANGER);
  const { stdout } = await place.vcm(["plan"]);
  assert.ok(stdout.includes(`blocked  User "${STRANGER}" may replace anything in`), stdout);
});

for (const group of ["", `        group: "61007"\n        mode: "0640"\n`]) {
  const how = group === "" ? "" : ", a group given by root";
  test(`a directory that is swapped for a link all the time leads nowhere else${how}`, async () => {
    await using place = await makeStage();
    await place.configure(pairIn("home/ssl", "web.demo.internal", group));
    assert.equal((await place.vcm(["issue"])).code, 0);
    await Deno.symlink(place.at("root"), place.at("home/evil"));
    const before = await place.snapshot("root");
    const endSwapping = swap(place);
    let [through, caught] = [0, 0];
    for (let runs = 0; runs < 25; runs++) {
      const { code, stderr } = await place.vcm(["deploy", "--force"]);
      if (code === 0) through++;
      if (/as user 61001|something else in the place/.test(stderr)) caught++;
    }
    // The race is real: who writes as root, hits root's directory.
    let hits = 0;
    const probe = place.at("home/ssl/probe");
    for (let tries = 0; tries < 2_000 && hits === 0; tries++) {
      await Deno.writeTextFile(probe, "x").catch(() => undefined);
      const hit = place.at("root/probe");
      if (await Deno.remove(hit).then(() => true, () => false)) hits++;
    }
    assert.ok(await endSwapping() > 1_000);
    assert.equal(hits, 1);
    console.log(`25 runs: ${through} through, ${caught} caught while writing, the rest refused`);
    assert.ok(through < 25, "nothing was swapped in time");
    assert.deepEqual(await place.snapshot("root"), before);
    for (const name of readdirSync(place.at("root"))) {
      assert.equal(readFileSync(place.at(`root/${name}`), "utf8"), "root's\n");
    }
  });
}

/** Swaps the user's directory for a link into root's, and back, until it is ended; answers how often. */
function swap({ at }: UsersPlace): () => Promise<number> {
  const worker = new Worker(new URL("./swap_paths.ts", import.meta.url), { type: "module" });
  const done = new Promise<number>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(event.error);
  });
  const end = new Int32Array(new SharedArrayBuffer(4));
  worker.postMessage({ one: at("home/ssl"), other: at("home/evil"), end });
  return async () => {
    Atomics.store(end, 0, 1);
    const swaps = await done;
    worker.terminate();
    return swaps;
  };
}

test("no name of a certificate and no path leaves its directory", async () => {
  await using place = await makeStage();
  const bad = ["..", ".", "../root", "a/../../root", "/root", ".lock", "archive"];
  for (const name of bad) {
    await place.configure(`  - name: "${name}"\n    common_name: "web.demo.internal"\n`);
    const { code, stderr } = await place.vcm(["run"]);
    assert.equal(code, 2, name);
    assert.match(stderr, /^error: FOLDER\/vcm\.yaml:9:11 certs\[0\]\.name: /, name);
  }
  await place.configure(pairIn("home/ssl/../../root"));
  const { code, stderr } = await place.vcm(["run"]);
  assert.equal(code, 2);
  assert.match(stderr, /certs\[0\]\.deploy\[0\]\.fullchain: expected .* without "\.\."/);
  await place.configure(`  - name: "*.demo.internal"\n`);
  const wildcard = await place.vcm(["run"]);
  assert.equal(wildcard.code, 0, wildcard.stderr);
  const entries = readdirSync(place.at("store")).filter((name) => name !== ".lock");
  assert.deepEqual(entries.filter((name) => !name.startsWith(".")), ["*.demo.internal"]);
  assert.deepEqual(readdirSync(place.directory).sort(), [
    "home",
    "root",
    "store",
    "vcm",
    "vcm.yaml",
  ]);
});
