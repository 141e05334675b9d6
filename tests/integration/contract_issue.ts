/** Cases of the contract: what `issue` answers. */
import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { type Case, NAME } from "./contract_client.ts";

const ENVELOPE = "auth data lease_duration lease_id renewable request_id warnings wrap_info".split(
  " ",
);
const ISSUE_DATA =
  "ca_chain certificate expiration issuing_ca not_before private_key private_key_type serial_number"
    .split(" ");
/** DER of the object identifiers 1.3.6.1.5.5.7.3.1 and .2 (RFC 5280, 4.2.1.12). */
const EKU_SERVER_AUTH = "06082b06010505070301";
const EKU_CLIENT_AUTH = "06082b06010505070302";

export const ISSUES: Record<string, Case> = {
  "issue answers certificate, key, chain and dates": async ({ issue }) => {
    const { status, body } = await issue({ common_name: NAME, ttl: "1h" });
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(body).sort(), ENVELOPE);
    assert.deepEqual(Object.keys(body.data).sort(), ISSUE_DATA);
    assert.deepEqual([body.warnings, body.auth, body.lease_id], [null, null, ""]);
    const leaf = new X509Certificate(body.data.certificate);
    assert.equal(leaf.subject, `CN=${NAME}`);
    assert.equal(hexNumber(body.data.serial_number), hexNumber(leaf.serialNumber));
    assert.equal(body.data.expiration * 1000, Date.parse(leaf.validTo));
    assert.equal(body.data.not_before * 1000, Date.parse(leaf.validFrom));
  },
  "the key is the leaf's, in SEC1": async ({ issue }) => {
    const { data } = (await issue({ common_name: NAME })).body;
    assert.equal(data.private_key_type, "ec");
    assert.match(data.private_key, /^-----BEGIN EC PRIVATE KEY-----\n/);
    const leaf = new X509Certificate(data.certificate);
    assert.ok(leaf.checkPrivateKey(createPrivateKey(data.private_key)));
  },
  "the key comes in PKCS#8 where asked for": async ({ issue }) => {
    const { data } = (await issue({ common_name: NAME, private_key_format: "pkcs8" })).body;
    assert.match(data.private_key, /^-----BEGIN PRIVATE KEY-----\n/);
    const leaf = new X509Certificate(data.certificate);
    assert.ok(leaf.checkPrivateKey(createPrivateKey(data.private_key)));
  },
  "no PEM text ends with a newline": async ({ issue }) => {
    const { data } = (await issue({ common_name: NAME })).body;
    for (const pem of [data.certificate, data.private_key, data.issuing_ca, ...data.ca_chain]) {
      assert.match(pem, /-----END [A-Z ]+-----$/);
    }
  },
  "ca_chain leads from the issuer to the root": async ({ issue }) => {
    const { data } = (await issue({ common_name: NAME })).body;
    assert.equal(data.ca_chain.length, 2);
    assert.equal(data.ca_chain[0], data.issuing_ca);
    assertSignedInOrder([data.certificate, ...data.ca_chain, data.ca_chain[1]]);
  },
  "ca_chain of a root issuer is that root": async ({ issue }) => {
    const { data } = (await issue({ common_name: NAME }, "pki_self/issue/web")).body;
    assert.deepEqual(data.ca_chain, [data.issuing_ca]);
    assertSignedInOrder([data.certificate, data.issuing_ca, data.issuing_ca]);
  },
  "remove_roots_from_chain leaves the intermediate": async ({ issue }) => {
    const body = { common_name: NAME, remove_roots_from_chain: true };
    const { data } = (await issue(body)).body;
    assert.deepEqual(data.ca_chain, [data.issuing_ca]);
  },
  "a leaf is for servers and clients, and no CA": async ({ issue }) => {
    const leaf = new X509Certificate((await issue({ common_name: NAME })).body.data.certificate);
    assert.equal(leaf.ca, false);
    // node:crypto does not show the extension here, so its object identifiers are looked for.
    const der = leaf.raw.toString("hex");
    assert.ok(der.includes(EKU_SERVER_AUTH) && der.includes(EKU_CLIENT_AUTH));
  },
  "SANs are the common name and all others, each DNS name once": async ({ issue }) => {
    const alt_names = `b.example.test, ${NAME},a.example.test,b.example.test`;
    const ip_sans = "10.0.0.1,2001:db8::1";
    const { data } = (await issue({ common_name: NAME, alt_names, ip_sans })).body;
    assert.deepEqual(namesOf(data.certificate), [
      "DNS:a.example.test",
      "DNS:b.example.test",
      `DNS:${NAME}`,
      "IP Address:10.0.0.1",
      "IP Address:2001:db8::1",
    ]);
  },
  "names keep their case": async ({ issue }) => {
    const { data } = (await issue({ common_name: "Web.Example.Test" })).body;
    assert.deepEqual(namesOf(data.certificate), ["DNS:Web.Example.Test"]);
  },
  "a wildcard is a name": async ({ issue }) => {
    const { data } = (await issue({ common_name: "*.apps.example.test" })).body;
    assert.deepEqual(namesOf(data.certificate), ["DNS:*.apps.example.test"]);
  },
  "an alt name that is no host name is dropped without a word": async ({ issue }) => {
    const { status, body } = await issue({ common_name: NAME, alt_names: "x y,a_b.test" });
    assert.deepEqual([status, body.warnings], [200, null]);
    assert.deepEqual(namesOf(body.data.certificate), [`DNS:${NAME}`]);
  },
  'a common name with a "*" elsewhere is allowed, and no SAN': async ({ issue }) => {
    for (const common_name of ["w*.example.test", "*", "w*b.example.test", "*b.example.test"]) {
      const { status, body } = await issue({ common_name });
      assert.deepEqual([status, namesOf(body.data.certificate)], [200, [""]], common_name);
    }
  },
  "an IPv4 address as common name is a DNS SAN, unless it is excluded": async ({ issue }) => {
    const body = { common_name: "10.0.0.1", ip_sans: "10.0.0.1" };
    const both = (await issue(body)).body.data;
    assert.deepEqual(namesOf(both.certificate), ["DNS:10.0.0.1", "IP Address:10.0.0.1"]);
    const one = (await issue({ ...body, exclude_cn_from_sans: true })).body.data;
    assert.deepEqual(namesOf(one.certificate), ["IP Address:10.0.0.1"]);
  },
  "a name in punycode is a name": async ({ issue }) => {
    const names = { common_name: "xn--bcher-kva.test", alt_names: "*.xn--ls8h.test" };
    const { data } = (await issue(names)).body;
    assert.deepEqual(namesOf(data.certificate), ["DNS:*.xn--ls8h.test", "DNS:xn--bcher-kva.test"]);
  },
  "an hour is 3600, in every spelling, and begins 30 s before": async ({ issue }) => {
    for (const ttl of ["3600s", "3600", "60m", "1h", "0.5h30m", 3600]) {
      const { data } = (await issue({ common_name: NAME, ttl })).body;
      assertLasts(data, 3600, String(ttl));
      assert.ok(Math.abs(data.not_before + 30 - Date.now() / 1000) < 10);
    }
  },
  "a day is 86400": async ({ issue }) => {
    const { data } = (await issue({ common_name: NAME, ttl: "2d" })).body;
    assertLasts(data, 2 * 86_400);
  },
  "no ttl, an empty one and 0 mean the server's 32 days": async ({ issue }) => {
    for (const ttl of [undefined, "", "0", 0]) {
      const { data, warnings } = (await issue({ common_name: NAME, ttl })).body;
      assertLasts(data, 768 * 3600, String(ttl));
      assert.equal(warnings, null);
    }
  },
  "a ttl over the role's is cut, with a warning": async ({ issue }) => {
    const { status, body } = await issue({ common_name: NAME, ttl: "24h" }, "pki/issue/short");
    assert.equal(status, 200);
    assert.deepEqual(body.warnings, [
      'TTL "24h0m0s" is longer than permitted maxTTL "1h0m0s", so maxTTL is being used',
    ]);
    assertLasts(body.data, 3600);
    const leaf = new X509Certificate(body.data.certificate);
    assert.equal(Date.parse(leaf.validTo), body.data.expiration * 1000);
  },
  "an unknown field is ignored, with a warning": async ({ issue }) => {
    const { body } = await issue({ common_name: NAME, zoo: 1, ark: 2 });
    assert.deepEqual(body.warnings, ["Endpoint ignored these unrecognized parameters: [ark zoo]"]);
  },
  "PUT is as good as POST": async ({ ask, token }) => {
    const body = { common_name: NAME };
    assert.equal((await ask("pki/issue/web", { token, method: "PUT", body })).status, 200);
  },
  "8 requests at once get 8 keys and serial numbers": async ({ issue }) => {
    const replies = await Promise.all(
      Array.from({ length: 8 }, (_, n) => issue({ common_name: `n${n}.example.test` })),
    );
    for (const key of ["private_key", "serial_number"]) {
      assert.equal(new Set(replies.map((reply) => reply.body.data[key])).size, 8);
    }
  },
  "the role's own domain is allowed": async ({ issue }) => {
    const { data } = (await issue({ common_name: "www.allowed.test" }, "pki/issue/denied")).body;
    assert.deepEqual(namesOf(data.certificate), ["DNS:www.allowed.test"]);
  },
};

/** Each certificate is signed by the next one. */
function assertSignedInOrder(pems: readonly string[]): void {
  const certificates = pems.map((pem) => new X509Certificate(pem));
  for (const [index, certificate] of certificates.slice(0, -1).entries()) {
    const issuer = certificates[index + 1] as X509Certificate;
    assert.ok(certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey));
    assert.equal(issuer.ca, true);
  }
}

/** The server writes whole bytes; node:crypto leaves a leading zero out. */
function hexNumber(text: string): bigint {
  return BigInt(`0x${text.replaceAll(":", "")}`);
}

function namesOf(pem: string): string[] {
  return (new X509Certificate(pem).subjectAltName ?? "").split(", ").sort();
}

/** The server looks at its clock once for each end, and a second may begin in between. */
function assertLasts(
  data: { readonly not_before: number; readonly expiration: number },
  seconds: number,
  message?: string,
): void {
  const more = data.expiration - data.not_before - seconds - 30;
  assert.ok(more === 0 || more === 1, `${message ?? ""} ${seconds} s: ${more} s more`);
}
