import assert from "node:assert/strict";
import type { ServiceSpec } from "../../../lib/config/types.ts";
import { findManagers } from "../../../lib/observe/find_managers.ts";
import { makeDirectory } from "../../support/rig.ts";
import { makeConfig, makeService, makeSpec } from "../../support/fixtures.ts";

function configOf(...services: readonly ServiceSpec[]) {
  return makeConfig([makeSpec({ services })]);
}

/** A unit that lies on this host, whatever it is; `undefined` where there is no systemd. */
function someUnit(): string | undefined {
  for (const directory of ["/usr/lib/systemd/system", "/lib/systemd/system"]) {
    try {
      for (const { name, isFile } of Deno.readDirSync(directory)) {
        if (isFile && /^[a-z-]+\.service$/.test(name)) return name;
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

const unit = someUnit();
if (unit === undefined) console.error("Skipped: no unit of systemd on this host");

Deno.test("findManagers() finds a unit by its file, and asks no engine", {
  ignore: unit === undefined,
  permissions: { read: true },
}, async () => {
  const config = configOf(makeService({ id: unit ?? "" }));
  assert.equal(await findManagers(config), config);
});

Deno.test("findManagers() does not search if the configuration names the manager", {
  permissions: "none",
}, async () => {
  const config = configOf(
    makeService({ id: "vcm-test-none.service", manager: "systemd" }),
    makeService({ id: "docker:web", name: "web", manager: "docker" }),
    makeService({ id: "podman:web", name: "web", manager: "podman" }),
    makeService({ id: "pid_file:web", name: "web", manager: "pid_file", pidFile: "/run/x.pid" }),
    makeService({ id: "command:web", name: "web", manager: "command", command: ["true"] }),
  );
  assert.equal(await findManagers(config), config);
  assert.equal(await findManagers(makeConfig([])).then((found) => found.certificates.length), 0);
});

Deno.test("findManagers() leaves a name to systemd that nobody has", async () => {
  const config = configOf(makeService({ id: "vcm-test-none.service" }));
  assert.equal(await findManagers(config), config);
});

Deno.test("findManagers() keeps a container with a pending action, even if its engine is down", {
  permissions: { read: true, write: true },
}, async () => {
  for (const engine of ["docker", "podman"] as const) {
    using store = makeDirectory();
    store.write(`.pending/${engine}:vcm-test-none`, "");
    const config = configOf(makeService({ id: "vcm-test-none.service" }));
    const found = await findManagers({ ...config, certStore: store.path });
    const [service] = found.certificates[0]?.services ?? [];
    assert.deepEqual([service?.id, service?.manager, service?.name], [
      `${engine}:vcm-test-none`,
      engine,
      "vcm-test-none",
    ]);
  }
});
