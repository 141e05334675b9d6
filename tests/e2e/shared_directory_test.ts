/** Directories in which others may make files, sticky or not: root itself writes nothing there. */
import { lchownSync, lstatSync, readdirSync } from "node:fs";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { makeUsersPlace, NO_GROUP, pairIn, USER, type UsersPlace } from "./user_site.ts";

// Root is needed to become somebody else, as it is for a machine.
const test = await testsNeeding("machine");

/** A group of several users. */
const GROUP = 61007;

const IN_ORDER = "Nothing to do: 1 certificate in order\n";
const ROUND =
  'a directory of the user whom "owner" names, or below directories that only root may ' +
  "write to";

/** Root's own pair: no owner is given. */
function rootsPair(directory: string, more = ""): string {
  return pairIn(directory).replaceAll(/^ +owner.*\n/gm, more);
}

async function makeShared(place: UsersPlace, mode: number, gid = 0): Promise<void> {
  await place.makeDirectory("ssl", 0);
  await share(place, mode, gid);
}

async function share(place: UsersPlace, mode: number, gid = 0): Promise<void> {
  await Deno.chown(place.at("ssl"), 0, gid);
  await Deno.chmod(place.at("ssl"), mode);
}

const SHARED = {
  "everybody, sticky": [0o1777, 0, "Every user"],
  "everybody": [0o777, 0, "Every user"],
  "a group, sticky": [0o3775, GROUP, `Group ${GROUP}`],
  "a group": [0o2775, GROUP, `Group ${GROUP}`],
} as const;

for (const [who, [mode, gid, writers]] of Object.entries(SHARED)) {
  test(`root writes no key to a directory that ${who} may write to, and names the alternatives`, async () => {
    await using place = await makeUsersPlace();
    await makeShared(place, mode, gid);
    await place.configure(rootsPair("ssl"));
    for (const line of [["plan"], ["check"], ["run"], ["deploy", "--force"]]) {
      const { code, stdout } = await place.vcm(line);
      assert.equal(code > 0, line[0] !== "plan", stdout);
      assert.ok(stdout.includes(`${writers} may write to "FOLDER/ssl" (mode `), stdout);
      assert.ok(stdout.includes(`give a path in ${ROUND}\n`), stdout);
    }
    assert.deepEqual(readdirSync(place.at("ssl")), []);
  });
}

test("directories to be made below a sticky one are refused, as others could make them", async () => {
  await using place = await makeUsersPlace();
  await makeShared(place, 0o1777);
  await place.configure(rootsPair("ssl/a/b", "        create_dirs: true\n"));
  const { code, stdout } = await place.vcm(["run"]);
  assert.equal(code, 1);
  assert.ok(stdout.includes('Every user may write to "FOLDER/ssl" (mode 1777)'), stdout);
  assert.deepEqual(readdirSync(place.at("ssl")), []);
});

test("what is in order in a sticky directory stays in order, and is not touched", async () => {
  await using place = await makeUsersPlace();
  await makeShared(place, 0o755);
  await place.configure(rootsPair("ssl"));
  assert.equal((await place.vcm(["run"])).code, 0);
  await share(place, 0o1777);
  await becoming(
    USER,
    "sh",
    "-c",
    'cd "$0" && mkdir .server.key.vcm-old && : > .server.crt.vcm-new',
    place.at("ssl"),
  );
  const before = await place.snapshot("ssl");
  for (const line of ["run", "check"]) {
    const { code, stdout, stderr } = await place.vcm([line]);
    assert.equal(code, 0, stdout + stderr);
  }
  assert.equal((await place.vcm(["run"])).stdout, IN_ORDER);
  // What has to be written is refused, by whatever reason it has to.
  await Deno.chmod(place.at("ssl/server.key"), 0o640);
  await place.configure(rootsPair("ssl", `        mode: "0600"\n`));
  for (const line of [["check"], ["run"], ["deploy", "--force"]]) {
    const { code, stdout } = await place.vcm(line);
    assert.equal(code, 1, stdout);
    assert.ok(
      stdout.includes(`so root does not write a file there; give a path in ${ROUND}\n`),
      stdout,
    );
  }
  await Deno.chmod(place.at("ssl/server.key"), 0o600);
  assert.deepEqual(await place.snapshot("ssl"), before);
});

async function becoming(uid: number, program: string, ...args: string[]): Promise<void> {
  // The user may not enter the directory of a checkout that is root's alone.
  const options = { args, uid, gid: uid, cwd: "/" };
  const { success, stderr } = await new Deno.Command(program, options).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

test("the user who owns a sticky directory may write there, whoever else may", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("ssl", USER, 0o1777);
  await place.configure(pairIn("ssl"));
  for (const line of [["run"], ["deploy", "--force"]]) {
    const { code, stdout, stderr } = await place.vcm(line);
    assert.equal(code, 0, stdout + stderr);
  }
  const { uid, gid, mode } = lstatSync(place.at("ssl/server.key"));
  assert.deepEqual([uid, gid, mode & 0o7777], [USER, NO_GROUP, 0o600]);
  assert.deepEqual(readdirSync(place.at("ssl")).sort(), ["server.crt", "server.key"]);
  assert.equal((await place.vcm(["run"])).stdout, IN_ORDER);
});

test("metrics go into no directory that others may write to, and no key is asked for", async () => {
  await using place = await makeUsersPlace();
  await makeShared(place, 0o755);
  await place.makeDirectory("metrics", 0, 0o1777);
  await Deno.writeTextFile(place.at("metrics/vcm.prom"), "old\n");
  await place.configure(rootsPair("ssl"));
  const text = await Deno.readTextFile(place.at("vcm.yaml"));
  const file = `config:\n  metrics_file: "${place.at("metrics/vcm.prom")}"\n`;
  await Deno.writeTextFile(place.at("vcm.yaml"), text.replace("config:\n", file));
  const { code, stderr } = await place.vcm(["run", "--quiet"]);
  assert.equal(code, 0, stderr);
  assert.equal(
    stderr,
    'warning: Cannot write "metrics_file" "FOLDER/metrics/vcm.prom": Every user may write to ' +
      '"FOLDER/metrics" (mode 1777), so root does not write a file there; give a path in a directory ' +
      "of one user, or below directories that only root may write to\n",
  );
  assert.equal(await Deno.readTextFile(place.at("metrics/vcm.prom")), "old\n");
});

test("owner and group that nobody asks for are those that the plan has seen", async () => {
  await using place = await makeUsersPlace();
  await makeShared(place, 0o755);
  await place.configure(`${rootsPair("ssl")}      - bundle: "FOLDER/ssl/web"\n`);
  assert.equal((await place.vcm(["run"])).code, 0);
  const files = ["ssl/server.key", "ssl/web/privkey.pem"];
  for (const file of files) await Deno.chown(place.at(file), USER, GROUP);
  const { code, stdout, stderr } = await place.vcm(["deploy", "--force"]);
  assert.equal(code, 0, stdout + stderr);
  for (const file of files) {
    const { uid, gid } = lstatSync(place.at(file));
    assert.deepEqual([uid, gid], [USER, GROUP], file);
  }
});

test("what a link of another user leads to is not told to that user", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("app", USER, 0o700);
  await place.makeDirectory("private", 0, 0o700);
  await Deno.writeTextFile(place.at("private/text"), "not a certificate\n");
  await Deno.mkdir(place.at("private/directory"));
  await place.configure(pairIn("app"));
  for (const aim of ["text", "directory", "nothing"]) {
    await Deno.remove(place.at("app/server.crt")).catch(() => undefined);
    await Deno.symlink(place.at(`private/${aim}`), place.at("app/server.crt"));
    lchownSync(place.at("app/server.crt"), USER, USER);
    const { code, stderr } = await place.vcm(["run"]);
    assert.equal(code, 0, `${aim}: ${stderr}`);
    assert.equal((await Deno.lstat(place.at("app/server.crt"))).isFile, true, aim);
  }
  assert.equal(await Deno.readTextFile(place.at("private/text")), "not a certificate\n");
});
