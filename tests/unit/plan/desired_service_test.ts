/** What several certificates want of one service, put together; and how it is made to act. */
import assert from "node:assert/strict";
import type { MaintenanceWindow, ProbeSpec, ServiceSpec } from "../../../lib/config/types.ts";
import { actionName } from "../../../lib/plan/desired_service.ts";
import { type DesiredService, gatherServices } from "../../../lib/plan/desired_service.ts";
import type { ServiceAction } from "../../../lib/plan/types.ts";
import {
  ABSENT,
  makeObserved,
  makeSeen,
  makeService,
  makeSpec,
  makeTarget,
} from "../../support/fixtures.ts";
import { planOf } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

/** The one service of certificates "0", "1", …, each with an entry of its own. */
function unite(...desired: readonly Partial<ServiceSpec>[]): DesiredService {
  const specs = desired.map((parts, at) =>
    makeSpec({ name: String(at), services: [makeService(parts)] })
  );
  const [only, ...more] = gatherServices(specs);
  assert.ok(only !== undefined && more.length === 0);
  return only;
}

pureTest("all validate commands are kept, each once, in order", () => {
  const [test, syntax] = [["nginx", "-t"], ["nginx -t"]];
  assert.deepEqual(unite({}).validate, []);
  assert.deepEqual(unite({}, { validate: test }, {}).validate, [test]);
  assert.deepEqual(unite({ validate: test }, { validate: [...test] }).validate, [test]);
  assert.deepEqual(unite({ validate: syntax }, { validate: test }).validate, [syntax, test]);
});

pureTest("each certificate is probed at the address of its own entry", () => {
  const [web, mail]: readonly ProbeSpec[] = [
    { host: "a", port: 443, timeout: 30 },
    { host: "a", port: 25, startTls: "smtp", timeout: 5 },
  ];
  assert.ok(web !== undefined && mail !== undefined);
  assert.deepEqual(unite({ probe: web }, {}, { probe: mail }).probes, [
    { certificate: "0", probe: web },
    { certificate: "2", probe: mail },
  ]);
});

pureTest("a service may act in the windows of all its certificates, each once", () => {
  const window = (text: string): MaintenanceWindow => ({ text, days: [6], from: 120, to: 240 });
  const [one, two, three] = [window("1"), window("2"), window("3")];
  const cases: [MaintenanceWindow[][], string[]][] = [
    [[[one]], ["1"]],
    [[[one], [one]], ["1"]],
    [[[one, two], [two, three]], ["1", "2", "3"]],
    // A certificate without windows does not open those of another.
    [[[], [one]], ["1"]],
    [[[one], []], ["1"]],
    [[[one], [], [two]], ["1", "2"]],
    [[[], []], []],
  ];
  for (const [lists, expected] of cases) {
    const { windows } = unite(...lists.map((windows) => ({ windows })));
    assert.deepEqual(windows.map(({ text }) => text), expected);
  }
});

pureTest("each manager gets what it needs, and each action has a name", () => {
  const cases: [Partial<ServiceSpec>, ServiceAction, string][] = [
    [
      { name: "web.service", control: "reload" },
      { manager: "systemd", name: "web.service", control: "reload" },
      "reload",
    ],
    [
      { manager: "systemd", name: "web.service", control: "signal", signal: "USR1" },
      { manager: "systemd", name: "web.service", control: "signal", signal: "USR1" },
      "signal USR1",
    ],
    [
      { manager: "docker", name: "web" },
      { manager: "docker", name: "web", control: "try-reload-or-restart" },
      "restart",
    ],
    [
      { manager: "podman", name: "web", control: "signal", signal: "HUP" },
      { manager: "podman", name: "web", control: "signal", signal: "HUP" },
      "signal HUP",
    ],
    [
      { manager: "pid_file", name: "web", control: "signal", signal: "HUP", pidFile: "/run/w" },
      { manager: "pid_file", pidFile: "/run/w", signal: "HUP" },
      "signal HUP",
    ],
    [
      { manager: "command", name: "web", command: ["rc-service", "web", "reload"] },
      { manager: "command", command: ["rc-service", "web", "reload"] },
      "command",
    ],
  ];
  for (const [parts, action, name] of cases) {
    assert.deepEqual(unite(parts).action, action);
    assert.equal(actionName(action), name);
  }
});

/** Whether the files of "a" and "b" can be rolled back, which name one service. */
function revocable(a: Partial<ServiceSpec>, b: Partial<ServiceSpec>): boolean[] {
  const specs = [a, b].map((parts, at) =>
    makeSpec({
      name: String(at),
      targets: [makeTarget({ path: `/${at}.crt` })],
      services: [makeService(parts)],
    })
  );
  const observed = specs.map((spec, at) =>
    makeObserved(spec, { targets: [makeSeen({ path: `/${at}.crt`, file: ABSENT })] })
  );
  return planOf(specs, observed).steps
    .flatMap((step) => step.kind === "deploy" ? step.revocable : []);
}

pureTest("replaced files are kept only if a service validates the new ones", () => {
  assert.deepEqual(revocable({}, {}), [false, false]);
  assert.deepEqual(revocable({}, { id: "mail.service", validate: ["true"] }), [false, true]);
});

// The service judges the new files of all certificates by what any of them says.
pureTest('replaced files are kept if only another certificate sets "validate"', () => {
  assert.deepEqual(revocable({ validate: ["nginx", "-t"] }, {}), [true, true]);
});
