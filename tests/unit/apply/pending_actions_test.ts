import assert from "node:assert/strict";
import type { ApplyEvent } from "../../../lib/apply/events.ts";
import { PendingActions } from "../../../lib/apply/pending_actions.ts";
import { writePendingAction } from "../../../lib/store/pending_action.ts";
import { type Directory, makeDirectory, rejectionOf } from "../../support/rig.ts";

const SERVICE = "nginx.service";

function shareIn({ path }: Directory): PendingActions {
  return new PendingActions(path, (event: ApplyEvent) => assert.fail(JSON.stringify(event)));
}

function need(certificate: string, ...services: readonly string[]) {
  return { certificate, services: services.length > 0 ? services : [SERVICE] };
}

function read(store: Directory, service = SERVICE): string | undefined {
  return store.tree().includes(`.pending/${service}`)
    ? store.read(`.pending/${service}`)
    : undefined;
}

Deno.test("certificates that record at one time are all in the record, once each", async () => {
  using store = makeDirectory();
  const pending = shareIn(store);
  const names = Array.from({ length: 20 }, (_, at) => `web${at}`);
  await Promise.all(names.flatMap((name) => [pending.try(need(name)), pending.record(need(name))]));
  const found = read(store)?.split("\n").filter((line) => line.startsWith("certificate: "));
  assert.deepEqual(found?.toSorted(), names.map((name) => `certificate: ${name}`).toSorted());
  assert.deepEqual(store.tree(), [".pending/", `.pending/${SERVICE}`]);
});

Deno.test("a certificate that changed nothing leaves the record to those that changed something", async () => {
  for (const failing of [0, 1]) {
    using store = makeDirectory();
    const pending = shareIn(store);
    const recorded = await Promise.all(
      ["web", "mail"].map((name) => pending.record(need(name))),
    );
    // Whoever was first, both are told that the record is of this run.
    assert.deepEqual(recorded.map(({ added }) => added), [[SERVICE], [SERVICE]]);
    recorded[failing]?.withdraw();
    assert.match(read(store) ?? "", /^certificate: web$/m);
    recorded[1 - failing]?.withdraw();
    assert.equal(read(store), undefined);
  }
});

Deno.test("a record that was there before the run stays, whoever withdraws", async () => {
  using store = makeDirectory();
  await writePendingAction(store.path, SERVICE, "old");
  const recorded = await shareIn(store).record(need("web"));
  assert.deepEqual(recorded.added, []);
  recorded.withdraw();
  assert.match(read(store) ?? "", /^certificate: old$/m);
});

Deno.test("a record that was withdrawn is a new one for the next certificate", async () => {
  using store = makeDirectory();
  const pending = shareIn(store);
  (await pending.record(need("web"))).withdraw();
  const next = await pending.record(need("mail"));
  assert.deepEqual(next.added, [SERVICE]);
  assert.doesNotMatch(read(store) ?? "", /certificate: web/);
});

Deno.test("if one record of several cannot be written, the others of the certificate are withdrawn", async () => {
  using store = makeDirectory();
  const pending = shareIn(store);
  store.write(".pending/b.service/file", "in the way");
  const kept = await pending.record(need("mail", "c.service"));
  const { message } = await rejectionOf(
    pending.record(need("web", "a.service", "c.service", "b.service")),
  );
  assert.match(message, /^Cannot write the pending action ".*b\.service"/);
  assert.deepEqual([read(store, "a.service"), kept.added], [undefined, ["c.service"]]);
  assert.match(read(store, "c.service") ?? "", /^certificate: mail$/m);
});
