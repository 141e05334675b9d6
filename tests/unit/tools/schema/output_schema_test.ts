/** `vcm schema --output`, held by a JSON Schema validator to what is printed. */
import assert from "node:assert/strict";
import SCHEMA from "../../../../docs/output.schema.json" with { type: "json" };
import { type Command, COMMANDS } from "../../../../lib/command/commands.ts";
import { helpData } from "../../../../lib/cli/help.ts";
import type { Documents } from "../../../../lib/report/documents/documents.ts";
import {
  adoptJson,
  archiveJson,
  checkJson,
  demoJson,
  doctorJson,
  errorJson,
  helpJson,
  installJson,
  planJson,
  pruneJson,
  revokeJson,
  runJson,
  statusJson,
  validJson,
  versionJson,
} from "../../../../lib/report/json.ts";
import type { Proposal } from "../../../../lib/tools/init/propose.ts";
import { initJson } from "../../../../lib/tools/init/init.ts";
import { foldOutcome } from "../../../../lib/report/outcome.ts";
import { found } from "../../../../lib/report/check_result.ts";
import { makeCertificate, NOW } from "../../../support/fixtures.ts";
import { ALL_EVENTS, FULL_PLAN, INVENTORY } from "../../../support/fixtures_documents.ts";
import { makePlan } from "../../../support/fixtures_plan.ts";
import { outputMistakes } from "../../../support/output_validator.ts";
import { keysOf, propertiesOf } from "../../../support/output_keys.ts";
import { pureTest } from "../../../support/pure_test.ts";

const NOTHING = makePlan([]);
const RIGHTS = {
  files: { read: ["/a"], write: ["/b"], net: ["v"] },
  commands: { read: ["/c"], run: ["/usr/bin/systemctl"] },
};
const RUN = [
  runJson(FULL_PLAN, ALL_EVENTS, foldOutcome(FULL_PLAN, ALL_EVENTS)),
  runJson(NOTHING, [], foldOutcome(NOTHING, [])),
];

const CHECK = [checkJson(FULL_PLAN), checkJson(NOTHING)];

const FOUND: Proposal = {
  name: "web",
  commonName: "web.example.com",
  dnsSans: [],
  ipSans: [],
  at: ["/etc/nginx/nginx.conf:3"],
  files: [{ kind: "privkey", path: "/etc/nginx/web.key", mode: 0o640 }],
  programs: [{ name: "nginx", unit: "nginx.service", validate: ["nginx", "-t"] }],
  remarks: [],
};
const NOTE = { at: "/etc/nginx/nginx.conf:9", message: "no" };

const PRINTED: { readonly [K in keyof Documents]: readonly string[] } = {
  run: RUN,
  issue: RUN,
  deploy: RUN,
  restart: RUN,
  check: CHECK,
  status: [
    statusJson(FULL_PLAN, {
      host: "web-1",
      orphans: ["old"],
      inventory: new Map(FULL_PLAN.certificates.map(({ name }) => [name, INVENTORY])),
    }),
    statusJson(NOTHING, { host: "web-1", inventory: new Map() }),
  ],
  plan: [planJson(FULL_PLAN, RIGHTS), planJson(NOTHING)],
  validate: [validJson({ file: "vcm.yaml", certificates: 2, targets: 3, services: 1 })],
  doctor: [doctorJson([found("ok", "a", "b"), found("problem", "a", "b", "c")]), doctorJson([])],
  adopt: [adoptJson([{ name: "web", done: true, message: "adopted" }]), adoptJson([])],
  revoke: [revokeJson([{ name: "web", done: true, message: "revoked" }]), revokeJson([])],
  rollback: [
    ...RUN,
    archiveJson("web", [{
      path: "/s/archive/web/1",
      time: "1",
      certificate: makeCertificate(),
      problem: "it was revoked",
      outlook: "renewal from then",
    }]),
  ],
  prune: [
    pruneJson([{ name: "old", done: true, message: "archived", archive: "/s/archive/old/1" }]),
    pruneJson([{ name: "old", done: false, message: "busy" }]),
  ],
  init: [
    initJson("f", { proposals: [FOUND], chosen: [FOUND], notes: [NOTE], written: [] }, "text"),
  ],
  install: [
    installJson({
      done: true,
      files: [{ path: "/u/vcm.timer", state: "written", text: "[Timer]\n" }],
      store: "/s",
      commands: [["systemctl", "daemon-reload"]],
      dropIns: ["/u/vcm.timer.d/own.conf"],
      nextRun: NOW,
    }),
    installJson({
      done: false,
      files: [],
      commands: [],
      dropIns: [],
      cron: { path: "/c", text: "17" },
    }),
  ],
  demo: [demoJson({
    directory: "/tmp/a",
    commands: [{ command: "run", status: 0, expected: 0, requests: 3 }],
    files: [{ path: "ssl/a", mode: 0o600, size: 241 }],
  })],
  version: [versionJson("0.1.0", "2.7.11")],
  help: [helpJson(helpData(COMMANDS))],
  error: [
    errorJson("no"),
    errorJson("no", [{ key: "", message: "no" }, {
      file: "b",
      line: 1,
      column: 2,
      key: "a",
      message: "no",
    }]),
  ],
};

for (const name of Object.keys(PRINTED) as (keyof Documents)[]) {
  pureTest(`what is printed as "${name}" is valid, and has no key that is not described`, () => {
    for (const text of PRINTED[name]) assert.deepEqual(outputMistakes(name, text), [], text);
  });
}

pureTest("each key that is described is printed", () => {
  const printed = keysOf(Object.values(PRINTED).flat().map((text) => JSON.parse(text)));
  const described = [...propertiesOf(SCHEMA).keys()];
  assert.ok(described.length > 100, "a poor schema");
  assert.deepEqual(described.filter((key) => !printed.has(key)), []);
});

pureTest("each key has a sentence, which says if its value is for people", () => {
  for (const [key, means] of propertiesOf(SCHEMA)) {
    for (const sentence of means) {
      assert.match(sentence, /^[A-Z][^\n]{3,90}\.$/, key);
      if (!["detail", "message", "remedy", "summary", "details", "help", "does"].includes(key)) {
        continue;
      }
      assert.match(sentence, /for people\.$/, key);
    }
  }
});

pureTest("each command that accepts --json has a definition", () => {
  const { $defs } = SCHEMA;
  const commands: readonly Command[] = COMMANDS;
  for (const { name, options } of commands) {
    // What schema prints is a schema.
    if (!options.includes("json") || name === "schema") continue;
    assert.ok(name in $defs, `"${name}" is missing in lib/report/documents/documents.ts`);
  }
});

pureTest("the JSON Schema is of draft 2020-12", () => {
  const { $schema, title, anyOf } = SCHEMA;
  assert.equal($schema, "https://json-schema.org/draft/2020-12/schema");
  assert.equal(title, "vcm --json");
  assert.deepEqual(anyOf, Object.keys(PRINTED).map((name) => ({ $ref: `#/$defs/${name}` })));
});

/** Texts that a program must not take for what is printed, each with what is wrong with it. */
const OTHERS: readonly (readonly [keyof Documents, string, string, RegExp])[] = [
  ["plan", '"layout": 1', '"layout": 2', /^\/layout: must be equal to constant/],
  ["plan", '"certStore"', '"store"', /must have required property 'certStore'/],
  ["plan", '"certStore"', '"at2": 1, "certStore"', /must NOT have additional properties .*at2/],
  ["plan", '"reason": "missing"', '"reason": "lost"', /^\/certificates\/0\/due\/reason: /],
  ["plan", '"kind": "recover"', '"kind": "sweep"', /^\/steps\/0\/kind: must be equal to constant/],
  ["plan", "2026-12-01T10:00:00.000Z", "2026-12-01 10:00 UTC", /^\/at: must match format/],
  ["check", '"standing": "broken"', '"standing": "bad"', /^\/standing: must be equal to one of/],
  ["run", '"acted": 1', '"acted": "1"', /^\/outcome\/acted: must be integer/],
];

for (const [name, from, to, invalid] of OTHERS) {
  pureTest(`what is printed as "${name}" with ${to} is not valid`, () => {
    const [text = ""] = PRINTED[name];
    assert.ok(text.includes(from), `there is no ${from}`);
    const invalids = outputMistakes(name, text.replace(from, to));
    assert.ok(invalids.some((found) => invalid.test(found)), invalids.join("\n"));
  });
}
