import assert from "node:assert/strict";
import type { Validity } from "../../../lib/certificate/renewal.ts";
import type { CertificateSpec } from "../../../lib/config/types.ts";
import { checkDue } from "../../../lib/plan/due.ts";
import { validityOf } from "../../../lib/plan/stored_validity.ts";
import type { StoredSet } from "../../../lib/store/types.ts";
import {
  ABSENT,
  after,
  DAY,
  makeCertificate,
  makeSpec,
  makeStored,
  makeTarget,
  NOW,
  present,
} from "../../support/fixtures.ts";
import { pureTest } from "../../support/pure_test.ts";

const END = new Date("2027-01-30T00:00:00Z");

function dueOf(stored: StoredSet, spec: CertificateSpec = makeSpec(), now: Date = NOW) {
  return checkDue(spec, stored, now);
}

/** The moment some seconds before the certificate ends. */
function beforeEnd(seconds: number): Date {
  return new Date(END.getTime() - seconds * 1000);
}

pureTest("checkDue() finds nothing to issue for a whole, valid, matching set", () => {
  assert.equal(dueOf(makeStored()), undefined);
});

pureTest("checkDue() says what is wrong with the set", () => {
  const cases: [Partial<StoredSet>, string, string][] = [
    [{ leaf: ABSENT, key: ABSENT }, "missing", "there is no certificate in the store"],
    [
      { leaf: present({ kind: "unparsable", problem: "contains no PEM certificate" }) },
      "unparsable",
      "cert.pem in the store contains no PEM certificate",
    ],
    [{ key: ABSENT }, "key-missing", "privkey.pem is missing from the store"],
    [
      { key: present("unparsable") },
      "key-unparsable",
      "privkey.pem in the store is not a usable private key",
    ],
    [
      { key: present("mismatch") },
      "key-mismatch",
      "privkey.pem in the store does not belong to cert.pem",
    ],
    [
      { fullchain: present("other-leaf") },
      "chain-mismatch",
      "fullchain.pem in the store does not begin with cert.pem",
    ],
    [
      { fullchain: present({ kind: "incomplete", problem: 'lacks the certificate of "CA"' }) },
      "chain-incomplete",
      'fullchain.pem in the store lacks the certificate of "CA"',
    ],
    [
      { chain: present({ kind: "incomplete", problem: "holds no end" }) },
      "chain-incomplete",
      "chain.pem in the store holds no end",
    ],
  ];
  for (const [parts, reason, detail] of cases) {
    assert.deepEqual(dueOf(makeStored(parts)), { reason, detail });
  }
});

pureTest("checkDue() requires a chain only if a target contains it", () => {
  for (const what of ["chain", "fullchain", "ca"] as const) {
    const stored = makeStored({ [what]: ABSENT });
    assert.equal(dueOf(stored, makeSpec({ targets: [makeTarget({ what: "cert" })] })), undefined);
    assert.deepEqual(dueOf(stored, makeSpec({ targets: [makeTarget({ what })] })), {
      reason: "chain-missing",
      detail: `${what}.pem is missing from the store, but a target needs it`,
    });
  }
});

pureTest("checkDue() names the names that differ", () => {
  const stored = (dnsNames: string[], ipAddresses: string[] = []) =>
    makeStored({}, makeCertificate({ dnsNames, ipAddresses }));
  const cases: [StoredSet, Partial<CertificateSpec>, string][] = [
    [stored([]), { dnsSans: ["api.example.com"] }, "it lacks api.example.com"],
    [
      stored(["api.example.com", "b.example.com"], ["10.0.0.1"]),
      {},
      "it still has api.example.com, b.example.com, 10.0.0.1",
    ],
    [
      stored(["old.example.com"]),
      { dnsSans: ["New.example.com"], ipSans: ["FD00::1"] },
      "it lacks new.example.com, fd00::1, and it still has old.example.com",
    ],
    [stored([]), { commonName: "other.example.com" }, "it lacks other.example.com"],
  ];
  for (const [set, desired, difference] of cases) {
    assert.deepEqual(dueOf(set, makeSpec(desired)), {
      reason: "names-differ",
      detail: `its names differ from the configuration: ${difference}`,
    });
  }
});

pureTest("checkDue() compares with the common name, not with the name of the directory", () => {
  const spec = makeSpec({ name: "web-rsa", commonName: "Web.Example.com" });
  assert.equal(dueOf(makeStored(), spec), undefined);
});

pureTest("checkDue() waits if a certificate is not valid yet: the clock is wrong", () => {
  const before = new Date("2026-10-31T00:00:00Z");
  assert.equal(dueOf(makeStored(), makeSpec(), before), undefined);
});

pureTest("checkDue() says that the key is of another kind than the file asks for", () => {
  const stored = (keyType: string) => {
    const certificate = makeCertificate();
    return makeStored({ leaf: present({ kind: "certificate", certificate, keyType }) });
  };
  const spec = makeSpec({ key: { origin: "vault", reuse: false, type: "ec-256" } });
  assert.equal(dueOf(stored("ec-256"), spec), undefined);
  assert.equal(dueOf(stored("rsa-2048")), undefined);
  assert.deepEqual(dueOf(stored("rsa-2048"), spec), {
    reason: "key-differs",
    detail: "its key is rsa-2048, but the configuration asks for ec-256",
  });
});

pureTest("checkDue() says that another CA issued it than the file asks for", () => {
  const stored = makeStored({}, makeCertificate({ issuer: "Old CA" }));
  assert.equal(dueOf(stored), undefined);
  assert.equal(dueOf(stored, makeSpec({ issuer: "Old CA" })), undefined);
  const odd = makeStored({}, makeCertificate({ issuer: "Odd\ufffdCA" }));
  assert.equal(dueOf(odd, makeSpec({ issuer: "Odd\u202eCA" })), undefined);
  assert.deepEqual(dueOf(stored, makeSpec({ issuer: "New CA" })), {
    reason: "issuer-differs",
    detail: 'it was issued by "Old CA", but the configuration asks for "New CA"',
  });
});

pureTest("checkDue() counts from the end of the chain if that comes first", () => {
  const notAfter = after(9 * DAY + 4 * 3600);
  const stored = makeStored({ chainEnd: { name: "Intermediate CA", notAfter } });
  const spec = makeSpec({ renew: { kind: "duration", seconds: 10 * DAY } });
  assert.deepEqual(dueOf(stored, spec), {
    reason: "in-renewal-window",
    detail: 'its chain expires in 9d 4h (2026-12-10 14:00 UTC; "Intermediate CA"), inside its ' +
      "renewal window of 10d",
  });
  assert.deepEqual(dueOf(stored, spec, after(10 * DAY)), {
    reason: "expired",
    detail: 'its chain expired 20h ago (2026-12-10 14:00 UTC; "Intermediate CA")',
  });
  const { notBefore, serial } = makeCertificate();
  assert.deepEqual(validityOf(stored), { notBefore, notAfter, serial });
  assert.equal(validityOf(makeStored({ leaf: ABSENT })), undefined);
});

pureTest("checkDue() asks for what an ended intermediate issued, and not for an ended root", () => {
  const ended = { notBefore: after(-9 * DAY), notAfter: after(-DAY) };
  const valid = { notBefore: after(-9 * DAY), notAfter: after(90 * DAY) };
  const pathOf = (intermediate: Validity, root: Validity) => [[{
    links: [
      {
        name: "CA",
        isRoot: false,
        selfIssued: false,
        isAnchor: false,
        issuers: [1],
        ...intermediate,
      },
      { name: "Root", isRoot: true, selfIssued: true, isAnchor: true, issuers: [], ...root },
    ],
    issuers: [0],
  }]];
  assert.equal(dueOf(makeStored({ paths: pathOf(valid, ended) })), undefined);
  const chainEnd = { name: "CA", notAfter: ended.notAfter };
  for (const root of [valid, ended]) {
    // Where no target takes the chain, its end is not looked at.
    for (const more of [{}, { chainEnd }]) {
      assert.deepEqual(dueOf(makeStored({ paths: pathOf(ended, root), ...more })), {
        reason: "expired",
        detail: 'its chain expired 1d ago (2026-11-30 10:00 UTC; "CA")',
      });
    }
  }
  const past = makeStored({ paths: pathOf(valid, valid), chainEnd });
  assert.equal(dueOf(past)?.reason, "in-renewal-window");
});

pureTest("checkDue() says since when a certificate is expired", () => {
  const cases: [number, string][] = [
    [0, "it expired 1s ago (2027-01-30 00:00 UTC)"],
    [-0.5, "it expired 1s ago (2027-01-30 00:00 UTC)"],
    [-61, "it expired 1m 1s ago (2027-01-30 00:00 UTC)"],
    [-3 * DAY - 3600, "it expired 3d 1h ago (2027-01-30 00:00 UTC)"],
  ];
  for (const [seconds, detail] of cases) {
    const due = dueOf(makeStored(), makeSpec(), beforeEnd(seconds));
    assert.deepEqual(due, { reason: "expired", detail });
  }
});

pureTest("checkDue() renews from the first moment of the window on", () => {
  assert.equal(dueOf(makeStored(), makeSpec(), beforeEnd(14 * DAY + 0.001)), undefined);
  const cases: [number, string][] = [
    [14 * DAY, "it expires in 14d"],
    [9 * DAY + 4 * 3600 + 59, "it expires in 9d 4h"],
    [0.5, "it expires in 1s"],
  ];
  for (const [seconds, start] of cases) {
    assert.deepEqual(dueOf(makeStored(), makeSpec(), beforeEnd(seconds)), {
      reason: "in-renewal-window",
      detail: `${start} (2027-01-30 00:00 UTC), inside its renewal window of 14d`,
    });
  }
});

pureTest("checkDue() accepts a share of the lifetime as the window", () => {
  const spec = makeSpec({ renew: { kind: "share", percent: 50 } });
  assert.equal(dueOf(makeStored(), spec, beforeEnd(45 * DAY + 0.001)), undefined);
  assert.deepEqual(dueOf(makeStored(), spec, beforeEnd(45 * DAY)), {
    reason: "in-renewal-window",
    detail: "it expires in 45d (2027-01-30 00:00 UTC), inside its renewal window of 45d",
  });
});

pureTest("checkDue() caps a window that is longer than the lifetime at a third of it", () => {
  const short = makeStored({}, makeCertificate({ notBefore: after(-60), notAfter: after(3540) }));
  assert.equal(dueOf(short), undefined);
  assert.equal(dueOf(short, makeSpec(), after(2339)), undefined);
  assert.deepEqual(dueOf(short, makeSpec(), after(2340)), {
    reason: "in-renewal-window",
    detail: "it expires in 20m (2026-12-01 10:59 UTC), inside its renewal window of 20m",
  });
});

/** From the worst on: each case is one that is hurt by everything that comes after it, too. */
pureTest("checkDue() gives the first reason of the ladder", () => {
  const spec = makeSpec({ targets: [makeTarget({ what: "fullchain" })] });
  const fallen = { dnsNames: ["old.example.com"], notAfter: NOW };
  const broken = present({ kind: "incomplete", problem: "holds no end" } as const);
  const wrong = makeStored({
    leaf: ABSENT,
    key: ABSENT,
    chain: ABSENT,
    fullchain: ABSENT,
  });
  const cases: [string, StoredSet][] = [
    ["missing", wrong],
    ["unparsable", { ...wrong, leaf: present({ kind: "unparsable", problem: "is cut" }) }],
    ["key-missing", { ...wrong, leaf: makeStored({}, makeCertificate(fallen)).leaf }],
    ["key-unparsable", makeStored({ key: present("unparsable"), fullchain: ABSENT })],
    ["key-mismatch", makeStored({ key: present("mismatch"), fullchain: ABSENT })],
    ["chain-missing", makeStored({ fullchain: ABSENT }, makeCertificate(fallen))],
    [
      "chain-mismatch",
      makeStored({ fullchain: present("other-leaf") }, makeCertificate(fallen)),
    ],
    ["chain-incomplete", makeStored({ chain: broken }, makeCertificate(fallen))],
    ["expired", makeStored({}, makeCertificate({ notAfter: NOW }))],
    ["in-renewal-window", makeStored({}, makeCertificate({ notAfter: after(3600) }))],
  ];
  for (const [reason, stored] of cases) assert.equal(dueOf(stored, spec)?.reason, reason);
});

pureTest("checkDue() tells that names differ before it tells of the window", () => {
  const stored = makeStored({}, makeCertificate({ dnsNames: ["old"], notAfter: after(3600) }));
  assert.equal(dueOf(stored)?.reason, "names-differ");
});
