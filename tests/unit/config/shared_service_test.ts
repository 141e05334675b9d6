/** What one certificate says of a service, for another that names it. */
import assert from "node:assert/strict";
import { parseConfig } from "../../../lib/config/parse.ts";
import type { MaintenanceWindow, ServiceSpec } from "../../../lib/config/types.ts";
import { makeService } from "../../support/fixtures.ts";
import { pureTest } from "../../support/pure_test.ts";
import { defined } from "../../support/defined.ts";

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const NIGHT: MaintenanceWindow = { text: "02:00-04:00", days: EVERY_DAY, from: 120, to: 240 };
const WEEKEND: MaintenanceWindow = { ...NIGHT, text: "Sat,Sun 02:00-04:00", days: [6, 7] };

/** Services of two certificates, each with the entries of a flow list. */
async function servicesOf(a: string, b: string): Promise<(readonly ServiceSpec[])[]> {
  const text = `config: {pki: p, role: r}
certs:
  - {name: a, service: [${a}]}
  - {name: b, service: [${b}]}
`;
  return defined(await parseConfig(text, "f")).certificates.map(({ services }) => services);
}

pureTest(
  "what one certificate says of a service holds for another that only names it",
  async () => {
    const cases: [string, string, Partial<ServiceSpec>][] = [
      ["timeout: 5s", "name: nginx.service", { timeout: 5 }],
      ["settle: 5s", "name: nginx.service", { settle: 5 }],
      ['window: "02:00-04:00"', "name: nginx", { windows: [NIGHT] }],
      ["signal: USR1", "name: nginx.service", { control: "signal", signal: "USR1" }],
    ];
    for (const [said, named, parts] of cases) {
      const [full, bare] = [`{name: nginx, ${said}}`, `{${named}}`];
      for (const made of [await servicesOf(full, bare), await servicesOf(bare, full)]) {
        for (const [service] of made) {
          const { manager: _, ...found } = service ?? makeService();
          assert.deepEqual(found, makeService(parts), said);
        }
      }
    }
    const managed = await servicesOf("{name: nginx, manager: systemd}", "{name: nginx}");
    assert.deepEqual(managed.flat().map(({ manager }) => manager), ["systemd", "systemd"]);
  },
);

pureTest(
  "control and order need to be said once, validate and probe are each certificate's own",
  async () => {
    const [, [b]] = await servicesOf(
      '{name: nginx, validate: [nginx, -t], probe: "a:1", control: restart, order: 5}',
      "{name: nginx}",
    ) as [unknown, readonly ServiceSpec[]];
    assert.deepEqual(b, makeService({ control: "restart", order: 5 }));
  },
);

// docs/configuration.md: what one certificate says of a service needs to be said once.
pureTest("a command, a pid file and a container need to be described once", async () => {
  const cases: [string, string][] = [
    ["command: [rc-service, gateway, reload]", "command:gateway"],
    ["pid_file: /run/gateway.pid", "pid_file:gateway"],
    ["manager: docker", "docker:gateway"],
  ];
  for (const [said, id] of cases) {
    const [full, bare] = [`{name: gateway, ${said}}`, "{name: gateway}"];
    for (const made of [await servicesOf(full, bare), await servicesOf(bare, full)]) {
      assert.deepEqual(made.map(([service]) => service?.id), [id, id], said);
      assert.deepEqual(made[0], made[1], said);
    }
  }
});

pureTest("two containers of one name under two engines are two services", async () => {
  const made = await servicesOf("{name: web, manager: docker}", "{name: web, manager: podman}");
  assert.deepEqual(made.flat().map(({ id }) => id), ["docker:web", "podman:web"]);
});

pureTest("a service has the windows of its certificate, unless it has its own", async () => {
  const text = `config: {pki: p, role: r, window: "02:00-04:00"}
certs:
  - {name: a, service: [{name: one}]}
  - {name: b, window: "Sat,Sun 02:00-04:00", service: [{name: two}]}
  - {name: c, service: [{name: three, window: "Sat,Sun 02:00-04:00"}]}
`;
  const { certificates } = defined(await parseConfig(text, "f"));
  assert.deepEqual(
    certificates.map(({ windows, services }) => [windows, services[0]?.windows]),
    [[[NIGHT], [NIGHT]], [[WEEKEND], [WEEKEND]], [[NIGHT], [WEEKEND]]],
  );
});
