/** Debts by evidence: what nginx serves says more than any record. */
import { assert } from "./assert.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { oneWorkerLeft } from "../support/nginx.ts";
import { makeSelfSigned } from "../support/self_signed.ts";
import { servedCertificate } from "../support/served_certificate.ts";
import { pairFor, type Scene, startScene } from "./scene.ts";
import { serveSelfSigned } from "./self_served.ts";

const test = await testsNeeding("openbao", "nginx", "machine");
const NAME = "web.e2e.test";

test("a service that serves another certificate has a pending action, whatever its manager says", async () => {
  await using scene = await startScene();
  const port = await probedNginx(scene);
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);
  await oneWorkerLeft(scene.machine);
  const first = await servedCertificate(port);
  assert.equal((await scene.vcm("run")).stdout, "Nothing to do: 1 certificate in order\n");

  assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
  assert.equal((await scene.vcm("deploy", "--quiet")).code, 0);
  // No record is left that nginx owes anything.
  await Deno.remove(`${scene.directory}/store/.pending/nginx.service`);
  const check = await scene.vcm("check");
  assert.equal(check.code, 1);
  assert.match(
    check.stdout,
    new RegExp(
      `^nginx\\.service: pending reload: 127\\.0\\.0\\.1:${port} serves a different certificate than ` +
        `web\\.e2e\\.test on disk: serial [0-9a-f:]+, until 20`,
      "m",
    ),
  );
  const run = await scene.vcm("run");
  assert.equal(run.code, 0, run.stdout + run.stderr);
  assert.match(run.stdout, /^Done: 0 issued, 0 files deployed, 1 service action; 0 failed/);
  await oneWorkerLeft(scene.machine);
  assert.notEqual((await servedCertificate(port)).serialNumber, first.serialNumber);
  assert.equal((await scene.vcm("run")).stdout, "Nothing to do: 1 certificate in order\n");
});

test("nginx that was restarted by hand has no pending action", async () => {
  await using scene = await startScene();
  const port = await probedNginx(scene);
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);
  await oneWorkerLeft(scene.machine);
  const first = await servedCertificate(port);
  assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
  assert.equal((await scene.vcm("deploy", "--quiet")).code, 0);
  await scene.systemctl("restart", "nginx.service");
  const loaded = await scene.systemctl("show", "-p", "StateChangeTimestamp", "nginx.service");
  const run = await scene.vcm("run");
  assert.equal(run.code, 0);
  assert.match(run.stderr, /^nginx\.service: cleared: it loaded them 20/m);
  assert.equal(
    await scene.systemctl("show", "-p", "StateChangeTimestamp", "nginx.service"),
    loaded,
    "nothing was done to it",
  );
  assert.notEqual((await servedCertificate(port)).serialNumber, first.serialNumber);
});

test("an action after which the new certificate is not served has failed", async () => {
  await using scene = await startScene();
  const port = await probedNginx(scene, "{connect: PLACE, timeout: 1s}");
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);
  // Somebody has made nginx serve another file: the reload works, and changes nothing.
  const conf = `${scene.directory}/nginx/nginx.conf`;
  const made = await makeSelfSigned("other.e2e.test");
  await Deno.writeTextFile(`${scene.directory}/other.crt`, made.certificate);
  await Deno.writeTextFile(`${scene.directory}/other.key`, made.key);
  const text = await Deno.readTextFile(conf);
  await Deno.writeTextFile(
    conf,
    text.replaceAll(`${scene.directory}/ssl/${NAME}`, `${scene.directory}/other`),
  );
  assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
  const run = await scene.vcm("run");
  assert.equal(run.code, 1);
  assert.match(
    run.stdout,
    new RegExp(
      "^failed  nginx\\.service: the new certificate of web\\.e2e\\.test was not served within " +
        `1 s: 127\\.0\\.0\\.1:${port} still serves serial [0-9a-f:]+, until 20`,
    ),
  );
  const check = await scene.vcm("check");
  assert.equal(check.code, 1);
  assert.match(
    check.stdout,
    /nginx\.service: pending reload: .* serves a different certificate than/,
  );
  await Deno.writeTextFile(conf, text);
  assert.equal((await scene.vcm("run")).code, 0);
  await oneWorkerLeft(scene.machine);
  assert.equal((await servedCertificate(port)).issuer, "CN=Test Intermediate");
});

test("a certificate that was overwritten by hand is restored, and plan names the one it replaces", async () => {
  await using scene = await startScene();
  const port = await probedNginx(scene);
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);
  await oneWorkerLeft(scene.machine);
  const { serialNumber } = await servedCertificate(port);
  const made = await makeSelfSigned("wrong.e2e.test");
  await Deno.writeTextFile(`${scene.directory}/ssl/${NAME}.crt`, made.certificate);
  await Deno.writeTextFile(`${scene.directory}/ssl/${NAME}.key`, made.key);
  await scene.systemctl("reload", "nginx.service");
  const plan = await scene.vcm("plan");
  assert.match(
    plan.stdout,
    /deploy {3}\S+\.crt: content (?:serial|until) \S+ -> \S+(?: until \S+)?\n/,
  );
  assert.match(plan.stdout, /deploy {3}\S+\.key: content differs from the store\n/);
  const run = await scene.vcm("run");
  assert.equal(run.code, 0, run.stdout);
  assert.match(run.stdout, /^Done: 0 issued, 2 files deployed, 1 service action;/);
  await oneWorkerLeft(scene.machine);
  assert.equal((await servedCertificate(port)).serialNumber, serialNumber);
});

test("a service that does not answer its probe cannot be told of, and is not acted on", async () => {
  await using scene = await startScene();
  const port = await probedNginx(scene);
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);
  await scene.systemctl("stop", "nginx.service");
  const check = await scene.vcm("check");
  assert.equal(check.code, 3);
  assert.match(check.stdout, /^UNKNOWN: 1 certificate in order/);
  assert.match(check.stdout, new RegExp(`nginx\\.service: cannot tell what it serves: .*${port}`));
  assert.equal((await scene.vcm("run")).code, 0);
  assert.equal(await scene.systemctl("show", "--value", "-p", "ActiveState", "nginx"), "inactive");
});

/** nginx with a certificate of its own, and a file that names it with a probe. */
async function probedNginx(scene: Scene, probe = "PLACE"): Promise<number> {
  const port = await serveSelfSigned(scene, NAME);
  const at = probe.replace("PLACE", `"127.0.0.1:${port}"`);
  await scene.configure(
    pairFor(scene, NAME, `{name: nginx.service, control: reload, probe: ${at}}`),
  );
  return port;
}
