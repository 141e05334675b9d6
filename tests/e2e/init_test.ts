/** From a host with nginx to a certificate that VCM keeps, by `vcm init` and `vcm run`. */
import { assert } from "./assert.ts";
import { oneWorkerLeft } from "../support/nginx.ts";
import { servedCertificate } from "../support/served_certificate.ts";
import { shellWords } from "../support/shell_words.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { compiledVcm } from "../support/vcm.ts";
import { waitUntil } from "../support/wait_until.ts";
import { inMachine, installNginx, NGINX_GROUP } from "./nginx_host.ts";
import { type Scene, startScene } from "./scene.ts";
import { typeAnswers } from "./type_answers.ts";

const test = await testsNeeding("openbao", "nginx", "machine");
const NAME = "web.e2e.test";
const FILE = "/etc/vcm/vcm.yaml";

/** Runs VCM as an administrator does, who names no file. */
async function vcm(scene: Scene, args: readonly string[], env: Record<string, string> = {}) {
  return await scene.machine.exec([await compiledVcm(), ...args], { env });
}

test("what vcm init writes makes nginx serve a certificate of the server", async () => {
  await using scene = await startScene();
  const { directory, bao } = scene;
  const port = await installNginx(scene, NAME);
  const flags = ["--vault", bao.address, "--pki", "pki", "--role", "web"];
  const begun = await vcm(scene, ["init", "--yes", ...flags], { VAULT_TOKEN: bao.token });
  assert.deepEqual([begun.code, begun.stderr], [0, ""], begun.stdout);
  const [before, doctor, next] = begun.stdout.split("\n\n");
  assert.equal(before, `Wrote ${FILE}: 1 certificate, 2 targets`);
  assert.match(doctor ?? "", /^vcm doctor:\n(?:ok|warning) /);
  assert.equal(next, "Next: vcm run\n");
  assert.equal(
    await inMachine(scene, "stat", "-c", "%a %U", "/etc/vcm", FILE),
    "755 root\n600 root\n",
  );
  const valid = await vcm(scene, ["validate"]);
  assert.equal(valid.stdout, `${FILE}: no errors; 1 certificate, 2 targets, 1 service\n`);
  const again = await vcm(scene, ["init", "--yes", ...flags]);
  assert.deepEqual([again.code, again.stdout], [2, ""]);
  assert.match(
    again.stderr,
    /^error: "\/etc\/vcm\/vcm\.yaml" already exists; to check it: vcm doctor; pass /,
  );

  // The store of the machine would be the host's.
  const text = await Deno.readTextFile(`${directory}/etc/vcm/vcm.yaml`);
  await Deno.writeTextFile(
    `${directory}/etc/vcm/vcm.yaml`,
    text.replace("config:\n", `config:\n  cert_store: "${directory}/store"\n`),
  );
  const run = await vcm(scene, ["run"], { VAULT_TOKEN: bao.token });
  assert.deepEqual([run.code, run.stdout], [
    0,
    "Done: 1 issued, 2 files deployed, 1 service action; 0 failed, 0 skipped\n",
  ], run.stdout + run.stderr);
  // The command that reloads nginx ends before the new worker is there.
  await waitUntil("nginx serves the server's certificate", 60, async () => {
    const { issuer } = await servedCertificate(port);
    return issuer === "CN=Test Intermediate" || undefined;
  });
  await oneWorkerLeft(scene.machine);
  const served = await servedCertificate(port);
  assert.equal(served.subjectAltName, `DNS:${NAME}, DNS:www.${NAME}`);
  assert.match(await inMachine(scene, "/usr/local/sbin/nginx", "-t"), /test is successful/);
  const kept = ["web.crt", "web.key"].map((name) => {
    const { mode, uid, gid } = Deno.statSync(`${directory}/etc/nginx/ssl/${name}`);
    return [(mode ?? 0) & 0o777, uid, gid];
  });
  assert.deepEqual(kept, [[0o644, 0, 0], [0o640, 0, NGINX_GROUP]]);
  assert.equal((await vcm(scene, ["check"])).code, 0);
});

test("vcm init asks on a terminal, line by line", async () => {
  await using scene = await startScene();
  const { directory, bao } = scene;
  await installNginx(scene, NAME);
  const env = { VAULT_ADDR: bao.address };
  const init = (name: string) =>
    compiledVcm().then((program) =>
      shellWords(program, "init", "--config", `${directory}/${name}`)
    );
  const { screen: lines } = await typeAnswers(scene, await init("a.yaml"), [
    ["Address of Vault", ""],
    ["Login of this host", "later"],
    ["Mount of the PKI", ""],
    ["Role at that mount: ", "no role"],
    ["Role at that mount: ", "web"],
    ["[Y/n]: ", ""],
  ], env);
  assert.match(lines, /^Found 1 certificate in the configurations of web servers\. Press Enter /m);
  for (
    const question of [
      `Address of Vault or OpenBao [${bao.address}]: `,
      "Mount of the PKI engine [pki]: ",
      "Role at that mount: ",
      '  expected the name of a role such as "internal-service", got "no role"\n',
      `nginx (/etc/nginx/snippets/web-tls.conf:1): ${NAME}, www.${NAME}. Manage this certificate ` +
      "with VCM? [Y/n]: ",
    ]
  ) assert.ok(lines.includes(question), `${question}\nis not in\n${lines}`);
  assert.match(lines, /Wrote \S+\/a\.yaml: 1 certificate, 2 targets\n/);
  const valid = await vcm(scene, ["validate", "--config", `${directory}/a.yaml`]);
  assert.equal(valid.code, 0, valid.stderr);

  const named = await typeAnswers(scene, await init("b.yaml"), [
    ["Address of Vault", ""],
    ["Login of this host", "later"],
    ["Mount of the PKI", ""],
    ["Role at that mount: ", "web"],
    ["[Y/n]: ", "n"],
    ["Name of the first certificate", "new.e2e.test"],
  ], env);
  assert.match(named.screen, /Name of the first certificate[^\n]*: /);
  const text = await Deno.readTextFile(`${directory}/b.yaml`);
  assert.match(text, /\n {2}- name: "new\.e2e\.test"\n {4}# To deploy it /);
});

test("hostile configurations end vcm init in time, and lead it to no file of the system", async () => {
  await using scene = await startScene();
  const { directory, bao } = scene;
  await installNginx(scene, NAME);
  const nginx = `${directory}/etc/nginx`;
  const site = (name: string, certificate: string) =>
    `server { listen 443 ssl; server_name ${name}; ssl_certificate ${certificate};\n` +
    "ssl_certificate_key /etc/nginx/ssl/evil.key; }\n";
  await Deno.symlink("/usr/bin/env", `${nginx}/ssl/link.crt`);
  const places = {
    "passwd.test": ["/etc/passwd", "contains neither a certificate nor a key"],
    "link.test": ["/etc/nginx/ssl/link.crt", "which leads to /usr/bin/env, is below /usr"],
    "proc.test": ["/proc/sysrq-trigger", "is below /proc"],
    "own.test": ["/etc/vcm/vcm.yaml", "is a file of VCM itself"],
    "pipe.test": ["/etc/nginx/pipe", "is not a regular file"],
  } as const;
  await inMachine(scene, "mkfifo", "/etc/nginx/pipe");
  const texts: Record<string, string> = {
    "conf.d/a.conf": Object.entries(places).map(([name, [path]]) => site(name, path)).join(""),
    "conf.d/deep.conf": `${"a {".repeat(3000)}${"}".repeat(3000)}`,
    "conf.d/stars.conf": `include /etc/nginx/stars/${"*a".repeat(13)}*b;\n`,
    "conf.d/rest.conf":
      "include /etc/nginx/pipe;\ninclude /dev/zero;\ninclude /proc/self/environ;\n" +
      "include /etc/nginx/circle/0;\n",
  };
  await Deno.mkdir(`${nginx}/stars`);
  await Deno.writeTextFile(`${nginx}/stars/${"a".repeat(250)}`, "");
  await Deno.mkdir(`${nginx}/circle`);
  for (let at = 0; at < 25; at++) {
    texts[`circle/${at}`] = `include /etc/nginx/circle/${(at + 1) % 25};\n`.repeat(2);
  }
  for (const [name, text] of Object.entries(texts)) {
    await Deno.writeTextFile(`${nginx}/${name}`, text);
  }
  const flags = ["--yes", "--no-doctor", "--vault", bao.address, "--role", "web"];
  const { code, stdout, stderr } = await scene.machine.exec(
    ["timeout", "60", await compiledVcm(), "init", ...flags],
  );
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^Wrote \S+: 1 certificate, 2 targets\n/);
  for (const [path, why] of Object.values(places)) {
    const note = stdout.split("\n").find((line) => line.includes(`: ${path}`));
    assert.ok(note?.startsWith("Left out: ") && note.includes(why), `${path}\n${stdout}`);
  }
  for (
    const note of [
      "conf.d/deep.conf: cannot be read: line 1: more than 100 nested blocks",
      "nginx/pipe: cannot be read: is not a regular file",
      "/dev/zero: cannot be read: is not a regular file",
      "/proc/self/environ: cannot be read: VCM cannot use files in /dev, /proc and /sys\n",
      'includes "/etc/nginx/circle/0", which includes this file',
    ]
  ) assert.ok(stdout.includes(note), `${note}\n${stdout}`);
  const valid = await vcm(scene, ["validate"]);
  assert.equal(valid.stdout, `${FILE}: no errors; 1 certificate, 2 targets, 1 service\n`);
});
