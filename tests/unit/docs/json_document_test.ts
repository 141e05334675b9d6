/** docs/json.md is held to what is printed: each key of plan, steps and events stands in it. */
import assert from "node:assert/strict";
import { plan } from "../../../lib/plan/plan.ts";
import { DUE_REASONS, type Plan } from "../../../lib/plan/types.ts";
import { planJson, runJson } from "../../../lib/report/json.ts";
import {
  ABSENT,
  makeCertificate,
  makeConfig,
  makeFile,
  makeObserved,
  makeSeen,
  makeService,
  makeSpec,
  makeStored,
  makeTarget,
  NOW,
  observationOf,
  present,
} from "../../support/fixtures.ts";
import { codeWords, readDocument } from "./documents.ts";

const WORDS = new Set(codeWords(readDocument("docs/json.md")));

/** Keys that stand for values of other things, which docs/configuration.md documents. */
const ELSEWHERE = new Set(["request", "probe", "commonName"]);

Deno.test("docs/json.md names each reason to issue", () => {
  for (const reason of DUE_REASONS) assert.ok(WORDS.has(reason), reason);
});

Deno.test("docs/json.md names each key that a plan has", () => {
  const printed = JSON.parse(planJson(richPlan()));
  assert.ok(keysOf(printed).size > 40, "a poor plan");
  assert.deepEqual([...keysOf(printed)].filter((key) => !WORDS.has(key)), []);
});

Deno.test("docs/json.md names each kind and key of events and outcomes", () => {
  const outcome = { issued: 1, deployed: 1, acted: 1, tidied: 0, failed: [], skipped: [] };
  const printed = JSON.parse(runJson(richPlan(), [
    { kind: "tidied", certificate: "a", detail: "" },
    { kind: "issued", certificate: "a", address: "", serial: "", notAfter: NOW, renewAt: NOW },
    { kind: "deployed", certificate: "a", what: "cert", path: "/a", drift: [] },
    { kind: "reverted", certificate: "a", service: "s", paths: [] },
    { kind: "acted", service: "s", action: "reload" },
    { kind: "settled", service: "s", detail: "" },
    { kind: "failed", step: "service", subject: "s", message: "" },
  ], outcome));
  for (const { kind } of printed.events) assert.ok(WORDS.has(kind), kind);
  assert.deepEqual([...keysOf(printed)].filter((key) => !WORDS.has(key)), []);
});

/** One of each: due, drifted, blocked, warned of, waiting, owing. */
function richPlan(): Plan {
  const nginx = makeService({ validate: ["nginx", "-t"] });
  const probed = makeService({
    id: "pid_file:relay",
    name: "relay",
    manager: "pid_file",
    pidFile: "/run/relay.pid",
    signal: "HUP",
    control: "signal",
    probe: { host: "127.0.0.1", port: 443, timeout: 30 },
  });
  const other = makeService({
    id: "command:x",
    name: "x",
    manager: "command",
    command: ["x"],
  });
  const target = makeTarget({ mode: 0o600, owner: "www-data", group: "www-data" });
  const due = makeSpec({ name: "due", targets: [target], services: [nginx, probed, other] });
  const drifted = makeSpec({
    name: "drifted",
    targets: [
      makeTarget({ path: "/b" }),
      makeTarget({ path: "/d", what: "combined", order: "cert-first", passwordFile: "/p" }),
    ],
  });
  const waiting = makeSpec({
    name: "waiting",
    dnsSans: ["new.example.com"],
    windows: [{ text: "Sun 02:00-03:00", days: [7], from: 120, to: 180 }],
    renew: { kind: "duration", seconds: 10_000 * 86_400 },
  });
  const blocked = makeSpec({ name: "blocked", targets: [makeTarget({ path: "/c" })] });
  const specs = [due, drifted, waiting, blocked];
  const account = { kind: "given", name: "www-data", id: 33 } as const;
  const other_ = makeCertificate({ fingerprint: "CC", serial: "0f" });
  const observation = observationOf([
    makeObserved(due, {
      stored: makeStored({ leaf: ABSENT }),
      targets: [makeSeen({ owner: account, group: account, file: present(makeFile()) })],
      interrupted: true,
      exposedKey: 0o644,
    }),
    makeObserved(drifted, {
      targets: [
        makeSeen({
          path: "/b",
          file: present(makeFile({ sameContent: false, certificate: other_ })),
        }),
        makeSeen({
          path: "/d",
          file: present(makeFile({ sameContent: false, fault: "its password does not open it" })),
        }),
      ],
    }),
    makeObserved(waiting),
    makeObserved(blocked, { targets: [makeSeen({ path: "/c", file: ABSENT, parent: "absent" })] }),
  ]);
  const served = [{
    service: "pid_file:relay",
    certificate: "due",
    at: "127.0.0.1:443",
    served: { kind: "unreachable", problem: "nothing listens" },
  }] as const;
  return plan(makeConfig(specs), specs, { ...observation, served }, NOW);
}

function keysOf(value: unknown): Set<string> {
  const keys = new Set<string>();
  const walk = (value: unknown) => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        keys.add(key);
        if (!ELSEWHERE.has(key)) walk(inner);
      }
    }
  };
  walk(value);
  return keys;
}
