/** What holds for each plan. */
import assert from "node:assert/strict";
import type { CertificateSpec } from "../../../lib/config/types.ts";
import { plan } from "../../../lib/plan/plan.ts";
import { EVERYTHING, type Selection } from "../../../lib/plan/selection.ts";
import type { Observation } from "../../../lib/observe/types.ts";
import type { Plan } from "../../../lib/plan/types.ts";
import {
  after,
  DAY,
  makeConfig,
  makeObserved,
  makeSpec,
  NOW,
  observationOf,
  plain,
} from "../../support/fixtures.ts";
import { inOrder, randomObservation, randomSpec } from "../../support/fixtures_random.ts";
import { makeRandom } from "../../../scripts/simulate/random.ts";
import { pureTest } from "../../support/pure_test.ts";

interface Round {
  readonly specs: readonly CertificateSpec[];
  readonly observation: Observation;
  readonly made: Plan;
}

/** Plans of 300 observations of all kinds, for each selection of steps. */
function* rounds(): Generator<Round> {
  for (let seed = 0; seed < 300; seed++) {
    const random = makeRandom(seed);
    const specs = ["a", "b", "c"].map((name) => randomSpec(random, name));
    const observation = randomObservation(random, specs);
    const maybe = () => random() < 0.5;
    const chosen: Selection = {
      issue: maybe(),
      deploy: maybe(),
      services: maybe(),
      force: maybe(),
    };
    for (const selection of [EVERYTHING, chosen]) {
      const made = plan(makeConfig(specs), specs, observation, NOW, selection);
      yield { specs, observation, made };
    }
  }
}

pureTest("a plan of what is in order has no steps, whatever is desired", () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = makeRandom(seed);
    const specs = ["a", "b"].map((name) => randomSpec(random, name));
    const observation = observationOf(specs.map(inOrder));
    const { steps, certificates } = plan(makeConfig(specs), specs, observation, NOW);
    assert.deepEqual(steps, [], `seed ${seed}`);
    for (const { due, blocked, targets } of certificates) {
      assert.deepEqual([due, blocked], [undefined, []]);
      assert.ok(targets.every(({ drift }) => drift.length === 0));
    }
  }
});

const DATES = [
  "actedAt",
  "at",
  "notBefore",
  "notAfter",
  "renewAt",
  "inUseUntil",
  "until",
  "servedUntil",
  "validUntil",
  "next",
];

pureTest("a plan is plain data: it outlives a clone and JSON", () => {
  for (const { made } of rounds()) {
    assert.deepEqual(structuredClone(made), made);
    const revived = JSON.parse(
      JSON.stringify(made),
      (key, value) => DATES.includes(key) ? new Date(value) : value,
    );
    assert.deepEqual(revived, plain(made));
  }
});

pureTest("a plan does not change what it was made of, and is the same each time", () => {
  for (const { specs, observation } of rounds()) {
    const before = structuredClone(observation);
    const [one, two] = [1, 2].map(() => plan(makeConfig(specs), specs, observation, NOW));
    assert.deepEqual(observation, before);
    assert.deepEqual(one, two);
  }
});

pureTest("a plan never issues or deploys if something cannot be read", () => {
  let seen = 0;
  for (const { observation, made } of rounds()) {
    for (const { name, stored } of observation.certificates) {
      if (!Object.values(stored).some(({ kind }) => kind === "unreadable")) continue;
      seen++;
      const touching = made.steps.filter((step) =>
        (step.kind === "issue" || step.kind === "deploy") && step.certificate === name
      );
      assert.deepEqual(touching, [], name);
    }
  }
  assert.ok(seen > 100);
});

pureTest("a plan goes certificate by certificate, and then service by service, each once", () => {
  for (const { made } of rounds()) {
    const order = made.steps.map((step) =>
      "certificate" in step
        ? `${step.certificate} ${["recover", "issue", "deploy"].indexOf(step.kind)}`
        : "services"
    );
    assert.deepEqual(order, [...order].sort());
    const single = order.filter((step) => step !== "services");
    assert.equal(new Set(single).size, single.length);
    const services = made.steps.flatMap((step) => "service" in step ? step.service : []);
    assert.equal(new Set(services).size, services.length);
  }
});

pureTest("a plan has a step for a pending action, or says that it waits, and never both", () => {
  const seen = { acts: 0, waits: 0 };
  for (const { made } of rounds()) {
    for (const { service, pending, waits } of made.services) {
      const acts = made.steps.some((step) => step.kind === "service" && step.service === service);
      assert.equal(acts, pending !== undefined && waits === undefined, service);
      if (waits !== undefined) assert.ok(pending !== undefined && waits.until > NOW);
      seen[acts ? "acts" : "waits"]++;
    }
    for (const { name, due, waits } of made.certificates) {
      if (waits === undefined) continue;
      assert.ok(due !== undefined && waits.until > NOW);
      const issued = made.steps.some((step) => step.kind === "issue" && step.certificate === name);
      assert.ok(!issued, name);
      seen.waits++;
    }
  }
  assert.ok(seen.acts > 50 && seen.waits > 50);
});

pureTest("a plan deploys nothing that is blocked, and no target without a difference", () => {
  for (const { made } of rounds()) {
    const blocked = new Set(
      made.certificates.filter(({ blocked }) => blocked.length > 0).map(({ name }) => name),
    );
    for (const step of made.steps) {
      if (step.kind !== "deploy") continue;
      assert.ok(!blocked.has(step.certificate));
      assert.ok(step.targets.length > 0 && step.targets.every(({ drift }) => drift.length > 0));
    }
  }
});

pureTest("a plan tells of each certificate when its window begins", () => {
  const spec = makeSpec();
  const made = plan(makeConfig([spec]), [spec], observationOf([makeObserved(spec)]), NOW);
  assert.deepEqual(made.at, NOW);
  assert.equal(made.certStore, "/var/lib/vcm/certs");
  assert.deepEqual(made.certificates[0]?.renewAt, new Date("2027-01-16T00:00:00Z"));
  assert.equal(made.certificates[0]?.certificate?.serial, "0a:1b:2c");
});

pureTest("plan() depends on the moment only by what it is given", () => {
  const spec = makeSpec();
  const observation = observationOf([makeObserved(spec)]);
  const reasonAt = (days: number) =>
    plan(makeConfig([spec]), [spec], observation, after(days * DAY)).certificates[0]?.due?.reason;
  assert.deepEqual([-40, 0, 50, 60].map(reasonAt), [
    undefined,
    undefined,
    "in-renewal-window",
    "expired",
  ]);
});

pureTest("plan() throws if a certificate was not observed", () => {
  const spec = makeSpec();
  assert.throws(() => plan(makeConfig([spec]), [spec], observationOf([]), NOW), {
    message: '"web.example.com" was not observed',
  });
});
