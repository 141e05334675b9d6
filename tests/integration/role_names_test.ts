/** The names that checkRole() objects to are those that a real OpenBao refuses. */
import assert from "node:assert/strict";
import { requestFor } from "../../lib/plan/request.ts";
import { issueCertificate } from "../../lib/vault/pki/pki.ts";
import { checkRole } from "../../lib/tools/doctor/role.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import {
  compare,
  type Desired,
  desiredOf,
  makeRole,
  ORIGINS,
  refusal,
  type Settings,
  withSession,
} from "./checked_roles.ts";

const test = await testsNeeding("openbao");

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
  "a glob inside": { allowed_domains: ["w*b.example.*"], allow_glob_domains: true },
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
  "by the token's name": { allow_token_displayname: true, allow_any_name: false },
  "CN: host names only": { allow_any_name: true, cn_validations: ["hostname"] },
  "CN: e-mail only": { allow_any_name: true, cn_validations: ["email"] },
  "CN: anything": { ...AT_EXAMPLE, allow_subdomains: true, cn_validations: ["disabled"] },
  "some addresses": { allow_any_name: true, allowed_ip_sans_cidr: ["10.0.0.0/8"] },
  "a domain in upper case": { allowed_domains: ["Example.test"], allow_subdomains: true },
  "an address of mail": { allowed_domains: ["ops@example.test"], allow_bare_domains: true },
  "a glob for mail": { allowed_domains: ["ops@*"], allow_glob_domains: true },
  "a template that is none": {
    allowed_domains: ["{{identity.entity.name}}.test"],
    allow_subdomains: true,
  },
  "other names, as utf-8": {
    allow_any_name: true,
    allowed_other_sans: [`${UPN};utf-8:*@example.test`],
  },
  "no common name": { ...AT_EXAMPLE, allow_subdomains: true, require_cn: false },
  "no common name, by the body": {
    allow_any_name: true,
    allowed_uri_sans: ["spiffe://*"],
    require_cn: false,
    use_csr_sans: false,
    use_csr_common_name: false,
  },
  "all other names": { allow_any_name: true, allowed_other_sans: ["*"] },
};

const LOCAL: Desired = { commonName: "localhost" };

/** What is asked for by each of those roles. */
const NAMES: readonly Desired[] = [
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
    "ops@*.example.test",
    "EXAMPLE.test",
    "Web.Example.TEST",
    "LOCALHOST",
    "web.localhost",
    "*.localhost",
    "w*.example.test",
    "a.*.example.test",
    "*",
    "_srv.example.test",
    "Web Server",
    "my_host",
    "*web.example.test",
    "-web.example.test",
    "web-.example.test",
    "*.my_host.example.test",
    "web.example.test:8443",
    "system:node:web1",
    "10.1.1.20",
    "2001:db8::1",
    "[2001:db8::1]",
    "xn--bcher-kva.example.test",
    "a..b",
    "a..example.test",
    ".example.test",
    "foo@foo@foo",
    "ops@web@example.test",
    `${"a".repeat(63)}.example.test`,
    `${"a".repeat(64)}.example.test`,
    "a".repeat(64),
    "ops@bücher.example.test",
    "ops@xn--bcher-kva.example.test",
    "müller@example.test",
    `ops@${"a".repeat(64)}.example.test`,
  ].map((commonName) => ({ commonName })),
  ...["example.test", "web.example.test", "*.example.test", "other.test"]
    .map((name) => ({ ...LOCAL, dnsSans: [name] })),
  { commonName: "", dnsSans: ["web.example.test"] },
  { commonName: "", dnsSans: ["web.example.test"], excludeCnFromSans: true },
  { commonName: "", emailSans: ["ops@web.example.test"] },
  { commonName: "", ipSans: ["10.1.1.20"] },
  { commonName: "", uriSans: ["spiffe://example.test/web"] },
  { commonName: "10.1.1.20", excludeCnFromSans: true },
  { commonName: "a..b", excludeCnFromSans: true },
  { ...LOCAL, emailSans: ["ops@bücher.example.test"] },
  { ...LOCAL, emailSans: ["foo@foo@foo"] },
  { commonName: "_srv.example.test", excludeCnFromSans: true },
  { commonName: "web.example.test:8443", excludeCnFromSans: true },
  { ...LOCAL, dnsSans: ["LOCALHOST"] },
  { ...LOCAL, dnsSans: ["web_1.example.test"] },
  { ...LOCAL, uriSans: ["spiffe://EXAMPLE.test/web"] },
  { ...LOCAL, otherSans: [`${UPN};UTF8:web@EXAMPLE.test`] },
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

test("checkRole() objects to the names that the server refuses, and to no others", (t) =>
  withSession(async (bao, session) => {
    for (const [name, settings] of Object.entries(ROLES)) {
      await t.step(name, async () => {
        const role = await makeRole(bao, session, settings);
        const apart: string[] = [];
        for (const names of NAMES) {
          for (const origin of ORIGINS) {
            const spec = desiredOf({ ...names, key: { origin, reuse: false } });
            const refused = await refusal(() => issueCertificate(session, requestFor(spec)));
            const what = `${origin} ${JSON.stringify(names)}`;
            apart.push(...compare(what, refused, checkRole(role, spec)));
          }
        }
        assert.deepEqual(apart, []);
      });
    }
  }));
