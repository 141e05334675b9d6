/** Lines of a pending action that the next run reads: until when, and why not. */
import assert from "node:assert/strict";
import {
  noteFailure,
  removePendingAction,
  writePendingAction,
} from "../../../lib/store/pending_action.ts";
import { observePendingActions } from "../../../lib/observe/pending_actions.ts";
import { makeService, makeSpec } from "../../support/fixtures.ts";
import { type Directory, makeDirectory, modeOf } from "../../support/rig.ts";

const SERVICE = "command:reload web";
const PENDING_ACTION = `.pending/${SERVICE}`;
const SPECS = [makeSpec({ services: [makeService({ id: SERVICE, manager: "command" })] })];
const EARLY = new Date("2026-12-01T00:00:00Z");
const LATE = new Date("2027-01-30T12:30:00Z");

/** What the next run reads. */
async function observed(store: Directory) {
  const { pendingActions } = await observePendingActions(store.path, SPECS);
  assert.ok(pendingActions.kind === "present");
  assert.equal(pendingActions.value.length, 1);
  const { until, failure } = pendingActions.value[0] ?? {};
  return { until: until?.toISOString(), failure };
}

Deno.test("a pending action tells until when what is loaded is valid", async () => {
  using store = makeDirectory();
  await writePendingAction(store.path, SERVICE, "web", LATE);
  assert.equal(
    store.read(PENDING_ACTION),
    `${SERVICE} has to load new files\ncertificate: web\nuntil: 2027-01-30T12:30:00.000Z\n`,
  );
  assert.deepEqual(await observed(store), { until: LATE.toISOString(), failure: undefined });
});

Deno.test("of two ends the earlier one counts, whichever came first", async () => {
  for (const ends of [[EARLY, LATE], [LATE, EARLY]]) {
    using store = makeDirectory();
    for (const end of ends) await writePendingAction(store.path, SERVICE, "web", end);
    assert.equal((await observed(store)).until, EARLY.toISOString());
  }
});

Deno.test("an end that is not known for one of them is not known", async () => {
  for (const ends of [[undefined, LATE], [LATE, undefined], [EARLY, undefined, LATE]]) {
    using store = makeDirectory();
    for (const end of ends) await writePendingAction(store.path, SERVICE, "web", end);
    assert.equal((await observed(store)).until, undefined);
    assert.equal(store.read(PENDING_ACTION).includes("until:"), false);
  }
});

Deno.test("an end that nobody can read is not known", async () => {
  for (const text of ["", "soon", "2026-13-45T00:00:00Z", "NaN"]) {
    using store = makeDirectory();
    store.write(PENDING_ACTION, `x\nuntil: ${text}\n`);
    assert.equal((await observed(store)).until, undefined);
    await writePendingAction(store.path, SERVICE, "web", LATE);
    assert.equal((await observed(store)).until, undefined, text);
  }
});

Deno.test("a removed pending action leaves no expiry", async () => {
  using store = makeDirectory();
  await writePendingAction(store.path, SERVICE, "web", EARLY);
  removePendingAction(store.path, SERVICE);
  assert.equal(await writePendingAction(store.path, SERVICE, "web", LATE), true);
  assert.equal((await observed(store)).until, LATE.toISOString());
});

Deno.test("noteFailure() adds why, keeps the rest, and the last reason alone", async () => {
  using store = makeDirectory();
  await writePendingAction(store.path, SERVICE, "web", LATE);
  await noteFailure(store.path, SERVICE, "the first");
  await noteFailure(store.path, SERVICE, "the\n  second\r\nuntil: 2020-01-01T00:00:00Z");
  assert.deepEqual(await observed(store), {
    until: LATE.toISOString(),
    failure: "the second until: 2020-01-01T00:00:00Z",
  });
  assert.equal(store.read(PENDING_ACTION).match(/failed:/g)?.length, 1);
  assert.equal(modeOf(store.at(PENDING_ACTION)), "600");
  assert.deepEqual(store.tree(), [".pending/", PENDING_ACTION]);
});

Deno.test("a rewritten pending action still has the reason of the last failure", async () => {
  using store = makeDirectory();
  await writePendingAction(store.path, SERVICE, "web", LATE);
  await noteFailure(store.path, SERVICE, "no");
  await writePendingAction(store.path, SERVICE, "web", LATE);
  assert.deepEqual(await observed(store), { until: LATE.toISOString(), failure: "no" });
});

Deno.test("noteFailure() makes no pending action, and no directory for one", async () => {
  using store = makeDirectory();
  await noteFailure(store.path, SERVICE, "no");
  assert.deepEqual(store.tree(), []);
  store.write(".pending/other", "x");
  await noteFailure(store.path, SERVICE, "no");
  assert.deepEqual(store.tree(), [".pending/", ".pending/other"]);
});

Deno.test("noteFailure() never throws, whatever is at the path of the pending action", async () => {
  using store = makeDirectory();
  store.write(`${PENDING_ACTION}/x`, "x");
  await noteFailure(store.path, SERVICE, "no");
  assert.deepEqual(store.tree(), [".pending/", `${PENDING_ACTION}/`, `${PENDING_ACTION}/x`]);
  using other = makeDirectory();
  other.write(".pending", "a file");
  await noteFailure(other.path, SERVICE, "no");
  assert.equal(other.read(".pending"), "a file");
});
