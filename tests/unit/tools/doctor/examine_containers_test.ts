/** What `vcm doctor` says of the mounts of containers; the engine's answers are given. */
import assert from "node:assert/strict";
import { DEFAULT_CONTROL } from "../../../../lib/config/defaults.ts";
import type { CertificateSpec, ServiceSpec, TargetSpec } from "../../../../lib/config/types.ts";
import type { Presence } from "../../../../lib/host/types.ts";
import { examineContainers } from "../../../../lib/tools/doctor/examine_containers.ts";
import { makeConfig, makeService, makeSpec, makeTarget } from "../../../support/fixtures.ts";
import { type Directory, makeDirectory } from "../../../support/rig.ts";

type Mounts = Presence<readonly string[]>;

const WEB = makeService({ id: "docker:web", name: "web", manager: "docker", control: "signal" });

function withTargets(
  targets: readonly TargetSpec[],
  services: readonly ServiceSpec[] = [WEB],
): CertificateSpec {
  return makeSpec({ targets, services });
}

/** Verdict, subject, detail and fix of each result; the test's directory is `D`. */
async function said(
  directory: Directory,
  specs: readonly CertificateSpec[],
  mounts: Mounts | ((name: string) => Mounts),
) {
  const config = { ...makeConfig(specs), certStore: directory.at("store") };
  const results = await examineContainers(
    config,
    specs,
    (_engine, name) => Promise.resolve(typeof mounts === "function" ? mounts(name) : mounts),
  );
  return results.map(({ verdict, subject, detail, remedy = "" }) =>
    [`${verdict} ${subject}: ${detail}`, remedy].map((text) => text.replaceAll(directory.path, "D"))
  );
}

function present(...value: string[]): Mounts {
  return { kind: "present", value };
}

Deno.test("a mounted file that VCM replaces stays the old one after a signal", async () => {
  using directory = makeDirectory();
  directory.write("ssl/web.crt", "");
  const spec = withTargets([makeTarget({ path: directory.at("ssl/web.crt") })]);
  const detail = 'it mounts "D/ssl/web.crt" by itself, so when VCM replaces "D/ssl/web.crt" it ' +
    "keeps the old one";
  const fix = 'mount the directory "D/ssl" instead, or set "in_place: true" on that target; ' +
    "to see its mounts: docker inspect web";
  const mounts = present(directory.at("ssl/web.crt"), "/etc/localtime");
  assert.deepEqual(await said(directory, [spec], mounts), [
    [`problem docker:web: ${detail}, and a signal does not change that`, fix],
  ]);
  for (const control of ["restart", DEFAULT_CONTROL] as const) {
    const restarted = withTargets(spec.targets, [{ ...WEB, control }]);
    assert.deepEqual(await said(directory, [restarted], mounts), [
      [`warning docker:web: ${detail} until it is restarted`, fix],
    ]);
  }
});

Deno.test("a mount of the directory, and in_place, are in order", async () => {
  using directory = makeDirectory();
  directory.write("ssl/web.crt", "");
  const path = directory.at("ssl/web.crt");
  const ok = [["ok docker:web: VCM replaces nothing that it mounts by itself", ""]];
  const spec = withTargets([makeTarget({ path })]);
  for (const mount of [directory.at("ssl"), directory.path, `${path}.old`]) {
    assert.deepEqual(await said(directory, [spec], present(mount)), ok, mount);
  }
  assert.deepEqual(await said(directory, [spec], present()), ok);
  const inPlace = withTargets([makeTarget({ path, inPlace: true })]);
  assert.deepEqual(await said(directory, [inPlace], present(path)), ok);
});

Deno.test("links on either side hide no mount", async () => {
  using directory = makeDirectory();
  directory.write("data/web.crt", "");
  Deno.symlinkSync(directory.at("data"), directory.at("ssl"));
  Deno.symlinkSync(directory.at("data/web.crt"), directory.at("link.crt"));
  const paths = ["data/web.crt", "ssl/web.crt", "link.crt"].map(directory.at);
  for (const path of paths) {
    for (const mount of paths) {
      const results = await said(directory, [withTargets([makeTarget({ path })])], present(mount));
      assert.match(results[0]?.[0] ?? "", /^problem /, `${path} ${mount}`);
    }
  }
  // Neither is there yet, but a directory above is a link.
  const spec = withTargets([makeTarget({ path: directory.at("ssl/new.crt") })]);
  const [result] = await said(directory, [spec], present(directory.at("data/new.crt")));
  assert.match(result?.[0] ?? "", /^problem /);
});

Deno.test("a mounted bundle, a set of it and a file in it stay the old ones", async () => {
  using directory = makeDirectory();
  const version = ".web.vcm-5b1ec2d0a7f3984e";
  directory.write(`ssl/${version}/privkey.pem`, "");
  Deno.symlinkSync(version, directory.at("ssl/web"));
  const { createDirs, path } = makeTarget({ path: directory.at("ssl/web") });
  const spec = withTargets([{ what: "bundle", path, createDirs }]);
  const older = "ssl/.web.vcm-0000000000000000/privkey.pem";
  for (const mount of ["ssl/web", "ssl/web/privkey.pem", `ssl/${version}`, older]) {
    const [result = []] = await said(directory, [spec], present(directory.at(mount)));
    assert.match(result[0] ?? "", /^problem .* replaces "D\/ssl\/web" /, mount);
    assert.equal(
      result[1],
      'mount the directory "D/ssl" instead; to see its mounts: docker inspect web',
    );
  }
  for (const mount of ["ssl", "ssl/.web2.vcm-5b1ec2d0a7f3984e", "ssl/web2"]) {
    const [result = []] = await said(directory, [spec], present(directory.at(mount)));
    assert.match(result[0] ?? "", /^ok /, mount);
  }
});

Deno.test("a set in the store is replaced as a whole, so a mount of it stays the old one", async () => {
  using directory = makeDirectory();
  const spec = withTargets([]);
  for (const mount of [`store/${spec.name}`, `store/${spec.name}/cert.pem`]) {
    const [result = []] = await said(directory, [spec], present(directory.at(mount)));
    assert.match(result[0] ?? "", /^problem docker:web: it mounts /, mount);
    assert.match(result[1] ?? "", /"deploy"/);
  }
  const [result = []] = await said(directory, [spec], present(directory.at("store")));
  assert.match(result[0] ?? "", /^ok /);
});

Deno.test("a container can mount a file of a certificate that does not name it", async () => {
  using directory = makeDirectory();
  const other = { ...withTargets([makeTarget({ path: directory.at("ca.crt") })], []), name: "ca" };
  const [result = []] = await said(
    directory,
    [withTargets([]), other],
    present(directory.at("ca.crt")),
  );
  assert.match(result[0] ?? "", /^problem docker:web: .* replaces "D\/ca\.crt" /);
});

Deno.test("a container that is not there is a warning, and an engine that fails is asked once", async () => {
  using directory = makeDirectory();
  const db = makeService({ id: "docker:db", name: "db", manager: "docker" });
  const spec = withTargets([], [WEB, db, makeService({ id: "nginx.service" })]);
  assert.deepEqual(
    (await said(directory, [spec, spec], { kind: "absent" })).map(([text]) => text),
    [
      'warning docker:web: docker has no container "web"',
      'warning docker:db: docker has no container "db"',
    ],
  );
  const asked: string[] = [];
  const failing = await said(directory, [spec], (name) => {
    asked.push(name);
    return { kind: "unreadable", problem: "Cannot run" };
  });
  assert.deepEqual(asked, ["web"]);
  assert.deepEqual(failing.map(([text]) => text), [
    "warning docker:web: cannot tell what it mounts: Cannot run",
    'warning docker:db: cannot tell what it mounts: not asked, as it failed for "web"',
  ]);
});
