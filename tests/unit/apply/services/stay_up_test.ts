/** The second look at services after their actions. */
import assert from "node:assert/strict";
import { findFallen } from "../../../../lib/apply/services/stay_up.ts";
import type { Commands, Running } from "../../../../lib/apply/commands/commands.ts";
import { Stop } from "../../../../lib/apply/stop.ts";
import { makeServiceStep } from "../../../support/fixtures_plan.ts";

const UP: Running = { kind: "up", start: "1", restarts: 0, hasMain: true };
const up = (parts: Partial<Extract<Running, { kind: "up" }>>): Running => ({ ...UP, ...parts });
const AGAIN: Running = { kind: "restarting", how: "it is started again", restarts: 1 };

/** What is found wrong with one unit of that name, and how often all were looked at. */
async function fallen(
  looks: readonly Running[],
  { earlier = UP, control = "restart" as const, settle = 0.01, timeout = 60 } = {},
) {
  let looked = 0;
  const observe: Commands["observe"] = (services) => {
    const now = looks[Math.min(looked++, looks.length - 1)] ?? UP;
    return Promise.resolve(new Map(services.map((service) => [service, now])));
  };
  const step = makeServiceStep({
    action: { manager: "systemd", name: "nginx.service", control },
    settle,
    timeout,
  });
  const commands = { observe } as Commands;
  const found = await findFallen([step], new Map([[step.service, earlier]]), commands, new Stop());
  return [found.get(step.service)?.split(";")[0], looked] as const;
}

Deno.test("findFallen() looks at all services twice if they stay up", async () => {
  assert.deepEqual(await fallen([UP, UP]), [undefined, 2]);
  const ended: Running = { kind: "ended" };
  assert.deepEqual(await fallen([ended, ended]), [undefined, 2]);
  assert.deepEqual(await fallen([{ kind: "unknown" }]), [undefined, 1]);
  const idle = up({ hasMain: false });
  assert.deepEqual(await fallen([idle, idle], { earlier: idle }), [undefined, 2]);
});

Deno.test("findFallen() does not wait for what was started again, or lost its main process", async () => {
  const again = "after the restart it ended, and its manager has started it again";
  const cases: [readonly Running[], Running, string][] = [
    [[UP, up({ restarts: 1 })], UP, again],
    // It was started again before the first look.
    [[up({ restarts: 1 }), up({ restarts: 1 })], UP, again],
    // A restart by hand sets systemd's count back.
    [[UP, up({ restarts: 1 })], up({ restarts: 5 }), again],
    [[AGAIN, up({ start: "2", restarts: 2 })], AGAIN, again],
    [[UP, AGAIN], UP, "after the restart it is started again"],
    [[UP, up({ hasMain: false })], UP, "after the restart its main process has ended"],
    [
      [up({ hasMain: false }), up({ hasMain: false })],
      UP,
      "after the restart its main process has ended",
    ],
  ];
  for (const [looks, earlier, why] of cases) {
    assert.deepEqual(await fallen(looks, { earlier }), [why, 2]);
  }
});

Deno.test("findFallen() does not take silence of a manager that answered before for success", async () => {
  const silent = await fallen([UP, { kind: "unknown" }], { timeout: 0.03 });
  assert.equal(silent[0], "after the restart its manager does not say whether it stays up");
  assert.deepEqual(await fallen([UP, { kind: "unknown" }, UP, UP]), [undefined, 4]);
});

Deno.test("findFallen() lets a signal end a service whose manager starts it again", async () => {
  const signal = { control: "signal" } as unknown as { control: "restart" };
  const next = up({ start: "2", restarts: 1 });
  assert.deepEqual(await fallen([UP, AGAIN, next, next], signal), [undefined, 4]);
  assert.deepEqual(
    (await fallen([UP, AGAIN], { ...signal, timeout: 0.02 }))[0],
    "after the signal it is started again",
  );
});

Deno.test("findFallen() waits for the longest settle of all services", async () => {
  const began = performance.now();
  assert.deepEqual(await fallen([UP, UP], { settle: 0.3 }), [undefined, 2]);
  assert.ok(performance.now() - began >= 295);
});
