/** docs/getting-started.md to the letter: from the binary to nginx serving its first certificate. */
import { oneWorkerLeft } from "../support/nginx.ts";
import type { OpenBaoOptions } from "../support/openbao.ts";
import { servedCertificate } from "../support/served_certificate.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { compiledVcm } from "../support/vcm.ts";
import { waitUntil } from "../support/wait_until.ts";
import { blocks, readDocument } from "../unit/docs/documents.ts";
import { assert } from "./assert.ts";
import { inMachine, installNginx } from "./nginx_host.ts";
import { type Scene, startScene } from "./scene.ts";
import { type Turn, typeAnswers } from "./type_answers.ts";

const test = await testsNeeding("openbao", "nginx", "machine");
const NAME = "web.e2e.test";
const PAGE = readDocument("docs/getting-started.md");
/** The first command of each numbered section. */
const COMMANDS = PAGE.split(/^## /m).filter((section) => /^\d/.test(section))
  .map((section) => blocks(section, "sh")[0]?.trim() ?? "");
const [, SCRIPTED = ""] = blocks(PAGE, "sh");

/** A machine with nginx, the program in its place, and a state directory of its own. */
async function startHost(
  options: OpenBaoOptions = { tls: true },
): Promise<{ readonly scene: Scene; readonly port: number }> {
  const scene = await startScene(options);
  const port = await installNginx(scene, NAME);
  const programs = `${scene.directory}/programs`;
  await Deno.mkdir(programs);
  await Deno.copyFile(await compiledVcm(), `${programs}/vcm`);
  await inMachine(scene, "mount", "--bind", programs, "/usr/local/bin");
  await inMachine(scene, "mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/var/lib");
  return { scene, port };
}

async function requireServed({ machine }: Scene, port: number): Promise<void> {
  await waitUntil("nginx serves the server's certificate", 60, async () => {
    const { issuer } = await servedCertificate(port);
    return issuer === "CN=Test Intermediate" || undefined;
  });
  await oneWorkerLeft(machine);
}

test("three commands bring nginx to a certificate of the server", async () => {
  const { scene, port } = await startHost();
  await using _scene = scene;
  const { bao, login } = scene;
  assert.deepEqual(COMMANDS, ["vcm init", "vcm doctor", "vcm run"]);
  const [init = "", doctor = "", run = ""] = COMMANDS;
  const turns: Turn[] = [
    ["Address of Vault or OpenBao: ", bao.address.replace("https://", "")],
    ["File with the CA certificate (PEM), or another address (https://…): ", bao.caFile ?? ""],
    ["Login of this host ", ""],
    ["Role id of the AppRole: ", login.roleId],
    ["Secret id, or token that wraps it (not shown)", login.secretId],
    ["Mount of the PKI engine ", ""],
    ["Role at that mount: ", "web"],
    [`${NAME}, www.${NAME}. Manage this certificate with VCM? [Y/n]: `, ""],
  ];
  const begin = performance.now();
  const first = await typeAnswers(scene, init, turns, { NO_COLOR: "1" });
  assert.equal(first.code, 0, first.screen);
  assert.equal(first.screen.includes(login.secretId), false, "the secret id is on the screen");
  assert.match(first.screen, /\nok {7}login: with the AppRole /);
  assert.match(first.screen, /\nNext: vcm run\n/);
  assert.equal(
    await inMachine(scene, "sh", "-c", "cd /etc/vcm && stat -c '%a %U %n' *"),
    "600 root secret-id\n644 root vault-ca.pem\n600 root vcm.yaml\n",
  );
  for (const line of [doctor, run]) {
    const { code, screen } = await typeAnswers(scene, line, []);
    assert.equal(code, 0, screen);
  }
  await requireServed(scene, port);
  const typed = [...COMMANDS, ...turns.map(([, answer]) => answer)];
  const keys = typed.reduce((sum, text) => sum + text.length + 1, 0);
  console.log(
    `From the program to a served certificate: ${keys} keystrokes in ${typed.length} lines, ` +
      `${((performance.now() - begin) / 1000).toFixed(1)} s without the typing`,
  );
  assert.ok(keys < 300, `${keys} keystrokes`);
  assert.equal((await scene.machine.exec(["vcm", "check"])).code, 0);
  const { code, stdout, stderr } = await scene.machine.exec(["vcm", "install", "--yes"]);
  assert.equal(code, 0, stdout + stderr);
  await scene.systemctl("start", "vcm.service");
});

test("the same in a script, with options in place of answers", async () => {
  const { scene, port } = await startHost();
  await using _scene = scene;
  const { bao, login, directory } = scene;
  await inMachine(scene, "mkdir", "/etc/vcm");
  await Deno.writeTextFile(`${directory}/etc/vcm/secret-id`, login.secretId, { mode: 0o600 });
  const line = SCRIPTED.trim().replace("vault.myorg.local:8200", bao.address)
    .replace("./ca.pem", bao.caFile ?? "").replace("ROLE_ID", login.roleId)
    .replace("pki_internal", "pki").replace("internal-service", "web");
  const [program = "", ...args] = line.split(" ");
  const begun = await scene.machine.exec([program, ...args]);
  assert.equal(begun.code, 0, begun.stdout + begun.stderr);
  const run = await scene.machine.exec(["vcm", "run"]);
  assert.equal(run.code, 0, run.stdout + run.stderr);
  await requireServed(scene, port);
});

test("Ctrl-C at the question for the secret leaves nothing, and the terminal as it was", async () => {
  const { scene } = await startHost();
  await using _scene = scene;
  const { bao, login } = scene;
  const line = `vcm init --vault ${bao.address} --ca ${bao.caFile} --role-id ${login.roleId}`;
  const question = "Secret id, or token that wraps it (not shown)";
  const { screen } = await typeAnswers(scene, `${line}; echo "status $?"; stty -a`, [
    [question, "half\u0003"],
  ]);
  assert.match(screen, /\nstatus 130\n/);
  assert.match(screen, / icanon /);
  assert.match(screen, / echo /);
  assert.equal(screen.includes("half"), false);
  assert.equal((await scene.machine.exec(["test", "-e", "/etc/vcm"])).code, 1);
});

test("a user who may not open the terminal again, as after su, can answer", async () => {
  const { scene } = await startHost({});
  await using _scene = scene;
  const { bao, login, directory } = scene;
  await inMachine(scene, "chmod", "711", directory);
  await inMachine(scene, "install", "-d", "-o", "65534", `${directory}/mine`);
  const user = "setpriv --reuid 65534 --regid 65534 --clear-groups --";
  const server = `--vault ${bao.address} --pki pki --role web --role-id ${login.roleId}`;
  const line = `${user} vcm init --config ${directory}/mine/vcm.yaml ${server} --no-doctor a.test`;
  const { code, screen } = await typeAnswers(scene, line, [
    ["Secret id, or token that wraps it (not shown)", login.secretId],
  ]);
  assert.equal(code, 0, screen);
  assert.equal(await Deno.readTextFile(`${directory}/mine/secret-id`), `${login.secretId}\n`);
});
