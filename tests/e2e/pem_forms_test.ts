/** What VCM calls in order, OpenSSL, Python's ssl and HAProxy load. */
import { assert } from "./assert.ts";
import { encodePem } from "../../lib/certificate/pem.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { loadAll, type LoadSite, startLoadSite } from "./load_site.ts";

const test = await testsNeeding("openbao", "haproxy");
const PARTS = ["cert", "chain", "fullchain", "privkey", "ca"];

type Change = (pem: string) => string;

/** The place in the middle of the base64 of the last block. */
function insertInLast(text: string): Change {
  return (pem) => {
    const at = pem.indexOf("\n", pem.lastIndexOf("-----BEGIN") + 200);
    return pem.slice(0, at) + text + pem.slice(at);
  };
}

/** Sound inside, and refused or read in part by some program. */
const UNCLEAN: Readonly<Record<string, Change>> = {
  "glued": (pem) => pem.replaceAll(/(-----END [A-Z ]+-----)\n(?=-)/g, "$1"),
  "junk behind END": (pem) => pem.replaceAll(/(-----END [A-Z ]+-----)/g, "$1;"),
  "junk before BEGIN": (pem) => pem.replaceAll("-----BEGIN", "foo -----BEGIN"),
  "a blank before BEGIN": (pem) => pem.replaceAll("-----BEGIN", " -----BEGIN"),
  "a blank line inside": insertInLast("\n"),
  "two blank lines with CRLF inside": insertInLast("\r\n\r"),
  "a blank line before END": (pem) => pem.replaceAll("-----END", "\n-----END"),
  "indented": (pem) => pem.replaceAll("\n", "\n  "),
  "lines that end in CR": (pem) => pem.replaceAll("\n", "\r"),
  "line breaks as \\n, in quotes": (pem) => `"${pem.replaceAll("\n", "\\n")}"`,
  "six dashes": (pem) => pem.replaceAll("-----BEGIN", "------BEGIN"),
  "one line": (pem) => pem.replaceAll(/(?<!-)\n(?!-)/g, ""),
  "no padding": (pem) => pem.replaceAll("=", ""),
  "another label at END": (pem) => pem.replaceAll("-----END ", "-----END X"),
  "a byte order mark in the middle": (pem) => `# text\n\ufeff${pem}`,
  "NUL bytes behind it": (pem) => `${pem}\0\0`,
  "a stray END before it": (pem) => `-----END CERTIFICATE-----\n${pem}`,
};

/** In order as it is. */
const LOOSE: Readonly<Record<string, Change>> = {
  "CRLF": (pem) => pem.replaceAll("\n", "\r\n"),
  "a byte order mark": (pem) => `\ufeff${pem}`,
  "blank lines before it": (pem) => `\n\n${pem}`,
  "bag attributes": (pem) =>
    pem.replaceAll(
      "-----BEGIN",
      "Bag Attributes\n    localKeyID: 01 02\nsubject=CN = x\n-----BEGIN",
    ),
  "text of openssl x509": (pem) => `Certificate:\n    Data:\n        Version: 3 (0x2)\n${pem}`,
  "no last newline": (pem) => pem.trimEnd(),
  "a long comment": (pem) => `# ${"x".repeat(700)}\n${pem}`,
  "CRLF and a byte order mark": (pem) => `\ufeff${pem.replaceAll("\n", "\r\n")}`,
};

/** Changes the stored files, runs, and loads what is deployed. Returns the texts of before. */
async function tryForms(
  site: LoadSite,
  forms: Readonly<Record<string, Change>>,
  t: Deno.TestContext,
): Promise<void> {
  assert.equal((await site.vcm("run")).code, 0);
  const clean = PARTS.map((part) => [part, Deno.readTextFileSync(site.stored(part))] as const);
  for (const [name, change] of Object.entries(forms)) {
    await t.step(name, async () => {
      for (const [part, text] of clean) Deno.writeTextFileSync(site.stored(part), change(text));
      const { code, stdout, stderr } = await site.vcm("run");
      assert.equal(code, 0, stdout + stderr);
      assert.equal(await loadAll(site), "");
      assert.equal((await site.vcm("check")).code, 0);
      for (const [part, text] of clean) {
        const wanted = Object.values(UNCLEAN).includes(change) ? text : change(text);
        assert.equal(Deno.readTextFileSync(site.stored(part)), wanted);
      }
    });
  }
  assert.equal(await site.issued(), 1, "no new certificate");
}

test("a stored set that not every program loads is rewritten without a new certificate", async (t) => {
  await using site = await startLoadSite();
  await tryForms(site, UNCLEAN, t);
});

test("loose forms that every program loads stay as they are", async (t) => {
  await using site = await startLoadSite();
  await tryForms(site, LOOSE, t);
});

test("the same holds for RSA keys", async (t) => {
  await using site = await startLoadSite("rsa");
  const pick = (forms: Readonly<Record<string, Change>>, names: readonly string[]) =>
    Object.fromEntries(Object.entries(forms).filter(([name]) => names.includes(name)));
  await tryForms(site, pick(UNCLEAN, ["a blank line inside", "junk behind END", "indented"]), t);
  await tryForms(site, pick(LOOSE, ["a byte order mark", "bag attributes"]), t);
});

/** Of these, only a part of the set is not clean. */
const MIXED: readonly (readonly [string, string, Change])[] = [
  ["a certificate glued to the key", "privkey", (key) => `${ANY_BLOCK}${key}`],
  ["a key behind the chain", "fullchain", (pem) => `${pem}${ANY_KEY}`],
  ["a label of OpenSSL", "fullchain", (pem) => pem.replaceAll(" CERT", " X509 CERT")],
];
const ANY_BLOCK = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----";
const ANY_KEY = "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n";

test("plan and check name the file and the line, and change nothing", async () => {
  await using site = await startLoadSite();
  assert.equal((await site.vcm("run")).code, 0);
  for (const [name, part, change] of MIXED) {
    const text = Deno.readTextFileSync(site.stored(part));
    Deno.writeTextFileSync(site.stored(part), change(text));
    const { stdout } = await site.vcm("plan");
    const line = new RegExp(
      `recover {2}not every program loads ${part}\\.pem \\(line \\d+ .*\\) in the store, so it `,
    );
    assert.match(stdout, line, name);
    assert.equal((await site.vcm("check")).code, 1, name);
    assert.equal(Deno.readTextFileSync(site.stored(part)), change(text));
    assert.equal((await site.vcm("run")).code, 0);
    assert.equal(Deno.readTextFileSync(site.stored(part)), text);
    assert.equal(await loadAll(site), "");
  }
  assert.equal(await site.issued(), 1);
});

/** Not sound inside. */
const DAMAGED: readonly (readonly [string, Change])[] = [
  ["fullchain", insertInLast(";")],
  ["privkey", (key) => key.replace(/(\n.{20}).{4}/, "$1")],
  ["cert", (pem) => pem.replace("-----BEGIN", "-----BEGIN CERTIFICATE-----\n-----BEGIN")],
  ["ca", (pem) => pem.slice(0, -40)],
  ["chain", (pem) => `${pem}-----END CERTIFICATE-----;-----BEGIN CERTIFICATE-----`],
  ["cert", withTrailingBytes],
];

/** OpenSSL, as a server, refuses a certificate with bytes behind its end. */
function withTrailingBytes(pem: string): string {
  const der = Uint8Array.fromBase64(pem.replaceAll(/-----[A-Z ]+-----|\s/g, ""));
  return encodePem(new Uint8Array([...der, 0, 0, 0]), "CERTIFICATE");
}

test("a damaged set is deployed nowhere, and a new certificate is issued", async () => {
  await using site = await startLoadSite();
  assert.equal((await site.vcm("run")).code, 0);
  for (const [at, [part, change]] of DAMAGED.entries()) {
    const before = Deno.readTextFileSync(site.directory.at("ssl/full.pem"));
    Deno.writeTextFileSync(site.stored(part), change(Deno.readTextFileSync(site.stored(part))));
    const deployed = await site.vcm("deploy");
    assert.equal(deployed.code, 1, part);
    assert.match(deployed.stdout, new RegExp(`${part}\\.pem in the store `));
    assert.equal(Deno.readTextFileSync(site.directory.at("ssl/full.pem")), before);
    assert.equal(await loadAll(site), "");
    assert.equal((await site.vcm("run")).code, 0);
    assert.equal(await site.issued(), at + 2, part);
    assert.equal(await loadAll(site), "");
  }
});

test("a service that reads the store itself acts once its files are rewritten", async () => {
  await using site = await startLoadSite();
  const marker = site.directory.at("acted");
  const service =
    `    service:\n      - {name: "reader", command: ["/usr/bin/touch", "${marker}"]}\n`;
  site.configure([], service);
  assert.equal((await site.vcm("run")).code, 0);
  for (const part of ["cert", "fullchain", "privkey", "chain"]) {
    const text = Deno.readTextFileSync(site.stored(part));
    Deno.writeTextFileSync(site.stored(part), `foo ${text}`);
    Deno.removeSync(marker);
    assert.equal((await site.vcm("check")).code, 1, part);
    const { code, stdout, stderr } = await site.vcm("run");
    assert.match(stderr, new RegExp(`rewrote ${part}\\.pem in the store: the same content, `));
    assert.deepEqual([code, stdout], [
      0,
      "Done: 0 issued, 0 files deployed, 1 service action; 0 failed, 0 skipped\n",
    ], part);
    assert.ok(Deno.lstatSync(marker).isFile, part);
    assert.equal(Deno.readTextFileSync(site.stored(part)), text);
  }
  assert.equal(await site.issued(), 1);
});

test("if the store cannot be written, nothing of the set is deployed, and the next run does it", async () => {
  await using site = await startLoadSite();
  assert.equal((await site.vcm("run")).code, 0);
  const text = Deno.readTextFileSync(site.stored("fullchain"));
  Deno.writeTextFileSync(site.stored("fullchain"), text.replace("-----END", "\n-----END"));
  Deno.writeTextFileSync(site.directory.at("ssl/full.pem"), "");
  const inTheWay = site.stored("fullchain").replace("fullchain.pem", ".fullchain.pem.vcm-new");
  Deno.mkdirSync(`${inTheWay}/full`, { recursive: true });
  const failed = await site.vcm("run");
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /Cannot rewrite the files in ".*": /);
  assert.equal(site.directory.read("ssl/full.pem"), "");
  Deno.removeSync(inTheWay, { recursive: true });
  assert.equal((await site.vcm("run")).code, 0);
  assert.equal(await loadAll(site), "");
  assert.equal(await site.issued(), 1);
});
