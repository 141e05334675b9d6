/** CAs with several issuers, from a real OpenBao: clients that trust any of the roots accept the chain. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { splitCertificates } from "../../lib/certificate/pem.ts";
import { countIssued } from "../support/issued.ts";
import { startOpenBao } from "../support/openbao.ts";
import { openssl } from "../support/openssl_pki.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { type Bench, certificate, makeBench, NAME } from "./bench.ts";
import { settings } from "./server.ts";

const test = await testsNeeding("openbao");

const ROLE = { allow_any_name: true, max_ttl: "2160h", key_type: "ec" };
const EC = { key_type: "ec", ttl: "87600h" };

type Data = Readonly<Record<string, unknown>>;

/** A server, a host, and calls as root. */
async function withMount(
  run: (
    post: (path: string, body: unknown) => Promise<Data>,
    issue: (more?: string) => Promise<Bench>,
  ) => Promise<void>,
): Promise<void> {
  await using bao = await startOpenBao();
  const post = async (path: string, body: unknown) => {
    const { status, body: answer } = await bao.api("POST", path, body);
    assert.ok(status < 300, `${path}: ${JSON.stringify(answer)}`);
    return answer.data ?? {};
  };
  for (const mount of ["pki", "other"]) {
    await post(`sys/mounts/${mount}`, { type: "pki", config: { max_lease_ttl: "87600h" } });
  }
  await post("pki/roles/web", ROLE);
  using bench = makeBench();
  const env = { VAULT_TOKEN: bao.token };
  await run(post, async (more = "") => {
    bench.configure(settings(bao, `ttl: 30d\n${more}`), certificate(bench.directory));
    const { status, out, err } = await bench.vcm(["issue", "--force"], env);
    assert.deepEqual([status, err.includes("warning")], [0, false], out + err);
    const issued = await countIssued(bao);
    for (const command of ["run", "check"]) {
      const next = await bench.vcm([command], env);
      assert.deepEqual([next.status, /warning/.test(next.out + next.err)], [0, false], next.out);
    }
    assert.equal(await countIssued(bao), issued);
    return bench;
  });
}

/** Cross-signs: the certificate of a key of one mount, by an issuer. */
async function crossSign(
  post: (path: string, body: unknown) => Promise<Data>,
  { name, key, issuer, ttl = "43800h" }: {
    readonly name: string;
    readonly key: unknown;
    readonly issuer: string;
    readonly ttl?: string;
  },
): Promise<string> {
  const { csr } = await post("pki/intermediate/cross-sign", { common_name: name, key_ref: key });
  const body = { csr, common_name: name, ttl, use_csr_values: true };
  const { certificate } = await post(`${issuer}/sign-intermediate`, body);
  return String(certificate);
}

/** What OpenSSL says, which does not try another issuer if one leads nowhere. */
async function verify({ directory }: Bench, root: unknown): Promise<void> {
  const at = (part: string) => directory.at(`store/${NAME}/${part}.pem`);
  directory.write("root.pem", String(root));
  const chain = directory.read(`store/${NAME}/chain.pem`) === "" ? [] : ["-untrusted", at("chain")];
  await openssl("verify", "-CAfile", directory.at("root.pem"), ...chain, at("cert"));
}

/** A client that looks for every path. */
async function connect({ directory }: Bench, root: unknown): Promise<void> {
  const read = (part: string) => directory.read(`store/${NAME}/${part}.pem`);
  using listener = Deno.listenTls({
    hostname: "127.0.0.1",
    port: 0,
    cert: read("fullchain"),
    key: read("privkey"),
  });
  const accepted = listener.accept();
  const plain = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  using client = await Deno.startTls(plain, { hostname: NAME, caCerts: [String(root)] });
  using server = await accepted;
  await Promise.all([client.handshake(), server.handshake()]);
}

const chainOf = ({ directory }: Bench) =>
  splitCertificates(directory.read(`store/${NAME}/chain.pem`)).map((pem) =>
    new X509Certificate(pem)
  );

for (const name of ["Root", "Young Root"]) {
  test(`a root that an older one cross-signed is accepted by clients of both (${name})`, () =>
    withMount(async (post, issue) => {
      const old = await post("pki/root/generate/internal", { common_name: "Root", ...EC });
      const young = await post("pki/root/rotate/internal", { common_name: name, ...EC });
      await post("pki/root/replace", { default: young["issuer_id"] });
      const issuer = `pki/issuer/${old["issuer_id"]}`;
      const cross = await crossSign(post, { name, key: young["key_id"], issuer });
      const { imported_issuers: imported } = await post("pki/issuers/import/cert", {
        pem_bundle: cross,
      });
      const accept = async () => {
        const bench = await issue();
        assert.equal(chainOf(bench).length, 1);
        for (const root of [old, young]) {
          await verify(bench, root["certificate"]);
          await connect(bench, root["certificate"]);
        }
      };
      await accept();
      const ids = [young["issuer_id"], ...(imported as string[]), old["issuer_id"]];
      for (const chain of [ids, [ids[0], ids[2], ids[1]], ids.slice(0, 2)]) {
        await post(`pki/issuer/${young["issuer_id"]}`, { manual_chain: chain });
        await accept();
      }
    }));
}

test("an intermediate of two roots is accepted by clients of both, by OpenSSL for the first", () =>
  withMount(async (post, issue) => {
    const roots = [
      await post("other/root/generate/internal", { common_name: "One", ...EC }),
      await post("other/root/generate/internal", { common_name: "Two", ...EC }),
    ];
    const { csr, key_id: key } = await post("pki/intermediate/generate/internal", {
      common_name: "Lower",
      key_type: "ec",
    });
    const [one, two] = roots.map(({ issuer_id: id }) => `other/issuer/${id}`);
    const first = await post(`${one}/sign-intermediate`, { csr, ttl: "43800h" });
    const set = await post("pki/intermediate/set-signed", {
      certificate: [first["certificate"], ...roots.map((root) => root["certificate"])].join("\n"),
    });
    const second = await crossSign(post, { name: "Lower", key, issuer: two ?? "" });
    const added = await post("pki/issuers/import/cert", { pem_bundle: second });
    let bench = await issue();
    const isFirst = ({ issuer }: X509Certificate) => issuer.includes("One");
    const accept = async () => {
      const chain = chainOf(bench);
      assert.deepEqual(chain.map(({ subject }) => subject), ["CN=Lower", "CN=Lower"]);
      for (const root of roots) await connect(bench, root["certificate"]);
      const [lowest] = chain;
      const trusted = roots[lowest !== undefined && isFirst(lowest) ? 0 : 1];
      await verify(bench, trusted?.["certificate"]);
      await verify(bench, bench.directory.read(`store/${NAME}/ca.pem`));
      return lowest !== undefined && isFirst(lowest);
    };
    const mapping = Object.entries(set["mapping"] as Record<string, string>);
    const ours = mapping.find(([, mapped]) => mapped === key)?.[0];
    const [further] = added["imported_issuers"] as string[];
    const ids = mapping.filter(([, mapped]) => mapped === "").map(([id]) => id);
    // The server's order is kept.
    for (const [id, by] of [[ours, true], [further, false]] as const) {
      const other = by ? further : ours;
      await post(`pki/issuer/${id}`, { manual_chain: [id, other, ...ids] });
      bench = await issue(`issuer_ref: "${id}"`);
      assert.equal(await accept(), by);
    }
    // A path that ends soon is no reason to issue again as long as there is another.
    const soon = await crossSign(post, { name: "Lower", key, issuer: two ?? "", ttl: "240h" });
    const [brief] = (await post("pki/issuers/import/cert", { pem_bundle: soon }))[
      "imported_issuers"
    ] as string[];
    await post(`pki/issuer/${ours}`, { manual_chain: [ours, brief, ...ids] });
    bench = await issue(`issuer_ref: "${ours}"`);
    await accept();
  }));
