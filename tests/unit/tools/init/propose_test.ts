import assert from "node:assert/strict";
import type { Certificate } from "../../../../lib/certificate/certificate.ts";
import { type Proposals, propose, shareChains } from "../../../../lib/tools/init/propose.ts";
import type { CertificateUse, Program, UsedFile } from "../../../../lib/tools/init/types.ts";
import { makeCertificate } from "../../../support/fixtures.ts";
import { pureTest } from "../../../support/pure_test.ts";

const NGINX: Program = { name: "nginx", unit: "nginx.service", validate: ["nginx", "-t"] };
const HAPROXY: Program = { name: "HAProxy", unit: "haproxy.service", validate: ["haproxy", "-c"] };

/** A use of `/CERT.crt` with `/CERT.key`, unless other files are given. */
function use(names: string, cert: string, parts: Partial<CertificateUse> = {}): CertificateUse {
  const files: UsedFile[] = [
    { kind: "fullchain", path: `/${cert}.crt` },
    { kind: "privkey", path: `/${cert}.key` },
  ];
  const certificate = `/${cert}.crt`;
  return { program: NGINX, at: "/f:1", names: names.split(" "), certificate, files, ...parts };
}

function proposed(
  uses: readonly CertificateUse[],
  present: Certificate | string = "no such file",
  modes: Readonly<Record<string, number>> = {},
): Proposals {
  return propose({ uses: [...uses], notes: [] }, {
    certificate: () => present,
    mode: (path) => modes[path],
    real: (path) => path,
  });
}

/** Names in short: the name, the common name if it is another, then SANs. */
function namesOf({ proposals }: Proposals): string[] {
  return proposals.map(({ name, commonName, dnsSans, ipSans }) =>
    [name, ...(commonName ? [`(${commonName})`] : []), ...dnsSans, ...ipSans].join(" ")
  );
}

pureTest("two servers that use one file are one certificate with all names", () => {
  const found = proposed([
    use("a.test b.test", "x"),
    use("c.test A.test. 10.0.0.1", "x", { at: "/f:2" }),
    use("d.test", "y", { at: "/f:3" }),
  ]);
  assert.deepEqual(namesOf(found), ["a.test b.test c.test 10.0.0.1", "d.test"]);
  assert.deepEqual(found.proposals[0], {
    name: "a.test",
    commonName: undefined,
    dnsSans: ["b.test", "c.test"],
    ipSans: ["10.0.0.1"],
    at: ["/f:1", "/f:2"],
    files: [{ kind: "fullchain", path: "/x.crt" }, { kind: "privkey", path: "/x.key" }],
    programs: [NGINX],
    remarks: ["It may have more names: its file cannot be read (no such file)."],
  });
});

pureTest("names that are none are left out, and said", () => {
  const odd = "_ .a.test ~^www\\d+$ * $hostname 2001:DB8::1 www.b.* [::1] bücher.test";
  const found = proposed([use(odd, "x")]);
  assert.deepEqual(namesOf(found), ["a.test *.a.test xn--bcher-kva.test 2001:db8::1 ::1"]);
  assert.deepEqual(
    found.proposals[0]?.remarks[1],
    'Names that no certificate can have: "~^www\\\\d+$", ' +
      '"$hostname", "www.b.*".',
  );
});

pureTest(
  "what the present certificate has is kept, and stands for names that are not given",
  () => {
    const now = makeCertificate({
      commonName: "Our device",
      dnsNames: ["a.test", "old.test"],
      ipAddresses: ["10.0.0.9"],
      issuer: "Old CA",
      notAfter: new Date("2027-01-30T00:00:00Z"),
    });
    const found = proposed([use("a.test", "x"), use("_", "y")], now);
    assert.deepEqual(namesOf(found), [
      "a.test old.test 10.0.0.9",
      "a.test-2 (a.test) old.test 10.0.0.9",
    ]);
    assert.deepEqual(found.proposals[0]?.remarks, [
      'Issued by "Old CA", valid until 2027-01-30 00:00 UTC.',
      "Names that only the current certificate has: old.test, 10.0.0.9.",
    ]);
  },
);

pureTest("without any name there is no proposal", () => {
  assert.deepEqual(proposed([use("_", "x")]).notes, [
    {
      at: "/f:1",
      message: "no name is known for the certificate /x.crt, and it cannot be read: no such file",
    },
  ]);
  const bare = makeCertificate({ commonName: "Our device", dnsNames: [], ipAddresses: [] });
  assert.deepEqual(proposed([use("", "x")], bare).notes, [
    { at: "/f:1", message: "no name is known for the certificate /x.crt" },
  ]);
});

pureTest("a name that can be no directory gets another one", () => {
  const long = `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}`;
  const found = proposed([use("archive", "x"), use(long, "y"), use("10.0.0.1", "z")]);
  assert.deepEqual(namesOf(found), [
    "certificate (archive)",
    `certificate-2 (${long})`,
    "10.0.0.1 10.0.0.1",
  ]);
});

pureTest("a file that two programs use in two ways holds what both need", () => {
  const found = proposed([
    use("a.test", "x"),
    use("", "x", { program: HAPROXY, files: [{ kind: "combined", path: "/x.crt" }] }),
    use("", "x", { files: [{ kind: "cert", path: "/x.crt" }, { kind: "chain", path: "/x.ca" }] }),
  ]);
  assert.deepEqual(found.proposals[0]?.files, [
    { kind: "combined", path: "/x.crt" },
    { kind: "privkey", path: "/x.key" },
    { kind: "chain", path: "/x.ca" },
  ]);
  assert.deepEqual(found.proposals[0]?.programs, [NGINX, HAPROXY]);
});

pureTest("a key of several certificates is used for none of them", () => {
  const key: UsedFile = { kind: "privkey", path: "/k" };
  const found = proposed([
    use("a.test", "x", { files: [{ kind: "fullchain", path: "/x.crt" }, key] }),
    use("b.test", "y", { files: [{ kind: "fullchain", path: "/y.crt" }, key] }),
    use("c.test", "z"),
  ]);
  assert.deepEqual(namesOf(found), ["c.test"]);
  const message = "/k belongs to several certificates: give each certificate its own files";
  assert.deepEqual(found.notes.map((note) => note.message), [message, message]);
});

pureTest("a chain of several certificates is written by the first of those that are kept", () => {
  const withChain = (cert: string) =>
    use(`${cert}.test`, cert, {
      files: [{ kind: "cert", path: `/${cert}.crt` }, { kind: "chain", path: "/chain" }],
    });
  const { proposals } = proposed([withChain("a"), withChain("b"), withChain("c")]);
  assert.deepEqual(shareChains(proposals.slice(1)).map(({ files }) => files[1]), [
    { kind: "chain", path: "/chain" },
    { kind: "chain", path: "/chain", doubt: '"b.test" already writes it' },
  ]);
});

pureTest("files of another program, and VCM's own store, are left alone", () => {
  const message = (path: string) => {
    const files: UsedFile[] = [{ kind: "fullchain", path }];
    return proposed([use("a.test", "x", { certificate: path, files })]).notes[0]?.message;
  };
  const [live, home] = [
    "/etc/letsencrypt/live/a.test/fullchain.pem",
    "/root/.acme.sh/a.test/a.cer",
  ];
  const managed = (path: string, by: string) =>
    `${path} is managed by ${by}, and only one program can manage it: use another file, ` +
    `or stop ${by}`;
  assert.equal(message(live), managed(live, "certbot"));
  assert.equal(message(home), managed(home, "acme.sh"));
  assert.equal(
    message("/var/lib/vcm/certs/a.test/fullchain.pem"),
    "/var/lib/vcm/certs/a.test/fullchain.pem is in VCM's own store and cannot be a target",
  );
  assert.equal(message("/etc/ssl/letsencrypt/a.pem"), undefined);
});

pureTest("files keep their modes, except keys that every user may read", () => {
  const modes = { "/x.crt": 0o640, "/x.key": 0o640, "/y.crt": 0o644, "/y.key": 0o2644 };
  const found = proposed([use("a.test", "x"), use("b.test", "y")], "no such file", modes);
  assert.deepEqual(found.proposals.map(({ files }) => files.map(({ mode }) => mode)), [
    [0o640, 0o640],
    [undefined, 0o640],
  ]);
  assert.deepEqual(found.proposals.map(({ remarks }) => remarks.slice(1)), [
    [],
    ["Every user can read the key in /y.key now; VCM restricts its mode."],
  ]);
});

pureTest(
  "what packages brought for the whole host, and what a link leads to elsewhere, is left out",
  () => {
    const message = (path: string, leadsTo = path) => {
      const files: UsedFile[] = [{ kind: "chain", path }];
      const uses = [use("a.test", "x", { certificate: path, files })];
      const { proposals, notes } = propose({ uses, notes: [] }, {
        certificate: () => "no such file",
        mode: () => undefined,
        real: () => leadsTo,
      });
      assert.deepEqual(proposals, []);
      return notes[0]?.message;
    };
    const bundle = "/etc/ssl/certs/ca-certificates.crt";
    const own = "belongs to the host and other programs read it: use another file";
    assert.equal(message(bundle), `${bundle} ${own}`);
    for (
      const path of [
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/certs/ssl-cert-snakeoil.pem",
        "/etc/pki/tls/certs/localhost.crt",
      ]
    ) assert.equal(message(path), `${path} ${own}`);
    assert.equal(message("/etc/nginx/ca.pem", bundle), `/etc/nginx/ca.pem ${own}`);
    assert.match(
      message("/etc/nginx/le.crt", "/etc/letsencrypt/archive/a/fullchain1.pem") ?? "",
      /^\/etc\/nginx\/le\.crt is managed by certbot, /,
    );
  },
);
