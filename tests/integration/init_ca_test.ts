/** Which CA of a server `vcm init` trusts, and after which question. */
import assert from "node:assert/strict";
import { openCertificate } from "../../lib/certificate/certificate.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { openssl } from "../support/openssl_pki.ts";
import { type Directory, makeDirectory } from "../support/rig.ts";
import { startSealedOpenBao } from "../support/sealed_openbao.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { runInit } from "./run_init.ts";

const test = await testsNeeding("openbao");

const EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** A root, an intermediate, a server certificate below it, and a self-signed one. */
async function makeCertificates({ at, write }: Directory): Promise<void> {
  const request = (name: string, ...more: string[]) =>
    openssl("req", ...EC, "-subj", `/O=Example/CN=${name}`, "-keyout", at(`${name}.key`), ...more);
  const names = "subjectAltName=IP:127.0.0.1";
  const isCa = "basicConstraints=critical,CA:TRUE";
  await request("root", "-x509", "-days", "30", "-out", at("root.pem"));
  await request("self", "-x509", "-addext", names, "-addext", isCa, "-out", at("self.pem"));
  write("inter.ext", isCa);
  write("leaf.ext", `${names}\nbasicConstraints=CA:FALSE`);
  for (const [name, issuer] of [["inter", "root"], ["leaf", "inter"]] as const) {
    await request(name, "-out", at(`${name}.csr`));
    const by = ["-CA", at(`${issuer}.pem`), "-CAkey", at(`${issuer}.key`), "-CAcreateserial"];
    await openssl(
      ...["x509", "-req", "-in", at(`${name}.csr`), ...by, "-days", "20"],
      ...["-extfile", at(`${name}.ext`), "-out", at(`${name}.pem`)],
    );
  }
}

/** OpenBao with the given certificates. */
async function serve(directory: Directory, chain: readonly string[]) {
  const { read, write } = directory;
  write("chain.pem", chain.map((name) => read(`${name}.pem`)).join(""));
  const server = await startSealedOpenBao(directory, "chain.pem", `${chain[0]}.key`);
  return {
    address: `https://127.0.0.1:${server.port}`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const REST = ["--pki", "pki", "--role", "web", "--no-doctor"];
const LOGIN = ["--auth-method", "token"];

for (
  const { chain, top, what } of [
    { chain: ["leaf", "inter", "root"], top: "root", what: "CA" },
    { chain: ["leaf", "inter"], top: "inter", what: "CA" },
    { chain: ["self"], top: "self", what: "CA" },
  ]
) {
  test(`a server that presents ${chain.join(", ")}: its ${top} is shown, and saved after a yes`, async () => {
    using directory = makeDirectory();
    await makeCertificates(directory);
    await using server = await serve(directory, chain);
    const { fingerprint256, subject } = openCertificate(directory.read(`${top}.pem`));
    const options = ["--vault", server.address, ...REST];

    const yes = await runInit(directory, [...options, ...LOGIN], {
      answers: ["y", "hvs.unchecked"],
    });
    assert.equal(yes.status, 0, yes.out + yes.err);
    for (
      const text of [
        `This host does not trust the CA of "${server.address}".\nThe server presents this ${what}:\n`,
        `  subject: ${subject.replace("\n", ", ")}\n  SHA-256: ${fingerprint256}\n  valid:   20`,
        "Trust it, and save it as @/vcm/vault-ca.pem? [y/N]: y\n",
      ]
    ) assert.ok(yes.out.includes(text), `${text}\nis not in\n${yes.out}`);
    assert.equal(directory.read("vcm/vault-ca.pem").trim(), directory.read(`${top}.pem`).trim());
    assert.equal((await loadConfig(directory.at("vcm/vcm.yaml"))).vault.trust.kind, "file");

    Deno.removeSync(directory.at("vcm"), { recursive: true });
    const silent = await runInit(directory, options);
    assert.match(silent.err, /--ca FILE, or, if .* confirms this fingerprint, --ca-fingerprint /);
    assert.ok(silent.err.includes(fingerprint256), silent.err);
    const wrong = await runInit(directory, [...options, "--ca-fingerprint", "ab".repeat(32)]);
    assert.match(wrong.err, /does not present that CA; it presents [0-9A-F]{2}:/);
    const exists = directory.tree().some((name) => name.startsWith("vcm/"));
    assert.equal(exists, false);
    const printed = `sha256 Fingerprint=${fingerprint256.toLowerCase()}`;
    const right = await runInit(directory, [...options, "--ca-fingerprint", printed]);
    assert.equal(right.status, 0, right.err);
    assert.equal(directory.read("vcm/vault-ca.pem").trim(), directory.read(`${top}.pem`).trim());
  });
}

test("Enter does not trust a CA: a file is asked for until one verifies the server", async () => {
  using directory = makeDirectory();
  await makeCertificates(directory);
  await using server = await serve(directory, ["leaf", "inter"]);
  const files = [directory.at("self.pem"), directory.at("root.pem")];
  const options = ["--vault", server.address, ...REST, ...LOGIN];
  const { status, out } = await runInit(directory, options, { answers: ["", ...files, "hvs.u"] });
  assert.equal(status, 0, out);
  assert.match(out, /the CA in ".*self\.pem" did not issue the certificate of /);
  assert.equal(directory.read("vcm/vault-ca.pem").trim(), directory.read("root.pem").trim());
});

test("a certificate for another name is another address to ask for", async () => {
  using directory = makeDirectory();
  await makeCertificates(directory);
  await using server = await serve(directory, ["leaf", "inter", "root"]);
  const other = server.address.replace("127.0.0.1", "localhost");
  const options = [...REST, ...LOGIN];
  const answers = [other, server.address, "y", "hvs.unchecked"];
  const { status, out } = await runInit(directory, options, { answers });
  assert.equal(status, 0, out);
  assert.match(out, /it is for another name; .*\n {2}Enter keeps the address all the same\.\n/);
});

test("a wrong address that only TLS, its path or its CA shows can be corrected", async () => {
  using directory = makeDirectory();
  await makeCertificates(directory);
  await using server = await serve(directory, ["leaf"]);
  const { address } = server;
  const [file, path] = [directory.at("inter.pem"), `${address}/wrong`];
  const options = [...REST, ...LOGIN];
  const plain = address.replace("https:", "http:");
  // To the question for a CA the answer may be another address, too.
  const answers = [plain, path, file, address, plain, address, file, "hvs.unchecked"];
  const { status, out, left } = await runInit(directory, options, { answers });
  assert.deepEqual([status, left], [0, []], out);
  for (
    const text of [
      `does not answer like a Vault server (400); it speaks TLS; fix: set the address to "${address}"`,
      `"${path}" does not answer like a Vault server (404); fix: set the address to "${address}"`,
      `or another address (https://…): ${plain}\n`,
    ]
  ) assert.ok(out.includes(text), `${text}\nis not in\n${out}`);
  assert.deepEqual((await loadConfig(directory.at("vcm/vcm.yaml"))).vault.addresses, [address]);
});
