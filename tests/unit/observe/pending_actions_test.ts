import assert from "node:assert/strict";
import type { CertificateSpec, ServiceSpec } from "../../../lib/config/types.ts";
import { formatPendingAction } from "../../../lib/store/record_text.ts";
import { observePendingActions } from "../../../lib/observe/pending_actions.ts";
import { makeService, makeSpec, plain } from "../../support/fixtures.ts";
import { type Directory, makeDirectory } from "../../support/rig.ts";
import { startDaemon } from "../host/daemon.ts";

function asked(...services: readonly ServiceSpec[]): CertificateSpec[] {
  return [makeSpec({ name: "web", services })];
}

function units(...names: readonly string[]): CertificateSpec[] {
  return asked(...names.map((id) => makeService({ id })));
}

/** The one pending action that is there. */
async function observeOne(store: Directory, service: ServiceSpec) {
  const { pendingActions } = await observePendingActions(store.path, asked(service));
  assert.ok(pendingActions.kind === "present");
  assert.equal(pendingActions.value.length, 1);
  return pendingActions.value[0];
}

Deno.test("observePendingActions() sees the asked services' pending actions only, with their time", async () => {
  using store = makeDirectory();
  assert.deepEqual(await observePendingActions(store.path, units("nginx.service")), {
    pendingActions: { kind: "absent" },
    unclaimed: [],
  });
  // Names that no systemd has, where there is one.
  for (const service of ["vcm-test-b.service", "vcm-test-a.service", "vcm-test-other.service"]) {
    store.write(`.pending/${service}`, "x");
    Deno.utimeSync(store.at(`.pending/${service}`), 1000, 1000);
  }
  const wanted = units("vcm-test-a.service", "vcm-test-b.service", "vcm-test-none.service");
  const { pendingActions } = await observePendingActions(store.path, wanted);
  assert.ok(pendingActions.kind === "present");
  assert.deepEqual(pendingActions.value.map(({ service, since }) => [service, since]), [
    ["vcm-test-a.service", 1_000_000],
    ["vcm-test-b.service", 1_000_000],
  ]);
});

Deno.test("observePendingActions() calls pending actions unreadable that it cannot list, never absent", async () => {
  using store = makeDirectory();
  store.write(".pending", "a file in the directory's place");
  assert.deepEqual(await observePendingActions(store.path, units("nginx.service")), {
    pendingActions: {
      kind: "unreadable",
      problem: `Cannot read "${store.at(".pending")}": not a directory`,
    },
    unclaimed: [],
  });
});

Deno.test("a pending action counts whatever its text is", async () => {
  const service = makeService({ id: "command:x", manager: "command" });
  for (const text of ["", "\0\xff\n", "until", "until:\nfailed:\n", " until: 2026-12-01\n"]) {
    using store = makeDirectory();
    store.write(".pending/command:x", text);
    Deno.utimeSync(store.at(".pending/command:x"), 1000, 1000);
    assert.deepEqual(
      plain(await observeOne(store, service)),
      { service: "command:x", since: 1_000_000, certificates: [] },
      JSON.stringify(text),
    );
  }
});

Deno.test("pending actions are unreadable if one of them is, whosever it is", async () => {
  for (const name of ["command:x", "command:of-nobody"]) {
    using store = makeDirectory();
    store.write(`.pending/${name}/in-the-way`, "x");
    const service = makeService({ id: "command:x", manager: "command" });
    const { pendingActions } = await observePendingActions(store.path, asked(service));
    assert.deepEqual(pendingActions, {
      kind: "unreadable",
      problem: `Cannot read "${store.at(`.pending/${name}`)}": is a directory`,
    });
  }
});

Deno.test("a command has no record, so its pending action alone counts", async () => {
  using store = makeDirectory();
  store.write(".pending/command:x", "x");
  const pendingAction = await observeOne(
    store,
    makeService({ id: "command:x", manager: "command" }),
  );
  assert.ok(pendingAction !== undefined);
  assert.equal(pendingAction.record, undefined);
});

Deno.test("a process's record is its start, and none while it does not run", async () => {
  using store = makeDirectory();
  const service = makeService({
    id: "pid_file:x",
    manager: "pid_file",
    pidFile: store.at("daemon.pid"),
  });
  store.write(".pending/pid_file:x", "x");
  // No file: it may be a slip in the path.
  assert.equal((await observeOne(store, service))?.record, undefined);
  store.write("daemon.pid", "4194303\n");
  assert.deepEqual((await observeOne(store, service))?.record, { kind: "process" });
  Deno.removeSync(store.at("daemon.pid"));
  await using daemon = await startDaemon(store);
  const record = (await observeOne(store, service))?.record;
  assert.ok(record?.kind === "process");
  assert.ok(Math.abs((record.startedAt ?? 0) - Date.now()) < 60_000);
  // One that cannot be told from another process says nothing.
  Deno.utimeSync(daemon.pidFile, 1000, 1000);
  assert.equal((await observeOne(store, service))?.record, undefined);
});

Deno.test("the pending action of a removed service passes to the services that are named now", async () => {
  using store = makeDirectory();
  const write = (id: string, certificates: readonly string[], time: number) => {
    store.write(
      `.pending/${id}`,
      formatPendingAction(id, { certificates, failure: "no such unit" }),
    );
    Deno.utimeSync(store.at(`.pending/${id}`), time, time);
  };
  write("command:ngnix", ["web"], 2000);
  write("command:mine", ["web"], 1000);
  write("command:of-another-file", ["other"], 3000);
  // A certificate of another file has to do with it too.
  write("command:shared", ["web", "other"], 3000);
  store.write(".pending/.command:mine.vcm-new", "certificate: web\n");
  const command = (id: string) => makeService({ id, manager: "command" });
  const specs = [
    ...asked(command("command:nginx"), command("command:mine")),
    makeSpec({ name: "db", services: [command("command:db")] }),
  ];
  assert.deepEqual(plain(await observePendingActions(store.path, specs)), {
    pendingActions: {
      kind: "present",
      value: [
        { service: "command:nginx", since: 2_000_000, certificates: ["web"] },
        {
          service: "command:mine",
          since: 2_000_000,
          certificates: ["web"],
          failure: "no such unit",
        },
      ],
    },
    unclaimed: [{ pendingAction: "command:ngnix", successors: ["command:nginx", "command:mine"] }],
  });
});

Deno.test("a container of an engine that cannot be asked has no record", async () => {
  using store = makeDirectory();
  for (const manager of ["docker", "podman"] as const) {
    const id = `${manager}:vcm-test-no-such-container`;
    store.write(`.pending/${id}`, "x");
    const service = makeService({ id, name: "vcm-test-no-such-container", manager });
    const record = (await observeOne(store, service))?.record;
    // Where there is an engine, it says that it knows no such container.
    assert.ok(record === undefined || (record.kind === "container" && record.state === "unknown"));
  }
});

Deno.test("without pending actions no manager is asked", {
  permissions: { read: true, write: true },
}, async () => {
  using store = makeDirectory();
  Deno.mkdirSync(store.at(".pending"));
  store.write(".pending/other.service", "x");
  assert.deepEqual(await observePendingActions(store.path, units("nginx.service")), {
    pendingActions: { kind: "present", value: [] },
    unclaimed: [],
  });
});
