/** nginx verifies client certificates with a bundle and with CRLs that VCM deploys. */
import { assert } from "./assert.ts";
import { oneWorkerLeft } from "../support/nginx.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { pairFor, type Scene, startScene } from "./scene.ts";
import { serveSelfSigned } from "./self_served.ts";

const test = await testsNeeding("openbao", "nginx", "machine");
const NAME = "web.e2e.test";
const CLIENT = "client.e2e.test";

test("nginx refuses a client whose certificate is revoked, and VCM replaces that certificate", async () => {
  await using scene = await startScene();
  const port = await serveSelfSigned(scene, NAME);
  await scene.configure(
    pairFor(scene, NAME, "{name: nginx.service, control: reload}") +
      `  - name: "${CLIENT}"\ntrust:\n${trustEntry(scene, "ca_bundle", "ca")}` +
      trustEntry(scene, "crl", "crl"),
  );
  const first = await scene.vcm("run");
  assert.equal(first.code, 0, first.stdout + first.stderr);
  assert.equal(
    first.stdout,
    "Done: 2 issued, 2 fetched, 4 files deployed, 1 service action; 0 failed, 0 skipped\n",
  );
  assert.equal(Deno.statSync(`${scene.directory}/ssl/crl.pem`).mode! & 0o777, 0o640);
  await verifyClients(scene);
  assert.equal(await statusFor(scene, port), 200);

  const audit = await scene.auditLines();
  const idle = await scene.vcm("run");
  assert.equal(idle.stdout, "Nothing to do: 2 certificates and 2 trust entries in order\n");
  assert.equal(await scene.auditLines(), audit, "nothing is asked");

  const certificate = await Deno.readTextFile(`${scene.directory}/store/${CLIENT}/cert.pem`);
  const revoked = await scene.bao.api("POST", "pki/revoke", { certificate });
  assert.equal(revoked.status, 200);
  assert.equal((await scene.vcm("issue", "--force", "--quiet", "clients-crl")).code, 0);
  const check = await scene.vcm("check");
  assert.equal(check.code, 2, check.stdout);
  assert.match(check.stdout, /^client\.e2e\.test: it is revoked: the CRL of "Test Intermediate"/m);
  assert.equal((await scene.vcm("deploy", "--quiet", "clients-crl")).code, 0);
  assert.equal((await scene.vcm("restart", "--quiet")).code, 0);
  await oneWorkerLeft(scene.machine);
  assert.equal(await statusFor(scene, port), 400);

  const renewed = await scene.vcm("run");
  assert.equal(renewed.code, 0, renewed.stdout + renewed.stderr);
  assert.match(renewed.stdout, /^Done: 1 issued, 0 files deployed/);
  assert.equal(await statusFor(scene, port), 200);
  assert.equal((await scene.vcm("check")).code, 0);
});

test("a CRL that nginx rejects is rolled back, and the stored one stays due to be deployed", async () => {
  await using scene = await startScene();
  await serveSelfSigned(scene, NAME);
  const entry = trustEntry(scene, "crl", "crl");
  await scene.configure(
    `${pairFor(scene, NAME, "{name: nginx.service, control: reload}")}trust:\n${entry}`,
  );
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);
  const before = await Deno.readTextFile(`${scene.directory}/ssl/crl.pem`);
  await scene.configure(
    `${pairFor(scene, NAME, "{name: nginx.service, control: reload}")}trust:\n` +
      entry.replace("control: reload", `control: reload, validate: ["/bin/false"]`),
  );
  await scene.bao.api("GET", "pki/crl/rotate");
  assert.equal((await scene.vcm("issue", "--force", "--quiet", "clients-crl")).code, 0);
  const failed = await scene.vcm("run");
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /clients-crl: rolled back \S+crl\.pem, because "validate" of nginx/);
  assert.equal(await Deno.readTextFile(`${scene.directory}/ssl/crl.pem`), before);
});

function trustEntry({ directory }: Scene, kind: "ca_bundle" | "crl", what: string): string {
  return `  - name: clients-${what}
    ${kind}: [pki, pki_root]
    deploy: [{${what}: "${directory}/ssl/${what}.pem", mode: "0640"}]
    service: [{name: nginx.service, control: reload}]
`;
}

/** What an administrator adds to the site once the files are there. */
async function verifyClients(scene: Scene): Promise<void> {
  const conf = `${scene.directory}/nginx/nginx.conf`;
  const text = await Deno.readTextFile(conf);
  const ssl = `${scene.directory}/ssl`;
  const lines = `ssl_client_certificate ${ssl}/ca.pem; ssl_crl ${ssl}/crl.pem; ` +
    "ssl_verify_client on; ssl_verify_depth 2;";
  await Deno.writeTextFile(conf, text.replace("return 200", `${lines}\n    return 200`));
  await scene.systemctl("reload", "nginx.service");
  await oneWorkerLeft(scene.machine);
}

/** The status with which nginx answers the client; 400 if it rejects the certificate. */
async function statusFor({ directory }: Scene, port: number): Promise<number> {
  const at = (part: string) => `${directory}/store/${CLIENT}/${part}.pem`;
  const client = new Deno.Command("openssl", {
    args: [
      ...["s_client", "-quiet", "-connect", `127.0.0.1:${port}`, "-key", at("privkey")],
      ...["-cert", at("cert"), "-cert_chain", at("chain")],
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = client.stdin.getWriter();
  await writer.write(new TextEncoder().encode("GET / HTTP/1.0\r\n\r\n"));
  const { stdout } = await client.output();
  await writer.close().catch(() => {});
  return Number(/^HTTP\/1\.1 (\d+)/.exec(new TextDecoder().decode(stdout))?.[1]);
}
