import assert from "node:assert/strict";
import type { CertificateState, Plan, ServiceState } from "../../../lib/plan/types.ts";
import type { Drift } from "../../../lib/plan/target_types.ts";
import { paint } from "../../../lib/report/paint.ts";
import { type Screen, statusText } from "../../../lib/report/status_text.ts";
import stringWidth from "string-width";
import { makePlan, makeState } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

// As `NOW` of the fixtures: 2026-12-01 10:00.
const PLAIN: Screen = { paint: paint(false), columns: 80, ascii: false };

interface Times {
  readonly from: string;
  readonly to: string;
  readonly renew: string;
}

function lasting({ from, to, renew }: Times): Partial<CertificateState> {
  const { certificate } = makeState("any");
  assert.ok(certificate !== undefined);
  return {
    certificate: {
      ...certificate,
      issuer: "Internal CA",
      notBefore: new Date(from),
      notAfter: new Date(to),
    },
    renewAt: new Date(renew),
  };
}

const FINE = lasting({ from: "2026-11-01", to: "2027-01-30", renew: "2027-01-16" });
const LATE = lasting({ from: "2026-10-01", to: "2026-12-20", renew: "2026-11-25" });
const ENDED = lasting({ from: "2026-08-01", to: "2026-11-20", renew: "2026-11-01" });
const IN_WINDOW = { reason: "in-renewal-window", detail: "it expires in 18d" } as const;
const EXPIRED = { reason: "expired", detail: "it expired 11d ago" } as const;

function target(path: string, ...drift: Drift[]) {
  return { what: "cert", path, drift } as const;
}

function withServices(plan: Plan, ...services: Partial<ServiceState>[]): Plan {
  return {
    ...plan,
    services: services.map((one) => ({ service: "nginx.service", certificates: [], ...one })),
  };
}

/** The lines of the table alone, without its head. */
function rows(plan: Plan, screen = PLAIN): string[] {
  const lines = statusText(plan, screen).split("\n");
  const head = lines.findIndex((line) => line.includes("NAME"));
  return lines.slice(head + 1, lines.indexOf("", head));
}

pureTest("statusText() is a headline, a table, and what is not in order", () => {
  const plan = withServices(
    makePlan([
      makeState("web.example.com", { ...FINE, targets: [target("/a")] }),
      makeState("mail.example.com", {
        ...LATE,
        due: IN_WINDOW,
        targets: [target("/b", { kind: "renewed" })],
      }),
      makeState("vpn.example.com", {
        ...ENDED,
        due: EXPIRED,
        targets: [target("/c"), target("/d", { kind: "content" })],
      }),
    ]),
    { certificates: ["web.example.com"] },
  );
  assert.equal(
    statusText(plan, PLAIN),
    `BROKEN: 2 of 3 certificates not in order, next renewal 2027-01-16 00:00 UTC

NAME              ISSUER       LEFT  LIFETIME             FILES  SVC  RENEWAL
vpn.example.com   Internal CA  -11d  ███████████████████  1/2    -    now
mail.example.com  Internal CA   18d  ███████████████▒▒▒▒  ok     -    now
web.example.com   Internal CA   59d  ██████░░░░░░░░░░▒▒▒  ok     ok   2027-01-16

lifetime: █ past, ░ to come, ▒ renewal window

mail.example.com: it expires in 18d
vpn.example.com: it expired 11d ago
vpn.example.com: /d: content differs from the store
`,
  );
});

pureTest("the table fits its screen, whatever the names are", () => {
  const names = [
    "*.a-department-with-a-very-long-name.apps.internal.example.com",
    "日本語の名前.example.com",
    "e\u0301".repeat(40),
    "👩‍👩‍👧".repeat(20),
  ];
  const plan = makePlan(names.map((name) => makeState(name, FINE)));
  for (const columns of [16, 20, 30, 40, 50, 60, 61, 80, 100, 132, 200]) {
    const [, , head = "", ...lines] = statusText(plan, { ...PLAIN, columns }).split("\n");
    for (const line of [head, ...lines.slice(0, names.length)]) {
      assert.ok(stringWidth(line) <= columns, `${stringWidth(line)} > ${columns}: ${line}`);
    }
  }
  const cut = rows(plan).map((line) => line.slice(0, line.indexOf("…") + 1));
  assert.ok(cut.includes("*.a-department-with-a-very-lon…"), cut.join("\n"));
});

pureTest("a narrow terminal gets fewer columns, and as much of the names as fits", () => {
  const plan = makePlan([makeState("web.internal.example.com", FINE)]);
  const at = (columns: number) => statusText(plan, { ...PLAIN, columns }).split("\n").slice(2);
  assert.deepEqual(at(56), [
    "NAME               ISSUER      LEFT FILES SVC RENEWAL",
    "web.internal.exam… Internal CA  59d -     -   2027-01-16",
    "",
  ]);
  assert.deepEqual(at(30), ["NAME                  LEFT SVC", "web.internal.example…  59d -", ""]);
});

pureTest("columns stand below each other, also behind wide characters", () => {
  const plan = makePlan([makeState("日本語.example.com", FINE), makeState("a.example.com", FINE)]);
  const ends = rows(plan).map((line) => stringWidth(line.slice(0, line.indexOf("Internal"))));
  assert.equal(new Set(ends).size, 1);
});

pureTest("without a terminal nothing is cut", () => {
  const name = `${"a".repeat(60)}.${"b".repeat(60)}.example.com`;
  const { columns: _, ...endless } = PLAIN;
  assert.ok(statusText(makePlan([makeState(name, FINE)]), endless).includes(name));
});

pureTest("with ASCII alone there is nothing else but names", () => {
  const plan = makePlan([makeState("web.example.com", FINE), makeState("a".repeat(99), FINE)]);
  const text = statusText(plan, { ...PLAIN, ascii: true });
  assert.match(text, /^[\x20-\x7e\n]*$/);
  assert.match(text, /lifetime: # past, - to come, = renewal window\n$/);
  assert.match(text, /a~ /);
});

pureTest("colour says how urgent it is, and changes no width", () => {
  const plan = makePlan([
    makeState("a", { ...ENDED, due: EXPIRED }),
    makeState("b", { ...LATE, due: IN_WINDOW }),
    makeState("c", FINE),
  ]);
  const painted = rows(plan, { ...PLAIN, paint: paint(true) });
  assert.deepEqual(painted.map((line) => line.slice(0, 5)), ["\x1b[31m", "\x1b[33m", "\x1b[32m"]);
  // deno-lint-ignore no-control-regex -- escape sequences are what it looks for
  assert.deepEqual(painted.map((line) => line.replace(/\x1b\[\d+m/g, "")), rows(plan));
});

pureTest("the worst comes first, and then what is renewed first", () => {
  const clock = { kind: "clock", message: "the clock is wrong" } as const;
  const until = new Date("2026-12-05T02:00:00Z");
  const waits = { until, late: false, detail: "until Saturday" };
  const plan = makePlan([
    makeState("fine-later", lasting({ from: "2026-11-01", to: "2027-02-20", renew: "2027-02-16" })),
    makeState("fine", FINE),
    makeState("waits", { ...LATE, due: IN_WINDOW, waits }),
    makeState("due", { ...LATE, due: IN_WINDOW }),
    makeState("unknown", { ...FINE, warnings: [clock] }),
    makeState("broken", { ...FINE, targets: [target("/a", { kind: "missing" })] }),
  ]);
  assert.deepEqual(rows(plan).map((line) => line.split(" ")[0]), [
    "broken",
    "unknown",
    "due",
    "waits",
    "fine",
    "fine-later",
  ]);
  assert.match(rows(plan)[3] ?? "", / 2026-12-05 02:00Z$/);
});

pureTest("below 7 days the time left and the renewal have hours and minutes", () => {
  const NOW = makePlan([]).at.getTime();
  const after = (seconds: number) => new Date(NOW + seconds * 1000);
  const DAY = 86_400;
  const cases = [
    [7 * DAY, 7 * DAY, "7d", "2026-12-08"],
    [7 * DAY - 1, 7 * DAY - 1, "6d 23h 59m", "2026-12-08 09:59Z"],
    [3 * DAY + 90, 2 * DAY, "3d 1m", "2026-12-03 10:00Z"],
    [3_600, 1_200, "1h", "2026-12-01 10:20Z"],
    [605, 300, "10m", "2026-12-01 10:05Z"],
    [59, -60, "59s", "2026-12-01 09:59Z"],
    [-90, -5_000, "-1m", "2026-12-01 08:36Z"],
    [-30 * DAY, -31 * DAY, "-30d", "2026-10-31"],
  ] as const;
  for (const [end, renew, left, renewal] of cases) {
    const { certificate } = makeState("a");
    assert.ok(certificate);
    const ending = { ...certificate, notAfter: after(end) };
    const [row = ""] = rows(
      makePlan([makeState("a", { certificate: ending, renewAt: after(renew) })]),
    );
    assert.ok(row.includes(` ${left}  `), row);
    assert.ok(row.endsWith(`  ${renewal}`), row);
  }
});

pureTest("missing and impossible states are shown as such", () => {
  const { certificate: _, renewAt: __, ...none } = makeState("none");
  const missing = { reason: "missing", detail: "the store has no certificate" } as const;
  const blocked = [{ kind: "impossible", message: "no" }] as const;
  assert.match(rows(makePlan([{ ...none, due: missing }]))[0] ?? "", /^none +- +- .* now$/);
  assert.match(
    rows(makePlan([{ ...none, due: missing, blocked }]))[0] ?? "",
    /^none +- +- .* blocked$/,
  );
});

pureTest("services are ok, pending, waiting or unknown", () => {
  const until = new Date("2026-12-05T02:00:00Z");
  const states: [string, Partial<ServiceState>][] = [
    ["ok", {}],
    ["ok", { pending: { reason: "deployed", detail: "it loads the new files" } }],
    ["pending", { pending: { reason: "pending", detail: "it has not loaded them" } }],
    ["waits", {
      pending: { reason: "pending", detail: "x" },
      waits: { until, late: false, detail: "until Saturday" },
    }],
    ["?", { problem: "connection refused" }],
  ];
  for (const [word, state] of states) {
    const plan = withServices(makePlan([makeState("web", FINE)]), {
      ...state,
      certificates: ["web"],
    });
    assert.equal(rows(plan)[0]?.split(/ +/).at(-2), word);
  }
});

pureTest("if something cannot be read, the state of the files is unknown", () => {
  const blocked = [{ kind: "unreadable", message: "Cannot read" }] as const;
  const state = makeState("web", { ...FINE, blocked, targets: [target("/a")] });
  assert.match(rows(makePlan([state]))[0] ?? "", /^web .* \? +- +2027-01-16$/);
});

/** The words under FILES and SVC of a certificate with a service that has nothing pending. */
function words(state: Partial<CertificateState>, service: Partial<ServiceState> = {}): string {
  const plan = withServices(makePlan([makeState("web", { ...FINE, ...state })]), {
    ...service,
    certificates: ["web"],
  });
  return (rows(plan)[0] ?? "").split(/ +/).slice(-3, -1).join(" ");
}

const MISSING = { reason: "missing", detail: "there is no certificate in the store" } as const;
const UNMATCHED = { reason: "key-mismatch", detail: "privkey.pem is of another one" } as const;
const GONE = { kind: "missing" } as const;
const RENEWED = { kind: "renewed" } as const;
const DEPLOYED = { pending: { reason: "deployed", detail: "it loads the new files" } } as const;

pureTest("nothing is ok before it is deployed, whatever lies there", () => {
  const cases: [string, Partial<CertificateState>][] = [
    ["- -", { due: MISSING }],
    ["0/2 -", { due: MISSING, targets: [target("/a", GONE), target("/b", GONE)] }],
    // Files of another tool, which are replaced.
    ["0/2 -", { due: MISSING, targets: [target("/a", RENEWED), target("/b", RENEWED)] }],
    // Nothing is asked for now, so nothing is compared.
    ["0/1 -", {
      due: MISSING,
      targets: [target("/a")],
      blocked: [{ kind: "refused", message: "later" }],
    }],
    ["0/1 -", { due: UNMATCHED, targets: [target("/a", RENEWED)] }],
    ["0/2 -", { targets: [target("/a", GONE), target("/b", GONE)] }],
  ];
  for (const [expected, state] of cases) {
    assert.equal(words(state, DEPLOYED), expected, JSON.stringify(state));
    assert.equal(words(state), expected, "also if no service acts");
  }
});

pureTest("a service has yet to load a file that differs, but not its mode", () => {
  const mode = { kind: "mode", from: "0644", to: "0600" } as const;
  const link = { kind: "not-a-file", found: "symlink" } as const;
  const cases: [string, ...Drift[]][] = [
    ["1/2 pending", GONE],
    ["1/2 pending", { kind: "content" }],
    ["1/2 pending", RENEWED, { kind: "content" }],
    ["1/2 pending", link],
    ["1/2 pending", { kind: "pending-validation" }],
    ["1/2 pending", { kind: "missing", files: ["privkey.pem"] }],
    ["1/2 ok", mode],
    ["ok ok", RENEWED],
  ];
  for (const [expected, ...drift] of cases) {
    const due = drift.includes(RENEWED) ? IN_WINDOW : undefined;
    const state = { due, targets: [target("/a"), target("/b", ...drift)] };
    assert.equal(words(state, DEPLOYED), expected, JSON.stringify(drift));
  }
  const bundle = { kind: "missing", files: ["privkey.pem"] } as const;
  assert.equal(words({ targets: [target("/ssl", bundle)] }), "0/1 pending", "a part of a bundle");
});

pureTest("what a person must fix, or VCM cannot read, is not ok either", () => {
  const state = (kind: "impossible" | "unreadable" | "refused") => ({
    targets: [target("/a")],
    blocked: [{ kind, message: "no" }],
  });
  assert.equal(words(state("impossible")), "blocked -");
  assert.equal(words(state("unreadable")), "? ?");
  assert.equal(words({ ...state("refused"), due: IN_WINDOW }), "ok ok");
});
