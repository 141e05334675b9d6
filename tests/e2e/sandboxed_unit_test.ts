/** What the unit of `vcm install` denies, and what a run under it can do, on a real systemd. */
import { startBaoProxy } from "../support/bao_proxy.ts";
import { nginxScript } from "../support/fetch_nginx.ts";
import { pathOfPart } from "../support/parts.ts";
import { wrapSecretId } from "../support/auth_methods.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { waitUntil } from "../support/wait_until.ts";
import { blocks, readDocument } from "../unit/docs/documents.ts";
import { assert } from "./assert.ts";
import {
  configureSite,
  exposureOf,
  installed,
  probe,
  sh,
  SITE,
  startGuarded,
  startUnit,
} from "./guarded_site.ts";
import { pairAlone, pairFor, type Scene } from "./scene.ts";

const test = await testsNeeding("openbao", "nginx", "machine");
const USER = 61001;

test("the unit denies what a run does not need", async () => {
  await using scene = await startGuarded();
  await configureSite(scene, pairAlone(scene, "a.e2e.test"));
  const unit = await installed(scene);
  const without = await probe(scene, "[Service]\nType=oneshot\nExecStart=\n");
  const within = await probe(scene, unit);
  console.log(
    `probe: ${without.possible.length} of ${without.possible.length + without.denied.length} ` +
      `possible without the unit's lines, ${within.possible.length} with them`,
  );
  assert.ok(without.possible.length >= 22, without.denied.join("\n"));
  assert.deepEqual(within.possible, []);
  const exposure = await exposureOf(scene, unit);
  console.log(`exposure: ${exposure}`);
  assert.ok(exposure <= 2.4, String(exposure));
});

test("a validate opens ports, state and logs, and nothing else", async () => {
  await using scene = await startGuarded();
  const service = '{name: web.service, validate: ["/bin/true"]}';
  await configureSite(scene, pairFor(scene, "a.e2e.test", service));
  const unit = await installed(scene);
  assert.deepEqual((await probe(scene, unit)).possible, ["write /run"]);
  assert.ok(await exposureOf(scene, unit) <= 2.5);
});

test("a run reaches an agent on a socket in /run, where it may not write", async () => {
  await using scene = await startGuarded();
  const { bao, login, directory } = scene;
  await Deno.mkdir(`${directory}/agent`);
  await using _proxy = await startBaoProxy(bao, login, `${directory}/agent`);
  await sh(scene, `mkdir /run/vault && mount --bind ${SITE}/agent /run/vault`);
  await configureSite(scene, pairAlone(scene, "a.e2e.test"));
  const file = `${directory}/vcm.yaml`;
  const text = (await Deno.readTextFile(file)).replace(/^ *vault_(?:role|secret)_id:.*\n/gm, "");
  const settings = 'vault: "unix:///run/vault/bao.sock"\n  auth: {method: none}';
  await Deno.writeTextFile(file, text.replace(/vault: .*/, settings));
  const unit = await installed(scene);
  assert.match(unit, /^ProtectSystem=strict$/m);
  assert.match(unit, /^ReadOnlyPaths=-\/run$/m);
  assert.equal(await startUnit(scene), undefined);
  assert.ok((await Deno.stat(`${directory}/store/a.e2e.test/privkey.pem`)).isFile);
});

test("a whole run works under the unit, with real nginx that validates on a privileged port", async () => {
  await using scene = await startGuarded();
  const { directory } = scene;
  const port = await installNginx(scene);
  await Deno.mkdir(`${directory}/pg`);
  await Deno.chmod(`${directory}/pg`, 0o700);
  await Deno.chown(`${directory}/pg`, USER, USER);
  await Deno.mkdir(`${directory}/bundles`);
  await startServices(scene);
  await configureSite(scene, wholeConfiguration(scene), `  log_file: "${SITE}/bundles/vcm.log"\n`);
  const unit = await installed(scene);
  assert.match(unit, /^ProtectHome=yes$/m);
  assert.match(unit, /^PrivateTmp=yes$/m);
  assert.equal(await startUnit(scene), undefined);

  const stored = await Deno.readTextFile(`${directory}/store/a.e2e.test/privkey.pem`);
  assert.equal(await Deno.readTextFile(`${directory}/pg/server.key`), stored);
  const { uid, gid } = await Deno.stat(`${directory}/pg/server.key`);
  assert.deepEqual([uid, gid], [USER, 33]);
  assert.equal(await Deno.readTextFile(`${directory}/bundles/set/privkey.pem`), stored);
  assert.equal((await Deno.stat(`${directory}/ssl/g.key`)).gid, 33);
  assert.equal((await Deno.stat(`${directory}/ssl/g.key`)).mode! & 0o7777, 0o2640);
  assert.equal(await Deno.readTextFile(`${directory}/reloads`), "reload\n");
  assert.equal(await Deno.readTextFile(`${directory}/starts`), "start\nstart\n");
  await waitUntil(
    "the signal has arrived",
    60,
    async () => (await Deno.readTextFile(`${directory}/hup/log`)) === "HUP\n" || undefined,
  );
  assert.match(await sh(scene, "cat /var/log/nginx-error.log"), /test failed|^$/);
  const without = unit.replace(" CAP_NET_BIND_SERVICE", "")
    .replace(/^ExecStart=.*$/m, `ExecStart=${SITE}/run-nginx -t`);
  await scene.machine.writeUnit("without.service", without);
  await scene.systemctl("daemon-reload");
  assert.equal((await scene.machine.exec(["systemctl", "start", "without.service"])).code, 1);
  const check = await scene.vcm("check");
  assert.deepEqual([check.code, check.stderr], [0, ""], check.stdout);
  console.log(`validated on port ${port} under an exposure of ${await exposureOf(scene, unit)}`);
});

function wholeConfiguration(scene: Scene): string {
  const { directory } = scene;
  return `${pairAlone(scene, "a.e2e.test")}      - privkey: "${directory}/pg/server.key"
        owner: "${USER}"
        group: "33"
        mode: "0640"
      - privkey: "${directory}/ssl/g.key"
        group: "33"
        mode: "02640"
      - bundle: "${directory}/bundles/set"
    service:
      - {name: reload.service, control: reload, validate: ["${directory}/run-nginx", "-t"]}
      - {name: restart.service, control: restart}
      - {name: hup, pid_file: /run/hup.pid, signal: HUP}
`;
}

/** A unit that reloads, one that restarts, and a process of another user with a pid file. */
async function startServices(scene: Scene): Promise<void> {
  const { directory, machine } = scene;
  await Deno.mkdir(`${directory}/hup`);
  await Deno.chown(`${directory}/hup`, USER, USER);
  await machine.writeUnit(
    "reload.service",
    `[Service]\nExecStart=/bin/sleep 600\nExecReload=/bin/sh -c 'echo reload >> ${SITE}/reloads'\n`,
  );
  await machine.writeUnit(
    "restart.service",
    `[Service]\nExecStartPre=/bin/sh -c 'echo start >> ${SITE}/starts'\nExecStart=/bin/sleep 600\n`,
  );
  await machine.writeUnit(
    "hup.service",
    `[Service]\nExecStart=/usr/bin/setpriv --reuid ${USER} --clear-groups /bin/sh -c ` +
      `'trap "echo HUP >> ${SITE}/hup/log" HUP; touch ${SITE}/hup/up; while :; do sleep 0.1; done'\n`,
  );
  await scene.systemctl("daemon-reload");
  await scene.systemctl("start", "reload.service", "restart.service", "hup.service");
  await waitUntil(
    "the trap is set",
    60,
    () => Deno.stat(`${directory}/hup/up`).catch(() => undefined),
  );
  await sh(scene, "systemctl show --value -p MainPID hup.service > /run/hup.pid");
}

/** nginx that serves the files to come, on a port that not everybody may bind. Only its check is run. */
async function installNginx(scene: Scene): Promise<number> {
  const nginx = await pathOfPart("nginx");
  await sh(scene, `mkdir /srv/nginx && mount --bind '${nginx}' /srv/nginx`);
  const port = privilegedPort();
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  await Deno.writeTextFile(
    `${scene.directory}/nginx.conf`,
    `pid /run/nginx.pid;
error_log /var/log/nginx-error.log;
events {}
http {
  access_log /var/log/nginx-access.log;
${kinds.map((kind) => `  ${kind}_temp_path /run/${kind};\n`).join("")}  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${SITE}/ssl/a.e2e.test.crt;
    ssl_certificate_key ${SITE}/ssl/a.e2e.test.key;
  }
}
`,
  );
  const script = nginxScript("/srv/nginx", "-c", `${SITE}/nginx.conf`);
  await Deno.writeTextFile(`${scene.directory}/run-nginx`, script, { mode: 0o755 });
  return port;
}

function privilegedPort(): number {
  for (let port = 1023; port > 600; port--) {
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error("No port below 1024 is free");
}

test("the exposures that docs/running.md gives are those of the units", async () => {
  await using scene = await startGuarded();
  const document = readDocument("docs/running.md");
  const [, shown, validating, bare] =
    /an\s+exposure of ([\d.]+), and ([\d.]+) with\s+`validate`; .* has ([\d.]+)\./s.exec(
      document,
    ) ?? [];
  const unit = blocks(document, "ini")[0] ?? "";
  await configureSite(
    scene,
    pairFor(scene, "a.e2e.test", '{name: web.service, validate: ["/bin/true"]}'),
  );
  assert.deepEqual([Number(shown), Number(validating), Number(bare)], [
    await exposureOf(scene, unit),
    await exposureOf(scene, await installed(scene)),
    await exposureOf(scene, "[Service]\nExecStart=\n"),
  ]);
  assert.ok(Number(validating) <= 2.5);
});

test("vcm doctor warns of core files, but not after the line for cron has run its ulimit", async () => {
  await using scene = await startGuarded();
  await configureSite(scene, pairAlone(scene, "a.e2e.test"));
  const doctor = async (limit: string) => {
    const line = `ulimit -c ${limit}; exec ${SITE}/vcm doctor --config ${SITE}/vcm.yaml`;
    return (await scene.machine.exec(["sh", "-c", line])).stdout;
  };
  assert.match(
    await doctor("unlimited"),
    /^warning {2}core files: the limit for core files is unlimited/m,
  );
  assert.match(
    await doctor("8"),
    /^warning {2}core files: the limit for core files is 4096 bytes/m,
  );
  assert.doesNotMatch(await doctor("0"), /core/);
});

test("under the unit, a secret id is unwrapped into a separate directory, and into no other", async () => {
  await using scene = await startGuarded();
  const { directory } = scene;
  const configure = async (file: string) => {
    await configureSite(scene, pairAlone(scene, "a.e2e.test"));
    const path = `${directory}/vcm.yaml`;
    const text = await Deno.readTextFile(path);
    const auth = `auth: {method: approle, role_id: "${scene.login.roleId}", secret_id_file: ` +
      `"${file}", wrapped_secret_id_file: "${SITE}/wrapped"}\n`;
    await Deno.writeTextFile(path, text.replace(/ {2}vault_role_id.*\n.*\n/, `  ${auth}`));
  };
  await configure(`${SITE}/secret-id`);
  const refused = await scene.vcm("install", "--yes");
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /^error: Cannot install: an unwrapped secret id would be saved in "\/srv\/site"/,
  );
  const [, make = ""] = /run "(install [^"]+)"/.exec(refused.stderr) ?? [];
  const [, file = ""] = /"secret_id_file" to "([^"]+)"/.exec(refused.stderr) ?? [];
  await sh(
    scene,
    `mkdir -p /var/lib && mount -t tmpfs -o mode=755 none /var/lib && mkdir /var/lib/vcm && ${make}`,
  );
  await configure(file);
  const unit = await installed(scene);
  assert.match(unit, /^ReadWritePaths=-\/var\/lib\/vcm\/secret$/m);
  const wrapped = await wrapSecretId(scene.bao);
  await Deno.writeTextFile(`${directory}/wrapped`, wrapped, { mode: 0o600 });
  assert.equal(await startUnit(scene), undefined);
  assert.match(await sh(scene, `cat ${file}`), /^[0-9a-f-]{36}\n$/);
});
