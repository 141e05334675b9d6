/** The log file of root's runs, on whose way another user may put something. */
import { existsSync, lchownSync, lstatSync } from "node:fs";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { makeUsersPlace, USER, type UsersPlace } from "./user_site.ts";

// Root is needed to become somebody else, as it is for a machine.
const test = await testsNeeding("machine");

const REMEDY = "use a path below directories that are writable only by root";

async function configure({ at, directory, ...place }: UsersPlace, log: string): Promise<void> {
  await place.configure(`  - name: "web.demo.internal"\n`);
  const text = await Deno.readTextFile(at("vcm.yaml"));
  const logged = text.replace("certs:", `  log_file: "${directory}/${log}"\ncerts:`);
  await Deno.writeTextFile(at("vcm.yaml"), logged);
}

/** Runs VCM, which has to do its work all the same, and returns what it says of the log. */
async function warningOf(place: UsersPlace, log: string): Promise<string> {
  await configure(place, log);
  const { code, stderr } = await place.vcm(["issue", "--force"]);
  assert.equal(code, 0, stderr);
  const lines = stderr.split("\n").filter((line) => line.includes("Cannot write the log file"));
  return lines.join("\n").replace(/^warning: Cannot write the log file "[^"]*": /, "");
}

test("a log file is written through no link of another user, wherever it stands", async () => {
  await using place = await makeUsersPlace();
  const { at, directory } = place;
  await place.makeDirectory("private", 0, 0o700);
  await place.makeDirectory("app", USER);
  await place.makeDirectory("shared", 0, 0o1777);
  await Deno.mkdir(at("app/logs"));
  await Deno.symlink(at("private"), at("app/link"));
  await Deno.symlink(at("private"), at("shared/link"));
  await Deno.symlink(at("private"), at("theirs"));
  for (const path of ["app/logs", "app/link", "shared/link", "theirs"]) {
    lchownSync(at(path), USER, USER);
  }

  const of = (path: string) => `"FOLDER/${path}" is a symbolic link of user ${USER}; ${REMEDY}`;
  const users = `user ${USER} may replace anything in "FOLDER/app"; ${REMEDY}`;
  assert.equal(await warningOf(place, "theirs/vcm.log"), of("theirs"));
  assert.equal(await warningOf(place, "shared/link/vcm.log"), of("shared/link"));
  assert.equal(await warningOf(place, "app/link/vcm.log"), of("app/link"));
  assert.equal(await warningOf(place, "app/vcm.log"), users);
  assert.equal(await warningOf(place, "app/logs/vcm.log"), users);
  const everyUsers = `every user may write to "FOLDER/shared"; ${REMEDY}`;
  assert.equal(await warningOf(place, "shared/vcm.log"), everyUsers);
  assert.equal(
    existsSync(`${directory}/private/vcm.log`),
    false,
    "nothing came into root's directory",
  );
  assert.equal(existsSync(`${directory}/app/vcm.log`), false);
});

test("root's log file may be behind root's links, and in a directory that a group may write to", async () => {
  await using place = await makeUsersPlace();
  const { at } = place;
  await place.makeDirectory("private", 0, 0o700);
  await place.makeDirectory("log", 0, 0o775);
  await Deno.chown(at("log"), 0, 61003);
  await place.makeDirectory("shared", 0, 0o1777);
  await Deno.symlink(at("private"), at("ours"));
  await Deno.writeTextFile(at("shared/vcm.log"), "", { mode: 0o600 });
  for (const path of ["ours/vcm.log", "log/vcm.log", "shared/vcm.log"]) {
    assert.equal(await warningOf(place, path), "", path);
    assert.match(await Deno.readTextFile(at(path)), /web\.demo\.internal: issued by/);
    assert.equal(lstatSync(at(path)).mode & 0o777, 0o600);
  }
});
