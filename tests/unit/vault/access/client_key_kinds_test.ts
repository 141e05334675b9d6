/** Keys of all kinds for the client certificate: the runtime would end the program for some. */
import assert from "node:assert/strict";
import { readClientCertificate } from "../../../../lib/vault/access/client_certificate.ts";
import { opensslTest } from "../../../support/openssl.ts";
import { makeDirectory } from "../../../support/rig.ts";
import { environment, messageOf } from "./environment.ts";

const PATHS = { certificate: "/c.pem", key: "/c.key" };
const ec = (curve: string) => ["EC", "-pkeyopt", `ec_paramgen_curve:${curve}`];
const rsa = (bits: number, kind = "RSA") => [kind, "-pkeyopt", `rsa_keygen_bits:${bits}`];

/** A self-signed certificate and its key of a kind that `openssl genpkey` makes. */
async function makePair(kind: readonly string[]) {
  using directory = makeDirectory();
  const options = { cwd: directory.path, stderr: "null", stdout: "null" } as const;
  const request = ["req", "-x509", "-new", "-key", "key", "-subj", "/CN=host", "-out", "cert"];
  for (const args of [["genpkey", "-algorithm", ...kind, "-out", "key"], request]) {
    const { success } = await new Deno.Command("openssl", { ...options, args }).output();
    assert.ok(success, `openssl ${args.join(" ")}`);
  }
  return environment({}, { "/c.pem": directory.read("cert"), "/c.key": directory.read("key") });
}

/** Kinds that the runtime's TLS cannot use, and their names. */
const UNUSABLE: readonly (readonly [string, readonly string[]])[] = [
  ["ec-secp224r1", ec("P-224")],
  ["ec-secp256k1", ec("secp256k1")],
  ["ed448", ["ED448"]],
  ["rsa-1024", rsa(1024)],
  ["rsa-2047", rsa(2047)],
  ["rsa-pss-2048", rsa(2048, "RSA-PSS")],
];

for (const [type, kind] of UNUSABLE) {
  opensslTest(`a client key of type ${type} is refused, with the types that work`, async () => {
    const files = await makePair(kind);
    assert.equal(
      messageOf(() => readClientCertificate(PATHS, files)),
      `The client key "/c.key" has the type ${type}, which is not supported; use one ` +
        "of ec-256, ec-384, rsa-2048, rsa-3072, rsa-4096, ed25519",
    );
  });
}

for (const kind of [ec("P-256"), ec("P-384"), ec("P-521"), ["ED25519"], rsa(2048)]) {
  opensslTest(`a client key of ${kind.at(-1)} is accepted, by the runtime too`, async () => {
    const { certificate, key } = readClientCertificate(PATHS, await makePair(kind));
    Deno.createHttpClient({ cert: certificate, key }).close();
  });
}
