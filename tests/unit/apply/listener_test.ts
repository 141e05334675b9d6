/** A listener that fails, as a log on a full disk does: the work goes on as if it had listened. */
import assert from "node:assert/strict";
import { CommandRunner } from "../../../lib/apply/commands/runner.ts";
import { apply } from "../../../lib/apply/apply.ts";
import type { ApplyEvent } from "../../../lib/apply/events.ts";
import { deployStep, issueStep, kinds, withRig } from "./plans.ts";

const NAMES = ["a.example.test", "b.example.test", "c.example.test"];
const SERVICE = "vcm-test.service";

/** When a listener fails: at the first event of a kind, or at each event. */
const FAILS: readonly (ApplyEvent["kind"] | "always")[] = [
  "recovered",
  "warning",
  "issued",
  "deployed",
  "failed",
  "skipped",
  "cleared",
  "always",
];

for (const when of FAILS) {
  const often = when === "always" ? "always" : `at the first "${when}"`;
  Deno.test(`apply() works on all certificates if the listener fails ${often}`, () =>
    withRig(async ({ directory, plan, access }) => {
      for (const name of NAMES) directory.write(`ssl/.${name}.crt.vcm-new`, "left\n");
      directory.write("store/.pending/settled.service", "x");
      const made = plan(
        ...NAMES.flatMap((certificate) => [
          {
            kind: "recover" as const,
            certificate,
            store: false,
            pendingValidation: [],
            leftovers: [directory.at(`ssl/${certificate}.crt`)],
            detail: "an interrupted run left temporary files",
            closeKey: false,
          },
          issueStep(certificate, { ttl: 200 * 86_400 }),
          { ...deployStep(directory, certificate, [{ kind: "missing" }]), services: [SERVICE] },
        ]),
        issueStep("denied.example.test", { role: "denied" }),
        deployStep(directory, "denied.example.test", [{ kind: "missing" }]),
        { kind: "clear", service: "settled.service", detail: "it loaded them" },
      );
      const heard: ApplyEvent[] = [];
      let failed = 0;
      await apply({ plan: made, access }, (event) => {
        heard.push(event);
        if (when !== "always" && (event.kind !== when || failed > 0)) return;
        failed++;
        throw new Error("no space left on device");
      }, new CommandRunner(made));
      assert.equal(failed, when === "always" ? heard.length : 1);
      const each = ["deployed", "deployed", "issued", "recovered", "warning"];
      assert.deepEqual(
        kinds(heard).sort(),
        [...NAMES.flatMap(() => each), "failed", "cleared", "skipped"].sort(),
      );
      for (const name of NAMES) {
        assert.equal(
          directory.read(`ssl/${name}.key`),
          directory.read(`store/${name}/privkey.pem`),
        );
      }
      // What is pending stays pending, and what is not is gone.
      assert.deepEqual(directory.tree().filter((path) => path.startsWith("store/.pending/")), [
        "store/.pending/",
        `store/.pending/${SERVICE}`,
      ]);
    }));
}
