/** `vcm adopt`: what it refuses, with the reason, and that it then changes nothing. */
import assert from "node:assert/strict";
import { main } from "../../../../lib/cli/main.ts";
import { NOW } from "../../../support/fixtures.ts";
import { crlPem, makeCrl } from "../../../support/fixtures_crl.ts";
import { fakeHost } from "../../../support/fixtures_host.ts";
import { encrypted, makeAuthority, makeCertificatePem } from "../../../support/fixtures_pki.ts";
import { outputMistakes } from "../../../support/output_validator.ts";
import { makeDirectory } from "../../../support/rig.ts";
import { holderTest, holdLock } from "../../store/lock_child.ts";

const NAME = "a.test";
const names = [{ type: "dns" as const, value: NAME }];
const CA = await makeAuthority("CA");
const OTHER_CA = await makeAuthority("Other CA");
const GOOD = await makeCertificatePem(NAME, { issuer: CA, names });
const OTHER = await makeCertificatePem(NAME, { issuer: CA, names, serial: "0c0c" });
const USER = 61001;

/** Files of the entry: target, text and mode. */
type Files = Readonly<Record<string, readonly [text: string, mode?: number]>>;
const PAIR: Files = { cert: [GOOD.pem, 0o644], privkey: [GOOD.pkcs8] };

function makeBench(files: Files, more = "") {
  const directory = makeDirectory();
  const at = (what: string) => directory.at(`ssl/${what}`);
  for (const [what, [text, mode]] of Object.entries(files)) {
    if (text !== "") directory.write(`ssl/${what}`, text, mode);
  }
  const configure = (more = "", ofTarget = "") => {
    const targets = Object.keys(files).map((what) => `{${what}: ${at(what)}${ofTarget}}`);
    directory.write(
      "vcm.yaml",
      `config: {pki: pki, role: web, renew: 14d, cert_store: ${directory.at("store")}, ` +
        `log_file: ${directory.at("vcm.log")}}\n` +
        `certs:\n  - {name: ${NAME}, deploy: [${targets.join(", ")}]${more}}\n`,
    );
  };
  configure(more);
  const plain = (text: string) => text.replaceAll(directory.path, "FOLDER");
  return {
    directory,
    at,
    configure,
    async vcm(line: string) {
      const env = { VCM_CONFIG: directory.at("vcm.yaml") };
      const host = fakeHost({ uid: 0, now: NOW, env });
      const status = await main(line.split(" "), host);
      const [out, err] = [plain(host.stdout()), plain(host.stderr())];
      const log = host.appended.get(directory.at("vcm.log")) ?? "";
      return { status, out, err, log, givenUp: host.givenUp };
    },
    stored: () => directory.tree().filter((path) => path.startsWith(`store/${NAME}/`)),
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  };
}

type Bench = ReturnType<typeof makeBench>;

async function assertRefused(bench: Bench, problem: string | RegExp): Promise<void> {
  const before = bench.directory.tree().filter((path) => path.startsWith("ssl/"));
  for (const line of [`adopt ${NAME}`, "adopt", "adopt --dry-run"]) {
    const { status, out, err } = await bench.vcm(line);
    assert.deepEqual([status, out], [1, ""], err);
    const fix = `fix that, or issue a new one: vcm run ${NAME}\n`;
    if (typeof problem === "string") {
      assert.equal(err, `failed  ${NAME}: Not adopted: ${problem}; ${fix}`);
    } else {
      assert.match(err, problem);
      assert.ok(err.startsWith(`failed  ${NAME}: Not adopted: `) && err.endsWith(fix), err);
    }
  }
  assert.deepEqual(bench.stored(), []);
  assert.deepEqual(bench.directory.tree().filter((path) => path.startsWith("ssl/")), before);
  assert.doesNotMatch((await bench.vcm("plan")).out, /adopt/);
}

const made = (options: Parameters<typeof makeCertificatePem>[1]) =>
  makeCertificatePem(NAME, { issuer: CA, names, ...options });
const LATE = await made({ notAfter: new Date("2026-12-06T00:00:00Z") });
const ENDED = await made({ notAfter: new Date("2026-11-30T00:00:00Z") });
const EARLY = await made({ notBefore: new Date("2026-12-02T00:00:00Z") });
const NAMES = await made({ names: [{ type: "dns", value: "b.test" }] });

const REFUSED: Readonly<Record<string, readonly [Files, string | RegExp]>> = {
  "no key": [
    { cert: [GOOD.pem], privkey: [""] },
    "none of its files contains the private key",
  ],
  "no certificate": [
    { cert: [""], chain: [CA.pem], privkey: [GOOD.pkcs8] },
    "none of its files contains the certificate",
  ],
  "the key of another certificate": [
    { cert: [GOOD.pem], privkey: [OTHER.pkcs8] },
    'the private key in "FOLDER/ssl/privkey" does not belong to the certificate',
  ],
  "the key of another certificate in one of two files": [
    { ...PAIR, combined: [GOOD.pem + OTHER.pkcs8] },
    'the private key in "FOLDER/ssl/combined" does not belong to the certificate',
  ],
  "an encrypted key": [
    { cert: [GOOD.pem], privkey: [encrypted(GOOD)] },
    '"FOLDER/ssl/privkey" contains no private key that VCM can read without a password',
  ],
  "two certificates": [
    { ...PAIR, fullchain: [OTHER.pem + CA.pem] },
    '"FOLDER/ssl/cert" and "FOLDER/ssl/fullchain" contain different certificates',
  ],
  "a CA first": [
    { fullchain: [CA.pem + GOOD.pem], privkey: [GOOD.pkcs8] },
    'the first certificate in "FOLDER/ssl/fullchain" is that of a CA',
  ],
  "a cut certificate": [
    { cert: [GOOD.pem.slice(0, 300)], privkey: [GOOD.pkcs8] },
    /"FOLDER\/ssl\/cert" .*cut off/,
  ],
  "another CA's certificate": [
    { ...PAIR, chain: [OTHER_CA.pem] },
    'none of the CA certificates in its files issued it ("CN=CA")',
  ],
  "a CA with the same name and another key": [
    { ...PAIR, ca: [(await makeAuthority("CA")).pem] },
    'none of the CA certificates in its files issued it ("CN=CA")',
  ],
  "a target that needs the CA, which no file has": [
    { ...PAIR, ca: [""] },
    "ca.pem is missing from its files, but a target needs it",
  ],
  "an ended certificate": [
    { cert: [ENDED.pem], privkey: [ENDED.pkcs8] },
    /: it expired 1d 10h ago /,
  ],
  "a certificate that is due": [
    { cert: [LATE.pem], privkey: [LATE.pkcs8] },
    /: it expires in .*, inside its renewal window of 14d; /,
  ],
  "a certificate of tomorrow": [
    { cert: [EARLY.pem], privkey: [EARLY.pkcs8] },
    "it is valid only from 2026-12-02 00:00 UTC",
  ],
  "other names": [
    { cert: [NAMES.pem], privkey: [NAMES.pkcs8] },
    /names differ from the configuration: it still has b\.test/,
  ],
  "something else": [{ cert: ["# nothing\n"], privkey: [GOOD.pkcs8] }, /"FOLDER\/ssl\/cert" /],
  "a file that its group may write to": [
    { cert: [GOOD.pem, 0o664], privkey: [GOOD.pkcs8] },
    'its group may write to "FOLDER/ssl/cert" (mode 0664); fix: chmod go-w FOLDER/ssl/cert',
  ],
};

for (const [title, [files, problem]] of Object.entries(REFUSED)) {
  Deno.test(`vcm adopt refuses ${title}, and takes nothing`, async () => {
    using bench = makeBench(files);
    await assertRefused(bench, problem);
  });
}

Deno.test("vcm adopt reads no file by a link, nor one that another user could have put there", async () => {
  using bench = makeBench(PAIR);
  const { directory, at } = bench;
  Deno.renameSync(at("privkey"), directory.at("key"));
  Deno.symlinkSync(directory.at("key"), at("privkey"));
  await assertRefused(bench, /"FOLDER\/ssl\/privkey" is not a regular file; fix: cp /);
  Deno.removeSync(at("privkey"));
  Deno.renameSync(directory.at("key"), at("privkey"));
  Deno.chownSync(at("privkey"), USER, USER);
  await assertRefused(bench, /"FOLDER\/ssl\/privkey" belongs to user "61001", who could have put /);
  // In a directory of that user, a file of root could be one of another service.
  Deno.chownSync(at("privkey"), 0, 0);
  Deno.chownSync(directory.at("ssl"), USER, USER);
  await assertRefused(bench, /User "61001" may replace anything in "FOLDER\/ssl"/);
  bench.configure("", `, owner: "${USER}"`);
  await assertRefused(
    bench,
    /"FOLDER\/ssl\/cert" belongs to user "root", but user 61001 may replace it; fix: chown/,
  );
  for (const what of ["cert", "privkey"]) Deno.chownSync(at(what), USER, USER);
  assert.equal((await bench.vcm("adopt")).status, 0);
});

Deno.test("vcm adopt takes what is good, and leaves a set in the store and its files alone", async () => {
  using bench = makeBench(PAIR);
  const { directory, at, vcm } = bench;
  const look = () =>
    ["cert", "privkey"].map((what) => Deno.lstatSync(at(what)))
      .map(({ ino, mtime, ctime }) => [ino, mtime, ctime]);
  const before = look();
  const { status, out, err, log, givenUp } = await vcm("adopt --json");
  assert.deepEqual([status, err, givenUp], [0, "", ["net", "run"]]);
  assert.deepEqual(outputMistakes("adopt", out), []);
  const [{ name, done, message }] = JSON.parse(out).results;
  assert.deepEqual([name, done], [NAME, true]);
  assert.equal(
    message,
    'adopted: serial 0a:1b:2c, issued by "CA", valid until 2027-01-30 00:00 UTC, renewal from ' +
      "2027-01-16 00:00 UTC; none of its files has the CA, so nothing proves who issued it",
  );
  const stored = ["cert", "chain", "fullchain", "privkey"].map((part) =>
    `store/a.test/${part}.pem`
  );
  assert.deepEqual(bench.stored(), ["store/a.test/", ...stored]);
  assert.equal(directory.read("store/a.test/privkey.pem"), GOOD.pkcs8);
  assert.deepEqual(look(), before);
  assert.match(log, /a\.test: adopted: /);
  directory.write("ssl/cert", OTHER.pem);
  directory.write("ssl/privkey", OTHER.pkcs8);
  const again = await vcm("adopt");
  assert.deepEqual([again.status, again.out], [0, "a.test: its set is in the store already\n"]);
  assert.equal(directory.read("store/a.test/privkey.pem"), GOOD.pkcs8);
});

Deno.test("vcm adopt --dry-run makes no store, and gives up the permission to write", async () => {
  using bench = makeBench({ ...PAIR, ca: [CA.pem] });
  const { status, out, givenUp } = await bench.vcm("adopt --dry-run");
  assert.deepEqual([status, givenUp], [0, ["net", "write", "run"]]);
  assert.match(out, /^a\.test: can be adopted: serial 0a:1b:2c, [^;]*\n$/);
  assert.deepEqual(bench.directory.tree().filter((path) => !path.startsWith("ssl/")), ["vcm.yaml"]);
});

Deno.test("a damaged set in the store is replaced, and an entry without files is left out", async () => {
  using bench = makeBench({ ...PAIR, ca: [CA.pem] }, ", keep: 2");
  const { directory, vcm } = bench;
  directory.write("store/a.test/cert.pem", OTHER.pem);
  directory.write("store/a.test/privkey.pem", GOOD.pkcs8);
  for (const path of ["store/a.test", "store"]) Deno.chmodSync(directory.at(path), 0o700);
  assert.match((await vcm("adopt")).out, /^a\.test: adopted: /);
  assert.equal(directory.read("store/a.test/cert.pem"), GOOD.pem);
  assert.match(directory.tree().join("\n"), /store\/archive\/a\.test\/[^\n]*\/privkey\.pem/);
  using empty = makeBench({ cert: [""], privkey: [""] });
  const all = await empty.vcm("adopt");
  assert.deepEqual([all.status, all.out, all.err], [0, "", ""]);
  const named = await empty.vcm("adopt a.test");
  assert.match(named.err, /^failed {2}a\.test: Not adopted: none of its files exists; /);
  assert.equal((await empty.vcm("adopt b.test")).status, 2);
});

Deno.test("a form that VCM would rewrite is told beforehand", async () => {
  using bench = makeBench({ ...PAIR, fullchain: [`${GOOD.pem}\n# of another tool\n`] });
  const { out } = await bench.vcm("adopt");
  assert.doesNotMatch(out, /the next run writes/);
  using order = makeBench({
    ...PAIR,
    combined: [GOOD.pem + "\n" + GOOD.pkcs8],
    fullchain: [GOOD.pem],
  });
  assert.match(
    (await order.vcm("adopt")).out,
    /; the next run writes "FOLDER\/ssl\/combined" in VCM's form, and its services act\n$/,
  );
});

Deno.test("a set whose revocation is not finished is not adopted again", async () => {
  using bench = makeBench(PAIR);
  const { directory } = bench;
  directory.write(
    `store/.pending-revocation-${NAME}`,
    JSON.stringify({
      serial: "0a:1b:2c",
      mount: "pki",
      file: directory.at("vcm.yaml"),
      forgetKey: false,
    }),
  );
  Deno.chmodSync(directory.at("store"), 0o700);
  await assertRefused(bench, "its revocation is not finished");
});

Deno.test("vcm adopt refuses what a stored CRL lists", async () => {
  using bench = makeBench({ ...PAIR, cert: [OTHER.pem, 0o644], privkey: [OTHER.pkcs8] });
  const { directory } = bench;
  const file = Deno.readTextFileSync(directory.at("vcm.yaml"));
  directory.write("vcm.yaml", `${file}trust:\n  - {name: crls, crl: pki}\n`);
  const crl = await makeCrl(CA, {
    revoked: ["0c0c"],
    nextUpdate: new Date("2027-01-01T00:00:00Z"),
  });
  directory.write("store/crls/crl.pem", crlPem(crl));
  Deno.chmodSync(directory.at("store"), 0o700);
  await assertRefused(bench, 'it is revoked: the CRL of "CA" lists it');
  const { out } = await bench.vcm("plan");
  assert.doesNotMatch(out, /can be adopted/);
});

holderTest("vcm adopt waits for no other run", async () => {
  using bench = makeBench(PAIR);
  await using _child = await holdLock(bench.directory.at("store"));
  const { status, err } = await bench.vcm("adopt");
  assert.equal(status, 75, err);
  assert.deepEqual(bench.stored(), []);
});
