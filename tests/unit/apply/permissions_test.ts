/** What a plan may touch: what it names, and nothing else. */
import assert from "node:assert/strict";
import { rightsFor } from "../../../lib/apply/permissions.ts";
import type { AccessInput } from "../../../lib/apply/session_once.ts";
import { targetStep } from "../../../lib/plan/certificate_steps.ts";
import type { ServiceStep, Step } from "../../../lib/plan/types.ts";
import { LIMITS } from "../../../lib/vault/access/server_access.ts";
import { makeBundleTarget, makeSeen } from "../../support/fixtures.ts";
import { makePlan, makeServiceStep } from "../../support/fixtures_plan.ts";
import { makeDirectory } from "../../support/rig.ts";
import { deployStep, issueStep } from "./plans.ts";

const ACCESS: AccessInput = {
  addresses: ["https://vault-1.example.com:8200", "https://[fd00::2]"],
  redirectHosts: ["vault-3.example.com"],
  proxy: "http://proxy.example.com:3128",
  allowHttp: false,
  tls: { authorities: [] },
  credentials: [{
    kind: "wrapped",
    mount: "approle",
    roleId: "r",
    wrappingToken: "t",
    secretIdFile: "/etc/vcm/secret-id",
    from: "the test",
  }],
  proxied: true,
  limits: LIMITS,
  retries: 0,
};
const STORE = "/var/lib/vcm/certs";
/** To end what runs too long. */
const ENDING = ["/bin/kill", "/bin/ps", "/usr/bin/kill", "/usr/bin/ps"];

function rights(...steps: Step[]) {
  const { files, commands } = rightsFor(makePlan([], steps), ACCESS);
  return { ...files, run: commands.run, readByCommands: commands.read };
}

function acting(action: ServiceStep["action"], parts: Partial<ServiceStep> = {}) {
  return rights(makeServiceStep({ action, ...parts }));
}

Deno.test("a plan without steps may look into the store, and nothing else", () => {
  assert.deepEqual(rights(), {
    read: [STORE],
    write: [STORE],
    net: [],
    run: [],
    readByCommands: [],
  });
});

Deno.test("to issue, the servers of the file may be asked, and a secret id be kept", () => {
  assert.deepEqual(rights(issueStep("web")), {
    read: ["/etc/vcm", STORE],
    write: ["/etc/vcm/.secret-id.vcm-new", "/etc/vcm/secret-id", STORE],
    net: ["[fd00::2]", "proxy.example.com", "vault-1.example.com", "vault-3.example.com"],
    run: [],
    readByCommands: [],
  });
});

Deno.test("to issue through a socket, it may be connected to, and no host", () => {
  const access = {
    ...ACCESS,
    addresses: ["unix:///run/vault/a.sock"],
    proxy: undefined,
    redirectHosts: [],
    credentials: [{ kind: "none" }],
  } as const;
  const { files } = rightsFor(makePlan([], [issueStep("web")]), access);
  const paths = ["/run/vault/a.sock", STORE];
  assert.deepEqual(files, { read: paths, write: paths, net: [] });
});

Deno.test("to deploy, the files may be written that are named, and no others of their directory", () => {
  using directory = makeDirectory();
  const at = (name: string) => directory.at(`ssl/${name}`);
  const { write, net, run } = rights(deployStep(directory, "web", [{ kind: "missing" }]));
  assert.deepEqual(
    [...write].sort(),
    [
      STORE,
      ...["web.crt", "web.key"].flatMap((name) => [
        at(`.${name}.vcm-new`),
        at(`.${name}.vcm-old`),
        at(`..${name}.vcm-old.vcm-new`),
        at(name),
      ]),
    ].sort(),
  );
  assert.deepEqual([net, run], [[], []]);
});

Deno.test("directories that are to be made may be made, and no directory above them", () => {
  using directory = makeDirectory();
  const step = deployStep(directory, "web", [{ kind: "missing" }]);
  const [target] = step.targets;
  assert.ok(target !== undefined);
  const made = { ...target, path: directory.at("a/b/web.crt"), createDirs: true };
  const { write } = rights({ ...step, targets: [made] });
  for (const [path, may] of [["a/b", true], ["a", true], ["", false]] as const) {
    assert.equal(write.includes(path === "" ? directory.path : directory.at(path)), may, path);
  }
});

Deno.test("a service's program may be run, and those that validate, by absolute paths", () => {
  assert.deepEqual(
    acting({ manager: "systemd", name: "n.service", control: "reload" }).run,
    [...ENDING, "/bin/systemctl", "/usr/bin/systemctl"].sort(),
  );
  const command = acting({ manager: "command", command: ["/opt/app/reload", "x"] }, {
    validate: [["/opt/app/check"]],
  });
  assert.deepEqual(command.run, [...ENDING, "/opt/app/check", "/opt/app/reload"].sort());
  const named = acting({ manager: "command", command: ["rc-service", "x"] }).run;
  assert.equal(named.includes("/sbin/rc-service"), true);
  assert.equal(named.every((path) => path.startsWith("/")), true);
  const pidFile = acting({ manager: "pid_file", pidFile: "/run/app.pid", signal: "HUP" });
  assert.equal(pidFile.readByCommands.includes("/run/app.pid"), true);
  assert.equal(pidFile.read.includes("/run/app.pid"), false);
  assert.equal(pidFile.run.includes("/usr/bin/ps"), true);
});

Deno.test("a probe may be asked, through a port of this host", () => {
  const { net } = acting({ manager: "command", command: ["x"] }, {
    probes: [
      { certificate: "a", probe: { host: "fd00::1", port: 443, timeout: 30 } },
      { certificate: "a", probe: { host: "mail.example.com", port: 25, timeout: 30 } },
    ],
  });
  assert.deepEqual(net, ["127.0.0.1", "[fd00::1]", "mail.example.com"]);
});

Deno.test("if very many files of a directory are written, the directory stands for them", () => {
  using directory = makeDirectory();
  const steps = Array.from(
    { length: 20 },
    (_, at) => deployStep(directory, `web${at}`, [{ kind: "missing" }]),
  );
  assert.deepEqual([...rights(...steps).write].sort(), [STORE, directory.at("ssl")].sort());
});

Deno.test("what no service has validated may be rolled back, also if nothing is deployed", () => {
  using directory = makeDirectory();
  const path = directory.at("web.key");
  const { read, write } = rights({
    kind: "recover",
    certificate: "web",
    store: false,
    pendingValidation: [{ path, kept: true }],
    leftovers: [],
    detail: "",
    closeKey: false,
  });
  assert.equal(write.includes(path) && write.includes(directory.at(".web.key.vcm-old")), true);
  assert.equal(read.includes(directory.path), true);
});

Deno.test("if another user writes, this program may be run once more", () => {
  using directory = makeDirectory();
  const step = deployStep(directory, "web", [{ kind: "missing" }]);
  const by = { uid: 1000, gid: 1000 };
  const targets = step.targets.map((target) => ({ ...target, by }));
  assert.deepEqual(rights({ ...step, targets }).run, [Deno.execPath()]);
  const recover: Step = {
    kind: "recover",
    certificate: "web",
    store: false,
    pendingValidation: [],
    leftovers: [directory.at(".a.vcm-new")],
    detail: "an interrupted run left temporary files",
    closeKey: false,
  };
  assert.deepEqual(rights(recover).run, []);
  const byUsers = [{ path: directory.at(".a.vcm-new"), by }];
  assert.deepEqual(rights({ ...recover, byUsers }).run, [Deno.execPath()]);
  const pendingValidation = [{ path: directory.at("a"), kept: true, by }];
  assert.deepEqual(rights({ ...recover, pendingValidation }).run, [Deno.execPath()]);
});

Deno.test("setfacl may be run if a file gets an ACL, whoever writes it", () => {
  using directory = makeDirectory();
  const step = deployStep(directory, "web", [{ kind: "missing" }]);
  const acl = "user::rw-";
  const targets = step.targets.map((target) => ({ ...target, acl }) as typeof target);
  const { run } = rights({ ...step, targets });
  assert.ok(run.length > 0 && run.every((path) => path.endsWith("/setfacl")), run.join());
  const path = directory.at("ssl/web");
  const bundle = targetStep(makeBundleTarget(path), makeSeen({ path }), [{ kind: "missing" }]);
  if (bundle.what !== "bundle") throw new Error("it is no bundle");
  const withAcl = rights({ ...step, targets: [{ ...bundle, acls: { privkey: acl } }] });
  assert.deepEqual(withAcl.run, ["/bin/ln", ...run, "/usr/bin/ln"].sort());
});

Deno.test("if a bundle is deployed, its directory may be written, and ln be run", () => {
  using directory = makeDirectory();
  const step = deployStep(directory, "web", [{ kind: "missing" }]);
  const path = directory.at("ssl/web");
  const bundle = targetStep(makeBundleTarget(path), makeSeen({ path }), [{ kind: "missing" }]);
  const { read, write, run } = rights({ ...step, targets: [bundle] });
  assert.equal(read.includes(directory.at("ssl")) && write.includes(directory.at("ssl")), true);
  assert.equal(write.includes(directory.path), false);
  assert.deepEqual(run, ["/bin/ln", "/usr/bin/ln"]);
});

Deno.test("a directory that is reached by a link is named both ways, and a target that is a link is not", () => {
  using directory = makeDirectory();
  Deno.mkdirSync(directory.at("real"));
  directory.write("other/secret", "x");
  Deno.symlinkSync("real", directory.at("ssl"));
  Deno.symlinkSync(directory.at("other/secret"), directory.at("real/web.crt"));
  const { read, write } = rights(deployStep(directory, "web", [{ kind: "missing" }]));
  for (const name of ["web.crt", ".web.key.vcm-new"]) {
    for (const ancestors of ["ssl", "real"]) {
      assert.ok(write.includes(directory.at(`${ancestors}/${name}`)), name);
    }
  }
  assert.ok(read.includes(directory.at("real")));
  assert.deepEqual(write.filter((path) => path.includes("other")), []);
  Deno.symlinkSync("real", directory.at("store"));
  const plan = { ...makePlan([], []), certStore: directory.at("store") };
  assert.deepEqual(rightsFor(plan, ACCESS).files.write, [
    directory.at("real"),
    directory.at("store"),
  ]);
});

Deno.test("if a link is replaced, ln may be run to keep it", () => {
  using directory = makeDirectory();
  const step = deployStep(directory, "web", [{ kind: "not-a-file", found: "symlink" }]);
  assert.deepEqual(rights(step).run, ["/bin/ln", "/usr/bin/ln"]);
});
