import { assert } from "./assert.ts";
import { oneWorkerLeft } from "../support/nginx.ts";
import { servedCertificate } from "../support/served_certificate.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { waitUntil } from "../support/wait_until.ts";
import { pairFor, type Scene, startScene } from "./scene.ts";
import { serveSelfSigned } from "./self_served.ts";

const test = await testsNeeding("openbao", "nginx", "machine");
const NAME = "web.e2e.test";

test("a run makes nginx serve a new certificate, and a second run does nothing", async () => {
  await using scene = await startScene();
  const port = await serveSelfSigned(scene, NAME);
  await scene.configure(pairFor(scene, NAME, "{name: nginx.service, control: reload}"));

  const first = await scene.vcm("run");
  assert.equal(first.code, 0, first.stderr + first.stdout);
  assert.equal(
    first.stdout,
    "Done: 1 issued, 2 files deployed, 1 service action; 0 failed, 0 skipped\n",
  );
  const serial = await servesIssuedBy(port, "CN=Test Intermediate");
  await oneWorkerLeft(scene.machine);
  assert.deepEqual([...Deno.readDirSync(`${scene.directory}/store/.pending`)], []);

  const before = await scene.snapshot();
  const audit = await scene.auditLines();
  const loaded = await lastLoaded(scene);
  const second = await scene.vcm("run");
  assert.deepEqual(second, {
    code: 0,
    stdout: "Nothing to do: 1 certificate in order\n",
    stderr: "",
  });
  assert.deepEqual(await scene.snapshot(), before);
  assert.equal(await scene.auditLines(), audit);
  assert.equal(await lastLoaded(scene), loaded);
  assert.equal((await servedCertificate(port)).serialNumber, serial);
  assert.equal((await scene.vcm("check")).code, 0);
});

test("a name added to the file is served after the next run, and plan says why before", async () => {
  await using scene = await startScene();
  const port = await serveSelfSigned(scene, NAME);
  await scene.configure(pairFor(scene, NAME, "{name: nginx.service, control: reload}"));
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);
  await servesIssuedBy(port, "CN=Test Intermediate");

  const added = `    dns_sans: ["api.e2e.test"]\n    ip_sans: ["10.1.1.20"]\n`;
  await scene.configure(pairFor(scene, NAME, "{name: nginx.service, control: reload}", added));
  const plan = await scene.vcm("plan");
  assert.match(
    plan.stdout,
    /issue {4}from pki\/issue\/web: its names differ from the configuration: it lacks api\.e2e\.test, 10\.1\.1\.20/,
  );
  assert.match(plan.stdout, /nginx\.service\n {2}reload: it loads the new files of web\.e2e\.test/);
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);
  await waitUntil("nginx serves the added name", 60, async () => {
    const names = (await servedCertificate(port)).subjectAltName ?? "";
    return names.includes("DNS:api.e2e.test") && names.includes("IP Address:10.1.1.20") ||
      undefined;
  });
});

test("nothing secret is in any output, not even with --verbose and --json", async () => {
  await using scene = await startScene();
  await serveSelfSigned(scene, NAME);
  await scene.configure(pairFor(scene, NAME, "{name: nginx.service, control: reload}"));
  const said: string[] = [];
  for (const args of [["plan", "--json"], ["run", "--verbose", "--json"], ["check", "--verbose"]]) {
    const { stdout, stderr } = await scene.vcm(...args);
    said.push(stdout, stderr);
  }
  const key = await Deno.readTextFile(`${scene.directory}/store/${NAME}/privkey.pem`);
  const secrets = [scene.login.secretId, scene.login.roleId, key.split("\n")[1] ?? "", "PRIVATE"];
  for (const secret of secrets) {
    assert.ok(secret.length > 5);
    assert.ok(!said.join("").includes(secret));
  }
});

/** nginx answers a reload before its new workers serve. */
async function servesIssuedBy(port: number, issuer: string): Promise<string> {
  return await waitUntil(`nginx serves what ${issuer} issued`, 60, async () => {
    const served = await servedCertificate(port);
    return served.issuer === issuer ? served.serialNumber : undefined;
  });
}

function lastLoaded(scene: Scene): Promise<string> {
  return scene.systemctl("show", "-p", "StateChangeTimestampMonotonic", "nginx.service");
}
