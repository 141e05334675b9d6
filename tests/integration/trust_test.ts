/** CA bundles and CRLs from a real OpenBao, verified with OpenSSL. */
import assert from "node:assert/strict";
import { splitCrls } from "../../lib/certificate/crl.ts";
import { parseCertificate } from "../../lib/certificate/certificate.ts";
import { splitCertificates } from "../../lib/certificate/pem.ts";
import { startOpenBao } from "../support/openbao.ts";
import { openssl } from "../support/openssl_pki.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assertWell, type Bench, makeBench, NAME, snapshot } from "./bench.ts";
import { listen } from "./audit.ts";

const test = await testsNeeding("openbao", "openbao-2.7");

type Data = Readonly<Record<string, unknown>>;
type Call = (method: "POST" | "DELETE", path: string, body?: unknown) => Promise<Data>;

const EC = { key_type: "ec", ttl: "8760h" };

interface Site extends Bench {
  readonly call: Call;
  /** API paths that were asked for since the last call. */
  readonly asked: () => string[];
  /** Writes the file: the entries of `trust` and, if given, a certificate with this text. */
  readonly trust: (entries: string, certs?: string, settings?: string) => void;
  readonly run: (...args: readonly string[]) => ReturnType<Bench["vcm"]>;
  /** As if the server had been asked so long ago. */
  readonly age: (file: string, seconds: number) => void;
}

/** A root in `pki` with the name `one`, a server with an audit log, and a host without a login. */
async function withSite(run: (site: Site) => Promise<void>): Promise<void> {
  for (const part of ["openbao", "openbao-2.7"] as const) await withServer(part, run);
}

async function withServer(
  part: "openbao" | "openbao-2.7",
  run: (site: Site) => Promise<void>,
): Promise<void> {
  await using bao = await startOpenBao({ audit: true, part });
  const call: Call = async (method, path, body) => {
    const { status, body: answer } = await bao.api(method, path, body);
    assert.ok(status < 300, `${path}: ${JSON.stringify(answer)}`);
    return answer.data ?? {};
  };
  await call("POST", "sys/mounts/pki", { type: "pki", config: { max_lease_ttl: "87600h" } });
  const root = { common_name: "Root 1", issuer_name: "one", ...EC };
  await call("POST", "pki/root/generate/internal", root);
  await call("POST", "pki/roles/web", { allow_any_name: true, max_ttl: "2160h", key_type: "ec" });
  using bench = makeBench();
  const { directory } = bench;
  await run({
    ...bench,
    call,
    asked: listen(bao),
    trust(entries, certs = "  []\n", settings = "") {
      const all = `vault: "${bao.address}"\npki: pki\nrole: web\n${settings}`;
      bench.configure(all, `${certs}trust:\n${entries}`);
    },
    run: (...args) =>
      bench.vcm(args, { VAULT_TOKEN: certsIn(directory.read("vcm.yaml"), bao.token) }),
    age(file, seconds) {
      const time = Date.now() / 1000 - seconds;
      Deno.utimeSync(directory.at(file), time, time);
    },
    [Symbol.dispose]: () => {},
  });
}

/** Entries of `trust` need no login. */
function certsIn(file: string, token: string): string {
  return file.includes("certs:\n  []") ? "" : token;
}

function entry({ directory }: Bench, kind: "ca_bundle" | "crl", from: string, more = ""): string {
  const [what, file] = kind === "crl" ? ["crl", "list.crl"] : ["ca", "bundle.pem"];
  return `  - name: ${what}
    ${kind}: ${from}
${more}    deploy: [{${what}: "${directory.at(file)}", mode: "0640"}]
`;
}

const WEB = `  - name: ${NAME}\n    ttl: 30d\n`;

const names = (text: string) =>
  splitCertificates(text).map((pem) => parseCertificate(pem).commonName);

test("all issuers of a mount are deployed without a login, and refreshed when a day is over", () =>
  withSite(async (site) => {
    const { call, asked, directory } = site;
    site.trust(entry(site, "ca_bundle", "pki"));
    const plan = await site.run("plan");
    assert.match(plan.out, /fetch +from pki: there is no bundle in the store/);
    assert.equal((await site.run("check")).status, 2);
    asked();
    assertWell(await site.run("run"));
    assert.deepEqual(names(directory.read("bundle.pem")), ["Root 1"]);
    assert.equal(Deno.statSync(directory.at("bundle.pem")).mode! & 0o777, 0o640);
    assert.equal(asked().length, 2);
    const before = snapshot(directory);
    for (const command of ["run", "check"]) {
      const said = await site.run(command);
      assertWell(said);
      assert.match(said.out, /1 trust entry in order/);
    }
    assert.deepEqual([asked(), snapshot(directory)], [[], before]);
    const second = { common_name: "Root 2", issuer_name: "two", ...EC };
    await call("POST", "pki/root/generate/internal", second);
    site.age("store/ca/ca.pem", 86_401);
    assert.equal((await site.run("check")).status, 1);
    const renewed = await site.run("run");
    assert.match(renewed.out, /Done: 0 issued, 1 fetched, 1 file deployed/);
    assert.deepEqual(names(directory.read("bundle.pem")).sort(), ["Root 1", "Root 2"]);
    // Nothing new: the file stays, and nothing is loaded again.
    site.age("store/ca/ca.pem", 86_401);
    const { ino } = Deno.statSync(directory.at("bundle.pem"));
    const again = await site.run("run");
    assert.match(again.out, /Done: 0 issued, 1 fetched, 0 files deployed/);
    assert.equal(Deno.statSync(directory.at("bundle.pem")).ino, ino);
    assert.equal((await site.run("check")).status, 0);
  }));

test("metrics tell when a trust entry ends, and when it is asked for again", () =>
  withSite(async (site) => {
    const { directory } = site;
    site.trust(entry(site, "crl", "pki"), undefined, `metrics_file: ${directory.at("vcm.prom")}`);
    for (let run = 0; run < 2; run++) {
      assertWell(await site.run("run"));
      const text = directory.read("vcm.prom");
      const value = (name: string) =>
        Number(new RegExp(`^vcm_${name}\\{name="crl"\\} (\\d+)$`, "m").exec(text)?.[1]);
      const hours = (value("trust_end_timestamp_seconds") - Date.now() / 1000) / 3600;
      assert.ok(hours > 71 && hours <= 72, text);
      const next = (value("certificate_renewal_timestamp_seconds") - Date.now() / 1000) / 3600;
      assert.ok(next > 35 && next <= 36, text);
      assert.equal(value("certificate_ok"), 1);
    }
  }));

test("another mount in the file is asked at once", () =>
  withSite(async (site) => {
    const { call, directory } = site;
    await call("POST", "sys/mounts/other", { type: "pki", config: { max_lease_ttl: "87600h" } });
    await call("POST", "other/root/generate/internal", { common_name: "Other", ...EC });
    site.trust(entry(site, "ca_bundle", "pki"));
    assertWell(await site.run("run"));
    site.trust(entry(site, "ca_bundle", "[pki/issuer/one, other]"));
    assert.match((await site.run("check")).out, /the configuration asks for another bundle/);
    assertWell(await site.run("run"));
    assert.deepEqual(names(directory.read("bundle.pem")), ["Root 1", "Other"]);
    assertWell(await site.run("check"));
  }));

test("a bundle without a root that stored certificates need is not stored, until they are renewed", () =>
  withSite(async (site) => {
    const { call, directory } = site;
    site.trust(entry(site, "ca_bundle", "pki"), WEB);
    assertWell(await site.run("run"));
    await call("POST", "pki/root/generate/internal", {
      common_name: "Root 2",
      issuer_name: "two",
      ...EC,
    });
    await call("POST", "pki/config/issuers", { default: "two" });
    await call("DELETE", "pki/issuer/one");
    site.age("store/ca/ca.pem", 86_401);
    const kept = await site.run("run");
    assert.equal(kept.status, 1);
    assert.match(kept.err, /lacks "Root 1", which the stored certificates web\.example\.test need/);
    assert.deepEqual(names(directory.read("bundle.pem")), ["Root 1"]);
    assert.equal((await site.run("check")).status, 1);
    assertWell(await site.run("issue", "--force", NAME));
    assertWell(await site.run("run"));
    assert.deepEqual(names(directory.read("bundle.pem")), ["Root 2"]);
    assertWell(await site.run("check"));
  }));

test("CRLs of all issuers are deployed, and OpenSSL verifies with them", () =>
  withSite(async (site) => {
    const { call, directory } = site;
    const second = { common_name: "Root 2", issuer_name: "two", ...EC };
    await call("POST", "pki/root/generate/internal", second);
    site.trust(entry(site, "ca_bundle", "pki") + entry(site, "crl", "pki"), WEB);
    assertWell(await site.run("run"));
    assert.equal(splitCrls(directory.read("list.crl")).length, 2);
    const leaf = directory.at(`store/${NAME}/cert.pem`);
    const verify = () =>
      openssl(
        ...["verify", "-crl_check", "-CAfile", directory.at("bundle.pem")],
        ...["-CRLfile", directory.at("list.crl"), leaf],
      );
    await verify();
    const { serial } = parseCertificate(Deno.readTextFileSync(leaf));
    await call("POST", "pki/revoke", { serial_number: serial });
    // Half of 72 hours.
    assertWell(await site.run("check"));
    site.age("store/crl/crl.pem", 3 * 86_400);
    const due = await site.run("issue", "--force", "crl");
    assertWell(due);
    assertWell(await site.run("deploy", "crl"));
    await assert.rejects(verify, /revoked/);
    const broken = await site.run("check");
    assert.deepEqual([broken.status, broken.out.includes('the CRL of "Root 1" lists it')], [
      2,
      true,
    ]);
    assertWell(await site.run("run"));
    await verify();
    const { serial: now } = parseCertificate(Deno.readTextFileSync(leaf));
    assert.notEqual(now, serial);
    assertWell(await site.run("check"));
    // An issuer that is gone, or that a server in its place hides, undoes no revocation.
    await call("DELETE", "pki/issuer/one");
    assertWell(await site.run("issue", "--force", "crl"));
    assertWell(await site.run("deploy", "crl"));
    assert.equal(splitCrls(Deno.readTextFileSync(directory.at("store/crl/crl.pem"))).length, 2);
    assertWell(await site.run("check"));
  }));

test("a mount or an issuer that does not exist is told, and nothing of a token", () =>
  withSite(async (site) => {
    const cases = {
      "nowhere": /check that "nowhere" is the path of a PKI secrets engine in this namespace/,
      "nowhere/issuer/one": /check that "nowhere" is the path of a PKI secrets engine/,
      "pki/issuer/nobody": /for reference: nobody\); to see its issuers: bao list pki\/issuers/,
    };
    for (const [from, fix] of Object.entries(cases)) {
      site.trust(entry(site, "crl", from));
      const { status, out } = await site.run("run");
      assert.equal(status, 1);
      assert.match(out, fix);
      assert.match(out, /skipped {2}crl: nothing new was fetched/);
      assert.doesNotMatch(out, /token|issuer_ref/);
    }
    site.trust(entry(site, "crl", "pki"), undefined, "namespace: nowhere\n");
    assert.match((await site.run("run")).out, /has no such namespace .*check "namespace"/);
  }));

test("the plan of an entry that is asked for again promises no change", () =>
  withSite(async (site) => {
    const service = `    service: [{name: proxy, command: ["/bin/true"]}]\n`;
    site.trust(entry(site, "ca_bundle", "pki", service));
    const first = await site.run("plan");
    assert.match(first.out, /command \/bin\/true: it loads the new files of ca\n/);
    assertWell(await site.run("run"));
    site.age("store/ca/ca.pem", 86_400);
    const { out } = await site.run("plan");
    assert.match(out, /bundle\.pem: new CA certificates, if the server has something new\n/);
    assert.match(out, /it loads the new files of ca, if the server has something new\n/);
    const { out: done, err } = await site.run("run");
    assert.match(done, /^Done: 0 issued, 1 fetched, 0 files deployed, 0 service actions; 0 failed/);
    assert.match(err, /unchanged/);
  }));
