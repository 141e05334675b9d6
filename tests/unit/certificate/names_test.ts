import assert from "node:assert/strict";
import {
  asciiName,
  canonicalIp,
  canonicalName,
  compareNames,
  lacksAsciiForm,
  missingOwnName,
  ownName,
  wantedAddresses,
  type WantedNames,
} from "../../../lib/certificate/names.ts";
import { printable } from "../../../lib/text/quote.ts";
import { makeCertificate, PLAIN } from "../../support/fixtures.ts";
import { pureTest } from "../../support/pure_test.ts";

const NONE = { missing: [], extra: [] };

/** Names of a certificate as `compareNames()` takes them: `has("cn", ["dns"], ["ip"])`. */
function has(commonName: string | undefined, dnsNames: string[] = [], ipAddresses: string[] = []) {
  const { commonName: _, ...certificate } = makeCertificate({ dnsNames, ipAddresses });
  return commonName === undefined ? certificate : { ...certificate, commonName };
}

function wants(commonName: string, dnsSans: string[] = [], ipSans: string[] = []): WantedNames {
  return { ...PLAIN, commonName, dnsSans, ipSans };
}

pureTest("canonicalName() ignores case, a final dot, and Unicode against punycode", () => {
  const cases = {
    "Web.Example.COM": "web.example.com",
    "web.example.com.": "web.example.com",
    "*.Apps.example.com": "*.apps.example.com",
    "bücher.example": "xn--bcher-kva.example",
    "BÜCHER.Example.": "xn--bcher-kva.example",
    "*.bücher.example": "*.xn--bcher-kva.example",
    "XN--BCHER-KVA.example": "xn--bcher-kva.example",
    "my_host.例え.jp": "my_host.xn--r8jz45g.jp",
    "bu\u0308cher.example": "xn--bcher-kva.example",
    "ＷＥＢ．example": "web.example",
    "STRAẞE.example": "xn--strae-oqa.example",
    "ΣΑΣ.gr": "xn--mxa9ab.gr",
    "": "",
    "Some Service": "some service",
    "Mu\u0308ller Söhne": "müller söhne",
  };
  for (const [name, expected] of Object.entries(cases)) {
    assert.equal(canonicalName(name), expected, name);
  }
});

pureTest("canonicalIp() shortens IPv6, and makes IPv4 of an IPv4-mapped address", () => {
  const cases = {
    "10.1.1.20": "10.1.1.20",
    "FD00:0:0:0:0:0:0:1": "fd00::1",
    "2001:0db8:0000:0000:0001:0000:0000:0001": "2001:db8::1:0:0:1",
    "0:0:0:0:0:0:0:1": "::1",
    "::ffff:10.1.1.20": "10.1.1.20",
    "::FFFF:0a01:0114": "10.1.1.20",
    "0:0:0:0:0:ffff:0.0.0.1": "0.0.0.1",
    "::ffff:1:10.1.1.20": "::ffff:1:a01:114",
    "::10.1.1.20": "::a01:114",
    "No:IP": "no:ip",
  };
  for (const [address, expected] of Object.entries(cases)) {
    assert.equal(canonicalIp(address), expected, address);
  }
});

pureTest("compareNames() compares sets, however the names are written and ordered", () => {
  const wanted = wants("Web.example.com", ["B.example.com.", "bücher.example", "*.c.example"], [
    "fd00:0:0::1",
    "::ffff:10.0.0.1",
  ]);
  const certificate = has(
    "web.example.com",
    ["*.C.example", "xn--bcher-kva.example", "b.example.com", "web.example.com"],
    ["10.0.0.1", "FD00:0:0:0:0:0:0:1"],
  );
  assert.deepEqual(compareNames(wanted, certificate), NONE);
});

pureTest("compareNames() counts repeated names once", () => {
  assert.deepEqual(compareNames(wants("a", ["b", "B", "b."]), has("a", ["b", "b"])), NONE);
});

pureTest("compareNames() does not care whether the common name is among the SANs", () => {
  for (const dnsSans of [[], ["a.example"], ["A.example."]]) {
    for (const dnsNames of [[], ["a.example"], ["A.EXAMPLE"]]) {
      assert.deepEqual(compareNames(wants("a.example", dnsSans), has("a.example", dnsNames)), NONE);
    }
  }
});

pureTest("compareNames() finds the common name among the SANs if the subject has none", () => {
  assert.deepEqual(compareNames(wants("a.example"), has(undefined, ["a.example"])), NONE);
});

pureTest("compareNames() names what is missing and what is extra", () => {
  const cases: [WantedNames, ReturnType<typeof has>, { missing: string[]; extra: string[] }][] = [
    [wants("a", ["b", "C"]), has("a", ["b"]), { missing: ["c"], extra: [] }],
    [wants("a", ["b"]), has("a", ["b", "C"]), { missing: [], extra: ["c"] }],
    [wants("a", [], ["FD00::1"]), has("a", ["a"]), { missing: ["fd00::1"], extra: [] }],
    [wants("a"), has("a", ["a"], ["10.0.0.1"]), { missing: [], extra: ["10.0.0.1"] }],
    [wants("b"), has("a", ["a"]), { missing: ["b"], extra: ["a"] }],
    [wants("b"), has(undefined), { missing: ["b"], extra: [] }],
    [wants("b", ["c"]), has("a", ["d"]), { missing: ["b", "c"], extra: ["d"] }],
    [wants("a", ["*.b"]), has("a", ["x.b"]), { missing: ["*.b"], extra: ["x.b"] }],
    [wants("a", ["a.b"]), has("a", ["a.b.c"]), { missing: ["a.b"], extra: ["a.b.c"] }],
    [wants("", ["b"]), has("a", ["a"]), { missing: ["b"], extra: ["the common name a", "a"] }],
    [wants("", ["a"]), has("a", ["a"]), { missing: [], extra: ["the common name a"] }],
    [wants("", ["a"]), has(undefined, ["a"]), NONE],
    [wants("", ["a"]), has("", ["a"]), NONE],
  ];
  for (const [wanted, certificate, expected] of cases) {
    assert.deepEqual(compareNames(wanted, certificate), expected);
  }
});

// DNS names and IP addresses share one set, and the common name is left out of it, so an
// address that the file asks for among ip_sans is never found missing. Clients that connect to an
// address look at IP SANs only (RFC 9110, 4.3.5).
pureTest("compareNames() misses an IP SAN that only the common name or a DNS SAN has", () => {
  const missing = { missing: ["10.1.1.20"], extra: [] };
  const wanted = wants("10.1.1.20", [], ["10.1.1.20"]);
  assert.deepEqual(compareNames(wanted, has("10.1.1.20")), missing);
  assert.deepEqual(compareNames(wanted, has("10.1.1.20", ["10.1.1.20"])), missing);
});

// A common name that the certificate has among its SANs only counts as there, so to swap it
// with a SAN in the file changes nothing, for ever. Client certificates are known by it.
pureTest("compareNames() misses the common name if the subject has another", () => {
  const { missing } = compareNames(wants("b", ["a"]), has("a", ["a", "b"]));
  assert.deepEqual(missing, ["b"]);
});

/** What is wanted and found of one kind, and what `compareNames()` says to it. */
type Case = [readonly string[], readonly string[], { missing: string[]; extra: string[] }];

const URI = "spiffe://example.com/web";

pureTest("compareNames() compares URIs letter by letter", () => {
  const cases: Case[] = [
    [[URI, "https://a.test/b,c"], ["https://a.test/b,c", URI], NONE],
    [[URI, URI], [URI], NONE],
    [[URI], [], { missing: [URI], extra: [] }],
    [[], [URI], { missing: [], extra: [URI] }],
    [[URI], ["spiffe://example.com/Web"], {
      missing: [URI],
      extra: ["spiffe://example.com/Web"],
    }],
  ];
  for (const [uriSans, uris, expected] of cases) {
    const found = compareNames({ ...wants("a"), uriSans }, { ...has("a"), uris });
    assert.deepEqual(found, expected);
  }
});

pureTest("compareNames() compares the domain of an e-mail address as a DNS name", () => {
  const cases: Case[] = [
    [["ops@Example.com", "ops@bücher.example"], [
      "ops@xn--bcher-kva.example",
      "ops@example.COM",
    ], NONE],
    [["Ops@example.com"], ["ops@example.com"], {
      missing: ["Ops@example.com"],
      extra: ["ops@example.com"],
    }],
    [["ops@example.com"], [], { missing: ["ops@example.com"], extra: [] }],
    [[], ["ops@EXAMPLE.com"], { missing: [], extra: ["ops@example.com"] }],
  ];
  for (const [emailSans, emails, expected] of cases) {
    const found = compareNames({ ...wants("a"), emailSans }, { ...has("a"), emails });
    assert.deepEqual(found, expected);
  }
});

// A common name with an "@" is repeated among the e-mail addresses (Vault, `exclude_cn_from_sans`).
pureTest("compareNames() lets an e-mail address as common name stand among the SANs too", () => {
  for (const emails of [[], ["ops@example.com"]]) {
    const found = compareNames(wants("ops@example.com"), { ...has("ops@example.com"), emails });
    assert.deepEqual(found, NONE);
  }
});

const UPN = "1.3.6.1.4.1.311.20.2.3;UTF8:web@example.com";

pureTest("compareNames() looks at names of other kinds only if some are wanted", () => {
  const other = "1.2.3;UTF8:x";
  const cases: [string[], string[] | undefined, { missing: string[]; extra: string[] }][] = [
    [[UPN], [UPN], NONE],
    [[UPN], [], { missing: [UPN], extra: [] }],
    [[UPN], undefined, { missing: [UPN], extra: [] }],
    [[UPN], [UPN, other], { missing: [], extra: [other] }],
    [[UPN], [UPN.toLowerCase()], { missing: [UPN], extra: [UPN.toLowerCase()] }],
    [[], [UPN], NONE],
    [[], undefined, NONE],
  ];
  for (const [otherSans, otherNames, expected] of cases) {
    const certificate = { ...has("a"), ...(otherNames === undefined ? {} : { otherNames }) };
    assert.deepEqual(compareNames({ ...wants("a"), otherSans }, certificate), expected);
  }
});

pureTest(
  "compareNames() keeps kinds apart: a name among another kind's is missing and extra",
  () => {
    const wanted = { ...wants("a", ["b.test"]), uriSans: [URI] };
    const found = { ...has("a", ["c.test"]), uris: ["b.test"], emails: [URI] };
    assert.deepEqual(compareNames(wanted, found), {
      missing: ["b.test", URI],
      extra: ["c.test", "b.test", URI],
    });
  },
);

pureTest("asciiName() converts hosts, and leaves other text and the case of ASCII", () => {
  const cases = {
    "Web.Example.com": "Web.Example.com",
    "BÜCHER.example": "xn--bcher-kva.example",
    "１０.1.1.20": "10.1.1.20",
    "Ops@BÜCHER.example": "Ops@xn--bcher-kva.example",
    "Müller Söhne": "Müller Söhne",
    "a\u202eb.example": "a\u202eb.example",
  };
  for (const [name, expected] of Object.entries(cases)) assert.equal(asciiName(name), expected);
});

pureTest("lacksAsciiForm() is true only of hosts that cannot be converted", () => {
  for (const name of ["a\u202eb.example", "a\u200cb", "אab.example", "xn--zzzzz99.ü.example"]) {
    assert.equal(lacksAsciiForm(name), true, name);
  }
  for (const name of ["bücher.example", "web", "xn--zzzzz99.example", "a\u202e b", "ü/\u202e"]) {
    assert.equal(lacksAsciiForm(name), false, name);
  }
});

pureTest("ownName() is the common name of a host, however badly it is written", () => {
  const cases: Record<string, string | undefined> = {
    "Web.Example.com": "web.example.com",
    "web": "web",
    "my_host": "my_host",
    "web-": "web-",
    "*": "*",
    "w*.example.com": "w*.example.com",
    "web.example.com:8443": "web.example.com:8443",
    "web..example.com": "web..example.com",
    "FD00:0::20": "fd00::20",
    "[fd00::20]:443": "[fd00::20]:443",
    "::ffff:10.1.1.20": "10.1.1.20",
    "BÜCHER.example": "xn--bcher-kva.example",
    "system:node:web1": undefined,
    "dead:beef": undefined,
    "My Service": undefined,
    "Müller Söhne": undefined,
    "ops@example.com": undefined,
    "foo,ou=bar": undefined,
    "spiffe://example.com/web": undefined,
  };
  for (const [name, own] of Object.entries(cases)) {
    assert.equal(ownName(wants(name)), own, name);
    assert.equal(ownName({ ...wants(name), excludeCnFromSans: true }), undefined, name);
  }
  const listed = { ...wants("A.test", ["a.test"]), excludeCnFromSans: true };
  assert.equal(ownName(listed), "a.test");
});

pureTest("missingOwnName() wants an address as IP SAN, and any other name as DNS SAN", () => {
  assert.equal(missingOwnName(wants("a"), has("a", ["A"])), undefined);
  assert.equal(missingOwnName(wants("a"), has("a", ["b"])), "a");
  assert.equal(missingOwnName(wants("My Service"), has("My Service")), undefined);
  const address = wants("10.1.1.20");
  assert.equal(missingOwnName(address, has("10.1.1.20", ["10.1.1.20"])), "10.1.1.20");
  assert.equal(missingOwnName(address, has("10.1.1.20", [], ["10.1.1.20"])), undefined);
  assert.equal(missingOwnName(wants("FD00:0::20"), has("fd00::20", [], ["fd00::20"])), undefined);
});

pureTest("wantedAddresses() adds a common name that is an address, once", () => {
  assert.deepEqual(wantedAddresses(wants("FD00:0::20", [], ["::1"])), ["fd00::20", "::1"]);
  assert.deepEqual(wantedAddresses(wants("FD00:0::20", [], ["fd00::20"])), ["fd00::20"]);
  assert.deepEqual(wantedAddresses(wants("web", [], ["::1"])), ["::1"]);
  assert.deepEqual(wantedAddresses({ ...wants("::1"), excludeCnFromSans: true }), []);
});

// Certificates of earlier versions: they are renewed when they are due, not all at once.
pureTest("compareNames() is content with the forms that earlier versions asked for", () => {
  for (
    const [wanted, found] of [
      [wants("10.1.1.20"), has("10.1.1.20", ["10.1.1.20"])],
      [wants("fd00::20"), has("fd00::20")],
      [wants("FD00:0::20"), has("FD00:0::20", [], ["fd00::20"])],
      [wants("xn--bcher-kva.example"), has("bücher.example", ["xn--bcher-kva.example"])],
      [wants("my_host.example"), has("my_host.example")],
    ] as const
  ) assert.deepEqual(compareNames(wanted, found), NONE);
});

// Names of a certificate are made printable when they are read.
pureTest("compareNames() finds a name with a format control character", () => {
  const name = "a\u202eb service";
  assert.deepEqual(compareNames(wants(name), has(printable(name))), NONE);
});
