/** A certificate has its own name among its SANs, by the whole program against a real OpenBao. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import type { OpenBao } from "../support/openbao.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assertWell, type Bench, makeBench } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

const ANY = { allow_any_name: true, key_type: "ec", key_bits: 256, max_ttl: "2160h" };
const LOOSE = { ...ANY, enforce_hostnames: false };

const ROLES: Readonly<Record<string, object>> = {
  loose: LOOSE,
  strict: ANY,
  body: { ...LOOSE, use_csr_sans: false, use_csr_common_name: false },
  noip: { ...LOOSE, allow_ip_sans: false },
  someip: { ...LOOSE, allowed_ip_sans_cidr: ["192.0.2.0/24"] },
};

/** A configuration with one certificate without targets, given as the keys of a YAML flow map. */
function configure({ directory }: Bench, bao: OpenBao, entry: string): void {
  const store = directory.at("store");
  const lines = settings(bao).replace('role: "web"', 'role: "loose"').replaceAll("\n", "\n  ");
  directory.write(
    "vcm.yaml",
    `config:\n  ${lines}\n  cert_store: "${store}"\ncerts:\n  - {${entry}}\n`,
  );
}

function withRoles(run: (bao: OpenBao, env: Record<string, string>) => Promise<void>) {
  return withServer({}, async ({ bao }) => {
    for (const [name, role] of Object.entries(ROLES)) {
      assert.ok((await bao.api("POST", `pki/roles/${name}`, role)).status < 300);
    }
    await run(bao, { VAULT_TOKEN: bao.token });
  });
}

/** What is stored, or undefined. */
function stored({ directory }: Bench): X509Certificate | undefined {
  const path = directory.tree().find((name) => /^store\/[^.][^/]*\/cert\.pem$/.test(name));
  return path === undefined ? undefined : new X509Certificate(directory.read(path));
}

const QUIET = "Nothing to do: 1 certificate in order\n";
const NOT_A_HOST = /if the common name is not that of a host, set "exclude_cn_from_sans: true"/;

/** The entry, and what its failure says. */
const REFUSED: readonly [string, RegExp][] = [
  [
    "name: my_host.example.test",
    /it lacks my_host\.example\.test; .*an underscore; fix: set "key: local", or use another/,
  ],
  ["name: my_host", /it lacks my_host; the server leaves out names with an underscore/],
  [
    "name: app, common_name: _x.example.test, dns_sans: [a.example.test]",
    /it lacks _x\.example\.test/,
  ],
  ['name: "*.my_host.example.test"', /it lacks \*\.my_host\.example\.test; .*underscore/],
  ["name: my_host.bücher.test", /it lacks my_host\.xn--bcher-kva\.test; .*underscore/],
  ["name: -web.example.test", /it lacks -web\.example\.test; .*a hyphen at an end of a label/],
  ["name: web-.example.test", /it lacks web-\.example\.test; .*a hyphen at an end of a label/],
  ["name: w*.example.test", /it lacks w\*\.example\.test; .*fix: use "\*\.example\.test"/],
  [
    'name: "web.example.test:8443"',
    /it lacks web\.example\.test:8443; .*no port; fix: use "web\.example\.test"/,
  ],
  ['name: "10.1.1.20:8443"', /no port; fix: use "10\.1\.1\.20"/],
  ['name: "[2001:db8::1]"', /no brackets; fix: use "2001:db8::1"/],
  [
    "name: my_host.example.test, role: body, key: local",
    /fix: set use_csr_sans=true on the role "body"/,
  ],
  ['name: "web.example.test:8443", key: local', /no port/],
];

test("a certificate without its own name is refused, and the cause is told", (t) =>
  withRoles(async (bao, env) => {
    for (const [entry, said] of REFUSED) {
      await t.step(entry, async () => {
        using bench = makeBench();
        configure(bench, bao, entry);
        const { status, out } = await bench.vcm(["run"], env);
        assert.equal(status, 1, out);
        assert.match(out, said);
        assert.match(out, NOT_A_HOST);
        assert.equal(stored(bench), undefined);
      });
    }
    await t.step("a DNS SAN that the server leaves out is told in the same words", async () => {
      using bench = makeBench();
      configure(bench, bao, "name: web.example.test, dns_sans: [my_host.example.test]");
      const { status, out } = await bench.vcm(["run"], env);
      assert.equal(status, 1);
      assert.match(out, /it lacks my_host\.example\.test; .*an underscore; fix: set "key: local"/);
      assert.doesNotMatch(out, NOT_A_HOST);
    });
    for (const name of ["my_host.example.test", "web-.example.test", '"fd00::20"']) {
      await t.step(`role that enforces host names: ${name}`, async () => {
        using bench = makeBench();
        configure(bench, bao, `name: ${name}, role: strict`);
        const { status, out } = await bench.vcm(["run"], env);
        assert.equal(status, 1);
        assert.match(
          out,
          /not allowed by this role\); it is not a host name: .*enforce_hostnames=false/,
        );
      });
    }
  }));

/** The entry, what its role has besides the domain a.test, and what its failure says. */
const DENIED: readonly [string, object, RegExp][] = [
  [
    "name: a.test",
    {},
    /must have its domain in allowed_domains, with allow_bare_domains=true for the domain itself/,
  ],
  ['name: "*.b.a.test"', {}, /allow_wildcard_certificates=true, and its domain in allowed_domains/],
  ['name: "b.*.a.test"', { allow_any_name: true }, /no server allows a "\*" outside of the first/],
  ['name: "*.*.a.test"', { allow_any_name: true }, /no server allows a "\*" outside of the first/],
  ['name: "**.a.test"', { allow_any_name: true }, /no server allows .*, or two of them/],
];

test("a name that the role refuses is told with what the role must have", (t) =>
  withRoles(async (bao, env) => {
    for (const [entry, more, said] of DENIED) {
      await t.step(entry, async () => {
        const role = { key_type: "ec", key_bits: 256, allowed_domains: ["a.test"], ...more };
        assert.ok((await bao.api("POST", "pki/roles/denies", role)).status < 300);
        using bench = makeBench();
        configure(bench, bao, `${entry}, role: denies`);
        const { status, out } = await bench.vcm(["run"], env);
        assert.equal(status, 1);
        assert.match(out, said);
      });
    }
    await t.step("which is enough", async () => {
      const role = { key_type: "ec", key_bits: 256, allowed_domains: ["a.test"] };
      await bao.api("POST", "pki/roles/denies", { ...role, allow_bare_domains: true });
      using bench = makeBench();
      configure(bench, bao, "name: a.test, role: denies, ttl: 1d");
      assertWell(await bench.vcm(["run"], env));
    });
  }));

/** The entry, and the SANs of its certificate. */
const ISSUED: readonly [string, string | undefined][] = [
  ["name: my_host.example.test, key: local", "DNS:my_host.example.test"],
  ["name: my_host.example.test, exclude_cn_from_sans: true", undefined],
  ['name: "web.example.test:8443", exclude_cn_from_sans: true', undefined],
  ['name: "system:node:web1"', undefined],
  ['name: "My Service"', undefined],
  ['name: "My \\u202eService"', undefined],
  ['name: "dead:beef"', undefined],
  ["name: Müller Söhne", undefined],
  ['name: app, common_name: "foo,ou=bar", dns_sans: [a.example.test]', "DNS:a.example.test"],
  ["name: ops@bücher.test", "email:ops@xn--bcher-kva.test"],
  ["name: 12345", "DNS:12345"],
  ["name: 10.1.1.20", "IP Address:10.1.1.20"],
  ["name: 10.1.1.20, key: local", "IP Address:10.1.1.20"],
  ["name: 10.1.1.20, role: body, key: local", "IP Address:10.1.1.20"],
  ["name: 10.1.1.20, role: strict", "IP Address:10.1.1.20"],
  [
    'name: 10.1.1.20, ip_sans: ["10.1.1.20", "10.1.1.21"]',
    "IP Address:10.1.1.20, IP Address:10.1.1.21",
  ],
  ['name: "FD00:0:0::20"', "IP Address:fd00::20"],
  ['name: "fd00::20", key: local, ip_sans: ["FD00:0::20"]', "IP Address:fd00::20"],
  ['name: "::ffff:10.1.1.20"', "IP Address:10.1.1.20"],
  [
    "name: app, common_name: 10.1.1.20, dns_sans: [a.example.test]",
    "DNS:a.example.test, IP Address:10.1.1.20",
  ],
  ["name: １０.1.1.20", "IP Address:10.1.1.20"],
  ["name: 10.1.1.20, role: noip, exclude_cn_from_sans: true", undefined],
  ["name: BÜCHER.test", "DNS:xn--bcher-kva.test"],
  ["name: bu\u0308cher.test", "DNS:xn--bcher-kva.test"],
  ["name: BÜCHER.test, key: local", "DNS:xn--bcher-kva.test"],
  ["name: ＷＥＢ.example.test", "DNS:web.example.test"],
  ["name: 例。test", "DNS:xn--fsq.test"],
  ["name: STRAẞE.test, role: body, key: local", "DNS:xn--strae-oqa.test"],
  ["name: 💩.test", "DNS:xn--ls8h.test"],
  ["name: XN--BCHER-KVA.test", "DNS:XN--BCHER-KVA.test"],
  [
    "name: web.test, dns_sans: [ΣΑΣ.test, xn--ls8h.test]",
    "DNS:web.test, DNS:xn--ls8h.test, DNS:xn--mxa9ab.test",
  ],
  ["name: web.test, email_sans: [ops@BÜCHER.test]", "DNS:web.test, email:ops@xn--bcher-kva.test"],
];

test("every other name is issued once, with its SANs, and the next run is quiet", (t) =>
  withRoles(async (bao, env) => {
    for (const [entry, sans] of ISSUED) {
      await t.step(entry, async () => {
        using bench = makeBench();
        configure(bench, bao, entry);
        assertWell(await bench.vcm(["run"], env));
        const found = stored(bench)?.subjectAltName?.split(", ").toSorted().join(", ");
        assert.equal(found, sans);
        assert.equal((await bench.vcm(["run"], env)).out, QUIET);
        assert.equal((await bench.vcm(["check"], env)).status, 0);
      });
    }
    await t.step("the common name is sent in ASCII, too", async () => {
      using bench = makeBench();
      configure(bench, bao, "name: BÜCHER.test");
      assertWell(await bench.vcm(["run"], env));
      assert.equal(stored(bench)?.subject, "CN=xn--bcher-kva.test");
    });
    for (const role of ["noip", "someip"]) {
      await t.step(`an address under the role ${role} is refused with the way round`, async () => {
        using bench = makeBench();
        configure(bench, bao, `name: 10.1.1.20, role: ${role}`);
        const { status, out } = await bench.vcm(["run"], env);
        assert.equal(status, 1);
        assert.match(
          out,
          /if the common name itself is the IP address, set "exclude_cn_from_sans: true"/,
        );
      });
    }
  }));

// Certificates of earlier versions are like those that were made with `exclude_cn_from_sans`.
test("a stored certificate without its own name is a warning until it is renewed", (t) =>
  withRoles(async (bao, env) => {
    const cases = [
      ["10.1.1.20", "vault", "an IP SAN", "IP Address:10.1.1.20"],
      ['"FD00:0::20"', "vault", "an IP SAN", "IP Address:fd00::20"],
      ["my_host.example.test", "local", "a DNS SAN", "DNS:my_host.example.test"],
    ];
    for (const [name = "", key, kind, san] of cases) {
      await t.step(name, async () => {
        using bench = makeBench();
        configure(bench, bao, `name: ${name}, key: ${key}, exclude_cn_from_sans: true`);
        assertWell(await bench.vcm(["run"], env));
        const { serialNumber } = stored(bench) ?? {};
        configure(bench, bao, `name: ${name}, key: ${key}`);
        const run = await bench.vcm(["run"], env);
        assert.equal(run.status, 0);
        assert.match(run.out, new RegExp(`warning: .*: it lacks ${kind} for its own name `));
        assert.match(run.out, /Nothing to do; 1 of 1 certificate not in order\n$/);
        assert.equal(stored(bench)?.serialNumber, serialNumber);
        const check = await bench.vcm(["check"], env);
        assert.deepEqual([check.status, check.out.split(":")[0]], [1, "DUE"]);
        const plan = await bench.vcm(["plan"], env);
        assert.match(plan.out, /Nothing to do; 1 certificate not in order/);
        const renewed = await bench.vcm(["issue", "--force", name.replaceAll('"', "")], env);
        assertWell(renewed);
        assert.doesNotMatch(renewed.out, /it lacks/);
        assert.equal(stored(bench)?.subjectAltName, san);
        assert.equal((await bench.vcm(["run"], env)).out, QUIET);
      });
    }
  }));
