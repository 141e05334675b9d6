/** What is recorded of a failure, and what is said of it. */
import assert from "node:assert/strict";
import type { ApplyEvent } from "../../../lib/apply/events.ts";
import { forget, recordWaste } from "../../../lib/apply/refused_answer.ts";
import { readRefusedAnswers } from "../../../lib/store/refused_answer.ts";
import { VaultError, WastedAnswerError } from "../../../lib/vault/errors.ts";
import { makeDirectory } from "../../support/rig.ts";
import { issueStep } from "./plans.ts";

const NAME = "web.example.test";
const RECORD = `.refused-answer-${NAME}`;

/** The events of a failure after so many others, and what the store has then. */
async function record(store: string, error: Error, count = 0) {
  const events: ApplyEvent[] = [];
  const step = { ...issueStep(NAME), ifRefused: { entry: "0a", count } };
  await recordWaste(step, store, error, (event) => events.push(event));
  return { events, found: readRefusedAnswers(store, [NAME]).get(NAME) };
}

Deno.test("recordWaste() records what wasted a certificate, and nothing else", async () => {
  using store = makeDirectory();
  for (const error of [new Error("disk"), new VaultError("400", { status: 400 })]) {
    assert.deepEqual(await record(store.path, error), { events: [], found: { kind: "absent" } });
  }
  const { events: [warning], found } = await record(
    store.path,
    new WastedAnswerError("no chain"),
    2,
  );
  assert.ok(found?.kind === "present");
  const { at, ...rest } = found.value;
  assert.deepEqual(rest, { count: 3, reason: "no chain", entry: "0a" });
  assert.ok(warning?.kind === "warning" && warning.subject === NAME);
  const next = new Date(at.getTime() + 4 * 3_600_000).toISOString().slice(0, 16).replace("T", " ");
  assert.equal(
    warning.message,
    `the next try is from ${next} UTC; to try earlier: vcm issue --force ${NAME}`,
  );
});

Deno.test("a record that cannot be written or removed is reported", async () => {
  using store = makeDirectory();
  store.write(`${RECORD}/file`, "x");
  const { events: [warning] } = await record(store.path, new WastedAnswerError("no chain"));
  assert.ok(warning?.kind === "warning");
  assert.match(
    warning.message,
    /^the next run may ask for another certificate: Cannot write ".*\/\.refused-answer-web/,
  );
  const events: ApplyEvent[] = [];
  const step = { kind: "forget", certificate: NAME, detail: "" } as const;
  forget(step, store.path, (event) => events.push(event));
  assert.ok(events[0]?.kind === "failed");
  assert.match(events[0].message, /^Cannot remove ".*": .*; fix: rm -r \//);
});
