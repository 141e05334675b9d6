/** New files that nginx finds fault with do not reach it, and do not stay. */
import { assert } from "./assert.ts";
import { nginxScript } from "../support/fetch_nginx.ts";
import { oneWorkerLeft } from "../support/nginx.ts";
import { pathOfPart } from "../support/parts.ts";
import { servedCertificate } from "../support/served_certificate.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { pairFor, type Scene, startScene } from "./scene.ts";
import { serveSelfSigned } from "./self_served.ts";

const test = await testsNeeding("openbao", "nginx", "machine");
const NAME = "web.e2e.test";

test("a validate that fails leaves nginx its old certificate, and the old files in place", async () => {
  await using scene = await startScene();
  const port = await serveSelfSigned(scene, NAME);
  const judge = await writeJudge(scene);
  await scene.configure(
    pairFor(
      scene,
      NAME,
      `{name: nginx.service, control: reload, validate: ["${judge}"], probe: "127.0.0.1:${port}"}`,
    ),
  );
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);
  await oneWorkerLeft(scene.machine);
  const { serialNumber } = await servedCertificate(port);
  const files = await scene.snapshot();
  const conf = `${scene.directory}/nginx/nginx.conf`;
  const good = await Deno.readTextFile(conf);

  await Deno.writeTextFile(conf, `${good}\nnonsense;\n`);
  assert.equal((await scene.vcm("issue", "--force", "--quiet")).code, 0);
  const loaded = await scene.systemctl("show", "-p", "StateChangeTimestamp", "nginx.service");
  const failed = await scene.vcm("run");
  assert.equal(failed.code, 1);
  assert.match(
    failed.stdout,
    /^failed {2}nginx\.service: "\S+judge" failed \(1\): nginx: \[emerg\] unknown directive "nonsense" .*; its action was not run; the files of web\.e2e\.test were rolled back\nDone: 0 issued, 0 files deployed, 0 service actions; 1 failed, 0 skipped\n$/,
  );
  assert.match(
    failed.stderr,
    /^web\.e2e\.test: rolled back \S+\.crt, \S+\.key, because "validate" of nginx\.service failed/m,
  );
  for (const ending of ["crt", "key"]) {
    const path = `${scene.directory}/ssl/${NAME}.${ending}`;
    // Inode, time of the content, mode and owner; the kernel dates the renaming.
    const kept = (text: string | undefined) => text?.split(" ").toSpliced(2, 1);
    assert.deepEqual(kept((await scene.snapshot())[path]), kept(files[path]), path);
  }
  assert.equal(
    await scene.systemctl("show", "-p", "StateChangeTimestamp", "nginx.service"),
    loaded,
    "nginx was left alone",
  );
  assert.equal((await servedCertificate(port)).serialNumber, serialNumber);
  const check = await scene.vcm("check");
  assert.equal(check.code, 1);
  assert.match(check.stdout, /web\.e2e\.test: \S+\.crt: content serial \S+ -> \S+, until/);
  assert.match(check.stdout, /nonsense/);

  await Deno.writeTextFile(conf, good);
  const audit = await scene.auditLines();
  const mended = await scene.vcm("run");
  assert.deepEqual([mended.code, mended.stdout], [
    0,
    "Done: 0 issued, 2 files deployed, 1 service action; 0 failed, 0 skipped\n",
  ]);
  assert.equal(await scene.auditLines(), audit, "nothing is issued anew");
  await oneWorkerLeft(scene.machine);
  assert.notEqual((await servedCertificate(port)).serialNumber, serialNumber);
  assert.equal((await scene.vcm("check")).code, 0);
  assert.deepEqual([...Deno.readDirSync(`${scene.directory}/ssl`)].map(({ name }) => name).sort(), [
    `${NAME}.crt`,
    `${NAME}.key`,
  ]);
});

/** What `nginx -t` is on a host where nginx is installed. */
async function writeJudge(scene: Scene): Promise<string> {
  const nginx = await pathOfPart("nginx");
  const judge = `${scene.directory}/judge`;
  const conf = `${scene.directory}/nginx/nginx.conf`;
  await Deno.writeTextFile(
    judge,
    nginxScript(nginx, "-t", "-q", "-c", conf, "-e", `${scene.directory}/judged.log`),
    { mode: 0o755 },
  );
  return judge;
}
