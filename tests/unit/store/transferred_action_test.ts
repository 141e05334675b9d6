/** Pending actions of services that were renamed in the file. */
import assert from "node:assert/strict";
import {
  noteFailure,
  transferPendingAction,
  writePendingAction,
} from "../../../lib/store/pending_action.ts";
import { makeDirectory } from "../../support/rig.ts";
import { issueStep, withRig } from "../apply/plans.ts";

const [EARLY, LATE] = [new Date("2026-12-01T00:00:00Z"), new Date("2027-01-30T00:00:00Z")];

Deno.test("a transferred pending action keeps its time, its end and its certificates", async () => {
  using store = makeDirectory();
  await writePendingAction(store.path, "ngnix.service", "web", LATE);
  await noteFailure(store.path, "ngnix.service", "systemd has no such unit");
  Deno.utimeSync(store.at(".pending/ngnix.service"), 2000, 2000);
  await writePendingAction(store.path, "mail.service", "mail", EARLY);
  Deno.utimeSync(store.at(".pending/mail.service"), 1000, 1000);
  await transferPendingAction(store.path, "ngnix.service", ["nginx.service", "mail.service"]);
  assert.deepEqual(store.tree(), [".pending/", ".pending/mail.service", ".pending/nginx.service"]);
  const time = (service: string) => Deno.statSync(store.at(`.pending/${service}`)).mtime?.getTime();
  assert.deepEqual([time("nginx.service"), time("mail.service")], [2_000_000, 2_000_000]);
  assert.equal(
    store.read(".pending/nginx.service"),
    "nginx.service has to load new files\ncertificate: web\nuntil: 2027-01-30T00:00:00.000Z\n",
  );
  assert.equal(
    store.read(".pending/mail.service"),
    "mail.service has to load new files\ncertificate: mail\ncertificate: web\n" +
      "until: 2026-12-01T00:00:00.000Z\n",
  );
});

Deno.test("a pending action that has gone is transferred to nobody", async () => {
  using store = makeDirectory();
  await transferPendingAction(store.path, "ngnix.service", ["nginx.service"]);
  assert.deepEqual(store.tree(), []);
});

Deno.test("apply() transfers a pending action before anything else, and says so", () =>
  withRig(async ({ directory, plan, run }) => {
    await writePendingAction(directory.at("store"), "ngnix.service", "web.example.test");
    const events = await run(plan(
      issueStep("web.example.test"),
      { kind: "transfer", pendingAction: "ngnix.service", successors: ["nginx.service"] },
    ));
    assert.deepEqual(events[0], {
      kind: "cleared",
      service: "ngnix.service",
      detail: "its pending action was transferred to nginx.service",
    });
    assert.deepEqual(directory.tree().filter((name) => name.startsWith("store/.pending/")), [
      "store/.pending/",
      "store/.pending/nginx.service",
    ]);
  }));

Deno.test("apply() writes the pending action of services that read the store before it changes", () =>
  withRig(async ({ directory, plan, run }) => {
    const name = "web.example.test";
    const services = ["nginx.service"];
    await run(plan({ ...issueStep(name), services, inUseUntil: LATE }));
    assert.equal(
      directory.read("store/.pending/nginx.service"),
      `nginx.service has to load new files\ncertificate: ${name}\nuntil: ${LATE.toISOString()}\n`,
    );
    // What was not issued is no pending action.
    const denied = {
      ...issueStep("denied.other.test", { role: "denied" }),
      services: ["x.service"],
    };
    await run(plan(denied));
    assert.equal(directory.tree().includes("store/.pending/x.service"), false);
  }));
