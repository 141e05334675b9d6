import assert from "node:assert/strict";
import type {
  BundleSpec,
  CertificateSpec,
  FileSpec,
  ServiceSpec,
} from "../../../../lib/config/types.ts";
import { Secret } from "../../../../lib/text/secret.ts";
import { unitFacts, writesOf } from "../../../../lib/tools/install/unit_facts.ts";
import {
  makeBundleTarget,
  makeConfig,
  makeService,
  makeSpec,
  makeTarget,
} from "../../../support/fixtures.ts";
import { pureTest } from "../../../support/pure_test.ts";

function specOf(
  targets: readonly (Partial<FileSpec> | BundleSpec)[],
  services: readonly ServiceSpec[] = [],
) {
  const made = targets.map((target) => target.what === "bundle" ? target : makeTarget(target));
  return makeSpec({ targets: made, services });
}

function factsOf(...specs: CertificateSpec[]) {
  return unitFacts(makeConfig(specs), "/usr/local/bin/vcm", undefined);
}

pureTest("unitFacts() knows each directory that a run writes to, the topmost once", () => {
  const config = makeConfig([
    specOf([
      { path: "/etc/nginx/ssl/a.crt" },
      { path: "/etc/nginx/ssl/a.key" },
      { path: "/etc/nginx/ssl/deep/a.key" },
      { path: "/etc/nginx/ssl-old/a.key" },
      makeBundleTarget("/home/joe/set"),
    ]),
  ]);
  const login = { kind: "approle", mount: "approle", secretIdFile: "/etc/vcm/secret-id" } as const;
  const full = {
    ...config,
    logFile: "/var/log/vcm.log",
    metricsFile: "/var/lib/node_exporter/vcm.prom",
    vault: { ...config.vault, login },
  };
  assert.deepEqual(writesOf(full), {
    kind: "known",
    directories: [
      "/etc/nginx/ssl",
      "/etc/nginx/ssl-old",
      "/etc/vcm",
      "/home/joe",
      "/var/lib/node_exporter",
      "/var/lib/vcm/certs",
      "/var/log",
    ],
  });
});

pureTest(
  "unitFacts() cannot tell what is written where commands run or directories are made",
  () => {
    const because = (spec: CertificateSpec) => {
      const { writes } = factsOf(spec);
      return writes.kind === "unknown" ? writes.because : [];
    };
    const service = (parts: Partial<ServiceSpec>) => specOf([], [makeService(parts)]);
    assert.deepEqual(because(service({ validate: ["nginx", "-t"] })), ["validate"]);
    assert.deepEqual(because(service({ manager: "command", command: ["/bin/true"] })), ["command"]);
    assert.deepEqual(because(service({ manager: "podman", control: "signal" })), ["podman"]);
    assert.deepEqual(because(service({ manager: "docker", control: "restart" })), []);
    assert.deepEqual(because(specOf([{ createDirs: true }])), ["create_dirs"]);
    assert.deepEqual(because(specOf([{ path: "/a.crt" }])), ["files in /"]);
  },
);

pureTest("unitFacts() knows when a process of the unit starts containers", () => {
  const starts = (parts: Partial<ServiceSpec>) =>
    factsOf(specOf([], [makeService(parts)])).startsContainers;
  assert.ok(starts({ manager: "podman", control: "restart" }));
  assert.ok(starts({ manager: "podman" }));
  assert.ok(starts({ manager: "command", command: ["/usr/bin/podman", "restart", "web"] }));
  assert.ok(starts({ validate: ["podman", "exec", "web", "nginx", "-t"] }));
  assert.ok(!starts({ manager: "podman", control: "signal" }));
  assert.ok(!starts({ manager: "docker", control: "restart" }));
  assert.ok(!starts({ validate: ["/usr/bin/not-podman"] }));
});

pureTest("unitFacts() sees set-id bits, and that no login method is named", () => {
  assert.equal(factsOf(specOf([{ mode: 0o2640 }])).givesSetIds, true);
  assert.equal(factsOf(specOf([{ mode: 0o1640 }, {}])).givesSetIds, false);
  assert.equal(factsOf().readsHome, true);
  const config = makeConfig([]);
  const roleId = new Secret("role");
  for (
    const vault of [
      { tokenFile: "/etc/vcm/token" },
      { login: { kind: "approle", mount: "approle", roleId } as const },
    ]
  ) {
    const named = { ...config, vault: { ...config.vault, ...vault } };
    assert.equal(unitFacts(named, "/vcm", undefined).readsHome, false);
  }
});
