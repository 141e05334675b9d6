/** What checkRole() says; that a real server agrees is tests/integration/role_test.ts. */
import assert from "node:assert/strict";
import type { CertificateSpec } from "../../../../lib/config/types.ts";
import type { Role } from "../../../../lib/tools/doctor/role_names.ts";
import { checkRole } from "../../../../lib/tools/doctor/role.ts";
import { DAY, makeSpec } from "../../../support/fixtures.ts";
import { pureTest } from "../../../support/pure_test.ts";

/** A role that gives whatever `makeSpec()` asks for, as the server says it. */
const WIDE: Role = {
  allow_any_name: true,
  allow_ip_sans: true,
  allow_localhost: true,
  allow_wildcard_certificates: true,
  allowed_domains: [],
  allowed_other_sans: [],
  allowed_uri_sans: [],
  key_bits: 256,
  key_type: "ec",
  max_ttl: 90 * DAY,
  ttl: 0,
};

/** The texts of what is fatal, and of the rest with a "~" before them. */
function problemsOf(role: Role, desired: Partial<CertificateSpec> = {}): string[] {
  return checkRole({ ...WIDE, ...role }, makeSpec(desired))
    .map(({ fatal, message }) => (fatal ? "" : "~ ") + message);
}

const below = { allow_any_name: false, allow_subdomains: true, allowed_domains: ["example.com"] };

pureTest("checkRole() has nothing against a role that gives all that is asked for", () => {
  assert.deepEqual(problemsOf({}), []);
  assert.deepEqual(problemsOf(below, { dnsSans: ["a.example.com", "*.example.com"] }), []);
  assert.deepEqual(problemsOf({}, { ipSans: ["10.0.0.1"] }), []);
});

pureTest("checkRole() names each name once that is not below the role's domains", () => {
  const desired = {
    name: "web.example.net",
    dnsSans: ["web.example.net", "a.example.com", "b.example.net"],
    emailSans: ["ops@example.net", "ops@mail.example.com"],
  };
  const role = { ...below, allowed_domains: ["example.com", "example.org"] };
  assert.deepEqual(problemsOf(role, desired), [
    "web.example.net: not in the role's allowed_domains (example.com, example.org)",
    "b.example.net: not in the role's allowed_domains (example.com, example.org)",
    "ops@example.net: not in the role's allowed_domains (example.com, example.org)",
  ]);
  assert.deepEqual(problemsOf({ ...below, allowed_domains: [] }), [
    "web.example.com: not in the role's allowed_domains ()",
  ]);
});

pureTest("checkRole() wants require_cn=false for a certificate without a common name", () => {
  const desired = { commonName: "", uriSans: ["spiffe://example.com/web"] };
  const role = { allowed_uri_sans: ["spiffe://*"], allow_any_name: false };
  assert.deepEqual(problemsOf({ ...role, require_cn: false }, desired), []);
  const problem = 'the role has require_cn=true: set require_cn=false on it, or set "common_name"';
  assert.deepEqual(problemsOf({ ...role, require_cn: true }, desired), [problem]);
});

/** Names by a role, and whether it allows them. */
const NAMES: readonly (readonly [string, Role, readonly string[], readonly string[]])[] = [
  ["a bare domain", { allow_bare_domains: true, allow_subdomains: false }, [
    "example.com",
    "EXAMPLE.com",
    "ops@example.com",
  ], ["web.example.com", "*.example.com", "notexample.com", "ops@web.example.com"]],
  ["what is below a domain", {}, [
    "web.example.com",
    "a.web.example.com",
    "*.example.com",
    "*.web.example.com",
    "ops@web.example.com",
  ], ["example.com", "notexample.com", "example.com.example.net", "*.com"]],
  ["no wildcards", { allow_wildcard_certificates: false }, ["web.example.com"], [
    "*.example.com",
    "*.web.example.com",
  ]],
  ["no wildcards among all names", { allow_any_name: true, allow_wildcard_certificates: false }, [
    "example.net",
  ], ["*.example.net"]],
  ["localhost", {}, ["localhost", "localdomain", "ops@localhost"], ["localhost.example.net"]],
  ["no localhost", { allow_localhost: false }, [], ["localhost", "localdomain"]],
  ["a template", {
    allowed_domains_template: true,
    allowed_domains: ["{{identity.entity.name}}.example.com"],
  }, [
    "web.example.com",
    "anything.example.net",
  ], []],
  [
    "a template, no wildcards",
    {
      allowed_domains: ["{{identity.entity.name}}"],
      allowed_domains_template: true,
      allow_wildcard_certificates: false,
    },
    ["web.example.com"],
    ["*.example.com"],
  ],
  ["a glob", { allowed_domains: ["*.example.com"], allow_glob_domains: true }, [
    "web.example.com",
    "a.web.example.com",
    "*.example.com",
  ], ["example.com", "web.example.com.net"]],
  ["a glob that is not to be one", { allowed_domains: ["*.example.com"] }, [], [
    "web.example.com",
  ]],
  ["a glob inside", { allowed_domains: ["w*b*.example.com"], allow_glob_domains: true }, [
    "web.example.com",
    "wb.example.com",
    "web1.example.com",
    "weib.x.example.com",
  ], ["we.example.com", "aweb.example.com", "web.example.org"]],
  ["a glob without room", { allowed_domains: ["web*web"], allow_glob_domains: true }, [
    "webweb",
    "web.web",
  ], ["web", "webeb"]],
  ["a glob for all", { allowed_domains: ["*"], allow_glob_domains: true }, ["a.example.net"], []],
  ["no glob among globs", { allowed_domains: ["web.example.com"], allow_glob_domains: true }, [], [
    "web.example.com",
  ]],
];

for (const [what, role, allowed, refused] of NAMES) {
  pureTest(`checkRole() goes through a name as the engine does: ${what}`, () => {
    for (const name of allowed) {
      assert.deepEqual(problemsOf({ ...below, ...role }, { name }), [], name);
    }
    for (const name of refused) {
      const [said = "", ...more] = problemsOf({ ...below, ...role }, { name });
      assert.ok(said.startsWith(`${name}: `), `${name}: ${said}`);
      assert.deepEqual(more, []);
    }
  });
}

pureTest("checkRole() names the addresses, URIs and other names that a role refuses", () => {
  const desired = {
    ipSans: ["10.0.0.1", "2001:db8::1"],
    uriSans: ["spiffe://example.com/web", "https://example.com/"],
    otherSans: ["1.2.3;UTF8:a", "1.2.4;UTF8:a"],
  };
  assert.deepEqual(problemsOf({ allow_ip_sans: false }, desired), [
    "10.0.0.1, 2001:db8::1: the role has allow_ip_sans=false",
    "spiffe://example.com/web, https://example.com/: not in the role's allowed_uri_sans",
    "1.2.3;UTF8:a, 1.2.4;UTF8:a: not in the role's allowed_other_sans",
  ]);
  const some = { allowed_uri_sans: ["spiffe://*"], allowed_other_sans: ["1.2.3;UTF8:*", "1.9;*"] };
  assert.deepEqual(problemsOf(some, desired), [
    "https://example.com/: not in the role's allowed_uri_sans",
    "1.2.4;UTF8:a: not in the role's allowed_other_sans",
  ]);
  assert.deepEqual(problemsOf({ allowed_uri_sans: ["*"], allowed_other_sans: ["*"] }, desired), []);
});

pureTest("checkRole() says what of a lifetime is cut", () => {
  assert.deepEqual(problemsOf({}, { ttl: 100 * DAY }), [
    "~ the ttl of 100d is cut to the role's max_ttl of 90d",
  ]);
  assert.deepEqual(problemsOf({}, { ttl: 90 * DAY }), []);
  assert.deepEqual(problemsOf({ max_ttl: 0 }, { ttl: 100 * DAY }), []);
  assert.deepEqual(problemsOf({ max_ttl: 7 * DAY }, { ttl: 30 * DAY }), [
    "~ the ttl of 30d is cut to the role's max_ttl of 7d",
    '~ the role issues certificates for 7d, and "renew" (14d) covers all of it: they are renewed ' +
    "2d 8h " +
    "before they expire",
  ]);
});

pureTest("checkRole() reports a capped window, whatever decides the lifetime", () => {
  const said = (lifetime: string, cut: string) => [
    `~ the role issues certificates for ${lifetime}, and "renew" (14d) covers all of it: ` +
    `they are renewed ${cut} before they expire`,
  ];
  assert.deepEqual(problemsOf({ max_ttl: 14 * DAY }), said("14d", "4d 16h"));
  assert.deepEqual(problemsOf({ max_ttl: 15 * DAY }), []);
  assert.deepEqual(problemsOf({ ttl: DAY }), said("1d", "8h"));
  assert.deepEqual(problemsOf({ ttl: DAY, max_ttl: 0 }), said("1d", "8h"));
  assert.deepEqual(problemsOf({ ttl: DAY }, { ttl: 30 * DAY }), []);
  assert.deepEqual(problemsOf({}, { ttl: 2 * DAY }), said("2d", "16h"));
  // Then the mount decides, of which a role says nothing.
  assert.deepEqual(problemsOf({ ttl: 0, max_ttl: 0 }), []);
  assert.deepEqual(problemsOf({ ttl: undefined, max_ttl: "none" }), []);
  const third = { renew: { kind: "share", percent: 33 } } as const;
  assert.deepEqual(problemsOf({ max_ttl: 60 }, third), []);
});

pureTest("checkRole() counts the lifetime from the issue, however far it is dated back", () => {
  const share = (percent: number) => ({ renew: { kind: "share", percent } } as const);
  for (const not_before_duration of [0, 30, 60, 61, 7200, 8760 * 3600]) {
    for (const percent of [1, 50, 99, 99.99]) {
      assert.deepEqual(problemsOf({ max_ttl: 3600, not_before_duration }, share(percent)), []);
    }
  }
  const hour = { renew: { kind: "duration", seconds: 3600 } } as const;
  for (const not_before_duration of [30, 7200]) {
    const [problem = "none"] = problemsOf({ max_ttl: 3600, not_before_duration }, hour);
    assert.match(problem, /"renew" \(1h\) covers all of it: they are renewed 20m/);
  }
});

pureTest("checkRole() sees what would be due at once", () => {
  const renew = { kind: "duration", seconds: 110 } as const;
  assert.deepEqual(problemsOf({ max_ttl: 100, not_before_duration: 59 }, { renew }), [
    'the role issues certificates for 1m 40s, and "renew" is at least as long (1m 50s): they would ' +
    "be due at once",
  ]);
});

/** Keys of roles and of the file, and what is said; "" if nothing is. */
const KEYS: readonly (readonly [Role, Partial<CertificateSpec["key"]>, string])[] = [
  [{}, {}, ""],
  [{}, { type: "ec-256" }, ""],
  [{}, { type: "ec-384" }, 'the role is for ec-256 keys, but "key_type" asks for ec-384'],
  [{}, { type: "rsa-2048" }, 'the role is for ec-256 keys, but "key_type" asks for rsa-2048'],
  [{}, { type: "ed25519" }, 'the role is for ec-256 keys, but "key_type" asks for ed25519'],
  [{ key_bits: 0 }, { type: "ec-256" }, ""],
  [{ key_bits: 384 }, {}, ""],
  [{ key_type: "rsa", key_bits: 0 }, { type: "rsa-2048" }, ""],
  [
    { key_type: "rsa", key_bits: 0 },
    { type: "rsa-3072" },
    'the role is for rsa-2048 keys, but "key_type" asks for rsa-3072',
  ],
  [{ key_type: null, key_bits: null }, { type: "rsa-2048" }, ""],
  [{ key_type: "ed25519", key_bits: 0 }, { type: "ed25519" }, ""],
  [{ key_type: "ed25519", key_bits: 0 }, {}, ""],
  [
    { key_type: "any" },
    {},
    'the role has key_type=any, so it only signs requests: set "key: local"',
  ],
  [
    { key_type: "any" },
    { type: "ec-256" },
    'the role has key_type=any, so it only signs requests: set "key: local"',
  ],
  [{ key_type: "any", key_bits: 0 }, { origin: "local", type: "ed25519" }, ""],
  [{}, { origin: "local" }, ""],
  [{ key_bits: 224 }, { origin: "local" }, ""],
  [
    { key_bits: 384 },
    { origin: "local" },
    'the role is for ec-384 keys, but "key_type" asks for ec-256',
  ],
  [{}, { origin: "local", type: "ec-384" }, ""],
  [
    { key_type: "rsa", key_bits: 4096 },
    { origin: "local", type: "rsa-3072" },
    'the role is for rsa-4096 keys, but "key_type" asks for rsa-3072',
  ],
  [{ key_type: "rsa", key_bits: 2048 }, { origin: "local", type: "rsa-4096" }, ""],
  [
    { key_type: "ed25519", key_bits: 0 },
    { origin: "local" },
    'the role is for ed25519 keys, but "key_type" asks for ec-256',
  ],
  [{ key_type: "ed25519", key_bits: 0 }, { origin: "local", type: "ed25519" }, ""],
];

for (const [role, key, said] of KEYS) {
  pureTest(`checkRole() on keys: ${JSON.stringify(role)} for ${JSON.stringify(key)}`, () => {
    const desired = { key: { origin: "vault", reuse: false, ...key } } as const;
    assert.deepEqual(problemsOf(role, desired), said === "" ? [] : [said]);
  });
}
