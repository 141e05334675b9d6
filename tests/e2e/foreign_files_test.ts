/** Targets at whose path something other than a certificate or key lies. */
import { readlinkSync } from "node:fs";
import { startDemoServer } from "../../lib/tools/demo/demo_server.ts";
import { type Directory, makeDirectory } from "../support/rig.ts";
import { runVcm } from "../support/vcm.ts";
import { assert } from "./assert.ts";

const NAME = "web.demo.internal";

interface Site extends AsyncDisposable {
  readonly directory: Directory;
  /** Writes vcm.yaml with these entries of `deploy`; paths are below `ssl`. */
  configure(...targets: readonly string[]): void;
  vcm(...args: readonly string[]): ReturnType<typeof runVcm>;
}

async function makeSite(): Promise<Site> {
  const vault = await startDemoServer({});
  const directory = makeDirectory();
  Deno.mkdirSync(directory.at("ssl"));
  return {
    directory,
    configure(...targets) {
      const entries = targets.map((one) =>
        `      - {${one.replaceAll("SSL", directory.at("ssl"))}}\n`
      );
      directory.write(
        "vcm.yaml",
        `config:
  vault: "${vault.address}"
  vault_role_id: "${vault.roleId}"
  vault_secret_id: "${vault.secretId}"
  pki: "pki"
  role: "web"
  cert_store: "${directory.at("store")}"
certs:
  - name: "${NAME}"
    deploy:
${entries.join("")}`,
      );
    },
    vcm: (...args) => runVcm([...args, "--config", directory.at("vcm.yaml")]),
    async [Symbol.asyncDispose]() {
      await vault.close();
      directory[Symbol.dispose]();
    },
  };
}

const REMEDY = 'so it is not replaced; move it away, give another path, or set "overwrite: true" ' +
  "on this target";

/** What a careless virtual host or a slip in the file may name. */
const FOREIGN: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>> = {
  accounts: "root:x:0:0:root:/root:/bin/bash\n",
  script: "#!/bin/sh\nexec true\n",
  program: new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0]),
  ssh_key: "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n",
  settings: "ssl_certificate /etc/ssl/web.crt; # -----BEGIN CERTIFICATE-----\n",
  number: "0\n",
  space: "\n \n",
  zeroes_and_more: new Uint8Array([0, 0, 0, 0, 0x61]),
  compressed: new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
};

Deno.test("no command replaces a file that is not a certificate, key or keystore", async () => {
  await using site = await makeSite();
  const { directory } = site;
  for (const [name, content] of Object.entries(FOREIGN)) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    Deno.writeFileSync(directory.at(`ssl/${name}`), bytes);
    const said =
      `"${directory.at(`ssl/${name}`)}" holds something other than a certificate or key, ` +
      REMEDY;
    for (const entry of [`cert: "SSL/${name}"`, `privkey: "SSL/${name}", in_place: true`]) {
      site.configure(entry);
      for (const args of [["plan"], ["run"], ["deploy", "--force"], ["run"], ["check"]]) {
        const { code, stdout, stderr } = await site.vcm(...args);
        assert.equal(code === 0, args[0] === "plan", `${name}: ${args}`);
        assert.ok((stdout + stderr).includes(said), `${name}: ${args}: ${stdout}${stderr}`);
        assert.deepEqual(Deno.readFileSync(directory.at(`ssl/${name}`)), bytes, `${name}: ${args}`);
      }
    }
  }
});

Deno.test("overwrite: true is the way round, for its target alone", async () => {
  await using site = await makeSite();
  const { directory } = site;
  for (const name of ["a", "b"]) directory.write(`ssl/${name}`, "placeholder of another tool\n");
  site.configure('cert: "SSL/a", overwrite: true', 'privkey: "SSL/b"');
  const { stdout } = await site.vcm("plan");
  assert.ok(!stdout.includes('ssl/a" holds') && stdout.includes('ssl/b" holds'), stdout);
  site.configure('cert: "SSL/a", overwrite: true', 'privkey: "SSL/b", overwrite: true');
  assert.equal((await site.vcm("run")).code, 0);
  assert.match(directory.read("ssl/a"), /^-----BEGIN CERTIFICATE-----/);
  assert.match(directory.read("ssl/b"), /^-----BEGIN PRIVATE KEY-----/);
  site.configure('cert: "SSL/a"', 'privkey: "SSL/b"');
  assert.equal((await site.vcm("check")).code, 0, "what is in order stays so without it");
});

Deno.test("a link to something else, or to a directory, is not replaced either", async () => {
  await using site = await makeSite();
  const { directory } = site;
  directory.write("etc/passwd", String(FOREIGN["accounts"]));
  const links = { file: "etc/passwd", directory: "etc", device: "/dev/null", chain: "ssl/file" };
  for (const [name, to] of Object.entries(links)) {
    const aim = to.startsWith("/") ? to : directory.at(to);
    Deno.symlinkSync(aim, directory.at(`ssl/${name}`));
    site.configure(`cert: "SSL/${name}"`);
    const { code, stdout } = await site.vcm("run");
    assert.equal(code, 1);
    const path = directory.at(`ssl/${name}`);
    assert.ok(
      stdout.includes(
        `"${path}" is a symbolic link to something other than a certificate or key, ${REMEDY}`,
      ),
      stdout,
    );
    assert.equal(readlinkSync(path), aim);
  }
  // One that leads nowhere, or to a certificate, is replaced as before.
  directory.write("old.crt", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
  Deno.symlinkSync(directory.at("old.crt"), directory.at("ssl/old"));
  Deno.symlinkSync(directory.at("nowhere"), directory.at("ssl/dangling"));
  site.configure('cert: "SSL/old"', 'cert: "SSL/dangling"');
  assert.equal((await site.vcm("run")).code, 0);
  assert.match(directory.read("ssl/old"), /^-----BEGIN CERTIFICATE-----/);
  assert.match(directory.read("old.crt"), /^-----BEGIN CERTIFICATE-----\nMIIB\n/);
});

Deno.test("damaged and empty files are replaced, whatever form they had", async () => {
  await using site = await makeSite();
  const { directory } = site;
  site.configure('fullchain: "SSL/web.crt"', 'privkey: "SSL/web.key"', 'der: "SSL/web.der"');
  assert.equal((await site.vcm("run")).code, 0);
  const whole = ["ssl/web.crt", "ssl/web.key", "ssl/web.der"].map((name) =>
    [directory.at(name), Deno.readFileSync(directory.at(name))] as const
  );
  const damages: Readonly<Record<string, (bytes: Uint8Array<ArrayBuffer>) => Uint8Array>> = {
    "nothing": () => new Uint8Array(),
    "half": (bytes) => bytes.subarray(0, bytes.length / 2),
    "its first bytes": (bytes) => bytes.subarray(0, 12),
    "NUL bytes": (bytes) => new Uint8Array(bytes.length),
    "NUL bytes from the middle on": (bytes) => bytes.slice().fill(0, bytes.length / 2),
    "twice": (bytes) => new Uint8Array([...bytes, ...bytes]),
  };
  for (const [what, damage] of Object.entries(damages)) {
    for (const [path, bytes] of whole) Deno.writeFileSync(path, damage(bytes));
    const { code, stdout } = await site.vcm("run");
    assert.equal(code, 0, `${what}: ${stdout}`);
    for (const [path, bytes] of whole) {
      assert.deepEqual(Deno.readFileSync(path), bytes, `${what}: ${path}`);
    }
  }
});
