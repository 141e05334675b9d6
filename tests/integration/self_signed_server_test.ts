/** Servers whose certificate is its own CA, as the packages of Vault and OpenBao make it. */
import assert from "node:assert/strict";
import { startConnectProxy } from "../support/connect_proxy.ts";
import { openssl } from "../support/openssl_pki.ts";
import { startSealedOpenBao } from "../support/sealed_openbao.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { type Bench, certificate, makeBench } from "./bench.ts";

const test = await testsNeeding("openbao");

const RSA: readonly string[] = ["-newkey", "rsa:2048"];
const KEYS: Readonly<Record<string, readonly string[]>> = {
  "RSA": RSA,
  "EC P-256": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
  "EC P-384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp384r1"],
  "Ed25519": ["-newkey", "ed25519"],
};

/** Makes `NAME.pem` and `NAME.key`. */
async function makeOwn(
  { at }: Bench["directory"],
  { file = "self", kind = RSA, names = "DNS:localhost,IP:127.0.0.1" } = {},
): Promise<void> {
  await openssl(
    ...[
      "req",
      "-x509",
      ...kind,
      "-sha256",
      "-nodes",
      "-days",
      "30",
      "-subj",
      "/O=HashiCorp/CN=Vault",
    ],
    ...["-addext", `subjectAltName=${names}`],
    ...["-keyout", at(`${file}.key`), "-out", at(`${file}.pem`)],
  );
}

/** OpenBao with that certificate and key. */
function serve({ directory }: Bench, more = "") {
  return startSealedOpenBao(directory, "self.pem", "self.key", more);
}

async function run(
  bench: Bench,
  address: string,
  more: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  bench.configure(
    `vault: "${address}"\npki: "pki"\nrole: "web"\nretries: 0\n${more}`,
    certificate(bench.directory),
  );
  const { status, out } = await bench.vcm(["run"], { VAULT_TOKEN: "unchecked", ...env });
  assert.equal(status, 1);
  return out;
}

for (const [what, kind] of Object.entries(KEYS)) {
  test(`a server certificate that is its own CA is accepted by a CA file with it (${what})`, async () => {
    using bench = makeBench();
    await makeOwn(bench.directory, { kind });
    await makeOwn(bench.directory, { file: "other", kind });
    await using server = await serve(bench);
    const file = `vault_ssl_verify: "${bench.directory.at("self.pem")}"`;
    for (const host of ["127.0.0.1", "localhost"]) {
      const said = await run(bench, `https://${host}:${server.port}`, file);
      assert.match(said, /sealed|not initialized/);
    }
    // The same names and key type, and another key.
    const other = `vault_ssl_verify: "${bench.directory.at("other.pem")}"`;
    const said = await run(bench, `https://127.0.0.1:${server.port}`, other);
    assert.match(said, /Cannot verify the TLS certificate/);
  });
}

test("such a certificate for another name, or of no CA file, is refused", async () => {
  using bench = makeBench();
  await makeOwn(bench.directory, { names: "DNS:vault.example.test" });
  await using server = await serve(bench);
  const address = `https://127.0.0.1:${server.port}`;
  const file = `vault_ssl_verify: "${bench.directory.at("self.pem")}"`;
  assert.match(await run(bench, address, file), /it is for another name/);
  const named = await run(bench, address, `${file}\ntls_server_name: "vault.example.test"`);
  assert.match(named, /sealed|not initialized/);
  assert.match(await run(bench, address, ""), /Cannot verify the TLS certificate/);
});

test("that the server speaks only TLS 1.2 is told", async () => {
  using bench = makeBench();
  await makeOwn(bench.directory);
  await using server = await serve(bench, ' tls_max_version = "tls12"\n');
  const file = `vault_ssl_verify: "${bench.directory.at("self.pem")}"`;
  const said = await run(bench, `https://127.0.0.1:${server.port}`, file);
  assert.match(said, /accepted only over TLS 1\.3 with AES-128-GCM.*; give the server one with/);
});

test("what cannot be used with such a certificate is told with what to do", async () => {
  using bench = makeBench();
  const { directory } = bench;
  const file = `vault_ssl_verify: "${directory.at("self.pem")}"`;
  const only = "is accepted only over TLS 1\\.3 .* with a key of RSA, P-256, P-384 or Ed25519";
  await makeOwn(directory, { kind: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp521r1"] });
  {
    await using server = await serve(bench);
    const said = await run(bench, `https://127.0.0.1:${server.port}`, file);
    assert.match(said, new RegExp(`${only}; give the server one with basicConstraints=CA:FALSE`));
  }
  await makeOwn(directory);
  await makeOwn(directory, { file: "client" });
  const both = " tls_require_and_verify_client_cert = true\n" +
    ` tls_client_ca_file = "${directory.at("client.pem")}"\n`;
  await using server = await serve(bench, both);
  const address = `https://127.0.0.1:${server.port}`;
  assert.match(
    await run(bench, address, file),
    /asks for a client certificate, which VCM cannot send to .*; give the server one with/,
  );
  const without = /it is a CA certificate; give the server one .* \(without a proxy and a client/;
  const client = `client_cert: "${directory.at("client.pem")}"\nclient_key: "${
    directory.at("client.key")
  }"`;
  assert.match(await run(bench, address, `${file}\n${client}`), without);
  await using proxy = startConnectProxy();
  const proxied = await run(bench, address, file, { VAULT_PROXY_ADDR: proxy.address });
  assert.match(proxied, without);
});
