/** Containers without an engine; tests/e2e has those of a real one. */
import assert from "node:assert/strict";
import { setbacks } from "../plans.ts";
import { commandStep, makeBench } from "./bench.ts";

const NAME = "vcm-test-no-such-container";

Deno.test("a container that nobody knows, or an engine that is not there, is a failure", async () => {
  for (const manager of ["docker", "podman"] as const) {
    using bench = makeBench();
    const service = `${manager}:${NAME}`;
    bench.directory.write(`store/.owed/${service}`, "x\n");
    const events = await bench.run(commandStep(service, [], [], {
      action: { manager, name: NAME, control: "restart" },
      debt: { reason: "owed", detail: "it has not loaded them" },
    }));
    const [setback] = setbacks(events);
    assert.deepEqual(setback?.slice(0, 3), ["failed", "service", service]);
    const messages = [
      `cannot run "${manager}": not on this host`,
      `${manager} knows no container "${NAME}"; is its name right?`,
      // The engine's command line is there, and its daemon is not.
      `"${manager} restart ${NAME}" failed (1): `,
    ];
    const message = setback?.[3] ?? "";
    assert.ok(messages.some((start) => message.startsWith(start)), message);
    assert.equal(
      bench.directory.read(`store/.owed/${service}`),
      `${service} has to load new files\nfailed: ${message}\n`,
    );
  }
});
