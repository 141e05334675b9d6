/** What `vcm check`, `status` and `run` say of a certificate whose CA has ended; no server is there. */
import assert from "node:assert/strict";
import { type Bench, certificate, makeBench, NAME } from "../../integration/bench.ts";
import {
  type Made,
  makeAuthority,
  makeCertificatePem,
  type MakeOptions,
} from "../../support/fixtures_pki.ts";
import { outputMistakes } from "../../support/output_validator.ts";

const DAY = 86_400_000;
/** Read once, so that what is expected has the minute of the certificates. */
const STARTED = Math.floor(Date.now() / 1000) * 1000;
const inDays = (days: number) => new Date(STARTED + days * DAY);
const lasting = (from: number, to: number) => ({ notBefore: inDays(from), notAfter: inDays(to) });
const LONG = lasting(-100, 1000);
const ENDED = lasting(-100, -3);
const names: MakeOptions["names"] = [{ type: "dns", value: NAME }];

const ROOT = await makeAuthority("Root", LONG);
const ROOT_ENDED = await makeAuthority("Root", { keysOf: ROOT, ...ENDED });
const ROOT_SHORT = await makeAuthority("Root", { keysOf: ROOT, ...lasting(-100, 20) });
const CA = await makeAuthority("CA", { issuer: ROOT, ...LONG });
const CA_ENDED = await makeAuthority("CA", { issuer: ROOT, keysOf: CA, ...ENDED });
const CA_TO_COME = await makeAuthority("CA", { issuer: ROOT, keysOf: CA, ...lasting(1, 9) });
const YOUNG = await makeAuthority("Young", LONG);
const CROSS_ENDED = await makeAuthority("Young", { issuer: ROOT, keysOf: YOUNG, ...ENDED });
const BELOW = await makeAuthority("Below", { issuer: YOUNG, ...LONG });
const LEAF = await makeCertificatePem(NAME, { issuer: CA, names, ...lasting(-30, 60) });
const CROSSED = await makeCertificatePem(NAME, { issuer: BELOW, names, ...lasting(-30, 60) });

const pems = (made: readonly Made[]) => made.map(({ pem }) => pem).join("");

interface Case {
  readonly leaf?: Made;
  readonly chain: readonly Made[];
  /** Absent: there is no `ca.pem`. */
  readonly ca?: readonly Made[];
}

function putSet({ directory }: Bench, { leaf = LEAF, chain, ca }: Case, name = NAME): void {
  const set = {
    cert: leaf.pem,
    chain: pems(chain),
    fullchain: leaf.pem + pems(chain),
    privkey: leaf.pkcs8,
    ...(ca && { ca: pems(ca) }),
  };
  if (ca === undefined && directory.tree().includes(`store/${name}/ca.pem`)) {
    Deno.removeSync(directory.at(`store/${name}/ca.pem`));
  }
  for (const [part, text] of Object.entries(set)) {
    directory.write(`store/${name}/${part}.pem`, text);
    Deno.chmodSync(directory.at(`store/${name}/${part}.pem`), 0o600);
  }
}

/** All targets are deployed as they are in the store. */
async function makeHost(it: Case, more = "renew: 10d"): Promise<Bench> {
  const bench = makeBench();
  bench.configure(
    'vault: "https://127.0.0.1:1"\npki: pki\nrole: web',
    certificate(bench.directory, NAME, more),
  );
  putSet(bench, { ...it, chain: it.leaf === CROSSED ? [BELOW] : [CA], ca: [ROOT, YOUNG] });
  const { status, out, err } = await bench.vcm(["deploy"]);
  assert.equal(status, 0, out + err);
  putSet(bench, it);
  Deno.writeTextFileSync(
    bench.directory.at(`ssl/${NAME}.crt`),
    Deno.readTextFileSync(bench.directory.at(`store/${NAME}/fullchain.pem`)),
  );
  return bench;
}

const minutes = (moment: Date) => `${moment.toISOString().slice(0, 16).replace("T", " ")} UTC`;
const REMEDY = `renew that CA at the server, then run "vcm issue --force ${NAME}" and ` +
  `"vcm run ${NAME}"`;
const ROOT_LINE = `${NAME}: no path from it to a root is valid now: the root "Root" expired ` +
  `${minutes(ENDED.notAfter)}; ${REMEDY}`;

Deno.test("an ended root is broken, and not due: no new certificate cures it", async () => {
  const cases: Record<string, Case> = {
    "in ca.pem": { chain: [CA], ca: [ROOT_ENDED] },
    "in ca.pem and the chain": { chain: [CA, ROOT_ENDED], ca: [ROOT_ENDED] },
    "in the chain, without a ca.pem": { chain: [CA, ROOT_ENDED] },
    "beside its intermediate in ca.pem": { chain: [CA], ca: [CA, ROOT_ENDED] },
  };
  for (const [what, it] of Object.entries(cases)) {
    using bench = await makeHost(it);
    const check = await bench.vcm(["check"]);
    assert.equal(check.status, 2, what);
    const [headline, ...lines] = check.out.trimEnd().split("\n");
    assert.match(headline ?? "", /^BROKEN: 1 of 1 certificate not in order/);
    assert.deepEqual(lines, [ROOT_LINE], what);
    const status = await bench.vcm(["status"]);
    assert.equal(status.status, 2, what);
    assert.ok(status.out.includes(ROOT_LINE), status.out);
    const plan = await bench.vcm(["plan"]);
    assert.equal(plan.out.split("\n").at(-2), "Nothing to do; 1 certificate broken");
    // It asks nothing of a server, and has changed nothing.
    const run = await bench.vcm(["run"]);
    assert.deepEqual([run.status, run.out.split("\n").at(-2)], [
      0,
      "Nothing to do; 1 certificate broken",
    ], run.out);
    assert.ok(run.out.includes(ROOT_LINE.slice(NAME.length)), run.out);
  }
});

Deno.test("an expired intermediate is broken and due, whether or not a target contains the chain", async () => {
  using bench = await makeHost({ chain: [CA_ENDED], ca: [ROOT] });
  const line = `${NAME}: its chain expired 3d ago (${minutes(ENDED.notAfter)}; "CA")`;
  const both = await bench.vcm(["check"]);
  assert.deepEqual([both.status, both.out.split("\n")[1]], [2, line]);
  assert.equal((await bench.vcm(["plan", "--detailed-exitcode"])).status, 10);
  const text = bench.directory.read("vcm.yaml");
  bench.directory.write("vcm.yaml", text.replace("fullchain:", "cert:"));
  Deno.writeTextFileSync(bench.directory.at(`ssl/${NAME}.crt`), LEAF.pem);
  const alone = await bench.vcm(["check"]);
  assert.deepEqual([alone.status, alone.out.split("\n")[1]], [2, line]);
  // The root's end is told as well, and once.
  putSet(bench, { chain: [CA_ENDED], ca: [ROOT_ENDED] });
  const { out } = await bench.vcm(["check"]);
  assert.deepEqual(out.trimEnd().split("\n").slice(1), [line, ROOT_LINE]);
});

Deno.test("one valid path is enough, and an ended intermediate beside it is due", async () => {
  using fine = await makeHost({ leaf: CROSSED, chain: [BELOW], ca: [YOUNG, ROOT_ENDED] });
  assert.equal((await fine.vcm(["check"])).status, 0);
  using due = await makeHost({ leaf: CROSSED, chain: [BELOW, CROSS_ENDED], ca: [YOUNG, ROOT] });
  const { status, out } = await due.vcm(["check"]);
  assert.deepEqual([status, out.split("\n")[1]], [
    1,
    `${NAME}: its chain expired 3d ago (${minutes(ENDED.notAfter)}; "Young"), but another path ` +
    "from it to a root is valid",
  ]);
});

Deno.test("a root that ends before the certificate is a warning with both dates", async () => {
  using bench = await makeHost({ chain: [CA], ca: [ROOT_SHORT] });
  const { status, out } = await bench.vcm(["check"]);
  assert.deepEqual([status, out.split("\n")[1]], [
    0,
    `${NAME}: its root "Root" expires ${minutes(inDays(20))}, before the certificate does (${
      minutes(inDays(60))
    }); renew that CA at the server`,
  ]);
  putSet(bench, { chain: [CA], ca: [ROOT_SHORT, ROOT] });
  assert.equal((await bench.vcm(["check"])).out.split("\n")[1], "");
});

Deno.test("a CA that is not valid yet is broken, and asks for a look at the clock", async () => {
  using bench = await makeHost({ chain: [CA_TO_COME], ca: [ROOT] });
  const { status, out } = await bench.vcm(["check"]);
  assert.equal(status, 2);
  assert.match(out, /the intermediate "CA" is valid only from .*; check this host's clock, /);
});

Deno.test("a ca.pem without a readable root makes the root unknown, a missing one does not", async () => {
  using bench = await makeHost({ chain: [CA] });
  assert.equal((await bench.vcm(["check"])).status, 0);
  const path = bench.directory.at(`store/${NAME}/ca.pem`);
  Deno.writeTextFileSync(path, "garbage");
  const garbage = await bench.vcm(["check"]);
  assert.equal(garbage.status, 3);
  assert.match(
    garbage.out,
    /cannot tell whether its root is valid: ca\.pem in the store contains/,
  );
  Deno.removeSync(path);
  Deno.mkdirSync(path);
  const unreadable = await bench.vcm(["check"]);
  assert.equal(unreadable.status, 3);
  assert.match(
    unreadable.out,
    /cannot tell whether its root is valid: Cannot read ".*ca\.pem":/,
  );
  // It stops no run.
  assert.equal((await bench.vcm(["run"])).status, 0);
});

Deno.test("--json tells it as a kind, in documents that fit their schema", async () => {
  using bench = await makeHost({ chain: [CA], ca: [ROOT_ENDED] });
  for (const command of ["check", "status"] as const) {
    const { status, out } = await bench.vcm([command, "--json"]);
    assert.deepEqual([status, outputMistakes(command, out)], [2, []]);
    const { standing, certificates: [state] } = JSON.parse(out);
    assert.deepEqual([standing, state.due], ["broken", undefined]);
    assert.deepEqual(state.warnings.map(({ kind }: { kind: string }) => kind), ["chain-invalid"]);
  }
});

Deno.test("the metrics call it not ok", async () => {
  using bench = await makeHost({ chain: [CA], ca: [ROOT_ENDED] });
  const text = bench.directory.read("vcm.yaml");
  const place = bench.directory.at("ssl/vcm.prom");
  bench.directory.write(
    "vcm.yaml",
    text.replace("config:\n", `config:\n  metrics_file: "${place}"\n`),
  );
  const { status, out, err } = await bench.vcm(["run"]);
  assert.equal(status, 0, out + err);
  assert.ok(Deno.readTextFileSync(place).includes(`vcm_certificate_ok{name="${NAME}"} 0\n`));
});

Deno.test("of two sets of one chain, one that deploys its ca.pem is checked by its own", async () => {
  using bench = await makeHost({ chain: [CA], ca: [ROOT] });
  const second = "second.example.test";
  const text = bench.directory.read("vcm.yaml");
  const targets = ["ca", "fullchain"].map((what) =>
    `      - ${what}: "${bench.directory.at(`ssl/second-${what}.pem`)}"\n`
  );
  const entry = `  - name: "${second}"\n    common_name: "${NAME}"\n    renew: 10d\n    deploy:\n`;
  bench.directory.write("vcm.yaml", text + entry + targets.join(""));
  putSet(bench, { chain: [CA], ca: [ROOT_ENDED] }, second);
  assert.equal((await bench.vcm(["deploy"])).status, 0);
  const { status, out } = await bench.vcm(["check"]);
  assert.equal(status, 2);
  assert.deepEqual(out.match(/^.*no path from it/gm)?.map((line) => line.split(":")[0]), [second]);
});
