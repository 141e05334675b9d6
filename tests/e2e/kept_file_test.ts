/**
 * What a run keeps beside a target until services have judged the new file, where another user may
 * put files there, too: only the file that was kept is ever restored.
 */
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { makeUsersPlace, NO_GROUP, pairIn, STRANGER, USER, type UsersPlace } from "./user_site.ts";

// Root is needed to become somebody else, as it is for a machine.
const test = await testsNeeding("machine");

const RECORD = "store/.pending-validation-web.demo.internal";
const OLD = "ssl/.server.key.vcm-old";
const JUDGE = `    service:
      - name: judge
        command: ["/bin/true"]
        validate: ["/bin/true"]
`;

/** A pair in order in a sticky directory of the user's, in which everybody may make files. */
async function makeSticky(more = ""): Promise<UsersPlace> {
  const place = await makeUsersPlace();
  await place.makeDirectory("ssl", USER, 0o1777);
  await place.configure(pairIn("ssl").replace(/\n$/, `\n${more}`) + JUDGE);
  const { code, stdout, stderr } = await place.vcm(["run"]);
  assert.equal(code, 0, stdout + stderr);
  return place;
}

/** What a stranger does in the directory. */
async function strangerDoes(place: UsersPlace, script: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-e", "-c", script],
    cwd: place.at("ssl"),
    uid: STRANGER,
    gid: STRANGER,
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** A run's own record, as it is while a service judges the new files. */
async function recordOf(place: UsersPlace): Promise<string> {
  const validate = `validate: ["/bin/cp", "${place.at(RECORD)}", "${place.at("record")}"]`;
  const text = readFileSync(place.at("vcm.yaml"), "utf8");
  await Deno.writeTextFile(place.at("vcm.yaml"), text.replace(/validate: .*/, validate));
  const { code, stdout, stderr } = await place.vcm(["deploy", "--force"]);
  assert.equal(code, 0, stdout + stderr);
  await Deno.writeTextFile(place.at("vcm.yaml"), text);
  return readFileSync(place.at("record"), "utf8");
}

/** What the record says of the key: as if the run had been killed before it replaced the certificate. */
function keyOf(record: string): string {
  return record.slice(record.search(/kept .*key\n/));
}

function ownerOf(place: UsersPlace, name: string): number {
  return lstatSync(place.at(name)).uid;
}

const PLANTED: Readonly<Record<string, string>> = {
  "a file": "echo mine > .server.key.vcm-old",
  "a link": "ln -s /etc/passwd .server.key.vcm-old",
  "a link to nowhere": "ln -s /nowhere .server.key.vcm-old",
  "a directory": "mkdir .server.key.vcm-old",
  "a pipe": "mkfifo .server.key.vcm-old",
};

for (const [what, script] of Object.entries(PLANTED)) {
  for (const more of ["", "        in_place: true\n"]) {
    const how = more === "" ? "" : ", nor written through";
    test(`the record of a killed run does not restore ${what} of another user${how}`, async () => {
      await using place = await makeSticky(more);
      const record = await recordOf(place);
      assert.match(record, /^kept .*\ninode \d+:\d+:\d+ .*\nkept .*\ninode \d+:\d+:\d+ .*\n$/);
      await Deno.writeTextFile(place.at(RECORD), keyOf(record));
      await strangerDoes(place, script);
      const before = await place.snapshot("ssl");
      const { code, stderr } = await place.vcm(["run"]);
      assert.equal(code, 1, stderr);
      const said =
        'Cannot roll back "FOLDER/ssl/server.key": "FOLDER/ssl/.server.key.vcm-old" is ' +
        "not the file that VCM kept, so VCM does not restore it; look at it: ls -ld " +
        `FOLDER/ssl/.server.key.vcm-old; to keep what is there now: rm FOLDER/${RECORD}`;
      assert.ok(stderr.includes(said), stderr);
      // Files of two sets may lie together, which no service should load.
      assert.doesNotMatch(stderr, /command done/);
      assert.deepEqual(await place.snapshot("ssl"), before);
      // As the message has it.
      await Deno.remove(place.at(OLD));
      // One that is written through may have been rolled back before.
      if (more === "") {
        const gone = await place.vcm(["run"]);
        assert.equal(gone.code, 1);
        assert.match(
          gone.stderr,
          /the file that was kept as ".*" is gone; to keep what is there now: rm /,
        );
        await Deno.remove(place.at(RECORD));
      }
      const next = await place.vcm(["run"]);
      assert.equal(next.code, 0, next.stderr);
      assert.equal(ownerOf(place, "ssl/server.key"), USER);
      assert.deepEqual(readdirSync(place.at("ssl")).sort(), ["server.crt", "server.key"]);
    });
  }
}

test("what a killed rollback has already restored stays, whatever is beside it", async () => {
  await using place = await makeSticky();
  // The kept file is in its place again, and the record still there.
  const { ino, dev, birthtimeMs } = lstatSync(place.at("ssl/server.key"), { bigint: true });
  const path = place.at("ssl/server.key");
  const key = `kept ${path}\ninode ${dev}:${ino}:${birthtimeMs} ${path}\n`;
  const text = readFileSync(path, "utf8");
  await Deno.writeTextFile(place.at(RECORD), key);
  await strangerDoes(place, "echo mine > .server.key.vcm-old; chmod 666 .server.key.vcm-old");
  const { code, stdout, stderr } = await place.vcm(["run"]);
  assert.equal(code, 0, stdout + stderr);
  assert.equal(readFileSync(path, "utf8"), text);
  const { uid, gid, mode } = lstatSync(path);
  assert.deepEqual([uid, gid, mode & 0o777], [USER, NO_GROUP, 0o600]);
});

test("the record of an earlier version restores nothing that others could have put there", async () => {
  await using place = await makeSticky();
  await Deno.writeTextFile(place.at(RECORD), `kept ${place.at("ssl/server.key")}\n`);
  await strangerDoes(place, "echo mine > .server.key.vcm-old");
  const before = await place.snapshot("ssl");
  for (const line of ["check", "run"]) {
    const { code, stdout } = await place.vcm([line]);
    assert.equal(code, 1, stdout);
    assert.ok(
      stdout.includes(
        'Every user may write to "FOLDER/ssl" (mode 1777), and the record of an interrupted run ' +
          'does not say which file it kept as "FOLDER/ssl/.server.key.vcm-old"; check that file, then restore it by "mv FOLDER/ssl/.server.key.vcm-old FOLDER/ssl/server.key" or remove ' +
          'it by "rm FOLDER/ssl/.server.key.vcm-old"\n',
      ),
      stdout,
    );
  }
  assert.deepEqual(await place.snapshot("ssl"), before);
  await Deno.remove(place.at(OLD));
  assert.equal((await place.vcm(["run"])).code, 0);
});

test("a directory that became private does not make another user's file root's", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("ssl", 0);
  const roots = pairIn("ssl").replaceAll(/^ +owner.*\n/gm, "");
  for (const more of ["", "        in_place: true\n"]) {
    await place.configure(roots.replace(/\n$/, `\n${more}`) + JUDGE);
    assert.equal((await place.vcm(["run"])).code, 0);
    await Deno.chmod(place.at("ssl"), 0o1777);
    await Deno.writeTextFile(place.at(RECORD), `kept ${place.at("ssl/server.key")}\n`);
    await strangerDoes(place, `ln -s ${place.at("other.key")} .server.key.vcm-old`);
    await Deno.writeTextFile(place.at("other.key"), "another certificate's\n", { mode: 0o600 });
    const before = await place.snapshot("ssl");
    const refused = await place.vcm(["run"]);
    assert.equal(refused.code, 1);
    assert.ok(refused.stdout.includes("so root does not write a file there"), refused.stdout);
    await Deno.chmod(place.at("ssl"), 0o755);
    const left = await place.vcm(["run"]);
    assert.equal(left.code, 1);
    assert.ok(left.stderr.includes("is not the file that VCM kept"), left.stderr);
    assert.deepEqual(await place.snapshot("ssl"), before);
    await Deno.remove(place.at(OLD));
    const { code, stderr } = await place.vcm(["run"]);
    assert.equal(code, 0, stderr);
    assert.match(readFileSync(place.at("ssl/server.key"), "utf8"), /BEGIN/);
    assert.equal(ownerOf(place, "ssl/server.key"), 0);
  }
});
