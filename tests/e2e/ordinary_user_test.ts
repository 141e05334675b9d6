import { assert } from "./assert.ts";
import { startDemoServer } from "../../lib/tools/demo/demo_server.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { copyVcm } from "../support/vcm.ts";

const NOBODY = 65534;
// Root is needed to become somebody else, as it is for a machine.
const test = await testsNeeding("machine");

test("the demo works for an ordinary user, who has no home and no configuration", async () => {
  await using place = await makePlace();
  const { code, stdout, stderr } = await place.vcm("demo", "--keep");
  assert.equal(code, 0, stdout + stderr);
  assert.equal(stderr, "");
  assert.match(stdout, /\(requests at the server: 0\)/);
  assert.match(stdout, /0600 {2}.* ssl\/web\.key/);
  const directory = /rm -r (\/\S+)/.exec(stdout)?.[1] ?? "";
  assert.equal((await Deno.stat(directory)).uid, NOBODY);
  await Deno.remove(directory, { recursive: true });

  const { stdout: again } = await place.vcm("demo");
  const removed = /- (\/\S+) is removed now; to keep the files: vcm demo --keep\n/.exec(again)?.[1];
  assert.rejects(Deno.stat(removed ?? again), Deno.errors.NotFound);
});

test("a file that the user may not read is reported as unreadable, never as missing", async () => {
  await using place = await makePlace();
  const file = await place.write(
    "vcm.yaml",
    `config: {vault: "https://v:8200", pki: p, role: r}
certs: []
`,
  );
  await Deno.chmod(file, 0o600);
  const { code, stderr } = await place.vcm("validate", "--config", file);
  assert.equal(code, 2);
  assert.equal(
    stderr,
    `error: ${file}: is not readable by this user; run vcm as its owner or as root\n`,
  );
});

test("an included file that the user may not read is named, and so is its directory", async () => {
  await using place = await makePlace();
  const file = await place.write(
    "vcm.yaml",
    "include: [a.yaml, 'conf.d/*.yaml']\nconfig: {pki: p, role: r}\n",
  );
  const included = await place.write("a.yaml", "certs: [{name: '${HOSTNAME}.e2e.test'}]\n");
  await Deno.mkdir(`${place.directory}/conf.d`);
  await Deno.chmod(`${place.directory}/conf.d`, 0o755);
  const fine = await place.vcm("validate", "--config", file);
  assert.equal(
    fine.stdout + fine.stderr,
    `${file}: no errors; 1 certificate, 0 targets, 0 services\n`,
  );
  await Deno.chmod(included, 0o600);
  await Deno.chmod(`${place.directory}/conf.d`, 0o700);
  const { code, stderr } = await place.vcm("validate", "--config", file);
  assert.equal(code, 2);
  const advice = "is not readable by this user; run vcm as its owner or as root";
  assert.equal(
    stderr,
    `error: ${file}:1:19 include[1]: the directory "${place.directory}/conf.d" ${advice}\n` +
      `error: ${included}: ${advice}\n2 errors; nothing was done\n`,
  );
});

test("check reports UNKNOWN for what it may not read, and plan issues nothing", async () => {
  await using place = await makePlace();
  const store = `${place.directory}/store`;
  await Deno.mkdir(store, { mode: 0o700 });
  const file = await place.write(
    "vcm.yaml",
    `config:
  {vault: "https://v:8200", pki: p, role: r, cert_store: "${store}"}
certs: [{name: a.e2e.test}]
`,
  );
  const check = await place.vcm("check", "--config", file);
  assert.equal(check.code, 3);
  assert.equal(
    check.stdout,
    `UNKNOWN: 1 of 1 certificate not in order\n` +
      `a.e2e.test: Cannot read "${store}": permission denied; run as root\n`,
  );
  const plan = await place.vcm("plan", "--config", file);
  assert.equal(plan.code, 0);
  assert.match(plan.stdout, /Nothing can be done; 1 certificate blocked/);
  const run = await place.vcm("run", "--config", file);
  assert.equal(run.code, 1);
  assert.match(
    run.stderr,
    /^error: Cannot open the lock ".*\/store\/\.lock": permission denied; run as /,
  );
});

test("commands run and links are made, though the user may not enter the working directory", async () => {
  await using place = await makePlace();
  const vault = await startDemoServer({});
  await using _closing = { [Symbol.asyncDispose]: () => vault.close() };
  const { directory } = place;
  await Deno.mkdir(`${directory}/own`);
  await Deno.chown(`${directory}/own`, NOBODY, NOBODY);
  await Deno.mkdir(`${directory}/closed`, { mode: 0o700 });
  const file = await place.write(
    "vcm.yaml",
    `config: {pki: pki, role: web, cert_store: "${directory}/own/store"}
certs:
  - name: web.demo.internal
    deploy: [{bundle: "${directory}/own/set"}]
    service: [{name: web, validate: [/bin/true], command: [sh, -c, "pwd > ${directory}/own/cwd"]}]
`,
  );
  // As by sudo: the runtime would have to enter the directory as the user.
  const user = ["--reuid", `${NOBODY}`, "--regid", `${NOBODY}`, "--clear-groups"];
  const output = await new Deno.Command("setpriv", {
    args: [...user, `${directory}/vcm`, "run", "--config", file],
    cwd: `${directory}/closed`,
    clearEnv: true,
    env: {
      PATH: "/usr/bin:/bin",
      VAULT_ADDR: vault.address,
      VAULT_ROLE_ID: vault.roleId,
      VAULT_SECRET_ID: vault.secretId,
    },
    stdin: "null",
  }).output();
  const [stdout, stderr] = [output.stdout, output.stderr]
    .map((bytes) => new TextDecoder().decode(bytes));
  assert.deepEqual(
    [output.code, stdout],
    [0, "Done: 1 issued, 1 file deployed, 1 service action; 0 failed, 0 skipped\n"],
    stderr,
  );
  assert.equal(await Deno.readTextFile(`${directory}/own/cwd`), "/\n");
});

test("the caller's umask changes no mode, and keeps no later run from the store", async () => {
  const vault = await startDemoServer({});
  await using _closing = { [Symbol.asyncDispose]: () => vault.close() };
  const seen: string[] = [];
  for (const umask of ["0022", "0277", "0777", "0377", "0177", "0000"]) {
    await using place = await makePlace();
    const { directory } = place;
    await Deno.mkdir(`${directory}/own`);
    await Deno.chown(`${directory}/own`, NOBODY, NOBODY);
    const configure = (ttl: string) =>
      place.write(
        "vcm.yaml",
        `config: {vault: "${vault.address}", pki: pki, role: web, keep: 1, ttl: ${ttl},
  cert_store: "${directory}/own/store", log_file: "${directory}/own/log", create_dirs: true}
certs:
  - name: web.demo.internal
    deploy: [{bundle: "${directory}/own/made/set"}, {privkey: "${directory}/own/made/web.key"}]
    service: [{name: web, command: [/bin/true], validate: [/bin/true]}]
`,
      );
    const vcm = async (...args: string[]) => {
      const output = await new Deno.Command("/bin/sh", {
        args: ["-c", `umask ${umask}; exec "$@"`, "sh", `${directory}/vcm`, ...args],
        uid: NOBODY,
        gid: NOBODY,
        cwd: "/",
        clearEnv: true,
        env: {
          PATH: "/usr/bin:/bin",
          VAULT_ROLE_ID: vault.roleId,
          VAULT_SECRET_ID: vault.secretId,
        },
        stdin: "null",
      }).output();
      const text = new TextDecoder().decode(output.stdout) +
        new TextDecoder().decode(output.stderr);
      assert.equal(output.code, 0, `umask ${umask}: ${args.join(" ")}: ${text}`);
      return text;
    };
    const config = ["--config", await configure("60d")];
    await vcm("run", ...config);
    await vcm("issue", "--force", ...config);
    await vcm("run", ...config);
    assert.match(await vcm("run", ...config), /^Nothing to do/);
    await vcm("check", ...config);
    const { stdout } = await new Deno.Command("find", {
      args: [`${directory}/own`, "-printf", "%y %m %P\\n"],
    }).output();
    const modes = new TextDecoder().decode(stdout).split("\n").sort()
      .map((line) =>
        line.replace(/vcm-[0-9a-f]{16}/, "vcm-VERSION").replace(/\d{8}T\d{6}Z/, "TIME")
      );
    seen.push(modes.join("\n"));
    assert.equal(seen.at(-1), seen[0], `umask ${umask}`);
  }
});

interface Place extends AsyncDisposable {
  readonly directory: string;
  write(name: string, text: string): Promise<string>;
  vcm(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
}

/** A directory of root's that all may enter, with the program in it, which runs as nobody. */
async function makePlace(): Promise<Place> {
  const directory = await Deno.makeTempDir({ prefix: "vcm-e2e-" });
  const binary = await copyVcm(directory);
  return {
    directory,
    write: async (name, text) => {
      await Deno.writeTextFile(`${directory}/${name}`, text);
      await Deno.chmod(`${directory}/${name}`, 0o644);
      return `${directory}/${name}`;
    },
    vcm: async (...args) => {
      const output = await new Deno.Command(binary, {
        args,
        cwd: "/",
        clearEnv: true,
        env: { PATH: "/usr/bin:/bin" },
        uid: NOBODY,
        gid: NOBODY,
        stdin: "null",
      }).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
    },
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}
