/** Formats by the compiled program: nginx serves a combined file, OpenSSL opens what is sealed. */
import { assert } from "./assert.ts";
import { startNginx } from "../support/nginx.ts";
import { makeSelfSigned } from "../support/self_signed.ts";
import { servedCertificate } from "../support/served_certificate.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { waitUntil } from "../support/wait_until.ts";
import { type Scene, startScene } from "./scene.ts";

const test = await testsNeeding("openbao", "nginx", "machine");
const NAME = "web.e2e.test";
const PASSWORD = "correct horse";

test("nginx serves a combined file, and an encrypted one is rewritten only for a new password", async () => {
  await using scene = await startScene();
  const port = await serveCombined(scene);
  await scene.configure(formats(scene));
  await setPassword(scene, PASSWORD);

  const first = await scene.vcm("run");
  assert.equal(first.code, 0, first.stderr + first.stdout);
  assert.equal(
    first.stdout,
    "Done: 1 issued, 4 files deployed, 1 service action; 0 failed, 0 skipped\n",
  );
  await waitUntil("nginx serves the new certificate", 60, async () => {
    const { issuer } = await servedCertificate(port);
    return issuer === "CN=Test Intermediate" || undefined;
  });
  await assertOpens(scene, PASSWORD);

  const before = await scene.snapshot();
  const second = await scene.vcm("run");
  assert.deepEqual(second, {
    code: 0,
    stdout: "Nothing to do: 1 certificate in order\n",
    stderr: "",
  });
  assert.deepEqual(await scene.snapshot(), before);

  await setPassword(scene, "battery staple");
  const third = await scene.vcm("run", "--verbose", "--json");
  assert.equal(third.code, 0, third.stderr);
  assert.equal(JSON.parse(third.stdout).outcome.deployed, 2);
  await assertOpens(scene, "battery staple");
  assert.equal((await scene.vcm("check")).code, 0);

  const key = await Deno.readTextFile(`${scene.directory}/store/${NAME}/privkey.pem`);
  assert.match(key, /^-----BEGIN PRIVATE KEY-----\n/);
  const said = [first, second, third].map(({ stdout, stderr }) => stdout + stderr).join("");
  for (const secret of [PASSWORD, "battery staple", key.split("\n")[1] ?? ""]) {
    assert.ok(secret.length > 5);
    assert.equal(said.includes(secret), false);
  }
});

test("an encrypted target follows a renewal, and a lost password blocks only that target", async () => {
  await using scene = await startScene();
  await serveCombined(scene);
  await scene.configure(formats(scene));
  await setPassword(scene, PASSWORD);
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);
  assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);
  await assertOpens(scene, PASSWORD);
  assert.equal((await scene.vcm("run")).stdout, "Nothing to do: 1 certificate in order\n");

  await Deno.remove(`${scene.directory}/password`);
  const lost = await scene.vcm("run");
  assert.equal(lost.code, 1);
  assert.match(lost.stdout, /Cannot read the password file "[^"]+": no such file or directory; /);
  assert.equal((await scene.vcm("check")).code, 3);
});

function formats({ directory }: Scene): string {
  return `  - name: "${NAME}"
    deploy:
      - combined: "${directory}/ssl/web.pem"
      - pkcs12: "${directory}/ssl/web.p12"
        password_file: "${directory}/password"
      - privkey: "${directory}/ssl/web.key"
        password_file: "${directory}/password"
      - der: "${directory}/ssl/web.cer"
    service:
      - {name: nginx.service, control: reload}
`;
}

/** @returns The port at which nginx serves what lies in one file with its key. */
async function serveCombined(scene: Scene): Promise<number> {
  const path = `${scene.directory}/ssl/web.pem`;
  const made = await makeSelfSigned(NAME);
  await Deno.writeTextFile(path, made.certificate + made.key);
  await Deno.mkdir(`${scene.directory}/nginx`);
  const files = { certificate: path, key: path };
  return (await startNginx(scene.machine, `${scene.directory}/nginx`, files)).port;
}

function setPassword({ directory }: Scene, password: string): Promise<void> {
  return Deno.writeTextFile(`${directory}/password`, `${password}\n`, { mode: 0o600 });
}

/** All that is sealed opens, and is of the set in the store. */
async function assertOpens({ directory, machine }: Scene, password: string): Promise<void> {
  const openssl = async (...args: string[]) => {
    const { code, stdout, stderr } = await machine.exec(["openssl", ...args]);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const pass = ["-passin", `pass:${password}`];
  const stored = (part: string) => Deno.readTextFile(`${directory}/store/${NAME}/${part}.pem`);
  assert.equal(
    await openssl("pkcs8", "-in", `${directory}/ssl/web.key`, ...pass),
    await stored("privkey"),
  );
  const opened = await openssl("pkcs12", "-in", `${directory}/ssl/web.p12`, "-nodes", ...pass);
  for (const part of ["cert", "chain", "privkey"]) assert.ok(opened.includes(await stored(part)));
  const leaf = await openssl("x509", "-inform", "der", "-in", `${directory}/ssl/web.cer`);
  assert.equal(leaf, await stored("cert"));
}
