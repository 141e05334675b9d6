/** Directories that are reached by links, as /var/run is, and bundles that come and go. */
import { lstatSync, readdirSync } from "node:fs";
import { testsNeeding } from "../support/tests_needing.ts";
import { CUT_PEM } from "../support/fixtures.ts";
import { assert } from "./assert.ts";
import { makeUsersPlace, USER, type UsersPlace } from "./user_site.ts";

// Root is needed, as it is for a machine.
const test = await testsNeeding("machine");

const IN_ORDER = "Nothing to do: 1 certificate in order\n";

function names(place: UsersPlace, directory: string): string[] {
  return readdirSync(place.at(directory)).sort();
}

test("behind links to directories all is written that is to be, and once", async () => {
  await using place = await makeUsersPlace();
  for (const name of ["real", "disk"]) await place.makeDirectory(name, 0);
  await Deno.symlink("real", place.at("etc"));
  await Deno.symlink("disk", place.at("store"));
  await place.configure(`  - name: "web.demo.internal"
    keep: 1
    deploy:
      - fullchain: "FOLDER/etc/server.crt"
      - privkey: "FOLDER/etc/server.key"
        in_place: true
      - bundle: "FOLDER/etc/web"
      - cert: "FOLDER/etc/more/web.crt"
        create_dirs: true
`);
  for (const line of [["run"], ["issue", "--force"], ["deploy", "--force"]]) {
    const { code, stdout, stderr } = await place.vcm(line);
    assert.equal(code, 0, stdout + stderr);
    assert.equal((await place.vcm(["run"])).code, 0);
  }
  assert.equal((await place.vcm(["run"])).stdout, IN_ORDER);
  const [set = "", ...files] = names(place, "real");
  assert.match(set, /^\.web\.vcm-/);
  assert.deepEqual(files, ["more", "server.crt", "server.key", "web"]);
  assert.deepEqual(names(place, "disk"), [".lock", "archive", "web.demo.internal"]);
});

test("a link at the path of an in_place file is replaced, and its target stays", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("ssl", 0);
  await Deno.symlink("/nonexistent/x", place.at("ssl/server.key"));
  await Deno.writeTextFile(place.at("other"), CUT_PEM);
  await Deno.symlink(place.at("other"), place.at("ssl/server.crt"));
  await place.configure(`  - name: "web.demo.internal"
    deploy:
      - fullchain: "FOLDER/ssl/server.crt"
        in_place: true
      - privkey: "FOLDER/ssl/server.key"
        in_place: true
`);
  const { code, stderr } = await place.vcm(["run"]);
  assert.equal(code, 0, stderr);
  assert.ok(lstatSync(place.at("ssl/server.key")).isFile());
  assert.equal(await Deno.readTextFile(place.at("other")), CUT_PEM);
  assert.equal((await place.vcm(["run"])).stdout, IN_ORDER);
});

test("a bundle that becomes a file loses its sets, and the file then blocks a bundle", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("ssl", 0);
  const as = (what: string) =>
    place.configure(`  - name: "web.demo.internal"
    deploy:
      - ${what}: "FOLDER/ssl/web"
`);
  await as("bundle");
  assert.equal((await place.vcm(["run"])).code, 0);
  await as("fullchain");
  const { code, stderr } = await place.vcm(["run"]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(names(place, "ssl"), ["web"]);
  assert.equal((await place.vcm(["run"])).stdout, IN_ORDER);
  await as("bundle");
  const { stdout } = await place.vcm(["plan"]);
  assert.match(
    stdout,
    /blocked {2}"FOLDER\/ssl\/web" is a file, but a bundle must be a symbolic link; move it away, or/,
  );
  assert.equal((await place.vcm(["check"])).code, 1);
});

test("a bundle's link that was created again keeps its set, and a different link removes none", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("ssl", 0);
  await place.configure(`  - name: "web.demo.internal"
    deploy:
      - bundle: "FOLDER/ssl/web"
`);
  assert.equal((await place.vcm(["run"])).code, 0);
  const before = names(place, "ssl");
  const set = await Deno.readLink(place.at("ssl/web"));
  const link = async (text: string) => {
    await Deno.remove(place.at("ssl/web"));
    await Deno.symlink(text, place.at("ssl/web"));
  };
  await link(place.at(`ssl/${set}`));
  assert.equal((await place.vcm(["run"])).stdout, IN_ORDER);
  await link("/etc");
  const { code, stderr } = await place.vcm(["run"]);
  assert.equal(code, 1);
  assert.doesNotMatch(stderr, /removed/);
  assert.deepEqual(names(place, "ssl"), before);
});

test("a user who may write beside a bundle cannot make root remove anything", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("ssl", 0);
  await place.configure(`  - name: "web.demo.internal"
    deploy:
      - bundle: "FOLDER/ssl/web"
`);
  assert.equal((await place.vcm(["run"])).code, 0);
  await place.makeDirectory("victim", 0);
  for (const part of ["cert", "privkey"]) {
    await Deno.writeTextFile(place.at(`victim/${part}.pem`), "kept\n");
  }
  await Deno.symlink(place.at("victim"), place.at("ssl/..web.vcm-set.vcm-new"));
  await Deno.mkdir(place.at("ssl/.web.vcm-0123456789abcdef"));
  const before = [names(place, "victim"), names(place, "ssl")];
  for (const open of [() => Deno.chmod(place.at("ssl"), 0o1777), () => give(place.at("ssl"))]) {
    await open();
    const { code, stdout } = await place.vcm(["deploy", "--force"]);
    assert.equal(code, 1);
    assert.match(stdout, /(so root does not create a bundle there|must belong to that user too)/);
    assert.deepEqual([names(place, "victim"), names(place, "ssl")], before);
  }
});

async function give(directory: string): Promise<void> {
  await Deno.chmod(directory, 0o755);
  await Deno.chown(directory, USER, USER);
}

test("each check command reports a store that no run would use", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("ssl", 0);
  await place.configure(`  - name: "web.demo.internal"
    deploy: [{ cert: "FOLDER/ssl/web.crt" }]
`);
  assert.equal((await place.vcm(["run"])).code, 0);
  await Deno.chown(place.at("store"), USER, USER);
  const fault = `The store "FOLDER/store" belongs to user ${USER}, who could change what is ` +
    'deployed from it; fix: chown -R 0 "FOLDER/store"';
  for (
    const [line, status] of [["check", 1], ["plan --detailed-exitcode", 1], ["run", 1]] as const
  ) {
    const { code, stdout, stderr } = await place.vcm(line.split(" "));
    assert.equal(code, status, line);
    assert.ok((stdout + stderr).includes(fault), stdout + stderr);
  }
});
