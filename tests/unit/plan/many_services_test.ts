/** The plan of thousands of services, and of thousands of certificates of one, takes linear time. */
import assert from "node:assert/strict";
import type { CertificateSpec } from "../../../lib/config/types.ts";
import {
  makeObserved,
  makeSeenFile,
  makeService,
  makeSpec,
  makeTarget,
} from "../../support/fixtures.ts";
import { planOf } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const SMALL = 500;
const TIMES = 16;

/** Certificates whose files differ, so that their services act. */
function makeSpecs(certificates: number, serviceOf: (at: number) => string): CertificateSpec[] {
  return Array.from({ length: certificates }, (_, at) =>
    makeSpec({
      name: `web${at}`,
      targets: [makeTarget({ path: `/web${at}.crt` })],
      services: [makeService({ id: serviceOf(at), name: serviceOf(at) })],
    }));
}

/** Milliseconds, and the services that act. */
function timePlan(specs: readonly CertificateSpec[]): readonly [number, readonly string[]] {
  const certificates = specs.map((spec) =>
    makeObserved(spec, {
      targets: spec.targets.map(({ path }) => makeSeenFile({ sameContent: false }, { path })),
    })
  );
  const began = performance.now();
  const { steps } = planOf(specs, certificates);
  const took = performance.now() - began;
  return [took, steps.flatMap((step) => step.kind === "service" ? step.service : [])];
}

for (
  const [what, serviceOf, services] of [
    ["one service of all", () => "nginx.service", 1],
    ["a service for each", (at: number) => `web${at}.service`, SMALL * TIMES],
  ] as const
) {
  pureTest(`a plan of many certificates takes linear time: ${what}`, () => {
    timePlan(makeSpecs(SMALL, serviceOf));
    const [small] = timePlan(makeSpecs(SMALL, serviceOf));
    const [large, acting] = timePlan(makeSpecs(SMALL * TIMES, serviceOf));
    assert.equal(acting.length, services);
    // Quadratic time would be 256 times.
    assert.ok(large < 80 * small, `${small} ms, and ${large} ms for ${TIMES} times as many`);
  });
}
