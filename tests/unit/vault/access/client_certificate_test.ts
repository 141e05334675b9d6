/** Our own certificate: read before it is used, and shown to `openssl s_server`, which asks for it. */
import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import type { TlsAccess } from "../../../../lib/vault/access/server_access.ts";
import { readClientCertificate } from "../../../../lib/vault/access/client_certificate.ts";
import { openSession } from "../../../../lib/vault/session/session.ts";
import { encrypted, makeCertificatePem, oldForm } from "../../../support/fixtures_pki.ts";
import { opensslTest } from "../../../support/openssl.ts";
import { pureTest } from "../../../support/pure_test.ts";
import { makeDirectory } from "../../../support/rig.ts";
import { makeIdentity } from "../identity.ts";
import { environment, type Files, messageOf } from "./environment.ts";
import { byToken, failureOf } from "../access_fixtures.ts";

const SERVER = await makeIdentity();
const CLIENT = await makeIdentity("host.example.test", []);
const STRANGER = await makeIdentity("host.example.test", []);

/** Reads one path at a server that lets nobody in without a certificate of CLIENT's authority. */
async function readAs(tls: TlsAccess): Promise<string> {
  using directory = makeDirectory();
  directory.write("cert.pem", SERVER.identity.cert);
  directory.write("key.pem", SERVER.identity.key);
  directory.write("ca.pem", CLIENT.caPem);
  const headers = "HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n";
  directory.write("v1/pki/known", `${headers}{"data": {"known": true}}`);
  const args = ["s_server", "-accept", "127.0.0.1:0", "-HTTP", "-cert", "cert.pem", "-key"];
  args.push("key.pem", "-CAfile", "ca.pem", "-Verify", "1", "-verify_return_error");
  const piped = { stdin: "null", stdout: "piped", stderr: "null" } as const;
  const server = new Deno.Command("openssl", { args, cwd: directory.path, ...piped }).spawn();
  const output = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
  try {
    const address = `https://127.0.0.1:${await portIn(output)}`;
    const session = await openSession({ ...byToken(address), tls, proxied: true });
    try {
      return JSON.stringify((await session.read("pki/known")).data);
    } catch (error) {
      return (await failureOf(() => Promise.reject(error))).message.replace(address, "A");
    } finally {
      await session.close();
    }
  } finally {
    server.kill("SIGKILL");
    await output.cancel();
    await server.status;
  }
}

/** The port that it says it accepts on. */
async function portIn(output: ReadableStreamDefaultReader<string>): Promise<string> {
  for (let said = "";;) {
    const { value, done } = await output.read();
    if (done) throw new Error(`openssl s_server ended: ${said}`);
    said += value;
    const port = /ACCEPT \S*:(\d+)\n/.exec(said)?.[1];
    if (port !== undefined) return port;
  }
}

function clientOf({ identity }: typeof CLIENT): Pick<TlsAccess, "client"> {
  return { client: { certificate: identity.cert, key: identity.key } };
}

/** The runtime's client, and TLS by hand in its two uses. */
const TRANSPORTS: Readonly<Record<string, TlsAccess>> = {
  "verified": { authorities: [SERVER.caPem] },
  "verified by a name": { authorities: [SERVER.caPem], serverName: "localhost" },
  "unverified": { unverifiedBy: "vault_ssl_verify: false" },
};

for (const [kind, tls] of Object.entries(TRANSPORTS)) {
  opensslTest(`${kind}: the client certificate is sent to a server that asks for it`, async () => {
    assert.equal(await readAs({ ...tls, ...clientOf(CLIENT) }), '{"known":true}');
  });

  opensslTest(`${kind}: without a client certificate such a server lets nobody in`, async () => {
    assert.equal(
      await readAs(tls),
      '"A" asks for a client certificate; set "client_cert" and "client_key"',
    );
  });

  opensslTest(`${kind}: a certificate of another authority is not let in`, async () => {
    assert.match(await readAs({ ...tls, ...clientOf(STRANGER) }), /^Cannot talk to "A": /);
  });
}

const PATHS = { certificate: "/c.pem", key: "/c.key" };
const [EC, OTHER_EC, RSA] = [
  await makeCertificatePem("host.example.test"),
  await makeCertificatePem("host.example.test"),
  await makeCertificatePem("host.example.test", { algorithm: "RSA" }),
];

/** What is read of these two files. */
function readPair(certificate: string, key: Files[string]) {
  return readClientCertificate(PATHS, environment({}, { "/c.pem": certificate, "/c.key": key }));
}

/** Why they are not used, which shows no line of the key. */
function refusalOf(certificate: string, key: Files[string]): string {
  const message = messageOf(() => readPair(certificate, key));
  const lines = (typeof key === "string" ? key : key.text).split("\n");
  for (const line of lines.filter((line) => line !== "")) {
    assert.equal(message.includes(line.slice(0, 20)), false, message);
  }
  return message;
}

pureTest("readClientCertificate() gives the certificate as it is, and the key as PKCS#8", () => {
  assert.deepEqual(readPair(EC.pem, EC.pkcs8), { certificate: EC.pem, key: EC.pkcs8 });
  assert.deepEqual(readPair(EC.pem, `\n${EC.pkcs8}\n\n`).key, EC.pkcs8);
  for (const [made, form] of [[EC, "sec1"], [RSA, "pkcs1"]] as const) {
    const { key } = readPair(made.pem, oldForm(made, form));
    assert.ok(key.startsWith("-----BEGIN PRIVATE KEY-----\n"));
    assert.ok(createPrivateKey(key).equals(createPrivateKey(made.pkcs8)));
  }
});

pureTest("readClientCertificate() keeps the chain after the certificate", () => {
  const chain = EC.pem + OTHER_EC.pem;
  assert.equal(readPair(chain, EC.pkcs8).certificate, chain);
  assert.equal(
    refusalOf(chain, OTHER_EC.pkcs8),
    'The client key "/c.key" does not belong to the certificate "/c.pem"; give the two files of one certificate',
  );
});

pureTest("readClientCertificate() refuses a key of another certificate", () => {
  for (const key of [OTHER_EC.pkcs8, RSA.pkcs8, oldForm(OTHER_EC, "sec1")]) {
    assert.equal(
      refusalOf(EC.pem, key),
      'The client key "/c.key" does not belong to the certificate "/c.pem"; give the two files of one certificate',
    );
  }
});

pureTest("readClientCertificate() refuses a key that it cannot open", () => {
  const cut = EC.pkcs8.slice(0, 100);
  const swapped = EC.pkcs8.replace(/\n(.{30})(.)/, "\n$1!");
  for (const key of [encrypted(EC), cut, swapped, "garbage, and a secret", EC.pem]) {
    assert.equal(
      refusalOf(EC.pem, key),
      'The client key "/c.key" cannot be decoded; use a PEM private key without a password',
    );
  }
});

pureTest("readClientCertificate() refuses a certificate that is none", () => {
  const cases = [
    ["garbage", "contains no PEM certificate"],
    ["", "contains no PEM certificate"],
    [EC.pkcs8, "contains no PEM certificate"],
    [EC.pem.slice(0, 100), "contains a PEM certificate that is cut off"],
    [
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      "contains a PEM certificate that cannot be decoded",
    ],
  ] as const;
  for (const [certificate, why] of cases) {
    assert.equal(refusalOf(certificate, EC.pkcs8), `The client certificate "/c.pem" ${why}`);
  }
});

pureTest("readClientCertificate() refuses a key that others may open, or that is empty", () => {
  const open = (mode: number) => refusalOf(EC.pem, { text: EC.pkcs8, mode });
  const said = (who: string, mode: string) =>
    `"/c.key" contains a secret and is open to ${who} (mode ${mode}), so it is not used; fix: chmod ` +
    "600 /c.key";
  assert.equal(open(0o644), said("every user", "0644"));
  assert.equal(open(0o640), said("its group", "0640"));
  assert.equal(
    refusalOf(EC.pem, "\n"),
    'Cannot use the client key: the file "/c.key" is empty',
  );
});

pureTest("readClientCertificate() refuses keys that the runtime's TLS cannot use", async () => {
  // It would end the whole program for them.
  const short = await makeCertificatePem("host.example.test", { algorithm: "RSA 1024" });
  assert.equal(
    refusalOf(short.pem, short.pkcs8),
    'The client key "/c.key" has the type rsa-1024, which is not supported; use one ' +
      "of ec-256, ec-384, rsa-2048, rsa-3072, rsa-4096, ed25519",
  );
  for (const algorithm of ["EC P-384", "EC P-521", "Ed25519"] as const) {
    const good = await makeCertificatePem("host.example.test", { algorithm });
    assert.equal(readPair(good.pem, good.pkcs8).certificate, good.pem);
  }
});

pureTest("readClientCertificate() looks at each certificate of the file", () => {
  const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  assert.equal(
    refusalOf(EC.pem + broken, EC.pkcs8),
    'The client certificate "/c.pem" contains a PEM certificate that cannot be decoded',
  );
});
