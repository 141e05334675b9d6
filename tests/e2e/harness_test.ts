// The proof that the tests' own tools work: a test of VCM that uses them can rely on them.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { VERSION } from "../../lib/text/version.ts";
import { startMachine } from "../support/machine.ts";
import { oneWorkerLeft, startNginx } from "../support/nginx.ts";
import { startOpenBao } from "../support/openbao.ts";
import { makeSelfSigned } from "../support/self_signed.ts";
import { servedCertificate } from "../support/served_certificate.ts";
import { makeDirectory } from "../support/rig.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { compiledVcm, runVcm } from "../support/vcm.ts";
import { waitUntil } from "../support/wait_until.ts";

const testWithOpenBao = await testsNeeding("openbao");

testWithOpenBao(
  "an OpenBao with TLS issues by the AppRole's policy and writes it down",
  async () => {
    await using bao = await startOpenBao({ tls: true, audit: true });
    const { roleId, secretId } = await setUpPki(bao);
    match(roleId, /^[0-9a-f-]{36}$/);
    match(secretId, /^[0-9a-f-]{36}$/);
    match(await Deno.readTextFile(bao.caFile ?? ""), /BEGIN CERTIFICATE/);

    const lines = async () => (await Deno.readTextFile(bao.auditFile ?? "")).split("\n").length;
    const before = await lines();
    const desired = { common_name: "a.test" };
    const issued = (await bao.api("POST", "pki/issue/web", desired)).body.data ?? {};
    equal(issued.private_key_type, "ec");
    equal((issued.ca_chain as readonly string[]).length, 2);
    equal(await lines(), before + 2);
    equal((await bao.api("POST", "pki_self/issue/web", desired)).status, 200);
    const denied = await bao.api("POST", "pki/issue/denied", desired);
    deepEqual([denied.status, denied.body.errors?.length], [400, 1]);
  },
);

testWithOpenBao("a sealed OpenBao says so", async () => {
  await using bao = await startOpenBao({ sealed: true });
  equal((await bao.api("GET", "sys/health")).status, 503);
  ok(bao.caFile === undefined && bao.auditFile === undefined);
});

const testWithMachine = await testsNeeding("machine", "nginx");

testWithMachine(
  "a machine has its own systemd as process 1, and none of the host's units",
  async () => {
    await using machine = await startMachine();
    equal((await machine.exec(["cat", "/proc/1/comm"])).stdout, "systemd\n");
    const { stdout } = await machine.exec(["systemctl", "list-units", "--type=service", "--plain"]);
    match(stdout, /^0 loaded units listed/m);
    equal((await machine.exec(["pwd"], { cwd: "/tmp" })).stdout, "/tmp\n");
    equal((await machine.exec(["sh", "-c", "exit 7"])).code, 7);
  },
);

testWithMachine("a reload of a unit succeeds, fails and is dated", async () => {
  await using machine = await startMachine();
  using temporary = makeDirectory();
  const directory = temporary.path;
  await machine.writeUnit(
    "web.service",
    `[Service]\nExecStart=/bin/sleep 100\nExecReload=/bin/test -e ${directory}/good\n`,
  );
  const systemctl = async (
    ...args: string[]
  ) => (await machine.exec(["systemctl", ...args], { env: { TZ: "UTC" } }));
  const property = async (name: string) =>
    (await systemctl("show", "--timestamp=us+utc", "--value", `-p${name}`, "web")).stdout.trim();
  equal((await systemctl("daemon-reload")).code, 0);
  equal((await systemctl("start", "web")).code, 0);
  const started = await property("StateChangeTimestampMonotonic");

  equal((await systemctl("reload", "web")).code, 1);
  equal(await property("ReloadResult"), "exit-code");
  await Deno.writeTextFile(`${directory}/good`, "");
  equal((await systemctl("reload", "web")).code, 0);
  equal(await property("ReloadResult"), "success");
  ok(Number(await property("StateChangeTimestampMonotonic")) > Number(started));
});

testWithMachine("nginx serves the certificate that it was last made to load", async () => {
  await using machine = await startMachine();
  using temporary = makeDirectory();
  const directory = temporary.path;
  const files = { certificate: `${directory}/cert.pem`, key: `${directory}/key.pem` };
  const write = async (name: string) => {
    const made = await makeSelfSigned(name);
    await Deno.writeTextFile(files.certificate, made.certificate);
    await Deno.writeTextFile(files.key, made.key);
  };
  await write("first.test");
  const { port, unit } = await startNginx(machine, directory, files);
  equal((await servedCertificate(port)).subject, "CN=first.test");

  await write("second.test");
  equal((await servedCertificate(port)).subject, "CN=first.test");
  equal((await machine.exec(["systemctl", "reload", unit])).code, 0);
  await waitUntil(
    "nginx serves the new certificate",
    60,
    async () => (await servedCertificate(port)).subject === "CN=second.test" || undefined,
  );

  await oneWorkerLeft(machine);
  await Deno.writeTextFile(files.key, (await makeSelfSigned("other.test")).key);
  equal((await machine.exec(["systemctl", "reload", unit])).code, 1);
  equal((await servedCertificate(port)).subject, "CN=second.test");
});

testWithMachine("the compiled program runs outside and inside a machine", async () => {
  const outside = await runVcm(["--version"]);
  equal(outside.code, 0);
  ok(outside.stdout.startsWith(`vcm ${VERSION} `));
  await using machine = await startMachine();
  deepEqual(await machine.exec([await compiledVcm(), "--version"]), outside);
});
