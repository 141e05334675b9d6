/** What the bundled, compiled program does by libraries that it loads lazily, on real systemd. */
import { X509Certificate } from "node:crypto";
import { readOtherNames } from "../../lib/certificate/alt_names.ts";
import { setUpCertAuth } from "../support/auth_methods.ts";
import { startFront } from "../support/faulty_proxy.ts";
import { startOpenBao } from "../support/openbao.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { shellWords } from "../support/shell_words.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { compiledVcm, runVcm } from "../support/vcm.ts";
import { assert } from "./assert.ts";
import { pairAlone, startScene } from "./scene.ts";

const test = await testsNeeding("openbao", "machine");
const NAME = "a.e2e.test";
const UPN = "1.3.6.1.4.1.311.20.2.3;UTF8:web@e2e.test";

test("the binary makes keys on the host, and reads names of rare kinds", async () => {
  await using scene = await startScene();
  const { directory, bao } = scene;
  await bao.api("POST", "pki/roles/wide", {
    allow_any_name: true,
    allowed_other_sans: "*",
    key_type: "any",
  });
  const more =
    `    role: wide\n    key: local\n    key_type: ed25519\n    other_sans: ["${UPN}"]\n`;
  await scene.configure(pairAlone(scene, NAME, more));
  const { code, stdout, stderr } = await scene.vcm("run");
  assert.equal(code, 0, stdout + stderr);
  const leaf = new X509Certificate(await Deno.readTextFile(`${directory}/ssl/${NAME}.crt`));
  assert.deepEqual(readOtherNames(leaf), [UPN]);
  assert.equal(leaf.publicKey.asymmetricKeyType, "ed25519");
  const second = await scene.vcm("run");
  assert.equal(second.stdout, "Nothing to do: 1 certificate in order\n");
  const doctor = await scene.vcm("doctor");
  assert.equal(doctor.code, 0, doctor.stdout + doctor.stderr);
});

test("a proxy of the environment hears nothing of what goes to this host in plain text", async () => {
  await using scene = await startScene();
  await using proxy = startFront(scene.bao, () => new Response("seen"));
  await scene.configure(pairAlone(scene, NAME));
  const { code, stdout } = await runVcm(["run", "--config", `${scene.directory}/vcm.yaml`], {
    env: { HTTP_PROXY: proxy.address, http_proxy: proxy.address, ALL_PROXY: proxy.address },
  });
  assert.equal(code, 0, stdout);
  assert.deepEqual(proxy.heard, []);
});

test("systemd passes the secret id as a credential", async () => {
  await using scene = await startScene();
  const { directory, login } = scene;
  await scene.configure(pairAlone(scene, NAME));
  const file = `${directory}/vcm.yaml`;
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, text.replace(/^ +vault_secret_id:.*\n/gm, ""));
  await Deno.writeTextFile(`${directory}/secret-id`, `${login.secretId}\n`, { mode: 0o600 });
  const { code } = await scene.vcm("run");
  assert.equal(code, 1, "without the secret id it cannot log in");
  await scene.machine.writeUnit(
    "vcm.service",
    `[Service]
Type=oneshot
LoadCredential=vault_secret_id:${directory}/secret-id
ExecStart=${shellWords(await compiledVcm())} run --config ${file}
`,
  );
  await scene.systemctl("daemon-reload");
  await scene.systemctl("start", "vcm.service");
  await Deno.stat(`${directory}/ssl/${NAME}.key`);
});

test("vcm revoke asks on a terminal, and y means yes", async () => {
  await using scene = await startScene();
  const { directory, bao, login } = scene;
  await bao.api("POST", "sys/policies/acl/vcm", {
    policy: ["issue/*", "revoke"].map((path) => `path "pki/${path}" { capabilities = ["update"] }`)
      .join("\n"),
  });
  await scene.configure(pairAlone(scene, NAME));
  assert.equal((await scene.vcm("run")).code, 0);
  const line = shellWords(await compiledVcm(), "revoke", NAME, "--config", `${directory}/vcm.yaml`);
  const onTerminal = (answer: string) =>
    scene.machine.exec([
      "sh",
      "-c",
      `printf '${answer}\\n' | script -qec "$1" /dev/null`,
      "sh",
      line,
    ]);
  const no = await onTerminal("n");
  assert.match(
    no.stdout,
    /Revoke "a\.e2e\.test" \(serial .*\)\? Peers that check revocation will reject it\./,
  );
  assert.match(no.stdout, /failed {2}a\.e2e\.test: Not revoked/);
  await Deno.stat(`${directory}/store/${NAME}/cert.pem`);
  const yes = await onTerminal("y");
  assert.match(yes.stdout, /a\.e2e\.test: revoked, serial /);
  const archived = [...Deno.readDirSync(`${directory}/store/archive/${NAME}`)];
  assert.equal(archived.length, 1);
  assert.equal((yes.stdout + no.stdout).includes(login.secretId), false);
});

test("the binary logs in by the certificate that it renews, under another server name", async () => {
  await using bao = await startOpenBao({ tls: true });
  await setUpPki(bao);
  await setUpCertAuth(bao);
  const directory = await Deno.makeTempDir({ prefix: "vcm-e2e-" });
  try {
    const stored = `${directory}/store/${NAME}`;
    const config = (login: string) =>
      `config:
  vault: "${bao.address}"
  vault_ssl_verify: "${bao.caFile}"
  tls_server_name: localhost
  pki: pki
  role: web
  renew: 10d
  cert_store: "${directory}/store"
${login}certs:
  - name: "${NAME}"
`;
    const run = async (login: string, args: string[], env: Record<string, string> = {}) => {
      await Deno.writeTextFile(`${directory}/vcm.yaml`, config(login), { mode: 0o600 });
      const said = await runVcm([...args, "--config", `${directory}/vcm.yaml`], { env });
      assert.equal(said.code, 0, said.stdout + said.stderr);
    };
    await run("", ["run"], { VAULT_TOKEN: bao.token });
    const first = await Deno.readTextFile(`${stored}/cert.pem`);
    const login = `  client_cert: "${stored}/fullchain.pem"
  client_key: "${stored}/privkey.pem"
  auth: {method: cert, role: vcm}
`;
    await run(login, ["issue", "--force"]);
    assert.notEqual(await Deno.readTextFile(`${stored}/cert.pem`), first);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
