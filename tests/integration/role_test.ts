/** What judgeRole() says of a role, held against what a real OpenBao gives and refuses by it. */
import assert from "node:assert/strict";
import { issue, lifetimeWarning } from "../../lib/apply/issue.ts";
import type { CertificateSpec, KeySpec } from "../../lib/config/types.ts";
import { requestFor } from "../../lib/plan/request.ts";
import { LIMITS } from "../../lib/vault/access.ts";
import { issueCertificate } from "../../lib/vault/pki.ts";
import { judgeRole, type Objection, type Role } from "../../lib/vault/role.ts";
import { openSession, type VaultSession } from "../../lib/vault/session.ts";
import { DAY, makeSpec } from "../support/fixtures.ts";
import type { OpenBao } from "../support/openbao.ts";
import { makeFolder } from "../support/rig.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { withServer } from "./server.ts";

const test = await testsNeeding("openbao");

type Settings = Readonly<Record<string, unknown>>;
type Wish = Partial<CertificateSpec>;

const ORIGINS = ["vault", "local"] as const;
const AT_EXAMPLE = { allowed_domains: ["example.test"] };
const UPN = "1.3.6.1.4.1.311.20.2.3";

/** Roles that differ in the names that they allow; with keys that are quickly made. */
const ROLES: Readonly<Record<string, Settings>> = {
  "as the server makes it": {},
  "nothing at all": { allow_localhost: false },
  "any name": { allow_any_name: true },
  "any name, no wildcards": { allow_any_name: true, allow_wildcard_certificates: false },
  "any name, hostnames not enforced": { allow_any_name: true, enforce_hostnames: false },
  "a domain, and neither bare nor below": AT_EXAMPLE,
  "bare": { ...AT_EXAMPLE, allow_bare_domains: true },
  "below": { ...AT_EXAMPLE, allow_subdomains: true, allow_localhost: false },
  "below, no wildcards": {
    ...AT_EXAMPLE,
    allow_subdomains: true,
    allow_wildcard_certificates: false,
  },
  "bare and below": { ...AT_EXAMPLE, allow_bare_domains: true, allow_subdomains: true },
  "two domains": {
    allowed_domains: ["other.test", "web.example.test"],
    allow_bare_domains: true,
    allow_subdomains: true,
  },
  "a glob": { allowed_domains: ["*.example.test"], allow_glob_domains: true },
  "a glob inside": { allowed_domains: ["a.w*b.ex*.test"], allow_glob_domains: true },
  "a glob for all": { allowed_domains: ["*"], allow_glob_domains: true },
  "a glob that is none": {
    allowed_domains: ["*.example.test"],
    allow_bare_domains: true,
    allow_subdomains: true,
  },
  "a template": { allowed_domains: ["{{identity.entity.name}}.test"], allow_any_name: true },
  "not by the request": {
    ...AT_EXAMPLE,
    allow_subdomains: true,
    use_csr_sans: false,
    use_csr_common_name: false,
  },
  "no IP addresses": { allow_any_name: true, allow_ip_sans: false },
  "some URIs": { allow_any_name: true, allowed_uri_sans: ["spiffe://example.test/*", "urn:a:b"] },
  "all URIs": { allow_any_name: true, allowed_uri_sans: ["*"] },
  "some other names": {
    allow_any_name: true,
    allowed_other_sans: [`${UPN};UTF8:*@example.test`, "1.3.6.1.5.5.7.8.9;UTF8:exact"],
  },
  "all other names": { allow_any_name: true, allowed_other_sans: ["*"] },
};

const LOCAL: Wish = { commonName: "localhost" };

/** What is asked for by each of those roles. */
const NAMES: readonly Wish[] = [
  ...[
    "example.test",
    "web.example.test",
    "a.web.example.test",
    "*.example.test",
    "*.web.example.test",
    "*.a.web.example.test",
    "*.test",
    "notexample.test",
    "example.test.other.test",
    "other.test",
    "localhost",
    "localdomain",
    "ops@example.test",
    "ops@web.example.test",
    "ops@other.test",
  ].map((commonName) => ({ commonName })),
  ...["example.test", "web.example.test", "*.example.test", "other.test"]
    .map((name) => ({ ...LOCAL, dnsSans: [name] })),
  { commonName: "web.example.test", dnsSans: ["b.example.test"], excludeCnFromSans: true },
  { commonName: "other.test", dnsSans: ["web.example.test"], excludeCnFromSans: true },
  { ...LOCAL, emailSans: ["ops@example.test"] },
  { ...LOCAL, emailSans: ["ops@web.example.test"] },
  { ...LOCAL, ipSans: ["10.1.1.20", "2001:db8::1"] },
  { ...LOCAL, uriSans: ["spiffe://example.test/web"] },
  { ...LOCAL, uriSans: ["spiffe://example.test/web", "spiffe://other.test/web"] },
  { ...LOCAL, uriSans: ["urn:a:b"] },
  { ...LOCAL, otherSans: [`${UPN};UTF8:web@example.test`] },
  { ...LOCAL, otherSans: [`${UPN};UTF8:web@other.test`] },
  { ...LOCAL, otherSans: ["1.3.6.1.5.5.7.8.9;UTF8:exact"] },
];

/** Roles by their keys; each is tried with each of KEYS. */
const KEY_ROLES: readonly Settings[] = [
  { key_type: "ec", key_bits: 224 },
  { key_type: "ec", key_bits: 256 },
  { key_type: "ec", key_bits: 384 },
  { key_type: "ec", key_bits: 521 },
  { key_type: "ec" },
  { key_type: "ed25519" },
  { key_type: "rsa" },
  { key_type: "any" },
];

const KEY_TYPES = [undefined, "ec-256", "ec-384", "ed25519", "rsa-2048"] as const;

const KEYS: readonly KeySpec[] = ORIGINS.flatMap((origin) =>
  KEY_TYPES.map((type) => ({ origin, reuse: false, ...(type === undefined ? {} : { type }) }))
);

const HOUR = 3600;

/** Lifetimes of roles, each with what is asked for: a lifetime, and a window to renew in. */
const LIFETIMES: readonly (readonly [Settings, Wish])[] = [
  { max_ttl: "1h" },
  { ttl: "1h", max_ttl: "48h" },
  { ttl: "12h" },
].flatMap((role) =>
  [undefined, HOUR / 2, HOUR, 30 * HOUR, 3 * DAY].flatMap((ttl) =>
    ([
      { kind: "duration", seconds: 60 },
      { kind: "duration", seconds: HOUR },
      { kind: "duration", seconds: 2 * DAY },
      { kind: "share", percent: 33 },
      { kind: "share", percent: 90 },
    ] as const).map((renew) => [role, { renew, ...(ttl === undefined ? {} : { ttl }) }] as const)
  )
);

/** A role of the server, and what the server says of it. */
async function makeRole(bao: OpenBao, session: VaultSession, settings: Settings): Promise<Role> {
  const { status } = await bao.api("POST", "pki/roles/judged", { key_type: "ec", ...settings });
  assert.ok(status < 300);
  return (await session.read("pki/roles/judged")).data;
}

function wishOf(wish: Wish): CertificateSpec {
  const parts = { name: "judged", commonName: "web.example.test", pki: "pki", role: "judged" };
  return makeSpec({ renew: { kind: "share", percent: 33 }, ...parts, ...wish });
}

/** Why nothing usable came, or undefined. */
async function refusal(step: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await step();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A line for a person where the two do not agree. */
function compare(what: string, refused: string | undefined, objections: readonly Objection[]) {
  const fatal = objections.filter((objection) => objection.fatal).map(({ message }) => message);
  return (refused !== undefined) === (fatal.length > 0)
    ? []
    : [`${what}: server "${refused ?? "issued"}", judged ${JSON.stringify(fatal)}`];
}

async function withSession(run: (bao: OpenBao, session: VaultSession) => Promise<void>) {
  await withServer({}, async ({ bao }) => {
    const session = await openSession({
      addresses: [bao.address],
      redirectHosts: [],
      allowHttp: false,
      tls: { authorities: [] },
      credentials: [{ kind: "token", token: bao.token, from: "the test" }],
      proxied: false,
      limits: LIMITS,
      retries: 0,
    });
    try {
      await run(bao, session);
    } finally {
      await session.close();
    }
  });
}

test("judgeRole() objects to the names that the server refuses, and to no others", (t) =>
  withSession(async (bao, session) => {
    for (const [name, settings] of Object.entries(ROLES)) {
      await t.step(name, async () => {
        const role = await makeRole(bao, session, settings);
        const apart: string[] = [];
        for (const names of NAMES) {
          for (const origin of ORIGINS) {
            const spec = wishOf({ ...names, key: { origin, reuse: false } });
            const refused = await refusal(() => issueCertificate(session, requestFor(spec)));
            const what = `${origin} ${JSON.stringify(names)}`;
            apart.push(...compare(what, refused, judgeRole(role, spec)));
          }
        }
        assert.deepEqual(apart, []);
      });
    }
  }));

test("judgeRole() objects to the keys that a role does not give or sign, and to no others", (t) =>
  withSession(async (bao, session) => {
    for (const settings of KEY_ROLES) {
      await t.step(JSON.stringify(settings), async () => {
        const role = await makeRole(bao, session, { allow_any_name: true, ...settings });
        const apart: string[] = [];
        for (const key of KEYS) {
          const spec = wishOf({ key });
          const refused = await refusal(() => issueCertificate(session, requestFor(spec)));
          apart.push(...compare(JSON.stringify(key), refused, judgeRole(role, spec)));
        }
        assert.deepEqual(apart, []);
      });
    }
  }));

test("judgeRole() foresees what is cut, and what is due at once", () =>
  withSession(async (bao, session) => {
    using store = makeFolder();
    const due = { reason: "missing", detail: "none" } as const;
    for (const [settings, wish] of LIFETIMES) {
      const role = await makeRole(bao, session, { allow_any_name: true, ...settings });
      const spec = wishOf(wish);
      const { name, renew } = spec;
      const step = { kind: "issue", certificate: name, due, request: requestFor(spec), renew };
      let warning: string | undefined;
      const refused = await refusal(async () => {
        const issued = await issue({ ...step, kind: "issue" }, store.path, session);
        warning = lifetimeWarning({ ...step, kind: "issue" }, issued, new Date());
      });
      const what = JSON.stringify([settings, wish]);
      const objections = judgeRole(role, spec);
      assert.deepEqual(compare(what, refused, objections), []);
      const cut = objections.some(({ fatal }) => !fatal);
      if (refused === undefined) assert.equal(cut, warning !== undefined, what);
    }
  }));
