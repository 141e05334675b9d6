/** Files in directories of another user: written as that user, or refused before anything is issued. */
import { lstatSync, readdirSync } from "node:fs";
import { testsNeeding } from "../support/tests_needing.ts";
import { CUT_PEM } from "../support/fixtures.ts";
import { assert } from "./assert.ts";
import { makeUsersPlace, NO_GROUP, pairIn, STRANGER, USER, type UsersPlace } from "./user_site.ts";

// Root is needed to become somebody else, as it is for a machine.
const test = await testsNeeding("machine");

/** Owner, group and mode. */
function facts({ at }: UsersPlace, name: string): [number, number, string] {
  const { uid, gid, mode } = lstatSync(at(name));
  return [uid, gid, (mode & 0o7777).toString(8)];
}

test("files in a user's directory are written by a process of that user", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("pg", USER, 0o700);
  await place.configure(pairIn("pg"));
  const { code, stderr } = await place.vcm(["run"]);
  assert.equal(code, 0, stderr);
  // Root would have given them its own group.
  assert.deepEqual(facts(place, "pg/server.key"), [USER, NO_GROUP, "600"]);
  assert.deepEqual(facts(place, "pg/server.crt"), [USER, NO_GROUP, "644"]);
  assert.deepEqual(readdirSync(place.at("pg")).sort(), ["server.crt", "server.key"]);
  const before = await place.snapshot("pg");
  const again = await place.vcm(["run"]);
  assert.equal(again.stdout, "Nothing to do: 1 certificate in order\n");
  assert.deepEqual(await place.snapshot("pg"), before);
});

test("a group that the user cannot give is given by root", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("pg", USER, 0o700);
  const more = `        group: "61007"\n        mode: "0640"\n`;
  await place.configure(pairIn("pg", "web.demo.internal", more));
  const { code, stderr } = await place.vcm(["run"]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(facts(place, "pg/server.crt"), [USER, 61007, "640"]);
  assert.deepEqual(facts(place, "pg/server.key"), [USER, NO_GROUP, "600"]);
  assert.equal((await place.vcm(["run"])).stdout, "Nothing to do: 1 certificate in order\n");
  // A group and a mode that nobody asks for are kept.
  await place.configure(pairIn("pg"));
  assert.equal((await place.vcm(["deploy", "--force"])).code, 0);
  assert.deepEqual(facts(place, "pg/server.crt"), [USER, 61007, "640"]);
});

test("directories that are made in a user's directory are that user's", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("pg", USER);
  await place.configure(
    pairIn("pg/a/b").replaceAll(/^( +)owner/gm, "$1create_dirs: true\n$1owner"),
  );
  const { code, stderr } = await place.vcm(["run"]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(facts(place, "pg/a"), [USER, NO_GROUP, "755"]);
  assert.deepEqual(facts(place, "pg/a/b"), [USER, NO_GROUP, "755"]);
  assert.deepEqual(facts(place, "pg/a/b/server.key"), [USER, NO_GROUP, "600"]);
});

test("a file of root's in a user's directory is refused, and the rest goes on", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("pg", USER);
  await place.makeDirectory("ssl", 0);
  const other = `  - name: "other.demo.internal"
    deploy:
      - privkey: "FOLDER/ssl/other.key"
`;
  const mine = pairIn("pg").replaceAll(/^ +owner.*\n/gm, "");
  await place.configure(mine + other);
  const message = (name: string) =>
    `User "${USER}" may replace anything in "FOLDER/pg", so "FOLDER/pg/${name}" must belong to that user too: set "owner" to "${USER}", or use a path below ` +
    "directories that are writable only by root";
  const planned = await place.vcm(["plan"]);
  assert.ok(planned.stdout.includes(`blocked  ${message("server.key")}\n`), planned.stdout);
  const check = await place.vcm(["check"]);
  assert.ok(check.stdout.includes(message("server.crt")), check.stdout);
  const { code, stdout } = await place.vcm(["run"]);
  assert.equal(code, 1);
  assert.ok(stdout.includes(message("server.key")), stdout);
  assert.deepEqual(readdirSync(place.at("pg")), []);
  assert.deepEqual(facts(place, "ssl/other.key"), [0, 0, "600"]);
});

test("all files are created before the first is renamed, whichever writer creates them", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("pg", USER);
  await place.makeDirectory("ssl", 0);
  const certs = pairIn("pg").replace("FOLDER/pg/server.crt", "FOLDER/ssl/server.crt");
  await place.configure(certs);
  await Deno.writeTextFile(place.at("ssl/server.crt"), CUT_PEM);
  const before = await place.snapshot("ssl");
  await Deno.chmod(place.at("vcm"), 0o700);
  const { code, stderr } = await place.vcm(["run"]);
  assert.equal(code, 1);
  assert.match(stderr, /deploy failed: Cannot write "FOLDER\/pg\/server\.key": /);
  assert.deepEqual([await place.snapshot("ssl"), await place.snapshot("pg")], [before, {}]);
  await Deno.chmod(place.at("vcm"), 0o755);
  assert.equal((await place.vcm(["run"])).code, 0);
  assert.deepEqual(facts(place, "ssl/server.crt"), [USER, 0, "644"]);
  assert.deepEqual(facts(place, "pg/server.key"), [USER, NO_GROUP, "600"]);
});

test("files that validate rejects are rolled back as the user, with inode and time", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("pg", USER);
  const service = (judge: string) =>
    `    service:
      - name: judge
        command: ["/bin/true"]
        validate: ["${judge}"]
`;
  await place.configure(pairIn("pg") + service("/bin/true"));
  const first = await place.vcm(["run"]);
  assert.equal(first.code, 0, first.stdout + first.stderr);
  const before = await place.snapshot("pg");
  await place.configure(pairIn("pg") + service("/bin/false"));
  const { code, stderr } = await place.vcm(["deploy", "--force"]);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /rolled back FOLDER\/pg\/server.crt, FOLDER\/pg\/server.key/);
  assert.deepEqual(await place.snapshot("pg"), before);
});

test("bytes pass through the process of the user unchanged", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("pg", USER);
  await Deno.writeTextFile(place.at("password"), "correct horse\n", { mode: 0o600 });
  await place.configure(`  - name: "web.demo.internal"
    deploy:
      - pkcs12: "FOLDER/pg/server.p12"
        password_file: "FOLDER/password"
        owner: "${USER}"
`);
  const { code, stderr } = await place.vcm(["run"]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(facts(place, "pg/server.p12"), [USER, NO_GROUP, "600"]);
  const check = await new Deno.Command("openssl", {
    args: ["pkcs12", "-noout", "-in", place.at("pg/server.p12"), "-passin", "pass:correct horse"],
  }).output();
  assert.equal(check.code, 0, new TextDecoder().decode(check.stderr));
  assert.equal((await place.vcm(["run"])).stdout, "Nothing to do: 1 certificate in order\n");
});

test("files in a user's directory that no service validated are rolled back by the next run, as that user", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("pg", USER);
  await place.configure(
    pairIn("pg") + `    service:
      - name: judge
        command: ["/bin/true"]
        validate: ["/bin/true"]
`,
  );
  assert.equal((await place.vcm(["run"])).code, 0);
  const before = await place.snapshot("pg");
  // As a run leaves it that is killed once it has replaced one of two files.
  const [key, old] = [place.at("pg/server.key"), place.at("pg/.server.key.vcm-old")];
  await Deno.rename(key, old);
  await Deno.writeTextFile(key, CUT_PEM, { mode: 0o600 });
  await Deno.chown(key, USER, USER);
  await Deno.writeTextFile(
    place.at("store/.pending-validation-web.demo.internal"),
    `kept ${key}\n`,
  );
  const planned = JSON.parse((await place.vcm(["plan", "--json", "--permissions"])).stdout);
  assert.deepEqual(planned.steps[0].pendingValidation[0].by, { uid: USER, gid: NO_GROUP });
  assert.ok(planned.permissions.commands.run.includes("FOLDER/vcm"));
  const { code, stdout, stderr } = await place.vcm(["run"]);
  assert.equal(code, 0, stdout + stderr);
  assert.ok(
    stderr.includes(
      "rolled back FOLDER/pg/server.key: an interrupted run deployed it, and no service had validated it",
    ),
    stderr,
  );
  assert.deepEqual(Object.keys(await place.snapshot("pg")), Object.keys(before));
  assert.deepEqual(facts(place, "pg/server.key"), [USER, USER, "600"]);
  assert.equal((await place.vcm(["run"])).stdout, "Nothing to do: 1 certificate in order\n");
});

test("if a rename in a user's directory fails, files replaced elsewhere are rolled back", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("pg", USER);
  await place.makeDirectory("ssl", 0);
  await place.configure(
    pairIn("pg").replace("FOLDER/pg/server.crt", "FOLDER/ssl/server.crt"),
  );
  assert.equal((await place.vcm(["run"])).code, 0);
  const before = [await place.snapshot("ssl"), await place.snapshot("pg")];
  // Over a file that is a mount nothing can be renamed; all before that works.
  const key = place.at("pg/server.key");
  const call = async (program: string, ...args: string[]) =>
    assert.equal((await new Deno.Command(program, { args }).output()).code, 0, program);
  await call("mount", "--bind", key, key);
  const { code, stderr } = await place.vcm(["deploy", "--force"]);
  await call("umount", key);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /Cannot replace "FOLDER\/pg\/server\.key": .*; rolled back FOLDER\/ssl\/server\.crt/,
  );
  assert.deepEqual([await place.snapshot("ssl"), await place.snapshot("pg")], before);
});

test("what an interrupted run left in a user's directory is cleared away as that user", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("pg", USER);
  await place.configure(pairIn("pg"));
  assert.equal((await place.vcm(["run"])).code, 0);
  for (const name of ["new", "old"]) {
    await Deno.writeTextFile(place.at(`pg/.server.key.vcm-${name}`), "");
  }
  const { stdout } = await place.vcm(["plan", "--json"]);
  const [step] = JSON.parse(stdout).steps;
  assert.deepEqual(step.byUsers.map(({ by }: { by: unknown }) => by), [
    { uid: USER, gid: NO_GROUP },
    { uid: USER, gid: NO_GROUP },
  ]);
  assert.equal((await place.vcm(["run"])).code, 0);
  assert.deepEqual(readdirSync(place.at("pg")).sort(), ["server.crt", "server.key"]);
});

test("a run without root writes as its own user, and not to paths that others may replace", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("store", USER, 0o700);
  await place.makeDirectory("mine", USER);
  await place.makeDirectory("theirs", STRANGER, 0o777);
  const bare = (directory: string) => pairIn(directory).replaceAll(/^ +owner.*\n/gm, "");
  const configure = async (directory: string) => {
    await place.configure(bare(directory));
    await Deno.chown(place.at("vcm.yaml"), USER, USER);
  };
  await Deno.chown(place.directory, USER, USER);
  await configure("mine");
  const { code, stderr } = await place.vcm(["run"], USER);
  assert.equal(code, 0, stderr);
  assert.deepEqual(facts(place, "mine/server.key"), [USER, USER, "600"]);
  await configure("theirs");
  const { stdout } = await place.vcm(["plan"], USER);
  assert.ok(
    stdout.includes(
      `blocked  User "${STRANGER}" may replace anything in "FOLDER/theirs"; use a path below ` +
        "directories that are writable only by root or you\n",
    ),
    stdout,
  );
});

test("a program that the user may not run is reported, and nothing is written", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("pg", USER);
  await place.configure(pairIn("pg"));
  await Deno.chmod(place.at("vcm"), 0o700);
  const { code, stderr } = await place.vcm(["run"]);
  assert.equal(code, 1);
  const message = `Cannot write "FOLDER/pg/server.crt": "FOLDER/vcm" cannot be started: ` +
    "permission denied; every user must be able to read and run the program (as user 61001)\n";
  assert.ok(stderr.endsWith(`deploy failed: ${message}`), stderr);
  assert.deepEqual(readdirSync(place.at("pg")), []);
});

test("the writer process does not run as root", async () => {
  await using place = await makeUsersPlace();
  const { code, stderr } = await new Deno.Command(place.at("vcm"), {
    args: ["write-files-as", "0"],
    stdin: "null",
  }).output();
  assert.equal(code, 2);
  assert.equal(
    new TextDecoder().decode(stderr),
    "error: vcm runs this command itself; do not run it by hand\n",
  );
});
