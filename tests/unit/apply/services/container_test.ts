/** Containers without an engine; tests/e2e has those of a real one. */
import assert from "node:assert/strict";
import { failures } from "../plans.ts";
import { commandStep, makeBench } from "./bench.ts";

const NAME = "vcm-test-no-such-container";

Deno.test("a container that nobody knows, or an engine that is not there, is a failure", async () => {
  for (const manager of ["docker", "podman"] as const) {
    using bench = makeBench();
    const service = `${manager}:${NAME}`;
    bench.directory.write(`store/.pending/${service}`, "x\n");
    const events = await bench.run(commandStep(service, [], [], {
      action: { manager, name: NAME, control: "restart" },
      pending: { reason: "pending", detail: "it has not loaded them" },
    }));
    const [failure] = failures(events);
    assert.deepEqual(failure?.slice(0, 3), ["failed", "service", service]);
    const messages = [
      `cannot run "${manager}": not on this host`,
      `${manager} has no container "${NAME}"; check the name`,
      // The engine's command line is there, and its daemon is not.
      `"${manager} restart ${NAME}" failed (1): `,
    ];
    const message = failure?.[3] ?? "";
    assert.ok(messages.some((start) => message.startsWith(start)), message);
    assert.equal(
      bench.directory.read(`store/.pending/${service}`),
      `${service} has to load new files\nfailed: ${message}\n`,
    );
  }
});
