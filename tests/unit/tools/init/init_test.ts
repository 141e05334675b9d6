/** `vcm init` without questions. */
import assert from "node:assert/strict";
import { loadConfig } from "../../../../lib/config/load.ts";
import { modeOf } from "../../../support/rig.ts";
import { type Bench, initTest, SITES } from "./bench.ts";
import { outputMistakes } from "../../../support/output_validator.ts";

const FLAGS = "--vault https://vault.test:8200 --role web";

/** Names, targets and services of what was written. */
async function written({ directory }: Bench, name = "vcm.yaml") {
  const { certificates } = await loadConfig(directory.at(name));
  return certificates.map(({ name, dnsSans, ipSans, targets, services }) => [
    [name, ...dnsSans, ...ipSans].join(" "),
    targets.map(({ what, path }) => `${what} ${path}`).join(", "),
    services.map(({ control, id }) => `${control} ${id}`).join(", "),
  ]);
}

initTest("vcm init writes what it found, runs the doctor, and says what next", async (bench) => {
  const { status, out, err, ran } = await bench.run(`init --yes ${FLAGS} --config @/vcm.yaml`);
  assert.deepEqual([status, err], [0, ""]);
  assert.equal(
    out,
    `Wrote @/vcm.yaml: 2 certificates, 4 targets
Left out: /etc/nginx/sites-enabled/web:12: ssl_certificate "/c/$ssl_server_name.crt" contains a variable of the server

vcm doctor:

Next: vcm run --config @/vcm.yaml
`,
  );
  assert.deepEqual(ran, ["doctor --config @/vcm.yaml"]);
  assert.equal(modeOf(bench.directory.at("vcm.yaml")), "600");
  assert.deepEqual(await written(bench), [
    [
      "web.test www.test",
      "fullchain /etc/nginx/ssl/web.crt, privkey /etc/nginx/ssl/web.key",
      "reload nginx.service",
    ],
    [
      "api.test",
      "fullchain /etc/nginx/ssl/api.crt, privkey /etc/nginx/ssl/api.key",
      "reload nginx.service",
    ],
  ]);
});

initTest("the exit status is that of the doctor, which --no-doctor leaves out", async (bench) => {
  const bad = await bench.run(`init --yes ${FLAGS} --config @/bad.yaml`, { doctor: 1 });
  assert.equal(bad.status, 1);
  assert.match(
    bad.out,
    /\nNext: fix the problems above, then: vcm doctor --config @\/bad\.yaml\n$/,
  );
  const none = await bench.run(`init --no-doctor ${FLAGS} --config @/f`, { doctor: 1 });
  assert.deepEqual([none.status, none.ran, none.givenUp], [0, [], ["net", "run", "write"]]);
  assert.match(none.out, /\n\nNext: vcm doctor --config @\/f\n$/);
  const quiet = await bench.run(`init --quiet --no-color ${FLAGS} --config @/g`);
  assert.deepEqual(quiet.ran, ["doctor --config @/g --quiet --no-color"]);
});

initTest("vcm init leaves a file that is there as it is", async ({ run, directory }) => {
  directory.write("vcm.yaml", "mine");
  const { status, out, err } = await run(`init ${FLAGS}`, {
    env: { VCM_CONFIG: directory.at("vcm.yaml") },
  });
  assert.deepEqual([status, out], [2, ""]);
  assert.equal(
    err,
    'error: "@/vcm.yaml" already exists; to check it: vcm doctor; pass --config FILE to write another ' +
      'file, or --print to see what would be written\nSee "vcm init --help"\n',
  );
  assert.equal(directory.read("vcm.yaml"), "mine");
});

initTest("a place that cannot be used is reported before the first question", async (bench) => {
  const { directory, run } = bench;
  directory.write("open/x", "");
  Deno.chmodSync(directory.at("open"), 0o777);
  const open = await run("init --config @/open/f", { answers: [] });
  assert.deepEqual([open.status, open.out], [2, ""]);
  assert.match(open.err, /^error: @\/open\/f: not trusted: .* fix: chmod go-w @\/open\n$/);
  const file = await run("init --config @/open/x/f", { answers: [] });
  assert.deepEqual([file.status, file.out], [1, ""]);
  const missing = await run("init --config @/a/b/f", { answers: [] });
  assert.deepEqual([missing.status, missing.out], [1, ""]);
  assert.deepEqual(directory.tree(), ["open/", "open/x"]);
});

initTest("vcm init uses $VCM_CONFIG, which other commands then find as well", async (bench) => {
  const env = { VCM_CONFIG: bench.directory.at("my file.yaml"), VAULT_ADDR: "https://v.test" };
  const { status, out } = await bench.run("init --role web", { env });
  assert.equal(status, 0);
  assert.match(out, /^Wrote @\/my file\.yaml: .*\n[^]*\nNext: vcm run\n$/);
  const other = await bench.run("init --role web --config @/o'x.yaml", { env });
  assert.match(other.out, /\nNext: vcm run --config '@\/o'\\''x\.yaml'\n$/);
});

initTest("vcm init without a terminal says which flags it needs", async ({ run, directory }) => {
  const cases = [
    ["init --config @/f", {}, "pass --vault URL and --role ROLE"],
    ["init --config @/f --yes --role web", { VAULT_ADDR: "ftp://v.test" }, "pass --vault URL"],
    ["init --config @/f", { BAO_ADDR: "https://bao.test" }, "pass --role ROLE"],
  ] as const;
  for (const [line, env, wanted] of cases) {
    const { status, err } = await run(line, { env });
    assert.deepEqual([status, err], [
      2,
      `error: No terminal to ask on: ${wanted}\nSee "vcm init --help"\n`,
    ]);
  }
  assert.deepEqual(directory.tree(), []);
});

initTest("vcm init says what is wrong with a flag or a name", async ({ run, directory }) => {
  const cases = [
    [
      "--vault ftp://vault.test --role web",
      'Option "--vault": expected a URL such as "https://vault.example.com:8200"',
    ],
    [
      "--vault http://vault.test --role web",
      'Option "--vault": sends tokens and keys unencrypted; use "https://"',
    ],
    [
      `${FLAGS}/x`,
      'Option "--role": expected the name of a role such as "internal-service", got "web/x"',
    ],
    [
      `${FLAGS} --pki a%b`,
      'Option "--pki": expected the path of a PKI mount such as "pki_internal", got "a%b"',
    ],
    [
      `${FLAGS} --ca a --ca-fingerprint ${"0".repeat(64)}`,
      "Option --ca cannot be combined with --ca-fingerprint",
    ],
    [
      `${FLAGS} --ca-fingerprint 12`,
      'Option "--ca-fingerprint": expected a SHA-256 fingerprint such as "4A:1F:…", of 64 hex digits',
    ],
    [
      `${FLAGS} --auth-method ldap`,
      'Option "--auth-method" takes one of approle, token, cert, jwt',
    ],
    [`${FLAGS} --auth-mount x`, 'Option "--auth-mount" needs --auth-method'],
    [`${FLAGS} --jwt-file /j --role-id r`, 'Option "--jwt-file" does not go with "approle"'],
    [`${FLAGS} --auth-method approle`, "No terminal to ask on: pass --role-id"],
    [`${FLAGS} --auth-method token`, "No terminal to ask on: pass --token-file FILE"],
    [`${FLAGS} a/b`, 'expected a DNS name or an IP address, got "a/b"'],
    [`${FLAGS} archive`, '"archive" is reserved: revoked certificate sets are kept there'],
  ] as const;
  for (const [flags, message] of cases) {
    const { status, err } = await run(`init --config @/f ${flags}`);
    assert.deepEqual([status, err], [2, `error: ${message}\nSee "vcm init --help"\n`]);
  }
  assert.deepEqual(directory.tree(), []);
});

initTest("names limit the file to those certificates, found or not", async (bench) => {
  const names = "www.test WWW.test new.test 10.0.0.1 2001:db8::1";
  assert.equal((await bench.run(`init ${FLAGS} --config @/vcm.yaml ${names}`)).status, 0);
  assert.deepEqual(await written(bench), [
    [
      "web.test www.test",
      "fullchain /etc/nginx/ssl/web.crt, privkey /etc/nginx/ssl/web.key",
      "reload nginx.service",
    ],
    ["new.test", "", ""],
    ["10.0.0.1 10.0.0.1", "", ""],
    ["2001:db8::1 2001:db8::1", "", ""],
  ]);
});

initTest("if nothing is found, the file has an example, and no diagnostic", async (bench) => {
  const { status, out } = await bench.run(`init ${FLAGS} --config @/vcm.yaml`, { files: {} });
  assert.equal(status, 0);
  assert.match(out, /^Wrote @\/vcm\.yaml: 0 certificates, 0 targets\n/);
  assert.deepEqual(await written(bench), []);
  assert.match(bench.directory.read("vcm.yaml"), /\ncerts: \[\]\n# For example:\n/);
});

initTest("vcm init --print prints the file and writes nothing", async ({ run, directory }) => {
  directory.write("vcm.yaml", "mine");
  const { status, out, givenUp } = await run(`init --print ${FLAGS} --config @/vcm.yaml`);
  assert.equal(status, 0);
  assert.match(out, /^# The certificates [^]*\nconfig:\n[^]*\ncerts:\n/);
  assert.deepEqual(givenUp, ["net", "run", "write"]);
  assert.equal(directory.read("vcm.yaml"), "mine");
  assert.equal((await run(`init ${FLAGS} --config @/f`)).status, 0);
  assert.equal(directory.read("f"), out);
});

initTest("vcm init --quiet prints nothing", async ({ run }) => {
  const { status, out, err } = await run(`init --quiet ${FLAGS} --config @/f`);
  assert.deepEqual([status, out, err], [0, "", ""]);
});

initTest("vcm init --json prints what was found, used and left out", async ({ run }) => {
  const { out } = await run(`init --json ${FLAGS} --config @/f api.test`);
  assert.deepEqual(outputMistakes("init", out), []);
  const certificate = (name: string, file: string, dnsSans: string[]) => ({
    name,
    dnsSans,
    ipSans: [],
    targets: [
      { what: "fullchain", path: `/etc/nginx/ssl/${file}.crt` },
      {
        what: "privkey",
        path: `/etc/nginx/ssl/${file}.key`,
        ...(file === "web" && { mode: 0o640 }),
      },
    ],
    services: ["nginx.service"],
  });
  const remarks = [
    "It may have more names: its file cannot be read (no such file or directory).",
  ];
  const at = (line: number) => [`/etc/nginx/sites-enabled/web:${line}`];
  const [web, api] = [
    certificate("web.test", "web", ["www.test"]),
    certificate("api.test", "api", []),
  ];
  assert.deepEqual(JSON.parse(out), {
    layout: 1,
    file: "@/f",
    written: [],
    certificates: [api],
    found: [
      { ...web, at: at(3), remarks, taken: false },
      { ...api, at: at(8), remarks, taken: true },
    ],
    notes: [{
      at: "/etc/nginx/sites-enabled/web:12",
      message: 'ssl_certificate "/c/$ssl_server_name.crt" contains a variable of the server',
    }],
  });
  const { out: text } = await run(`init --json --print ${FLAGS} --config @/g`);
  assert.deepEqual(outputMistakes("init", text), []);
  const printed = JSON.parse(text);
  assert.match(printed.text, /^# The certificates /);
});

initTest(
  "a file in a directory that others can write to is reported as not trusted",
  async (bench) => {
    Deno.chmodSync(bench.directory.path, 0o777);
    const { status, out, err } = await bench.run(`init ${FLAGS} --config @/f`, { files: SITES });
    assert.deepEqual([status, out], [2, ""]);
    assert.match(err, /^error: @\/f: not trusted: the directory @ is writable by every user /);
  },
);

initTest("a file that cannot be written is reported", async ({ run }) => {
  const { status, err } = await run(`init ${FLAGS} --config @/a/b/f`);
  assert.deepEqual([status, err], [
    1,
    'error: Cannot write "@/a/b/f": there is no directory "@/a"; fix: mkdir -p @/a/b\n',
  ]);
});

initTest("a virtual host cannot make vcm init write to a file of another kind", async (bench) => {
  const files = {
    ...SITES,
    "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\n",
    "/etc/nginx/sites-enabled/evil": "server { server_name e.test; ssl_certificate /etc/passwd; " +
      "ssl_certificate_key /etc/nginx/ssl/e.key; }\n",
  };
  const { status, out } = await bench.run(`init --yes ${FLAGS} --config @/vcm.yaml`, { files });
  assert.equal(status, 0);
  const note =
    "/etc/nginx/sites-enabled/evil:1: /etc/passwd contains neither a certificate nor a key: " +
    "use another file";
  assert.ok(out.includes(`Left out: ${note}\n`), out);
  const text = bench.directory.read("vcm.yaml");
  assert.ok(text.includes(`# ${note}\n`), text);
  assert.deepEqual(text.match(/^.*passwd.*$/mg)?.filter((line) => !line.startsWith("#")), []);
  assert.deepEqual((await written(bench)).map(([names]) => names), [
    "web.test www.test",
    "api.test",
  ]);
  const named = await bench.run(`init ${FLAGS} --config @/named.yaml e.test`, { files });
  assert.equal(named.status, 0);
  assert.deepEqual(await written(bench, "named.yaml"), [["e.test", "", ""]]);
});

initTest("vcm init writes no file that the next command would not read", async (bench) => {
  const servers = Array.from(
    { length: 40_000 },
    (_, at) => `server{server_name a;ssl_certificate /${at};ssl_certificate_key /k${at};}`,
  );
  const files = { "/etc/nginx/nginx.conf": servers.join("\n") };
  const { status, err } = await bench.run(`init --yes ${FLAGS} --config @/vcm.yaml`, { files });
  assert.deepEqual([status, err], [
    1,
    "error: The file would be larger than 4 MiB, which VCM does not read; nothing was written; " +
    'name the certificates to start with, such as "vcm init web.example.com"\n',
  ]);
  assert.deepEqual(bench.directory.tree(), []);
});
