/** Algorithms that the runtime does not know, from a real OpenBao that issues ML-DSA. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { startFront } from "../support/faulty_proxy.ts";
import { countIssued } from "../support/issued.ts";
import { type OpenBao, startOpenBao } from "../support/openbao.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { type Bench, certificate, makeBench } from "./bench.ts";
import { settings } from "./server.ts";

const test = await testsNeeding("openbao-2.7");

/** A server with roles for ML-DSA keys, and a mount with an ML-DSA root and intermediate. */
async function withServer(run: (bao: OpenBao) => Promise<void>): Promise<void> {
  await using bao = await startOpenBao({ part: "openbao-2.7" });
  await setUpPki(bao);
  const post = async (path: string, body: unknown) => {
    const { status, body: answer } = await bao.api("POST", path, body);
    assert.ok(status < 300, `${path}: ${JSON.stringify(answer)}`);
    return answer.data ?? {};
  };
  for (const mount of ["pq_root", "pq"]) {
    await post(`sys/mounts/${mount}`, { type: "pki", config: { max_lease_ttl: "87600h" } });
  }
  const key = { key_type: "mldsa", key_bits: 65 };
  await post("pq_root/root/generate/internal", { common_name: "PQ Root", ttl: "87600h", ...key });
  const { csr } = await post("pq/intermediate/generate/internal", { common_name: "PQ", ...key });
  const signed = await post("pq_root/root/sign-intermediate", { csr, ttl: "43800h" });
  const chain = `${signed["certificate"]}\n${signed["issuing_ca"]}`;
  await post("pq/intermediate/set-signed", { certificate: chain });
  const role = { allow_any_name: true, max_ttl: "2160h" };
  for (const mount of ["pki", "pki_self", "pq", "pq_root"]) {
    for (const bits of [44, 65, 87]) {
      await post(`${mount}/roles/mldsa-${bits}`, { ...role, key_type: "mldsa", key_bits: bits });
    }
  }
  for (const mount of ["pq", "pq_root"]) {
    await post(`${mount}/roles/web`, { ...role, key_type: "ec", key_bits: 256 });
  }
  await run(bao);
}

/** Name, what its entry says, and the algorithms that are named. */
const CERTIFICATES: readonly (readonly [string, string, string])[] = [
  ["mldsa.example.test", 'role: "mldsa-65"', "ML-DSA-65"],
  ["of-root.example.test", 'pki: "pki_self"\nrole: "mldsa-87"', "ML-DSA-87"],
  ["ec.example.test", 'pki: "pq"', "ML-DSA-65"],
  ["ec-of-root.example.test", 'pki: "pq_root"', "ML-DSA-65"],
  ["typed.example.test", 'pki: "pq"\nkey_type: "ec-256"', "ML-DSA-65"],
  ["local.example.test", 'pki: "pq"\nkey: "local"', "ML-DSA-65"],
  ["reused.example.test", 'pki: "pq"\nkey: "local"\nreuse_key: true', "ML-DSA-65"],
  ["all.example.test", 'pki: "pq"\nrole: "mldsa-44"', "ML-DSA-44 and ML-DSA-65"],
];

/** Every kind of target. */
function deployed({ directory }: Bench, name: string, more: string): string {
  const at = (suffix: string) => directory.at(`ssl/${name}${suffix}`);
  const password = `password_file: "${directory.at("password")}"`;
  const targets = [
    ...["cert", "chain", "fullchain", "ca", "privkey", "combined", "der"]
      .map((kind) => `{ ${kind}: "${at(`.${kind}`)}" }`),
    `{ pkcs12: "${at(".p12")}", ${password} }`,
    `{ privkey: "${at(".enc")}", ${password} }`,
    `{ bundle: "${at(".d")}" }`,
  ].map((target) => `      - ${target}\n`).join("");
  const lines = more.split("\n").map((line) => `    ${line}\n`).join("");
  return `  - name: "${name}"\n${lines}    deploy:\n${targets}`;
}

test("keys and chains of ML-DSA are issued, stored and deployed, and the next runs are quiet", () =>
  withServer(async (bao) => {
    const env = { VAULT_TOKEN: bao.token };
    using bench = makeBench();
    bench.directory.write("password", "a password for tests");
    const certs = CERTIFICATES.map(([name, more]) => deployed(bench, name, more)).join("");
    bench.configure(settings(bao, "ttl: 30d"), certs);
    const doctor = await bench.vcm(["doctor"], env);
    assert.doesNotMatch(doctor.out, /^problem/m, doctor.out);
    const first = await bench.vcm(["run"], env);
    assert.equal(first.status, 0, first.out + first.err);
    // What is the same for several certificates is said once.
    for (const algorithms of new Set(CERTIFICATES.map(([, , algorithms]) => algorithms))) {
      const said =
        `this build cannot verify ${algorithms}, so it was accepted without that check\n`;
      assert.equal(first.err.split(said).length, 2, first.err);
    }
    assert.equal(first.err.match(/^warning/gm)?.length, 3, first.err);
    const issued = [await countIssued(bao), await countIssued(bao, "pq")];
    for (let runs = 0; runs < 2; runs++) {
      const next = await bench.vcm(["run"], env);
      const quiet = `Nothing to do: ${CERTIFICATES.length} certificates in order\n`;
      assert.deepEqual([next.status, next.out], [0, quiet], next.err);
    }
    assert.deepEqual([await countIssued(bao), await countIssued(bao, "pq")], issued);
    const check = await bench.vcm(["check"], env);
    assert.equal(check.status, 0, check.out);
    assert.doesNotMatch(check.out, /warning/);
    for (const [name] of CERTIFICATES) {
      const key = bench.directory.read(`store/${name}/privkey.pem`);
      assert.equal(bench.directory.read(`ssl/${name}.privkey`), key);
    }
    // Every certificate can be renewed.
    const again = await bench.vcm(["issue", "--force", "all.example.test"], env);
    assert.equal(again.status, 0, again.out + again.err);
    const reused = bench.directory.read("store/reused.example.test/privkey.pem");
    assert.equal((await bench.vcm(["issue", "--force", "reused.example.test"], env)).status, 0);
    assert.equal(bench.directory.read("store/reused.example.test/privkey.pem"), reused);
  }));

test("a key that this build cannot make is left to the server", () =>
  withServer(async (bao) => {
    const p521 = { allow_any_name: true, key_type: "ec", key_bits: 521 };
    assert.ok((await bao.api("POST", "pki/roles/p521", p521)).status < 300);
    for (const role of ["mldsa-65", "p521"]) {
      using bench = makeBench();
      bench.configure(
        settings(bao),
        certificate(bench.directory, "a.example.test", `role: "${role}"\nkey: "local"`),
      );
      const env = { VAULT_TOKEN: bao.token };
      const doctor = await bench.vcm(["doctor"], env);
      assert.match(
        doctor.out,
        /for (?:mldsa-65|ec-521) keys, which VCM cannot make: set "key: vault"/,
      );
      const { status, out } = await bench.vcm(["run"], env);
      assert.equal(status, 1);
      assert.match(out, /role requires .*VCM makes no such keys: set "key: vault"/);
    }
  }));

test("a key of another algorithm, a damaged key and another key_type are still told", () =>
  withServer(async (bao) => {
    const env = { VAULT_TOKEN: bao.token };
    using bench = makeBench();
    const [name, other] = ["a.example.test", "b.example.test"];
    const lines = [[name, "mldsa-44"], [other, "mldsa-87"]] as const;
    const certs = lines.map(([name, role]) =>
      certificate(bench.directory, name, `role: "${role}"`)
    );
    bench.configure(settings(bao), certs.join(""));
    assert.equal((await bench.vcm(["run"], env)).status, 0);
    const file = bench.directory.at(`store/${name}/privkey.pem`);
    const key = Deno.readTextFileSync(file);
    const wrong = [
      ["does not belong to", bench.directory.read(`store/${other}/privkey.pem`)],
      ["is not a usable private key", key.slice(0, 60)],
      ["is not a usable private key", key.replace(/\n[^-]{40}/, "\n")],
    ] as const;
    for (const [said, text] of wrong) {
      Deno.writeTextFileSync(file, text);
      const check = await bench.vcm(["check"], env);
      assert.deepEqual([check.status, check.out.includes(said)], [2, true], check.out);
    }
    Deno.writeTextFileSync(file, key);
    assert.equal((await bench.vcm(["check"], env)).status, 0);
    const typed = certificate(bench.directory, name, 'role: "mldsa-65"\nkey_type: "ec-256"');
    bench.configure(settings(bao), typed);
    const { status, out } = await bench.vcm(["run"], env);
    assert.equal(status, 1);
    assert.match(out, /its key is ml-dsa-65, but "key_type" asks for ec-256/);
  }));

/** ML-DSA-44, -65 and -87 in a certificate or key; the next numbers are those of SLH-DSA. */
const ML_DSA = Buffer.from("6086480165030403", "hex");

function asSlhDsa(pem: string): string {
  return pem.replace(
    /(-----BEGIN ([A-Z ]+)-----\n)([^-]+)(\n-----END)/g,
    (_, begin, _label, text, end) => {
      const der = Buffer.from(text, "base64");
      for (let at = der.indexOf(ML_DSA); at >= 0; at = der.indexOf(ML_DSA, at + 1)) {
        const place = at + ML_DSA.length;
        const arc = der[place] ?? 0;
        if (arc >= 17 && arc <= 19) der[place] = arc + 3;
      }
      return `${begin}${der.toString("base64").match(/.{1,64}/g)?.join("\n")}${end}`;
    },
  );
}

test("SLH-DSA, which no server here issues, is named and accepted alike", () =>
  withServer(async (bao) => {
    await using front = startFront(bao, () => undefined, async (_path, answer) => {
      const { status } = answer;
      const body = await answer.json().catch(() => undefined);
      if (body === undefined) return new Response(null, { status });
      const convert = (_key: string, value: unknown) =>
        typeof value === "string" ? asSlhDsa(value) : value;
      return new Response(JSON.stringify(body, convert), { status });
    });
    using bench = makeBench();
    const name = "slh.example.test";
    const lines = settings({ ...bao, address: front.address });
    bench.configure(lines, certificate(bench.directory, name, 'pki: "pq"\nrole: "mldsa-44"'));
    const env = { VAULT_TOKEN: bao.token };
    const first = await bench.vcm(["run"], env);
    assert.equal(first.status, 0, first.out + first.err);
    const said = "this build cannot verify SLH-DSA-SHA2-128s and SLH-DSA-SHA2-128f, so it";
    assert.ok(first.err.includes(said), first.err);
    const next = await bench.vcm(["run"], env);
    assert.equal(next.out, "Nothing to do: 1 certificate in order\n");
  }));
