import assert from "node:assert/strict";
import type { Part } from "../../../lib/certificate/types.ts";
import type { CertificateSpec } from "../../../lib/config/types.ts";
import type { Step } from "../../../lib/plan/types.ts";
import {
  makeCertificate,
  makeFile,
  makeObserved,
  makeSeen,
  makeService,
  makeSpec,
  makeStored,
  makeTarget,
  present,
} from "../../support/fixtures.ts";
import { planOf } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

function unclean({ commonName }: CertificateSpec, parts: readonly Part[] = ["privkey"]) {
  const problem = "line 3 is blank, inside a block";
  const certificate = makeCertificate({ commonName, dnsNames: [commonName] });
  return makeStored({ unclean: parts.map((part) => ({ part, problem })) }, certificate);
}

const kinds = (steps: readonly Step[]) => steps.map(({ kind }) => kind);

pureTest(
  "a set that is not clean is rewritten, and services that read the store load it",
  () => {
    const spec = makeSpec({ name: "a", targets: [], services: [makeService()] });
    const { steps } = planOf([spec], [makeObserved(spec, { stored: unclean(spec) })]);
    assert.deepEqual(kinds(steps), ["recover", "service"]);
    const [recover] = steps;
    assert.ok(recover?.kind === "recover");
    assert.deepEqual(recover.rewrite?.parts, ["privkey"]);
    assert.deepEqual(recover.rewrite?.services, ["nginx.service"]);
    assert.equal(
      recover.detail,
      "not every program loads privkey.pem (line 3 is blank, inside a block) in the store, so it is " +
        "rewritten with the same key",
    );
  },
);

pureTest("several files that are not clean are told in one sentence", () => {
  const spec = makeSpec({ name: "a", targets: [] });
  const stored = unclean(spec, ["cert", "privkey"]);
  const [recover] = planOf([spec], [makeObserved(spec, { stored })]).steps;
  assert.equal(
    recover?.kind === "recover" && recover.detail,
    "not every program loads cert.pem (line 3 is blank, inside a block), privkey.pem (line 3 is " +
      "blank, inside a block) in the store, so they are rewritten with the same certificates and key",
  );
});

pureTest("services that read targets act only if a target changes", () => {
  const targets = [makeTarget({ what: "privkey", path: "/ssl/key" })];
  const spec = makeSpec({ name: "a", targets, services: [makeService()] });
  const seen = (sameContent: boolean) =>
    makeObserved(spec, {
      stored: unclean(spec),
      targets: [
        makeSeen({ path: "/ssl/key", file: present(makeFile({ sameContent, mode: 0o600 })) }),
      ],
    });
  assert.deepEqual(kinds(planOf([spec], [seen(true)]).steps), ["recover"]);
  assert.deepEqual(kinds(planOf([spec], [seen(false)]).steps), ["recover", "deploy", "service"]);
});

pureTest("a damaged chain is never deployed", () => {
  const spec = makeSpec({
    name: "a",
    targets: [makeTarget({ what: "chain", path: "/ssl/chain" })],
  });
  const stored = makeStored({ chain: present({ kind: "damaged", problem: "is not PEM" }) });
  const { certificates: [state], steps } = planOf([spec], [makeObserved(spec, { stored })], {
    selection: { issue: false, deploy: true, services: true, force: false },
  });
  assert.equal(state?.due?.detail, "chain.pem in the store is not PEM");
  assert.match(state?.blocked[0]?.message ?? "", /^Nothing in the store can be deployed: /);
  assert.deepEqual(steps, []);
});
