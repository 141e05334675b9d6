/** Access control lists of files that are replaced, with real ones. */
import { chmodSync, chownSync, lstatSync, readdirSync } from "node:fs";
import { runQuietly } from "../../scripts/command.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { type AclPlace, makeAclPlace } from "./acl_site.ts";
import { pairIn, USER } from "./user_site.ts";

const test = await testsNeeding("machine", "acl");

const IN_ORDER = "Nothing to do: 1 certificate in order\n";
const GROUP = 61007;

const EVERYTHING = `  - name: "web.demo.internal"
    deploy:
      - fullchain: "FOLDER/ssl/web.crt"
      - privkey: "FOLDER/ssl/web.key"
      - combined: "FOLDER/ssl/web.pem"
      - privkey: "FOLDER/ssl/place.key"
        in_place: true
      - pkcs12: "FOLDER/ssl/web.p12"
        password_file: "FOLDER/password"
      - bundle: "FOLDER/ssl/set"
`;

const FILES = ["web.crt", "web.key", "web.pem", "place.key", "web.p12", "set/privkey.pem"]
  .map((name) => `ssl/${name}`);

async function makeEverything(more = ""): Promise<AclPlace> {
  const place = await makeAclPlace();
  await place.makeDirectory("ssl", 0);
  await Deno.writeTextFile(place.at("password"), "correct horse\n", { mode: 0o600 });
  await place.configure(EVERYTHING + more);
  await done(place.run("run"));
  assert.deepEqual(place.calls(), []);
  return place;
}

async function done(result: ReturnType<AclPlace["run"]>): Promise<string> {
  const { code, stdout, stderr } = await result;
  assert.equal(code, 0, stdout + stderr);
  return stdout;
}

function mode({ at }: AclPlace, name: string): string {
  return (lstatSync(at(name)).mode & 0o7777).toString(8);
}

const WEB_READS = ["group::---", "mask::r--", "other::---", "user:33:r--", "user::rw-"];

test("ACLs are kept by one call of each tool, and a run with nothing to do makes none", async () => {
  await using place = await makeEverything();
  for (const file of FILES) {
    chmodSync(place.at(file), 0o600);
    await place.setfacl("-m", "u:33:r", place.at(file));
  }
  const version = Deno.readLinkSync(place.at("ssl/set"));
  assert.equal(await done(place.run("run")), IN_ORDER);
  assert.deepEqual(place.calls(), []);
  const inodes = FILES.map((file) => lstatSync(place.at(file)).ino);
  await done(place.run("issue", "--force"));
  assert.deepEqual(place.calls(), []);
  const { stdout } = await place.run("plan");
  assert.doesNotMatch(stdout, /mode|warning/);
  assert.deepEqual(place.calls(), ["0 getfacl"]);
  await done(place.run("run"));
  assert.deepEqual(place.calls(), ["0 getfacl", "0 setfacl"]);
  for (const [at, file] of FILES.entries()) {
    assert.deepEqual(await place.acl(file), WEB_READS, file);
    const { ino } = lstatSync(place.at(file));
    assert.equal(ino === inodes[at], file === "ssl/place.key", file);
  }
  assert.notEqual(Deno.readLinkSync(place.at("ssl/set")), version);
  assert.equal(await done(place.run("run")), IN_ORDER);
  assert.deepEqual(place.calls(), []);
  assert.deepEqual(readdirSync(place.at("ssl")).filter((name) => name.includes(".vcm-")).length, 1);
});

test("several entries, groups and a mask that limits them are kept", async () => {
  await using place = await makeEverything();
  chownSync(place.at("ssl/web.key"), USER, GROUP);
  await place.setfacl("-m", "u:33:rw,u:61002:r,g:4:r,g::r,m::r", place.at("ssl/web.key"));
  await place.setfacl("-m", "u:33:rw", place.at("ssl/web.crt"));
  await place.setfacl("-x", "u:33", place.at("ssl/web.crt"));
  const before = [await place.acl("ssl/web.key"), await place.acl("ssl/web.crt")];
  await done(place.run("deploy", "--force"));
  assert.deepEqual([await place.acl("ssl/web.key"), await place.acl("ssl/web.crt")], before);
  const { uid, gid } = lstatSync(place.at("ssl/web.key"));
  assert.deepEqual([uid, gid], [USER, GROUP]);
});

test("rights for others on a key go, and its ACL stays", async () => {
  await using place = await makeEverything();
  await place.setfacl("-m", "u:33:r,o::r", place.at("ssl/web.key"));
  assert.match((await place.run("plan")).stdout, /web\.key: mode 0644 -> 0640\n/);
  await done(place.run("run"));
  assert.deepEqual(await place.acl("ssl/web.key"), WEB_READS);
});

test("a mode of the configuration limits the ACL, as chmod does", async () => {
  await using place = await makeEverything();
  await place.setfacl("-m", "u:33:rw,g:4:r", place.at("ssl/web.key"));
  for (const [configured, shown] of [["0640", "r--"], ["0600", "---"]] as const) {
    const key = `privkey: "FOLDER/ssl/web.key"\n`;
    await place.configure(EVERYTHING.replace(key, `${key}        mode: "${configured}"\n`));
    await done(place.run("run"));
    assert.deepEqual(await place.acl("ssl/web.key"), [
      "group:4:r--",
      `group::${shown}`,
      `mask::${shown}`,
      "other::---",
      "user:33:rw-",
      "user::rw-",
    ]);
    assert.equal(await done(place.run("run")), IN_ORDER);
  }
});

test("a file without an ACL gets none from its directory, a new one does", async () => {
  await using place = await makeEverything();
  chmodSync(place.at("ssl/web.key"), 0o640);
  chmodSync(place.at("ssl/set/privkey.pem"), 0o640);
  await place.setfacl("-d", "-m", "u:33:rwx,g::rwx", place.at("ssl"));
  await done(place.run("issue", "--force"));
  await done(place.run("deploy"));
  for (const key of ["ssl/web.key", "ssl/set/privkey.pem"]) {
    assert.deepEqual(await place.acl(key), ["group::r--", "other::---", "user::rw-"], key);
  }
  await Deno.remove(place.at("ssl/web.crt"));
  await Deno.remove(place.at("ssl/web.key"));
  await done(place.run("run"));
  assert.ok((await place.acl("ssl/web.crt")).includes("user:33:rwx"));
  // The mask of a new key leaves nobody but the owner.
  assert.equal(mode(place, "ssl/web.key"), "600");
});

test("without the tools a key with an ACL is closed with a warning, and one without keeps its mode", async () => {
  await using place = await makeEverything();
  await place.setfacl("-m", "u:33:r", place.at("ssl/web.key"));
  await place.setfacl("-m", "u:33:r", place.at("ssl/place.key"));
  await place.setfacl("-m", "u:33:r", place.at("ssl/web.crt"));
  chmodSync(place.at("ssl/web.pem"), 0o640);
  chmodSync(place.at("ssl/set/privkey.pem"), 0o640);
  assert.equal(await done(place.runWithout("run")), IN_ORDER);
  await done(place.runWithout("issue", "--force"));
  const planned = await place.runWithout("plan");
  assert.match(planned.stdout, /web\.key: .*, mode 0640 -> 0600\n/);
  assert.match(planned.stdout, /web\.crt" loses its access control list: this host has no getfacl/);
  const ran = await done(place.runWithout("run"));
  for (const key of ["web.key", "place.key"]) {
    const message =
      `warning: web.demo.internal: "FOLDER/ssl/${key}" loses its access control list, ` +
      "and gets mode 0600 instead of 0640";
    assert.ok(ran.includes(message), ran);
  }
  assert.match(ran, /install the package "acl"/);
  assert.deepEqual(
    ["web.key", "place.key", "web.pem", "set/privkey.pem"].map((name) =>
      mode(place, `ssl/${name}`)
    ),
    ["600", "600", "640", "640"],
  );
});

test("in a user's directory the user's own process sets the ACL", async () => {
  await using place = await makeAclPlace();
  await place.makeDirectory("pg", USER, 0o700);
  await place.configure(pairIn("pg"));
  await done(place.run("run"));
  await place.setfacl("-m", "u:33:r", place.at("pg/server.key"));
  chownSync(place.at("pg/server.key"), USER, GROUP);
  await done(place.run("deploy", "--force"));
  assert.deepEqual(place.calls(), ["0 getfacl", `${USER} setfacl`]);
  assert.deepEqual(await place.acl("pg/server.key"), WEB_READS);
  assert.equal(lstatSync(place.at("pg/server.key")).gid, GROUP);
  assert.deepEqual(await place.acl("pg/server.crt"), ["group::r--", "other::r--", "user::rw-"]);
});

test("a rollback restores the ACL, of a file that is written in place, too", async () => {
  const service = (judge: string) =>
    `    service:
      - name: judge
        command: ["/bin/true"]
        validate: ["${judge}"]
`;
  await using place = await makeEverything(service("/bin/true"));
  for (const file of FILES) await place.setfacl("-m", "u:33:r", place.at(file));
  const before = await Promise.all(FILES.map((file) => place.acl(file)));
  await place.configure(EVERYTHING + service("/bin/false"));
  const { code, stderr } = await place.run("deploy", "--force");
  assert.equal(code, 1);
  assert.match(stderr, /rolled back/);
  assert.deepEqual(await Promise.all(FILES.map((file) => place.acl(file))), before);
});

test("a setfacl that fails changes nothing", async () => {
  await using place = await makeEverything();
  await place.setfacl("-m", "u:33:r", place.at("ssl/web.key"));
  const before = await place.snapshot("ssl");
  await Deno.writeTextFile(
    place.at("tools/setfacl"),
    "#!/bin/sh\necho 'setfacl: no' >&2\nexit 1\n",
  );
  const { code, stderr } = await place.run("deploy", "--force");
  assert.equal(code, 1);
  assert.match(stderr, /deploy failed: Cannot keep the access control list: setfacl: no\n/);
  assert.deepEqual(await place.snapshot("ssl"), before);
});

test("ACLs are kept on tmpfs and on a file system of its own, in a path with odd characters", async () => {
  for (const kind of ["tmpfs", "ext4"]) {
    await using place = await makeAclPlace();
    const directory = place.at("a b'c é");
    await Deno.mkdir(directory);
    await using _mount = await mountAt(kind, directory, place.at("image"));
    await place.configure(pairIn("a b'c é").replaceAll(/^ +owner.*\n/gm, ""));
    await done(place.run("run"));
    await place.setfacl("-m", "u:33:r", `${directory}/server.key`);
    await done(place.run("deploy", "--force"));
    assert.deepEqual(await place.acl("a b'c é/server.key"), WEB_READS);
  }
});

async function mountAt(kind: string, directory: string, image: string): Promise<AsyncDisposable> {
  if (kind === "tmpfs") {
    await runQuietly(["mount", "-t", "tmpfs", "-o", "mode=0755", "none", directory]);
  } else {
    await Deno.writeFile(image, new Uint8Array());
    await Deno.truncate(image, 16 * 1024 * 1024);
    await runQuietly(["mkfs.ext4", "-q", "-F", image]);
    await runQuietly(["mount", "-o", "loop", image, directory]);
  }
  return {
    [Symbol.asyncDispose]: async () => {
      await runQuietly(["umount", directory]);
    },
  };
}
