/** What is sealed is read by OpenSSL and Java, and what they seal otherwise is made anew. */
import assert from "node:assert/strict";
import { compareEncrypted, encryptTarget } from "../../../lib/certificate/encrypted.ts";
import {
  bytesOf,
  desiredFor,
  makeSet,
  PASSWORD,
  random,
} from "../../support/fixtures_encrypted.ts";
import { opensslTest } from "../../support/openssl.ts";
import { type Directory, makeDirectory } from "../../support/rig.ts";

const SET = await makeSet();
const P12 = desiredFor(SET, { what: "pkcs12" });
const KEY = desiredFor(SET, { what: "privkey" });

async function run(program: string, ...args: string[]): Promise<{ out: string; err: string }> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)) as [
    string,
    string,
  ];
  assert.ok(success, `${program} ${args.join(" ")}: ${out}${err}`);
  return { out, err };
}

const openssl = (...args: string[]) => run("openssl", ...args);

/** Writes what a wish seals. */
function write(directory: Directory, name: string, desired = P12): string {
  Deno.writeFileSync(directory.at(name), bytesOf(encryptTarget(desired, random)));
  return directory.at(name);
}

/** Java would leave a directory with its measurements in /tmp. */
const QUIET = "-J-XX:-UsePerfData";
const PASS = ["-passin", `pass:${PASSWORD}`];

opensslTest("OpenSSL reads a PKCS #12 file, all of it in today's algorithms", async () => {
  using directory = makeDirectory();
  const path = write(directory, "web.p12");
  const { out, err } = await openssl("pkcs12", "-in", path, "-info", "-nodes", ...PASS);
  assert.deepEqual(err.trim().split("\n"), [
    "MAC: sha256, Iteration 10000",
    "MAC length: 32, salt length: 16",
    "PKCS7 Encrypted data: PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256",
    "Certificate bag",
    "Certificate bag",
    "PKCS7 Data",
    "Shrouded Keybag: PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256",
  ]);
  assert.equal(out.match(/friendlyName: web\.example\.com/g)?.length, 2);
  for (const text of [SET.cert, SET.chain, SET.privkey]) assert.ok(out.includes(text), text);
});

opensslTest("OpenSSL reads an encrypted key, also one in a combined file", async () => {
  using directory = makeDirectory();
  for (const desired of [KEY, desiredFor(SET, { what: "combined", order: "cert-first" })]) {
    const path = write(directory, "web.key", desired);
    assert.equal((await openssl("pkcs8", "-in", path, ...PASS)).out, SET.privkey);
    assert.match(directory.read("web.key"), /^-----BEGIN ENCRYPTED PRIVATE KEY-----$/m);
    const block = directory.read("web.key").slice(
      directory.read("web.key").indexOf("-----BEGIN ENC"),
    );
    directory.write("block", block);
    const { out } = await openssl("asn1parse", "-in", directory.at("block"));
    for (const word of ["PBES2", "PBKDF2", "2710", "hmacWithSHA256", "aes-256-cbc"]) {
      assert.match(out, new RegExp(`:${word}\n`));
    }
  }
});

/** How files of old are made; 3DES and RC2 need OpenSSL's legacy provider. */
const OLD: Readonly<Record<string, readonly string[]>> = {
  "fewer rounds": ["-iter", "2048"],
  "another cipher": ["-iter", "10000", "-keypbe", "AES-128-CBC", "-certpbe", "AES-128-CBC"],
  "3DES": ["-iter", "10000", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES"],
  "a key that is not encrypted": ["-iter", "10000", "-keypbe", "NONE"],
  "certificates that are not encrypted": ["-iter", "10000", "-certpbe", "NONE"],
  "a MAC with SHA-1": ["-iter", "10000", "-macalg", "SHA1"],
};

opensslTest("a PKCS #12 file with weaker encryption is rewritten", async () => {
  using directory = makeDirectory();
  directory.write("key", SET.privkey);
  directory.write("chain", SET.fullchain);
  for (const [name, options] of Object.entries(OLD)) {
    const files = [
      "-inkey",
      directory.at("key"),
      "-in",
      directory.at("chain"),
      "-out",
      directory.at("old"),
    ];
    const how = ["-name", P12.name, "-passout", `pass:${PASSWORD}`];
    await openssl("pkcs12", "-export", ...files, ...how, ...options);
    const { difference } = compareEncrypted(Deno.readFileSync(directory.at("old")), P12);
    assert.equal(difference, "its encryption differs from what VCM uses now", name);
  }
});

opensslTest(
  "an encrypted key with weaker encryption is rewritten",
  async () => {
    using directory = makeDirectory();
    directory.write("key", SET.privkey);
    const make = async (...options: string[]) => {
      const files = ["-in", directory.at("key"), "-out", directory.at("old")];
      await openssl("pkcs8", "-topk8", ...files, "-passout", `pass:${PASSWORD}`, ...options);
      return Deno.readFileSync(directory.at("old"));
    };
    const options = [["-iter", "2048"], ["-v2", "aes128"], ["-v2prf", "hmacWithSHA1"], ["-scrypt"]];
    for (const how of [...options, ["-iter", "20000"]]) {
      assert.equal(
        compareEncrypted(await make(...how), KEY).difference,
        "its encryption differs from what VCM uses now",
        how.join(" "),
      );
    }
  },
);

const javaMissing = await hasKeytool() ? undefined : "no keytool on this machine";
if (javaMissing !== undefined) console.error(`Skipped what Java reads: ${javaMissing}`);

Deno.test({
  name:
    "Java reads a PKCS #12 file, and its alias is the certificate's name or the one that is set",
  ignore: javaMissing !== undefined,
  fn: async () => {
    using directory = makeDirectory();
    for (const alias of [undefined, "tomcat", "büro 1"]) {
      const desired = desiredFor(SET, { what: "pkcs12", alias });
      const path = write(directory, "web.p12", desired);
      const options = ["-v", "-keystore", path, "-storepass", PASSWORD];
      const { out } = await run("keytool", QUIET, "-J-Dfile.encoding=UTF-8", "-list", ...options);
      assert.match(out, /^Your keystore contains 1 entry$/m);
      const shown = /^Alias name: (.*)$/m.exec(out)?.[1];
      assert.equal(shown?.replace(/b.*ro/, "büro"), alias ?? "web.example.com");
      assert.match(out, /^Entry type: PrivateKeyEntry$/m);
      assert.match(out, /^Certificate chain length: 2$/m);
      const found = Deno.readFileSync(path);
      assert.equal(compareEncrypted(found, desired).difference, undefined);
      const other = desiredFor(SET, { what: "pkcs12", alias: "other" });
      assert.equal(compareEncrypted(found, other).difference, 'its entry is not named "other"');
    }
  },
});

async function hasKeytool(): Promise<boolean> {
  try {
    return (await new Deno.Command("keytool", {
      args: [QUIET, "-help"],
      stdout: "null",
      stderr: "null",
    })
      .output()).success;
  } catch {
    return false;
  }
}
