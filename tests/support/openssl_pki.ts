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

/** PEM. The root's key is of another algorithm; all other keys are EC P-256. */
export interface OpensslChain {
  readonly root: string;
  /** The root's name and key, signed by the other root. */
  readonly cross: string;
  readonly other: string;
  readonly lower: string;
  readonly leaf: string;
  readonly key: string;
}

const AUTHORITY = `basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
`;

/** Makes a leaf below an intermediate below a root with an algorithm, which another root cross-signed. */
export async function makeOpensslChain(
  directory: Directory,
  algorithm: keyof typeof OPENSSL_ALGORITHMS,
  name: string,
): Promise<OpensslChain> {
  const [kind, digest = []]: readonly (readonly string[])[] = OPENSSL_ALGORITHMS[algorithm];
  const at = (file: string) => directory.at(`chain-${file}`);
  const make = async (key: string, subject: string, algorithm = curve("prime256v1")) => {
    await openssl("genpkey", ...algorithm, "-out", at(`${key}.key`));
    const request = ["-key", at(`${key}.key`), "-subj", `/CN=${subject}`, "-out", at(`${key}.csr`)];
    await openssl("req", "-new", ...request);
  };
  directory.write("chain-ca.ext", AUTHORITY);
  directory.write("chain-leaf.ext", `subjectAltName=DNS:${name}\nauthorityKeyIdentifier=keyid\n`);
  const sign = async (file: string, key: string, by: readonly string[], kind = "ca") => {
    const days = kind === "ca" ? "365" : "30";
    await openssl(
      ...["x509", "-req", "-in", at(`${key}.csr`), "-days", days, ...by, "-out", at(`${file}.pem`)],
      ...["-extfile", at(`${kind}.ext`)],
    );
    return directory.read(`chain-${file}.pem`);
  };
  const self = (key: string) => ["-signkey", at(`${key}.key`)];
  const ca = (key: string) => ["-CA", at(`${key}.pem`), "-CAkey", at(`${key}.key`)];
  await make("root", "Odd Root", kind);
  for (const [key, subject] of [["other", "Other Root"], ["lower", "Lower"], ["leaf", name]]) {
    await make(key ?? "", subject ?? "");
  }
  return {
    root: await sign("root", "root", [...self("root"), ...digest]),
    other: await sign("other", "other", self("other")),
    cross: await sign("cross", "root", ca("other")),
    lower: await sign("lower", "lower", [...ca("root"), ...digest]),
    leaf: await sign("leaf", "leaf", ca("lower"), "leaf"),
    key: directory.read("chain-leaf.key"),
  };
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
