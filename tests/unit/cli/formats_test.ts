/** Combined, sealed and DER files by whole runs: written, known again, written anew when they differ. */
import assert from "node:assert/strict";
import { main } from "../../../lib/cli/main.ts";
import { fakeHost } from "../../support/fixtures_host.ts";
import { makeSiteInOrder, type Site } from "../../support/fixtures_site.ts";
import { modeOf } from "../../support/rig.ts";

const FILES = ["web.pem", "web.p12", "web.key", "web.cer"] as const;
const PASSWORD = "correct horse";
const EMPTY = "; write the password into it, in one line, with mode 0600";

const TARGETS = `      - combined: FOLDER/web.pem
        order: key-first
      - pkcs12: FOLDER/web.p12
        password_file: FOLDER/password
      - privkey: FOLDER/web.key
        password_file: FOLDER/password
      - der: FOLDER/web.cer
`;

/** A site in order but for four targets that are missing. */
async function makeFormats(): Promise<Site> {
  const site = await makeSiteInOrder();
  await site.configure(await Deno.readTextFile(site.config) + TARGETS);
  await setPassword(site, PASSWORD);
  return site;
}

async function setPassword(site: Site, password: string, mode = 0o600): Promise<void> {
  await Deno.writeTextFile(site.path("password"), `${password}\n`);
  await Deno.chmod(site.path("password"), mode);
}

async function vcm({ config }: Site, line: string) {
  const host = fakeHost({ env: { VCM_CONFIG: config } });
  const status = await main(line.split(" "), host);
  return { status, stdout: host.stdout(), stderr: host.stderr() };
}

function snapshot(site: Site): unknown[] {
  return FILES.map((name) => {
    const { ino, mtime, ctime } = Deno.lstatSync(site.path(name));
    return [name, ino, mtime, ctime];
  });
}

Deno.test("a run writes each format with its mode, and the next one leaves all alone", async () => {
  await using site = await makeFormats();
  const first = await vcm(site, "deploy");
  assert.equal(first.status, 0, first.stdout + first.stderr);
  assert.deepEqual(FILES.map((name) => modeOf(site.path(name))), ["600", "600", "600", "644"]);
  const before = snapshot(site);
  for (const command of ["deploy", "run", "check"]) {
    assert.equal((await vcm(site, command)).status, 0, command);
  }
  assert.equal((await vcm(site, "run")).stdout, "Nothing to do: 1 certificate in order\n");
  assert.deepEqual(snapshot(site), before);
});

Deno.test("another password rewrites the targets that it encrypts, and nothing else", async () => {
  await using site = await makeFormats();
  await vcm(site, "deploy");
  const before = snapshot(site);
  await setPassword(site, "battery staple");
  assert.equal(
    (await vcm(site, "plan")).stdout,
    `web.example.com
  deploy   ${
      site.path("web.p12")
    }: content differs from the store: its password does not decrypt it, or it is damaged
  deploy   ${site.path("web.key")}: content differs from the store: its password does not decrypt it

Plan: 0 to issue, 2 files to deploy, 0 service actions
`,
  );
  assert.equal((await vcm(site, "run")).status, 0);
  assert.deepEqual(
    snapshot(site).map((facts, at) => JSON.stringify(facts) === JSON.stringify(before[at])),
    [true, false, false, true],
  );
  assert.equal((await vcm(site, "run")).stdout, "Nothing to do: 1 certificate in order\n");
});

Deno.test("files that are damaged, or are another certificate's, are rewritten", async () => {
  await using site = await makeFormats();
  await vcm(site, "deploy");
  for (const name of FILES) {
    const bytes = await Deno.readFile(site.path(name));
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 0x01;
    await Deno.writeFile(site.path(name), bytes);
  }
  const { steps } = JSON.parse((await vcm(site, "plan --json")).stdout);
  assert.deepEqual(
    steps[0].targets.map(({ what }: { what: string }) => what),
    ["combined", "pkcs12", "privkey", "der"],
  );
  assert.equal((await vcm(site, "run")).status, 0);
  assert.equal((await vcm(site, "run")).stdout, "Nothing to do: 1 certificate in order\n");
});

Deno.test("a password that cannot be had stops its own certificate and no other", async () => {
  await using site = await makeFormats();
  const text = await Deno.readTextFile(site.config);
  await site.configure(
    `${text}  - name: api.example.com\n    deploy: [{der: FOLDER/api.cer}]\n`
      .replaceAll("name: api.example.com", "name: api\n    common_name: web.example.com"),
  );
  await copySet(site, "api");
  await Deno.remove(site.path("password"));
  const problem = `Cannot read the password file "${site.path("password")}": ` +
    `no such file or directory${EMPTY}`;
  const check = await vcm(site, "check");
  assert.match(check.stdout, new RegExp(escape(problem)));
  const { status, stdout } = await vcm(site, "run");
  assert.equal(status, 1);
  assert.match(stdout, /1 file deployed/);
  assert.match(stdout, new RegExp(escape(problem)));
  assert.throws(() => Deno.lstatSync(site.path("web.pem")));
  assert.ok(Deno.lstatSync(site.path("api.cer")).isFile);
});

Deno.test("without the password nobody can tell whether its files are in order", async () => {
  await using site = await makeFormats();
  await vcm(site, "deploy");
  await setPassword(site, PASSWORD, 0o640);
  const { status, stdout } = await vcm(site, "check");
  assert.equal(status, 3);
  assert.match(stdout, /"[^"]*password" contains a secret and is open to its group \(mode 0640\)/);
});

Deno.test("neither password nor key is in any output", async () => {
  await using site = await makeFormats();
  const said: string[] = [];
  const say = async (line: string) => {
    const { stdout, stderr } = await vcm(site, line);
    said.push(stdout, stderr);
  };
  for (const line of ["plan --json", "run --verbose --json", "check --verbose", "run"]) {
    await say(line);
  }
  await setPassword(site, `${PASSWORD}\n${PASSWORD}`);
  for (const line of ["plan --json", "run --verbose --json", "check --verbose"]) await say(line);
  const key = await Deno.readTextFile(site.path("store/web.example.com/privkey.pem"));
  for (const secret of [PASSWORD, key.split("\n")[1] ?? ""]) {
    assert.ok(secret.length > 5);
    assert.equal(said.join("").includes(secret), false);
  }
});

/** Gives the store another set of the same certificate. */
async function copySet(site: Site, name: string): Promise<void> {
  await Deno.mkdir(site.path(`store/${name}`), { mode: 0o700 });
  for (const part of ["cert", "chain", "fullchain", "privkey"]) {
    await Deno.copyFile(
      site.path(`store/web.example.com/${part}.pem`),
      site.path(`store/${name}/${part}.pem`),
    );
  }
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
