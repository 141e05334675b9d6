import assert from "node:assert/strict";
import { storeProblem } from "../../../lib/store/store_trust.ts";
import { createDemoCa } from "../../../lib/tools/demo/demo_ca.ts";
import type { CertificateSpec } from "../../../lib/config/types.ts";
import type { FileKind } from "../../../lib/certificate/types.ts";
import { StoreReader } from "../../../lib/store/read_set.ts";
import { makeSpec, makeTarget } from "../../support/fixtures.ts";
import { type Directory, makeDirectory } from "../../support/rig.ts";

const NAME = "web.example.test";
const CA = await createDemoCa(new Date());
const [FIRST, SECOND] = [await makeLeaf(), await makeLeaf()];
/** Ends after its chain. */
const LONG = await makeLeaf(2000);

function makeLeaf(days = 1) {
  const now = new Date();
  const notAfter = new Date(now.getTime() + days * 86_400_000);
  const names = { commonName: NAME, dnsSans: [NAME], ipSans: [] };
  return CA.intermediate.issue({ ...names, now, notAfter, keyFormat: "sec1" });
}

function put(store: Directory, directory: string, leaf = FIRST): void {
  const texts = {
    cert: `${leaf.certificate}\n`,
    chain: `${CA.intermediate.certificate}\n`,
    fullchain: `${leaf.certificate}\n${CA.intermediate.certificate}\n`,
    privkey: `${leaf.privateKey}\n`,
    ca: `${CA.root.certificate}\n`,
  };
  for (const [what, text] of Object.entries(texts)) store.write(`${directory}/${what}.pem`, text);
}

function look(store: Directory, whats: readonly FileKind[] = ["fullchain", "chain", "ca"]) {
  const targets = whats.map((what) => makeTarget({ what, path: `/ssl/${what}` }));
  return new StoreReader(store.path).look(makeSpec({ name: NAME, targets }));
}

/** Serial of the certificate that is seen. */
function serialOf({ stored: { leaf } }: ReturnType<typeof look>): string | undefined {
  return leaf.kind === "present" && leaf.value.kind === "certificate"
    ? leaf.value.certificate.serial
    : undefined;
}

/** All facts of a set that are known. */
function withoutUndefined(stored: object) {
  return Object.fromEntries(Object.entries(stored).filter(([, fact]) => fact !== undefined));
}

function allFiles<T>(presence: T) {
  return { leaf: presence, key: presence, chain: presence, fullchain: presence, ca: presence };
}

Deno.test("a store or a set that is not there is absent", () => {
  using store = makeDirectory();
  const { stored, interrupted } = look(store);
  assert.deepEqual(withoutUndefined(stored), allFiles({ kind: "absent" }));
  assert.equal(interrupted, false);
  Deno.mkdirSync(store.at(NAME));
  assert.deepEqual(withoutUndefined(look(store).stored), allFiles({ kind: "absent" }));
});

Deno.test("a whole set is present, and its key matches", () => {
  using store = makeDirectory();
  put(store, NAME);
  const seen = look(store);
  assert.equal(serialOf(seen), FIRST.serialNumber);
  const { key, chain, fullchain } = seen.stored;
  assert.deepEqual([key, chain, fullchain], [
    { kind: "present", value: "match" },
    { kind: "present", value: "usable" },
    { kind: "present", value: "usable" },
  ]);
});

Deno.test("the time of issue counts for its certificate only, staged or not, and only if it can be right", () => {
  using store = makeDirectory();
  put(store, NAME);
  const record = (serial: string | undefined, at: unknown) =>
    store.write(`.issued-${NAME}`, JSON.stringify({ serial, at }));
  const issuedAt = () => look(store).stored.issuedAt;
  const at = new Date(Date.now() + 60_000);
  assert.equal(issuedAt(), undefined);
  record(serialOf(look(store)), at);
  assert.deepEqual(issuedAt(), at);
  const wrong = [
    [SECOND.serialNumber, at],
    [FIRST.serialNumber, new Date(0)],
    [FIRST.serialNumber, new Date(Date.now() + 10 * 86_400_000)],
    [FIRST.serialNumber, 17],
    [FIRST.serialNumber, "yesterday"],
  ] as const;
  for (const [serial, time] of wrong) {
    record(serial, time);
    assert.equal(issuedAt(), undefined, String(time));
  }
  for (const text of ["", "null", "{", "\0"]) {
    store.write(`.issued-${NAME}`, text);
    assert.equal(issuedAt(), undefined, text);
  }
  put(store, `.new-${NAME}`, SECOND);
  record(SECOND.serialNumber, at);
  const { stored, staged } = look(store);
  assert.deepEqual([stored.issuedAt, staged?.issuedAt], [undefined, at]);
});

Deno.test("chain and fullchain are checked only if a target contains them", () => {
  using store = makeDirectory();
  put(store, NAME);
  const { stored, texts } = look(store, ["chain"]);
  assert.deepEqual([stored.chain.kind, stored.fullchain.kind], ["present", "absent"]);
  assert.equal(texts.fullchain.kind, "absent");
});

Deno.test("a store that cannot be listed is unreadable, never absent", () => {
  using directory = makeDirectory();
  directory.write("file", "x");
  const store = { ...directory, path: directory.at("file") };
  const problem = `Cannot read "${directory.at("file")}": not a directory`;
  assert.deepEqual(
    withoutUndefined(look(store).stored),
    allFiles({ kind: "unreadable", problem }),
  );
});

Deno.test("a set that cannot be read is unreadable, never absent", () => {
  using store = makeDirectory();
  store.write(NAME, "a file where the directory should be");
  assert.equal(look(store).stored.leaf.kind, "unreadable");
});

Deno.test("damaged files are told apart from missing ones", () => {
  using store = makeDirectory();
  put(store, NAME);
  store.write(`${NAME}/cert.pem`, "");
  const { leaf } = look(store).stored;
  const value = { kind: "unparsable", problem: "contains no PEM certificate" };
  assert.deepEqual(leaf, { kind: "present", value });
  put(store, NAME);
  for (const text of ["", "text", FIRST.privateKey.slice(0, 80)]) {
    store.write(`${NAME}/privkey.pem`, text);
    assert.deepEqual(look(store).stored.key, { kind: "present", value: "unparsable" });
  }
});

Deno.test("a key and a fullchain of another set are seen", () => {
  using store = makeDirectory();
  put(store, NAME, SECOND);
  store.write(`${NAME}/cert.pem`, FIRST.certificate);
  const { key, fullchain } = look(store).stored;
  assert.deepEqual([key, fullchain], [
    { kind: "present", value: "mismatch" },
    { kind: "present", value: "other-leaf" },
  ]);
});

Deno.test("a set without a newline at any end, as older tools wrote it, is as good", () => {
  using store = makeDirectory();
  put(store, NAME);
  for (const what of ["cert", "chain", "fullchain", "privkey"]) {
    store.write(`${NAME}/${what}.pem`, store.read(`${NAME}/${what}.pem`).trimEnd());
  }
  const { key, chain, fullchain } = look(store).stored;
  assert.deepEqual([key, chain, fullchain].map((it) => it.kind === "present" && it.value), [
    "match",
    "usable",
    "usable",
  ]);
});

/** Directories in the store, which set each holds, and which is the one that counts. */
const STATES = {
  "the current set alone": [{ "": FIRST }, FIRST, false],
  "a staged set before the switch": [{ "": FIRST, ".new-": SECOND }, FIRST, true],
  "a switch between its renames": [{ ".new-": SECOND, ".old-": FIRST }, SECOND, true],
  "a retired set alone": [{ ".old-": FIRST }, FIRST, true],
  "a retired set beside the new one": [{ "": SECOND, ".old-": FIRST }, SECOND, true],
  "all three": [{ "": SECOND, ".new-": FIRST, ".old-": FIRST }, SECOND, true],
  "a staged set alone, which may be half": [{ ".new-": FIRST }, undefined, true],
} as const;

for (const [what, [sets, seen, interrupted]] of Object.entries(STATES)) {
  Deno.test(`what counts in the store: ${what}`, () => {
    using store = makeDirectory();
    for (const [prefix, leaf] of Object.entries(sets)) put(store, prefix + NAME, leaf);
    const found = look(store);
    assert.equal(serialOf(found), seen?.serialNumber);
    assert.equal(found.interrupted, interrupted);
  });
}

Deno.test("leftovers of another certificate are not an interruption of this one", () => {
  using store = makeDirectory();
  put(store, NAME);
  put(store, ".new-other");
  put(store, `.old-${NAME}.other`);
  assert.equal(look(store).interrupted, false);
});

Deno.test("ca.pem is read if a target contains it, and only has to exist", () => {
  using store = makeDirectory();
  put(store, NAME);
  const { stored, texts } = look(store, ["ca"]);
  assert.deepEqual([stored.ca, stored.chain], [
    { kind: "present", value: "usable" },
    { kind: "absent" },
  ]);
  assert.deepEqual(texts.ca, { kind: "present", value: `${CA.root.certificate}\n` });
  assert.deepEqual(look(store, ["chain"]).stored.ca, { kind: "absent" });
  Deno.removeSync(store.at(`${NAME}/ca.pem`));
  assert.deepEqual(look(store, ["ca"]).stored.ca, { kind: "absent" });
  Deno.mkdirSync(store.at(`${NAME}/ca.pem`));
  assert.equal(look(store, ["ca"]).stored.ca.kind, "unreadable");
});

/** The other names that are seen if the file asks for `wanted`. */
function otherNamesSeen(store: Directory, wanted: readonly string[], calls: string[]) {
  const spec = makeSpec({ name: NAME, otherSans: wanted });
  const { leaf } = new StoreReader(store.path, (x509) => {
    calls.push(x509.serialNumber);
    return ["1.2.3;UTF8:a"];
  }).look(spec).stored;
  return leaf.kind === "present" && leaf.value.kind === "certificate"
    ? leaf.value.certificate.otherNames
    : leaf;
}

Deno.test("names of other kinds are read only if some are wanted", () => {
  using store = makeDirectory();
  put(store, NAME);
  const calls: string[] = [];
  assert.equal(otherNamesSeen(store, [], calls), undefined);
  assert.deepEqual(calls, []);
  assert.deepEqual(otherNamesSeen(store, ["1.2.3;UTF8:b"], calls), ["1.2.3;UTF8:a"]);
  assert.equal(calls.length, 1);
});

Deno.test("a certificate whose other names cannot be read is unparsable", () => {
  using store = makeDirectory();
  put(store, NAME);
  const spec = makeSpec({ name: NAME, otherSans: ["1.2.3;UTF8:b"] });
  const { leaf } = new StoreReader(store.path, () => {
    throw new Error("holds names that cannot be read");
  }).look(spec).stored;
  const value = { kind: "unparsable", problem: "holds names that cannot be read" };
  assert.deepEqual(leaf, { kind: "present", value });
});

function leafOf(store: Directory, parts: Partial<CertificateSpec>) {
  const { stored } = new StoreReader(store.path).look(makeSpec({ name: NAME, ...parts }));
  return stored.leaf.kind === "present" ? stored.leaf.value : undefined;
}

Deno.test("the kind of the key is read only if the file asks for one", () => {
  using store = makeDirectory();
  put(store, NAME);
  const key = { origin: "vault", reuse: false } as const;
  const unseen = leafOf(store, { key });
  assert.equal(unseen?.kind === "certificate" && unseen.keyType, undefined);
  const seen = leafOf(store, { key: { ...key, type: "rsa-2048" } });
  assert.equal(seen?.kind === "certificate" && seen.keyType, "ec-256");
});

Deno.test("a chain is checked in the files that targets contain, or in chain.pem if there is no target", () => {
  using store = makeDirectory();
  put(store, NAME);
  store.write(`${NAME}/chain.pem`, "");
  store.write(`${NAME}/fullchain.pem`, FIRST.certificate);
  const kind = "incomplete";
  const problem = 'lacks the certificate of "VCM Demo Intermediate", which issued it';
  const broken = { kind: "present", value: { kind, problem } };
  const kinds = (whats: readonly FileKind[]) => {
    const { chain, fullchain } = look(store, whats).stored;
    return [chain, fullchain];
  };
  const absent = { kind: "absent" };
  assert.deepEqual(kinds([]), [broken, absent]);
  assert.deepEqual(kinds(["chain"]), [broken, absent]);
  assert.deepEqual(kinds(["fullchain"]), [absent, broken]);
  assert.deepEqual(kinds(["cert", "privkey"]), [absent, absent]);
  // Older tools wrote no ca.pem.
  Deno.removeSync(store.at(`${NAME}/ca.pem`));
  assert.deepEqual(kinds(["chain"]), [{ kind: "present", value: "usable" }, absent]);
});

Deno.test("of a chain that ends before the leaf the end is seen, of another not", () => {
  using store = makeDirectory();
  put(store, NAME);
  assert.equal(look(store).stored.chainEnd, undefined);
  put(store, NAME, LONG);
  const end = { name: "VCM Demo Intermediate", notAfter: CA.intermediate.notAfter };
  assert.deepEqual(look(store).stored.chainEnd, end);
  assert.equal(look(store, ["cert"]).stored.chainEnd, undefined);
});

Deno.test("storeProblem() tells of a store that others may write to before anybody runs", () => {
  using store = makeDirectory();
  assert.equal(storeProblem(store.path), undefined);
  assert.equal(storeProblem(store.at("none")), undefined);
  Deno.mkdirSync(store.at(".pending"));
  Deno.chmodSync(store.at(".pending"), 0o770);
  const fix = "who could change what is deployed from it; fix: chmod -R go-w";
  const closed = `The store "${store.at(".pending")}" is writable by others, ${fix} "${
    store.at(".pending")
  }"`;
  assert.equal(storeProblem(store.path), closed);
});
