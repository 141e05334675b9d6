import assert from "node:assert/strict";
import type {
  BundleSpec,
  CertificateSpec,
  Config,
  FileSpec,
  ServiceSpec,
} from "../../../../lib/config/types.ts";
import { Secret } from "../../../../lib/text/secret.ts";
import { unitFacts } from "../../../../lib/tools/install/unit_facts.ts";
import {
  makeBundleTarget,
  makeConfig,
  makeService,
  makeSpec,
  makeTarget,
} from "../../../support/fixtures.ts";
import { makeDirectory } from "../../../support/rig.ts";

const BINARY = "/usr/local/bin/vcm";

function specOf(
  targets: readonly (Partial<FileSpec> | BundleSpec)[],
  services: readonly ServiceSpec[] = [],
) {
  const made = targets.map((target) => target.what === "bundle" ? target : makeTarget(target));
  return makeSpec({ targets: made, services });
}

function factsOf(...specs: CertificateSpec[]) {
  return unitFacts(makeConfig(specs), BINARY);
}

const FULL = makeConfig([
  specOf([
    { path: "/etc/nginx/ssl/a.crt" },
    { path: "/etc/nginx/ssl/a.key" },
    { path: "/etc/nginx/ssl/deep/a.key" },
    { path: "/etc/nginx/ssl-old/a.key" },
    makeBundleTarget("/home/joe/set"),
  ]),
], "/etc/vcm/vcm.yaml");

/** The same with an AppRole whose secret id is in a file. */
function withSecret(secretIdFile: string, wrappedSecretIdFile?: string): Config {
  const login = {
    kind: "approle",
    mount: "approle",
    secretIdFile,
    ...(wrappedSecretIdFile !== undefined && { wrappedSecretIdFile }),
  } as const;
  return { ...makeConfig([], "/etc/vcm/vcm.yaml"), vault: { ...FULL.vault, login } };
}

Deno.test("unitFacts() knows each directory that a run writes to, the topmost once", () => {
  const metricsFile = "/var/lib/node_exporter/vcm.prom";
  const { writes, keeps, inHome } = unitFacts(
    { ...FULL, logFile: "/var/log/vcm.log", metricsFile },
    BINARY,
  );
  assert.deepEqual(writes, [
    "/etc/nginx/ssl",
    "/etc/nginx/ssl-old",
    "/home/joe",
    "/var/lib/node_exporter",
    "/var/lib/vcm/certs",
    "/var/log",
  ]);
  assert.deepEqual([keeps, inHome], [[], "/home/joe/set"]);
});

Deno.test("unitFacts() opens the directory of a secret id only if one is unwrapped there", () => {
  const facts = (file: string, wrapped?: string, isHanded = false) => {
    const { writes, sharedSecretDirectory } = unitFacts(
      withSecret(file, wrapped),
      BINARY,
      isHanded,
    );
    return [writes, sharedSecretDirectory];
  };
  const store = "/var/lib/vcm/certs";
  assert.deepEqual(facts("/etc/vcm/secret-id"), [[store], undefined]);
  assert.deepEqual(facts("/etc/vcm/own/id", "/etc/vcm/w"), [["/etc/vcm/own", store], undefined]);
  assert.deepEqual(facts("/srv/id", undefined, true), [["/srv", store], undefined]);
  for (const file of ["/etc/vcm/secret-id", "/etc/secret-id", "/usr/local/bin/secret-id"]) {
    const directory = file.replace("/secret-id", "");
    assert.deepEqual(facts(file, "/etc/vcm/w"), [[store], directory]);
  }
});

Deno.test("unitFacts() sees a socket in a place that is otherwise hidden", () => {
  const facts = (address: string) =>
    unitFacts({ ...FULL, vault: { ...FULL.vault, addresses: ["https://v", address] } }, BINARY);
  assert.equal(facts("unix:///tmp/agent.sock").inTmp, "/tmp/agent.sock");
  assert.equal(facts("unix:///run/user/0/agent.sock").inHome, "/run/user/0/agent.sock");
  assert.equal(facts("unix:///run/agent.sock").inTmp, undefined);
});

Deno.test("unitFacts() keeps the configuration closed inside of what is open", () => {
  const of = (path: string, parts: Partial<Config> = {}) => {
    const config = makeConfig([specOf([{ path }])], "/etc/vcm/vcm.yaml");
    const { writes, keeps } = unitFacts({ ...config, ...parts }, BINARY);
    return [writes, keeps];
  };
  assert.deepEqual(of("/etc/web.pem"), [["/etc", "/var/lib/vcm/certs"], ["/etc/vcm"]]);
  assert.deepEqual(of("/etc/web.pem", { certStore: "/etc/vcm/certs" }), [
    ["/etc", "/etc/vcm/certs"],
    ["/etc/vcm"],
  ]);
  assert.deepEqual(of("/etc/vcm/web.pem", { included: ["/etc/vcm/conf.d/a.yaml"] }), [
    ["/etc/vcm", "/var/lib/vcm/certs"],
    ["/etc/vcm/vcm.yaml", "/etc/vcm/environment", "/etc/vcm/conf.d"],
  ]);
  assert.deepEqual(of("/usr/local/bin/web.pem")[1], [BINARY]);
});

Deno.test("unitFacts() follows links to directories that are hidden or inside of others", () => {
  using directory = makeDirectory();
  Deno.symlinkSync("/root", directory.at("link"));
  Deno.mkdirSync(directory.at("open"));
  Deno.mkdirSync(directory.at("elsewhere"));
  Deno.symlinkSync(directory.at("elsewhere"), directory.at("open/link"));
  const config = makeConfig([specOf([
    { path: directory.at("open/a.crt") },
    { path: directory.at("open/link/a.crt") },
    { path: directory.at("link/a.crt") },
  ])]);
  const { writes, inHome } = unitFacts(config, BINARY);
  assert.deepEqual(writes.filter((path) => path.startsWith(directory.path)), [
    directory.at("link"),
    directory.at("open"),
    directory.at("open/link"),
  ]);
  assert.equal(inHome, directory.at("link/a.crt"));
});

Deno.test("unitFacts() opens the nearest directory that exists if others are created", () => {
  using directory = makeDirectory();
  const target = { path: directory.at("a/b/web.crt"), createDirs: true };
  const { writes, createsDirectories } = unitFacts(makeConfig([specOf([target])]), BINARY);
  assert.deepEqual([writes[0], createsDirectories], [directory.path, true]);
});

Deno.test("unitFacts() finds paths in the words of commands", () => {
  const of = (service: Partial<ServiceSpec>) =>
    unitFacts(makeConfig([specOf([], [makeService(service)])]), BINARY);
  const script = ["sh", "-c", "test -e /root/ok && echo >>/dev/shm/log"];
  assert.deepEqual([of({ command: script }).inHome, of({ validate: script }).inShm], [
    "/root/ok",
    "/dev/shm/log",
  ]);
  assert.equal(of({ pidFile: "/run/user/0/x.pid" }).inHome, "/run/user/0/x.pid");
  assert.equal(of({ command: ["/bin/echo", "/rootless", "/homes/x"] }).inHome, undefined);
});

Deno.test("unitFacts() gives a run max_run, and time for what is under way then", () => {
  const limit = (...services: ServiceSpec[]) => {
    const config = { ...makeConfig([specOf([], services)]), maxRun: 1000 };
    return unitFacts(config, BINARY).limit;
  };
  assert.equal(limit(), 1660);
  const long = makeService({ timeout: 3600, validate: ["true"] });
  assert.equal(limit(long), 1600 + 3600);
  assert.equal(limit(long, long, makeService({})), 1600 + 3600, "one service is under way");
});

Deno.test("unitFacts() knows when a process of the unit starts containers", () => {
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

Deno.test("unitFacts() sees set-id bits, and that no login method is named", () => {
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
    assert.equal(unitFacts(named, BINARY).readsHome, false);
  }
});
