/** A file that is a mount of its own, as a container has it whose one file is mounted. */
import { lstatSync, readdirSync } from "node:fs";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { makeUsersPlace } from "./user_site.ts";

// Root is needed to mount, as it is for a machine.
const test = await testsNeeding("machine");

const CERTS = `  - name: "web.demo.internal"
    deploy:
      - fullchain: "FOLDER/ssl/server.crt"
      - privkey: "FOLDER/ssl/server.key"
`;

test("a mounted file is not replaced, which is reported; with in_place it is overwritten", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("ssl", 0);
  await place.configure(CERTS);
  assert.equal((await place.vcm(["run"])).code, 0);
  const before = await place.snapshot("ssl");
  const key = place.at("ssl/server.key");
  const call = async (program: string, ...args: string[]) =>
    assert.equal((await new Deno.Command(program, { args }).output()).code, 0, program);
  await call("mount", "--bind", key, key);
  try {
    const refused = await place.vcm(["deploy", "--force"]);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /Cannot replace "FOLDER\/ssl\/server\.key": [a-z ]*busy[a-z ]*: it is a mount point; fix: mount its directory instead, or set "in_place: true"; rolled back FOLDER\/ssl\/server\.crt\n/,
    );
    assert.deepEqual(await place.snapshot("ssl"), before);

    await place.configure(CERTS + "        in_place: true\n");
    const { ino } = lstatSync(key);
    const old = await Deno.readTextFile(key);
    assert.equal((await place.vcm(["issue", "--force"])).code, 0);
    const run = await place.vcm(["run"]);
    assert.equal(run.code, 0, run.stderr);
    const stored = await Deno.readTextFile(place.at("store/web.demo.internal/privkey.pem"));
    assert.notEqual(stored, old);
    assert.equal(await Deno.readTextFile(key), stored);
    assert.equal(lstatSync(key).ino, ino);
    assert.deepEqual(readdirSync(place.at("ssl")).sort(), ["server.crt", "server.key"]);
    assert.equal((await place.vcm(["run"])).stdout, "Nothing to do: 1 certificate in order\n");

    await call("mount", "-o", "remount,ro,bind", key);
    assert.equal((await place.vcm(["issue", "--force"])).code, 0);
    const untouched = await place.snapshot("ssl");
    const failed = await place.vcm(["run"]);
    assert.equal(failed.code, 1);
    assert.match(
      failed.stderr,
      /Cannot keep "FOLDER\/ssl\/server\.key" as "FOLDER\/ssl\/\.server\.key\.vcm-old" to write it in place: read-only file system; make it writable; see: findmnt -T FOLDER\/ssl, findmnt FOLDER\/ssl\/server\.key\n/,
    );
    assert.deepEqual(await place.snapshot("ssl"), untouched);
  } finally {
    await call("umount", key);
  }
});
