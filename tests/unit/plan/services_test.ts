import assert from "node:assert/strict";
import type { Control } from "../../../lib/config/types.ts";
import { gatherServices } from "../../../lib/plan/desired_service.ts";
import { makeService, makeSpec } from "../../support/fixtures.ts";
import { makeDesired } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

pureTest("gatherServices() has each service once, with the certificates that name it", () => {
  const nginx = makeService();
  const mail = makeService({ id: "postfix.service" });
  const specs = [
    makeSpec({ name: "a", services: [nginx, mail] }),
    makeSpec({ name: "b" }),
    makeSpec({ name: "c", services: [nginx] }),
  ];
  assert.deepEqual(gatherServices(specs), [
    makeDesired({ certificates: ["a", "c"] }),
    makeDesired({ id: "postfix.service" }),
  ]);
});

pureTest("gatherServices() merges controls to the stronger one, whichever comes first", () => {
  const cases: [Control, Control, Control][] = [
    ["reload", "reload", "reload"],
    ["reload", "reload-or-restart", "reload-or-restart"],
    ["reload", "try-reload-or-restart", "try-reload-or-restart"],
    ["reload", "restart", "restart"],
    ["reload-or-restart", "restart", "restart"],
    ["try-reload-or-restart", "restart", "restart"],
    ["signal", "signal", "signal"],
    ["signal", "reload", "reload"],
    ["signal", "restart", "restart"],
    ["start", "restart", "restart"],
    ["try-reload-or-restart", "reload-or-restart", "reload-or-restart"],
  ];
  for (const [weak, strong, expected] of cases) {
    for (const pair of [[weak, strong], [strong, weak]]) {
      const specs = pair.map((control) => makeSpec({ services: [makeService({ control })] }));
      const action = { manager: "systemd", name: "nginx.service", control: expected };
      assert.deepEqual(gatherServices(specs).map((desired) => [desired.control, desired.action]), [
        [expected, action],
      ]);
    }
  }
});

pureTest("gatherServices() sorts by order, and keeps the file's order if it is the same", () => {
  const specs = [
    makeSpec({
      name: "a",
      services: [
        makeService({ id: "late.service", order: 10 }),
        makeService({ id: "one.service" }),
        makeService({ id: "two.service" }),
        makeService({ id: "first.service", order: -1 }),
      ],
    }),
    makeSpec({ name: "b", services: [makeService({ id: "three.service" })] }),
  ];
  assert.deepEqual(gatherServices(specs).map(({ id }) => id), [
    "first.service",
    "one.service",
    "two.service",
    "three.service",
    "late.service",
  ]);
});

pureTest("gatherServices() acts as early as the earliest of a service's orders", () => {
  for (const orders of [[5, -2], [-2, 5]]) {
    const specs = orders.map((order) => makeSpec({ services: [makeService({ order })] }));
    assert.deepEqual(gatherServices(specs).map(({ order }) => order), [-2]);
  }
});
