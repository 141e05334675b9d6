/** Owner, group and mode of what is replaced, and of what is new in set-group-ID directories. */
import { chmodSync, chownSync, lstatSync, readlinkSync } from "node:fs";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { makeUsersPlace, NO_GROUP, pairIn, STRANGER, USER, type UsersPlace } from "./user_site.ts";

// Root is needed to give files away, as it is for a machine.
const test = await testsNeeding("machine");

/** A group that exists in no file. */
const GROUP = 61007;

const IN_ORDER = "Nothing to do: 1 certificate in order\n";

/** Owner, group and mode. */
function facts({ at }: UsersPlace, name: string): [number, number, string] {
  const { uid, gid, mode } = lstatSync(at(name));
  return [uid, gid, (mode & 0o7777).toString(8)];
}

function give({ at }: UsersPlace, name: string, uid: number, gid: number, mode: number): void {
  chownSync(at(name), uid, gid);
  chmodSync(at(name), mode);
}

const EVERYTHING = `  - name: "web.demo.internal"
    deploy:
      - fullchain: "FOLDER/ssl/web.crt"
      - privkey: "FOLDER/ssl/web.key"
      - combined: "FOLDER/ssl/web.pem"
      - privkey: "FOLDER/ssl/place.key"
        in_place: true
      - pkcs12: "FOLDER/ssl/web.p12"
        password_file: "FOLDER/password"
      - der: "FOLDER/ssl/web.cer"
      - bundle: "FOLDER/ssl/set"
`;

async function makeEverything(): Promise<UsersPlace> {
  const place = await makeUsersPlace();
  await place.makeDirectory("ssl", 0);
  await Deno.writeTextFile(place.at("password"), "correct horse\n", { mode: 0o600 });
  await place.configure(EVERYTHING);
  const { code, stderr } = await place.vcm(["run"]);
  assert.equal(code, 0, stderr);
  return place;
}

const KEYS = ["ssl/web.key", "ssl/web.pem", "ssl/place.key", "ssl/web.p12"];

test("what is new gets 0600 if it holds a key, else 0644, whatever the umask", async () => {
  for (const umask of ["0000", "0077"]) {
    await using place = await makeUsersPlace();
    await place.makeDirectory("ssl", 0);
    await Deno.writeTextFile(place.at("password"), "correct horse\n", { mode: 0o600 });
    await place.configure(EVERYTHING);
    const { code, stderr } = await place.vcmBy(umasked(umask), ["run"]);
    assert.equal(code, 0, stderr);
    for (const key of [...KEYS, "ssl/set/privkey.pem"]) {
      assert.deepEqual(facts(place, key), [0, 0, "600"], key);
    }
    for (const open of ["ssl/web.crt", "ssl/web.cer", "ssl/set/cert.pem"]) {
      assert.deepEqual(facts(place, open), [0, 0, "644"], open);
    }
  }
});

function umasked(umask: string): string[] {
  return ["/bin/sh", "-c", `umask ${umask}; exec "$0" "$@"`];
}

test("without mode, owner and group a replaced file keeps its own, whatever the umask", async () => {
  await using place = await makeEverything();
  for (const [umask, mode] of [["0077", 0o640], ["0000", 0o660], ["0027", 0o440]] as const) {
    for (const key of KEYS) give(place, key, USER, GROUP, mode);
    give(place, "ssl/web.crt", USER, GROUP, 0o664);
    give(place, "ssl/web.cer", 0, 0, 0o600);
    const version = readlinkSync(place.at("ssl/set"));
    give(place, "ssl/set/privkey.pem", 0, GROUP, mode);
    give(place, "ssl/set/chain.pem", 0, 0, 0o640);
    assert.equal((await place.vcm(["run"])).stdout, IN_ORDER);
    const { code, stdout, stderr } = await place.vcmBy(umasked(umask), ["issue", "--force"]);
    assert.equal(code, 0, stdout + stderr);
    const planned = await place.vcm(["plan"]);
    assert.doesNotMatch(planned.stdout, /mode|owner|group/);
    const deployed = await place.vcmBy(umasked(umask), ["deploy"]);
    assert.equal(deployed.code, 0, deployed.stdout + deployed.stderr);
    for (const key of KEYS) {
      assert.deepEqual(facts(place, key), [USER, GROUP, mode.toString(8)], key);
    }
    assert.notEqual(readlinkSync(place.at("ssl/set")), version);
    assert.deepEqual(facts(place, "ssl/set/privkey.pem"), [0, GROUP, mode.toString(8)]);
    assert.deepEqual(facts(place, "ssl/set/chain.pem"), [0, 0, "640"]);
    assert.deepEqual(facts(place, "ssl/web.crt"), [USER, GROUP, "664"]);
    assert.deepEqual(facts(place, "ssl/web.cer"), [0, 0, "600"]);
    assert.equal((await place.vcm(["run"])).stdout, IN_ORDER);
  }
});

test("a key that every user can open is drift and is closed, its group stays", async () => {
  await using place = await makeEverything();
  for (const key of ["ssl/web.key", "ssl/web.pem", "ssl/web.p12", "ssl/set/privkey.pem"]) {
    give(place, key, 0, GROUP, 0o644);
    const planned = await place.vcm(["plan"]);
    assert.match(planned.stdout, /mode 0644 -> 0640/);
    assert.equal((await place.vcm(["check"])).code, 1);
    const { code, stderr } = await place.vcm(["run"]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(facts(place, key), [0, GROUP, "640"], key);
  }
  assert.equal((await place.vcm(["run"])).stdout, IN_ORDER);
});

test("plan shows set-ID bits that a replaced file loses", async () => {
  await using place = await makeEverything();
  give(place, "ssl/web.crt", 0, 0, 0o2644);
  assert.equal((await place.vcm(["run"])).stdout, IN_ORDER);
  assert.equal((await place.vcm(["issue", "--force"])).code, 0);
  const { stdout } = await place.vcm(["plan"]);
  assert.match(stdout, /ssl\/web\.crt: .*mode 2644 -> 0644/);
});

test("in a user's directory only the user's own file hands on its mode and group", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("pg", USER, 0o700);
  await place.configure(pairIn("pg"));
  assert.equal((await place.vcm(["run"])).code, 0);
  give(place, "pg/server.key", USER, GROUP, 0o640);
  assert.equal((await place.vcm(["deploy", "--force"])).code, 0);
  assert.deepEqual(facts(place, "pg/server.key"), [USER, GROUP, "640"]);
  give(place, "pg/server.key", STRANGER, GROUP, 0o660);
  const { stdout } = await place.vcm(["plan"]);
  assert.match(
    stdout,
    /pg\/server\.key: owner 61002 -> 61001, group 61007 -> 65534, mode 0660 -> 0600\n/,
  );
  assert.equal((await place.vcm(["run"])).code, 0);
  assert.deepEqual(facts(place, "pg/server.key"), [USER, NO_GROUP, "600"]);
});

test("new files and directories in a set-group-ID directory get its group, and the bit", async () => {
  // Without CAP_FSETID no chmod can set the bit, which is how the unit of vcm install runs.
  const bare = ["/usr/bin/setpriv", "--bounding-set", "-fsetid", ...umasked("0077")];
  for (const [uid, command] of [[0, []], [0, bare], [USER, bare]] as const) {
    await using place = await makeUsersPlace();
    await place.makeDirectory("shared", uid);
    give(place, "shared", uid, GROUP, 0o2750);
    const pair = pairIn("shared/a/b").replaceAll(/^( +)owner/gm, "$1create_dirs: true\n$1owner");
    const certs = uid === 0 ? pair.replaceAll(/^ +owner.*\n/gm, "") : pair;
    await place.configure(
      certs + `      - der: "FOLDER/shared/server.cer"\n        owner: "${uid}"\n`,
    );
    const { code, stderr } = await place.vcmBy(command, ["run"]);
    assert.equal(code, 0, stderr);
    for (const directory of ["shared/a", "shared/a/b"]) {
      assert.deepEqual(facts(place, directory), [uid, GROUP, "2755"], directory);
    }
    assert.deepEqual(facts(place, "shared/a/b/server.key"), [uid, GROUP, "600"]);
    assert.deepEqual(facts(place, "shared/a/b/server.crt"), [uid, GROUP, "644"]);
    assert.deepEqual(facts(place, "shared/server.cer"), [uid, GROUP, "644"]);
    assert.equal((await place.vcm(["run"])).stdout, IN_ORDER);
  }
});

test("a refused chown is called chown, and says what is missing", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("ssl", 0);
  await place.configure(pairIn("ssl"));
  const { code, stderr } = await place.vcmBy(without("chown"), ["run"]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /Cannot write "FOLDER\/ssl\/server\.crt": chown 61001:0: operation not permitted; root needs CAP_CHOWN/,
  );
  assert.deepEqual(await place.snapshot("ssl"), {});
});

test("a group that root may not give is called chown, too", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("pg", USER);
  await place.configure(pairIn("pg", "web.demo.internal", `        group: "${GROUP}"\n`));
  const { code, stderr } = await place.vcmBy(without("chown"), ["run"]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /server\.crt": chown 61001:61007: operation not permitted; root needs CAP_CHOWN/,
  );
  assert.deepEqual(await place.snapshot("pg"), {});
});

test("an owner that an ordinary user may not give is told with what to change", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("store", USER, 0o700);
  await place.makeDirectory("mine", USER);
  await place.configure(pairIn("mine").replaceAll(`"${USER}"`, `"${STRANGER}"`));
  await Deno.chown(place.directory, USER, USER);
  await Deno.chown(place.at("vcm.yaml"), USER, USER);
  const { code, stderr } = await place.vcm(["run"], USER);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /chown 61002:61001: operation not permitted; new files here belong to user 61001, who may not give them away: run vcm as root .*, or change "owner" and "group"/,
  );
});

test("a writer process that cannot be started says why", async () => {
  for (const capability of ["setuid", "setgid"]) {
    await using place = await makeUsersPlace();
    await place.makeDirectory("pg", USER);
    await place.configure(pairIn("pg"));
    const { code, stderr } = await place.vcmBy(without(capability), ["run"]);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /"FOLDER\/vcm" cannot be started: operation not permitted; to become another user, VCM needs CAP_SETUID and CAP_SETGID/,
    );
    assert.doesNotMatch(stderr, /every user must/);
    assert.deepEqual(await place.snapshot("pg"), {});
  }
});

function without(capability: string): string[] {
  return ["/usr/bin/setpriv", "--bounding-set", `-${capability}`];
}
