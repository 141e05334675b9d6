/** Variables that the runtime inside the binary reads by itself. */
import { assert } from "./assert.ts";
import { freePort } from "../support/free_port.ts";
import { type OpenBao, startOpenBao } from "../support/openbao.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { compiledVcm } from "../support/vcm.ts";
import { type Directory, makeDirectory } from "../support/rig.ts";

const test = await testsNeeding("openbao");
const NAME = "web.e2e.test";

interface Site extends AsyncDisposable {
  readonly bao: OpenBao;
  readonly directory: Directory;
  /** Runs the compiled VCM with this environment beside what is needed. */
  vcm(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Said>;
  configure(trust: string, probe?: string): void;
}

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function startSite(): Promise<Site> {
  const binary = await compiledVcm();
  const bao = await startOpenBao({ tls: true });
  await setUpPki(bao);
  const directory = makeDirectory();
  const site: Site = {
    bao,
    directory,
    configure(trust, probe = "") {
      const settings = `vault: "${bao.address}", pki: pki, role: web, retries: 0${trust}`;
      const store = `cert_store: "${directory.at("store")}"`;
      directory.write(
        "vcm.yaml",
        `config: {${settings}, ${store}}\ncerts:\n  - name: "${NAME}"\n${probe}`,
      );
    },
    async vcm(args, env = {}) {
      const { code, stdout, stderr } = await new Deno.Command(binary, {
        args: [...args, "--config", directory.at("vcm.yaml")],
        clearEnv: true,
        env: { HOME: directory.path, VAULT_TOKEN: bao.token, ...env },
        stdin: "null",
      }).output();
      const decoder = new TextDecoder();
      return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
    },
    async [Symbol.asyncDispose]() {
      await bao.close();
      directory[Symbol.dispose]();
    },
  };
  site.configure(trustOf(bao));
  return site;
}

function trustOf({ caFile }: OpenBao): string {
  return `, vault_ssl_verify: "${caFile}"`;
}

/** A probe of the server itself, which serves TLS. */
function probeOf({ address }: OpenBao): string {
  const { port } = new URL(address);
  return `    service: [{name: "bao", manager: command, command: ["/bin/true"], ` +
    `probe: {connect: "127.0.0.1:${port}"}}]\n`;
}

test("with SSLKEYLOGFILE no server is contacted, and no secret is written", async () => {
  await using site = await startSite();
  const file = site.directory.at("key.log");
  const env = { SSLKEYLOGFILE: file };
  const refusal = `SSLKEYLOGFILE is set, so the secrets of TLS connections would be written to ` +
    `"${file}"; VCM contacts no server while it is set`;
  // The doctor has the command on a line of its own.
  const fix = /(?:; fix: |\n +)unset SSLKEYLOGFILE$/m;
  const refused = async (args: readonly string[], code: number) => {
    const said = await site.vcm(args, env);
    assert.equal(said.code, code, `${args}: ${said.out}${said.err}`);
    assert.ok((said.out + said.err).includes(refusal), `${args}: ${said.out}${said.err}`);
    assert.match(said.out + said.err, fix, `${args}`);
    assert.equal(site.directory.read("key.log"), "", `${args} wrote to it`);
  };

  await refused(["run"], 1);
  await refused(["issue", "--quiet"], 1);
  await refused(["doctor"], 1);
  assert.equal((await site.vcm(["run"])).code, 0);
  await refused(["revoke", "--yes", NAME], 1);
  site.configure(trustOf(site.bao), probeOf(site.bao));
  await refused(["check"], 3);
  await refused(["status"], 3);
  await refused(["plan"], 1);
  await refused(["run"], 1);
  await refused(["restart", "--force"], 1);

  // Where no server is needed there is nothing to refuse.
  site.configure(trustOf(site.bao));
  for (const args of [["check"], ["plan"], ["validate"], ["run"], ["deploy"]]) {
    const said = await site.vcm(args, env);
    assert.equal(said.code, 0, `${args}: ${said.out}${said.err}`);
  }
  assert.equal((await site.vcm(["issue", "--force"], { SSLKEYLOGFILE: "" })).code, 0);
  assert.equal(site.directory.read("key.log"), "");
});

test("docs/permissions.md tells true what the runtime reads, and what it does not", async () => {
  await using site = await startSite();
  site.directory.write(
    "evil.cjs",
    `require("fs").writeFileSync("${site.directory.at("evil")}", "");\n`,
  );
  const caFile = site.bao.caFile ?? "";
  const issue = (env: Record<string, string>) => site.vcm(["issue", "--force"], env);

  site.configure("");
  assert.equal((await issue({})).code, 1, "an unknown CA is not trusted");
  assert.equal((await issue({ DENO_CERT: caFile })).code, 0, "DENO_CERT is honored");
  for (
    const env of [
      { NODE_EXTRA_CA_CERTS: caFile },
      { NODE_TLS_REJECT_UNAUTHORIZED: "0" },
      { DENO_TLS_CA_STORE: "system" },
    ]
  ) assert.equal((await issue(env)).code, 1, Object.keys(env).join());

  site.configure(trustOf(site.bao));
  const plain = await issue({});
  const lines = plain.err.split("\n").length;
  const before = site.directory.tree().length;
  const collector = `http://127.0.0.1:${freePort()}`;
  for (
    const env of [
      { NODE_OPTIONS: `--require ${site.directory.at("evil.cjs")}` },
      { NODE_DEBUG: "http,tls,net,fs" },
      { NODE_V8_COVERAGE: site.directory.at("coverage") },
      { DENO_V8_FLAGS: "--print-bytecode" },
      { DENO_DIR: site.directory.at("deno") },
      { DENO_TRACE_PERMISSIONS: "1" },
      { OTEL_DENO: "true", OTEL_EXPORTER_OTLP_ENDPOINT: collector },
      { RUST_LOG: "trace" },
      { TMPDIR: site.directory.at("tmp") },
    ]
  ) {
    const said = await issue(env as Record<string, string>);
    assert.equal(said.code, 0, `${Object.keys(env)}: ${said.err}`);
    assert.equal(said.err.split("\n").length, lines, `${Object.keys(env)}: ${said.err}`);
  }
  assert.equal(site.directory.tree().length, before, "nothing was written beside the store");

  const traced = await issue({ DENO_LOG: "trace" });
  assert.equal(traced.code, 0);
  assert.ok(traced.err.split("\n").length > lines, "DENO_LOG is honored");
  const key = site.directory.read(`store/${NAME}/privkey.pem`).split("\n")[1] ?? "";
  for (const secret of ["PRIVATE KEY", key]) assert.ok(!traced.err.includes(secret));
});
