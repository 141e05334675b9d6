/** What a pending action says of an action on a service that was up. */
import assert from "node:assert/strict";
import {
  noteAction,
  noteFailedAction,
  noteFailure,
  transferPendingAction,
  writePendingAction,
} from "../../../lib/store/pending_action.ts";
import { observePendingActions } from "../../../lib/observe/pending_actions.ts";
import { makeService, makeSpec } from "../../support/fixtures.ts";
import { type Directory, makeDirectory, modeOf } from "../../support/rig.ts";

const SERVICE = "command:reload web";
const PENDING_ACTION = `.pending/${SERVICE}`;
const [EARLY, LATE] = [new Date("2026-12-01T09:00:00.123Z"), new Date("2026-12-02T09:00:00Z")];

/** What the next run reads; names of all certificates are those of the file. */
async function observed(store: Directory, ...names: string[]) {
  const services = [makeService({ id: SERVICE, manager: "command" })];
  const specs = names.map((name) => makeSpec({ name, services }));
  const { pendingActions } = await observePendingActions(store.path, specs);
  assert.ok(pendingActions.kind === "present" && pendingActions.value.length === 1);
  return pendingActions.value[0];
}

Deno.test("noteAction() adds the time of the action, and leaves the rest and the record's time", async () => {
  using store = makeDirectory();
  await writePendingAction(store.path, SERVICE, "web", LATE);
  await noteFailure(store.path, SERVICE, "no");
  Deno.utimeSync(store.at(PENDING_ACTION), 2000, 2000);
  assert.equal(await noteAction(store.path, SERVICE, ["web", "mail"], EARLY), false);
  const { since, certificates, until, failure, actedAt } = await observed(store, "web") ?? {};
  assert.deepEqual([since, certificates, until, failure, actedAt], [
    2_000_000,
    ["web"],
    LATE,
    "no",
    EARLY,
  ]);
  assert.equal(modeOf(store.at(PENDING_ACTION)), "600");
});

Deno.test("noteAction() makes a record if there is none, for the certificates of the service", async () => {
  using store = makeDirectory();
  assert.equal(await noteAction(store.path, SERVICE, ["web", "mail"], EARLY), true);
  const { certificates, actedAt } = await observed(store, "web", "mail") ?? {};
  assert.deepEqual([certificates, actedAt], [["web", "mail"], EARLY]);
  assert.deepEqual(store.tree(), [".pending/", PENDING_ACTION]);
});

Deno.test("noteFailedAction() says when the last action failed, or that none did on what was up", async () => {
  using store = makeDirectory();
  await writePendingAction(store.path, SERVICE, "web");
  await noteFailedAction(store.path, SERVICE, "the first", EARLY);
  await noteFailedAction(store.path, SERVICE, "the\nacted: 2020-01-01T00:00:00Z", LATE);
  const first = await observed(store, "web");
  assert.deepEqual([first?.failure, first?.actedAt], ["the acted: 2020-01-01T00:00:00Z", LATE]);
  await noteFailedAction(store.path, SERVICE, "the third", undefined);
  const last = await observed(store, "web");
  assert.deepEqual([last?.failure, last && "actedAt" in last], ["the third", false]);
});

Deno.test("new files and a failing validate leave what is noted of the action", async () => {
  using store = makeDirectory();
  await writePendingAction(store.path, SERVICE, "web");
  await noteFailedAction(store.path, SERVICE, "no", EARLY);
  await writePendingAction(store.path, SERVICE, "mail");
  await noteFailure(store.path, SERVICE, "its files are bad");
  const { certificates, failure, actedAt } = await observed(store, "web", "mail") ?? {};
  assert.deepEqual([certificates, failure, actedAt], [
    ["web", "mail"],
    "its files are bad",
    EARLY,
  ]);
});

Deno.test("a transferred record says nothing of the action on the old service", async () => {
  using store = makeDirectory();
  await writePendingAction(store.path, "ngnix.service", "web");
  await noteFailedAction(store.path, "ngnix.service", "no", EARLY);
  const before = await observed(store, "web");
  assert.deepEqual([before?.failure, before?.actedAt], [undefined, undefined]);
  await transferPendingAction(store.path, "ngnix.service", [SERVICE]);
  assert.equal(store.read(PENDING_ACTION), `${SERVICE} has to load new files\ncertificate: web\n`);
});

Deno.test("a record without the time, or with one that nobody can read, knows of no action", async () => {
  using store = makeDirectory();
  for (const line of ["", "acted: \n", "acted: soon\n", "acted: 2026-13-45T00:00:00Z\n"]) {
    store.write(PENDING_ACTION, `x\ncertificate: web\n${line}failed: no\n`);
    const { certificates, failure, ...rest } = await observed(store, "web") ?? {};
    assert.deepEqual([certificates, failure, "actedAt" in rest], [["web"], "no", false], line);
  }
});

Deno.test("a directory in the record's place keeps no action from being done", async () => {
  using store = makeDirectory();
  store.write(`${PENDING_ACTION}/x`, "x");
  assert.equal(await noteAction(store.path, SERVICE, ["web"], EARLY), false);
  await noteFailedAction(store.path, SERVICE, "no", EARLY);
  assert.deepEqual(store.tree(), [".pending/", `${PENDING_ACTION}/`, `${PENDING_ACTION}/x`]);
});
