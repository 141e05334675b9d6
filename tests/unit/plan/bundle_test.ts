/** A bundle: how it differs from what is desired, and what stops it. */
import assert from "node:assert/strict";
import { type Part, PARTS } from "../../../lib/certificate/types.ts";
import type { BundleSpec } from "../../../lib/config/types.ts";
import { bundleStep } from "../../../lib/plan/bundle.ts";
import { findTargetBlockers } from "../../../lib/plan/blockers.ts";
import { findDrift } from "../../../lib/plan/planned_target.ts";
import type { BundleObservation, BundleSet, TargetFile } from "../../../lib/observe/types.ts";
import type { Drift } from "../../../lib/plan/target_types.ts";
import {
  ABSENT,
  makeBundleTarget,
  makeCertificate,
  makeFile,
  makeObserved,
  makeSeen,
  makeService,
  makeSpec,
  makeTarget,
  present,
  unreadable,
} from "../../support/fixtures.ts";
import { planOf } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const PATH = "/etc/certs/web";
const DIRECTORY = ".web.vcm-0123456789abcdef";
const SPEC = makeBundleTarget(PATH);
const STORED = { stored: true, renewed: false, certificate: makeCertificate() };
const NO_MORE = { forced: false, pendingValidation: false };
const NOT_MADE = "; move it away, or give another path for the bundle";

type Files = Partial<Record<Part, Partial<TargetFile> | null>>;

/** A bundle in order but for these files; `null` is one that is missing. */
function seen(
  files: Files = {},
  set: Partial<BundleSet> = {},
  parts: Partial<BundleObservation> = {},
): BundleObservation {
  const made = PARTS.map((part) => {
    const change = files[part];
    const mode = part === "privkey" ? 0o600 : 0o644;
    return { part, file: change === null ? ABSENT : present(makeFile({ mode, ...change })) };
  });
  const { formerSets: _, ...place } = makeSeen({
    path: PATH,
    file: present(makeFile({ type: "bundle" })),
  });
  return {
    ...place,
    kind: "bundle",
    link: { kind: "set", directory: DIRECTORY, mode: 0o755, files: made, ...set },
    strays: [],
    ...parts,
  };
}

function drift(target: BundleObservation, spec = SPEC, more = NO_MORE): Drift[] {
  return findDrift(spec, target, STORED, more);
}

pureTest("a bundle in order has no differences; by force it is written once", () => {
  assert.deepEqual(drift(seen()), []);
  assert.deepEqual(drift(seen(), SPEC, { forced: true, pendingValidation: true }), [
    { kind: "forced" },
    { kind: "pending-validation" },
  ]);
  assert.deepEqual(drift(seen({ ca: null }), SPEC, { forced: true, pendingValidation: false }), [
    { kind: "missing", files: ["ca.pem"] },
  ]);
});

pureTest("the same difference of many files is reported once", () => {
  const group = { kind: "given", name: "ssl", id: 7 } as const;
  const spec = { ...SPEC, mode: 0o640 };
  assert.deepEqual(drift(seen({ ca: { mode: 0o640 } }, {}, { group }), spec), [
    { kind: "group", from: "root", to: "ssl" },
    { kind: "mode", from: "0644", to: "0640", files: ["cert.pem", "chain.pem", "fullchain.pem"] },
    { kind: "mode", from: "0600", to: "0640", files: ["privkey.pem"] },
  ]);
});

pureTest("another certificate is reported for the bundle, damage for the affected files", () => {
  const certificate = makeCertificate({ serial: "0d", fingerprint: "CC:DD" });
  const other = { sameContent: false };
  assert.deepEqual(
    drift(
      seen({
        cert: { ...other, certificate },
        privkey: other,
        fullchain: { ...other, certificate },
      }),
    ),
    [{
      kind: "content",
      from: "serial 0d until 2027-01-30 00:00 UTC",
      to: "serial 0a:1b:2c until 2027-01-30 00:00 UTC",
    }],
  );
  assert.deepEqual(drift(seen({ chain: other, ca: { type: "directory" } })), [
    { kind: "content", files: ["chain.pem"] },
    { kind: "not-a-file", found: "directory", files: ["ca.pem"] },
  ]);
});

pureTest("a link that leads nowhere, and a directory that is closed, are differences", () => {
  const link = { kind: "dangling", directory: DIRECTORY } as const;
  assert.deepEqual(drift(seen({}, {}, { link })), [{ kind: "missing", files: [DIRECTORY] }]);
  assert.deepEqual(drift(seen({}, { mode: 0o700 })), [
    { kind: "mode", from: "0700", to: "0755", files: [DIRECTORY] },
  ]);
});

pureTest("what is not a link of ours is not replaced", () => {
  const cases = {
    directory: "a directory, but a bundle must be a symbolic link",
    file: "a file, but a bundle must be a symbolic link",
    symlink: 'a symbolic link to "/srv/web", which VCM did not make',
    other: "a device, pipe or socket, but a bundle must be a symbolic link",
  } as const;
  for (const [type, what] of Object.entries(cases)) {
    const file = present(makeFile({ type: type as keyof typeof cases }));
    const target = seen({}, {}, { link: { kind: "foreign", text: "/srv/web" }, file });
    const message = `"${PATH}" is ${what}${NOT_MADE}`;
    assert.deepEqual(findTargetBlockers(SPEC, target), [{ kind: "impossible", message }]);
  }
  assert.deepEqual(findTargetBlockers(SPEC, seen()), []);
});

pureTest("a host without ln, and a set that cannot be read, stop it", () => {
  const linkProblem = 'there is no "ln" on this host';
  assert.deepEqual(findTargetBlockers(SPEC, seen({}, {}, { linkProblem })), [{
    kind: "impossible",
    message: `Cannot create the link of the bundle "${PATH}": there is no "ln" on this host`,
  }]);
  const problem = 'Cannot read "/etc/certs/web": permission denied';
  assert.deepEqual(findTargetBlockers(SPEC, seen({}, {}, { file: unreadable(problem) })), [
    { kind: "unreadable", message: problem },
  ]);
});

pureTest("the step has the mode of each file", () => {
  const modes = (spec: BundleSpec) => Object.values(bundleStep(spec, seen(), []).modes);
  assert.deepEqual(modes(SPEC), [0o644, 0o644, 0o644, 0o600, 0o644]);
  assert.deepEqual(modes({ ...SPEC, mode: 0o640 }), PARTS.map(() => 0o640));
});

pureTest("unused directories are removed, except those with files of others", () => {
  const [one, two] = [`/etc/certs/${DIRECTORY}-2`, `/etc/certs/${DIRECTORY}-3`];
  const strays = [{ path: one }, { path: two, foreign: "dhparam.pem" }];
  const services = [makeService({ validate: ["nginx", "-t"] })];
  const spec = makeSpec({ targets: [SPEC], services });
  const observed = makeObserved(spec, { targets: [seen({}, {}, { strays })] });
  const { certificates, steps } = planOf([spec], [observed]);
  const recovered = steps.flatMap((step) =>
    step.kind === "recover" ? [step.leftovers] : [step.kind]
  );
  assert.deepEqual(recovered, [[one]]);
  assert.deepEqual(certificates[0]?.warnings, [{
    kind: "leftover",
    message: `"${two}" is no longer used, but contains "dhparam.pem", which VCM did not ` +
      "create; move that away",
  }]);
});

pureTest("commands are told of the files in it", () => {
  const services = [makeService({ validate: ["nginx", "-t"] })];
  const spec = makeSpec({ targets: [SPEC], services });
  const observed = makeObserved(spec, { targets: [seen({ ca: null })] });
  const { steps } = planOf([spec], [observed]);
  const [, service] = steps;
  assert.ok(service?.kind === "service");
  assert.deepEqual(service.about.files, PARTS.map((part) => `${PATH}/${part}.pem`));
});

pureTest("nothing is removed from a directory of another user", () => {
  const strays = [{ path: `/etc/certs/${DIRECTORY}` }];
  const spec = makeSpec({ targets: [SPEC] });
  const ancestors = [{ directory: "/etc/certs", uid: 26, gid: 26, owner: "postgres", mode: 0o755 }];
  const observed = makeObserved(spec, { targets: [seen({}, {}, { strays, ancestors })] });
  const { certificates, steps } = planOf([spec], [observed]);
  assert.deepEqual(steps, []);
  assert.deepEqual(certificates[0]?.blocked.map(({ message }) => message), [
    'User "postgres" may replace anything in "/etc/certs", so "/etc/certs/web" must belong to that ' +
    'user too: set "owner" to "postgres", or use a path below directories that are writable ' +
    "only by root",
  ]);
});

pureTest("anything but a bundle at a bundle's path is reported once, as a blocker", () => {
  const file = present(makeFile({ type: "file" }));
  assert.deepEqual(drift(seen({}, {}, { link: { kind: "none" }, file })), []);
});

pureTest("a set's directory that belongs to another user is a difference", () => {
  const otherOwner = { is: "haproxy", should: "root" };
  assert.deepEqual(drift(seen({}, { otherOwner })), [
    { kind: "owner", from: "haproxy", to: "root", files: [DIRECTORY] },
  ]);
});

pureTest(
  "a file that replaces a bundle ends it, and leftovers are removed later",
  () => {
    const formerSets = [`/etc/certs/${DIRECTORY}`];
    const spec = makeSpec({ targets: [makeTarget({ path: PATH })] });
    const steps = (type: "symlink" | "file") => {
      const target = makeSeen({ path: PATH, file: present(makeFile({ type })), formerSets });
      const observed = makeObserved(spec, { targets: [target] });
      return planOf([spec], [observed]).steps;
    };
    const [deploy] = steps("symlink");
    assert.ok(deploy?.kind === "deploy");
    assert.deepEqual(deploy.targets.map(({ endsBundle }) => endsBundle), [true]);
    const [recover, ...rest] = steps("file");
    assert.ok(recover?.kind === "recover");
    assert.deepEqual([recover.leftovers, rest], [formerSets, []]);
  },
);

pureTest("each file's owner and group are decided by the plan: given, else as seen", () => {
  const group = { kind: "given", name: "ssl", id: 7 } as const;
  const target = seen({ privkey: { uid: 33, gid: 34 }, ca: null }, {}, { group });
  const { uid, gid, owners } = bundleStep(SPEC, target, []);
  assert.deepEqual([uid, gid, owners.privkey, owners.cert, owners.ca], [
    undefined,
    7,
    { uid: 33, gid: 7 },
    { uid: 0, gid: 7 },
    { gid: 7 },
  ]);
});
