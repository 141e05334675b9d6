/** Certificates of algorithms that the runtime cannot make, by the `openssl` of the machine. */
import type { Directory } from "./rig.ts";

/** PEM. */
export interface OpensslPair {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

/** What `openssl genpkey` is told of a key, and further options for all signatures. */
export const OPENSSL_ALGORITHMS = {
  "Ed448": [["-algorithm", "ED448"]],
  "brainpoolP256r1": [curve("brainpoolP256r1")],
  "brainpoolP384t1": [curve("brainpoolP384t1")],
  "secp256k1": [curve("secp256k1")],
  "P-224": [curve("secp224r1")],
  "the algorithm 2.16.840.1.101.3.4.3.10": [curve("prime256v1"), ["-sha3-256"]],
} as const satisfies Readonly<Record<string, readonly (readonly string[])[]>>;

function curve(name: string): readonly string[] {
  return ["-algorithm", "EC", "-pkeyopt", `ec_paramgen_curve:${name}`];
}

/** Makes a root and a leaf of an algorithm. */
export async function makeOpensslPair(
  directory: Directory,
  algorithm: keyof typeof OPENSSL_ALGORITHMS,
  name: string,
): Promise<OpensslPair> {
  const [kind, digest = []]: readonly (readonly string[])[] = OPENSSL_ALGORITHMS[algorithm];
  const at = (file: string) => directory.at(`openssl-${file}.pem`);
  for (const key of ["ca-key", "key"]) await openssl("genpkey", ...kind ?? [], "-out", at(key));
  const request = (
    key: string,
    subject: string,
  ) => ["req", "-new", "-key", at(key), "-subj", `/CN=${subject}`];
  const usage = "keyUsage=critical,keyCertSign";
  await openssl(
    ...[...request("ca-key", `${name} CA`), "-x509", "-days", "365", ...digest],
    ...["-addext", usage, "-out", at("ca")],
  );
  const san = `subjectAltName=DNS:${name}`;
  await openssl(...request("key", name), "-addext", san, "-out", at("csr"));
  await openssl(
    ...["x509", "-req", "-in", at("csr"), "-CA", at("ca"), "-CAkey", at("ca-key")],
    ...["-days", "90", ...digest, "-copy_extensions", "copy", "-out", at("leaf")],
  );
  const read = (file: string) => directory.read(`openssl-${file}.pem`);
  return { certificate: read("leaf"), key: read("key"), authority: read("ca") };
}

/** Runs it; throws what it says if it fails. */
export async function openssl(...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", {
    args: [...args],
    stdin: "null",
    stdout: "null",
  }).output();
  if (!success) throw new Error(`openssl ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
