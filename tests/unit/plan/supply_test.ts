/** Which files a plan deploys, for each state of the store. */
import assert from "node:assert/strict";
import { temporaryFile } from "../../../lib/store/store_paths.ts";
import type { CertificateObservation } from "../../../lib/observe/types.ts";
import type { DeployStep, Plan } from "../../../lib/plan/types.ts";
import {
  ABSENT,
  makeObserved,
  makeSeen,
  makeSeenFile,
  makeService,
  makeSpec,
  makeStored,
  makeTarget,
  plain,
  present,
  unreadable,
} from "../../support/fixtures.ts";
import { makeServiceStep, planOf } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const [CRT, KEY] = ["/etc/nginx/web.crt", "/etc/nginx/web.key"];
const SPEC = makeSpec({
  targets: [makeTarget({ path: CRT }), makeTarget({ what: "privkey", path: KEY })],
  services: [makeService()],
});

function planFor(parts: Partial<CertificateObservation>, spec = SPEC): Plan {
  return planOf([spec], [makeObserved(spec, parts)]);
}

function deployOf({ steps }: Plan): DeployStep | undefined {
  return steps.find((step) => step.kind === "deploy");
}

function kinds({ steps }: Plan): string[] {
  return steps.map(({ kind }) => kind);
}

const drifted = (path: string) => makeSeenFile({ sameContent: false }, { path });

pureTest("plan() deploys only the targets that differ, and then lets the service load them", () => {
  const made = planFor({ targets: [makeSeen({ path: CRT }), drifted(KEY)] });
  assert.deepEqual(plain(made.steps), [
    {
      kind: "deploy",
      certificate: "web.example.com",
      storedSetUsable: true,
      targets: [
        {
          what: "privkey",
          path: KEY,
          drift: [{ kind: "content" }],
          uid: 0,
          gid: 0,
          mode: 0o600,
          createDirs: false,
        },
      ],
      services: ["nginx.service"],
      inUseUntil: new Date("2027-01-30T00:00:00Z"),
      revocable: false,
    },
    makeServiceStep({
      action: { manager: "systemd", name: "nginx.service", control: "try-reload-or-restart" },
      pending: { reason: "deployed", detail: "it loads the new files of web.example.com" },
      certificates: ["web.example.com"],
      about: { certificates: ["web.example.com"], files: [CRT, KEY] },
    }),
  ]);
});

pureTest("plan() asks no service to act for an owner, a group or a mode", () => {
  const spec = makeSpec({ ...SPEC, targets: [makeTarget({ path: CRT, mode: 0o600 })] });
  const www = { kind: "given", name: "www-data", id: 33 } as const;
  const made = planFor({ targets: [makeSeen({ path: CRT, owner: www, group: www })] }, spec);
  assert.deepEqual(kinds(made), ["deploy"]);
  assert.deepEqual(deployOf(made)?.targets[0]?.drift.map(({ kind }) => kind), [
    "owner",
    "group",
    "mode",
  ]);
});

pureTest("plan() replaces all targets with a new certificate", () => {
  const made = planFor({ stored: makeStored({ leaf: ABSENT, key: ABSENT }) });
  assert.deepEqual(kinds(made), ["issue", "deploy", "service"]);
  const deploy = deployOf(made);
  assert.equal(deploy?.storedSetUsable, false);
  assert.deepEqual(deploy?.targets.map(({ drift }) => drift), [
    [{ kind: "renewed" }],
    [{ kind: "renewed" }],
  ]);
});

pureTest("plan() may fall back on a stored set that is whole, though it is to be renewed", () => {
  const spec = makeSpec({ ...SPEC, renew: { kind: "duration", seconds: 7_000_000 } });
  const made = planFor({ targets: [makeSeen({ path: CRT }), drifted(KEY)] }, spec);
  const deploy = deployOf(made);
  assert.equal(deploy?.storedSetUsable, true);
  assert.deepEqual(deploy?.targets.map(({ drift }) => drift), [
    [{ kind: "renewed" }],
    [{ kind: "renewed" }, { kind: "content" }],
  ]);
});

pureTest("plan() never falls back on a set that is not whole", () => {
  const damaged: Partial<ReturnType<typeof makeStored>>[] = [
    { leaf: present({ kind: "unparsable", problem: "is cut" }) },
    { key: ABSENT },
    { key: present("unparsable") },
    { key: present("mismatch") },
    { fullchain: present("other-leaf") },
  ];
  for (const parts of damaged) {
    const made = planFor({ stored: makeStored(parts), targets: [drifted(CRT), drifted(KEY)] });
    assert.equal(deployOf(made)?.storedSetUsable, false);
    assert.deepEqual(deployOf(made)?.targets.map(({ drift }) => drift), [
      [{ kind: "renewed" }],
      [{ kind: "renewed" }],
    ]);
  }
});

pureTest("plan() writes no target if one cannot be written, but issues", () => {
  const directory = makeSeenFile({ type: "directory" }, { path: KEY });
  const made = planFor({
    stored: makeStored({ leaf: ABSENT, key: ABSENT }),
    targets: [drifted(CRT), directory],
  });
  assert.deepEqual(kinds(made), ["issue"]);
  assert.deepEqual(made.certificates[0]?.blocked, [{
    kind: "impossible",
    message: `"${KEY}" is a directory; remove it, or give the path of a file in it`,
  }]);
});

pureTest("plan() never issues for what cannot be read, whatever else is wrong", () => {
  const problem = 'Cannot read "/var/lib/vcm/certs/web.example.com/x.pem": permission denied';
  for (const file of ["leaf", "key", "chain", "fullchain"] as const) {
    for (const others of [makeStored(), makeStored({ leaf: ABSENT, key: ABSENT })]) {
      const made = planFor({
        stored: { ...others, [file]: unreadable(problem) },
        targets: [drifted(CRT), makeSeen({ path: KEY, file: ABSENT })],
      });
      assert.deepEqual(made.steps, [], file);
      assert.ok(made.certificates[0]?.targets.every(({ drift }) => drift.length === 0), "no guess");
      assert.deepEqual(made.certificates[0]?.blocked, [{ kind: "unreadable", message: problem }]);
    }
  }
});

pureTest("plan() says once what several files of the store have in common", () => {
  const no = unreadable("Cannot read the store");
  const stored = { leaf: no, key: no, chain: no, fullchain: unreadable("another"), ca: no };
  assert.deepEqual(planFor({ stored }).certificates[0]?.blocked.map(({ message }) => message), [
    "Cannot read the store",
    "another",
  ]);
});

pureTest("plan() reports a missing directory of several targets once", () => {
  const targets = [CRT, KEY].map((path) => makeSeen({ path, file: ABSENT, parent: "absent" }));
  assert.deepEqual(planFor({ targets }).certificates[0]?.blocked, [{
    kind: "impossible",
    message:
      'Directory "/etc/nginx" does not exist; fix: mkdir -p /etc/nginx, or set "create_dirs: true"',
  }]);
});

pureTest("plan() neither issues nor deploys for a target that cannot be read", () => {
  const made = planFor({
    targets: [drifted(CRT), makeSeen({ path: KEY, file: unreadable("no") })],
  });
  assert.deepEqual(made.steps, []);
  assert.deepEqual(made.certificates[0]?.blocked, [{ kind: "unreadable", message: "no" }]);
});

pureTest("plan() clears away first what an interrupted run left", () => {
  const made = planFor({
    interrupted: true,
    targets: [makeSeen({ path: CRT, leftover: true }), drifted(KEY)],
  });
  assert.deepEqual(kinds(made), ["recover", "deploy", "service"]);
  assert.deepEqual(made.steps[0], {
    kind: "recover",
    certificate: "web.example.com",
    store: true,
    pendingValidation: [],
    leftovers: [temporaryFile(CRT)],
    detail: "an interrupted run left temporary files",
    closeKey: false,
  });
  const only = planFor({
    targets: [makeSeen({ path: CRT, leftover: true }), makeSeen({ path: KEY })],
  });
  assert.deepEqual(only.steps, [
    {
      kind: "recover",
      certificate: "web.example.com",
      store: false,
      pendingValidation: [],
      leftovers: [temporaryFile(CRT)],
      detail: "an interrupted run left temporary files",
      closeKey: false,
    },
  ]);
});
