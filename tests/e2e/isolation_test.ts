import { assert } from "./assert.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { pairAlone, startScene } from "./scene.ts";

const test = await testsNeeding("openbao", "machine");

test("what fails for one certificate does not stop the others, and each is named", async () => {
  await using scene = await startScene();
  const { directory } = scene;
  await Deno.mkdir(`${directory}/ssl/directory.e2e.test.crt`);
  await Deno.mkdir(`${directory}/ssl/full`);
  const full = await scene.machine.exec([
    "mount",
    "-t",
    "tmpfs",
    "-o",
    "size=4k,mode=0755",
    "t",
    `${directory}/ssl/full`,
  ]);
  assert.equal(full.code, 0, full.stderr);
  await scene.machine.exec([
    "dd",
    "if=/dev/zero",
    `of=${directory}/ssl/full/ballast`,
    "bs=4096",
    "count=1",
  ]);
  const plain = (name: string, more = "") => pairAlone(scene, name, more);
  await scene.configure(
    plain("denied.e2e.test", "    role: denied\n") +
      plain("directory.e2e.test") +
      plain("owner.e2e.test").replace("owner: root", "owner: nosuchuser") +
      plain("parent.e2e.test").replaceAll("/ssl/parent", "/nosuchfolder/parent") +
      plain("space.e2e.test").replaceAll("/ssl/space", "/ssl/full/space") +
      plain("good.e2e.test"),
  );
  const run = await scene.vcm("run");
  assert.equal(run.code, 1);
  const said = run.stdout;
  assert.match(
    said,
    /^failed {2}denied\.e2e\.test: .*refused "pki\/issue\/denied" \(400: common name denied\.e2e\.test not allowed by this role\); the role must have its domain in allowed_domains, /m,
  );
  assert.match(
    said,
    /^failed {2}directory\.e2e\.test: ".*\/directory\.e2e\.test\.crt" is a directory; remove it/m,
  );
  assert.match(
    said,
    /^failed {2}owner\.e2e\.test: The owner "nosuchuser" of ".*" does not exist on this host/m,
  );
  assert.match(
    said,
    /^failed {2}parent\.e2e\.test: Directory ".*\/nosuchfolder" does not exist; fix: mkdir -p \S+, or set "create_dirs: true"$/m,
  );
  assert.match(
    said,
    /^failed {2}space\.e2e\.test: Cannot write ".*": no space left on device; free space there; see: df -h \S+, df -i \S+$/m,
  );
  assert.match(said, /^skipped {2}denied\.e2e\.test: no new certificate was issued$/m);
  assert.match(said, /^Done: 5 issued, 2 files deployed, /m);
  await Deno.stat(`${directory}/ssl/good.e2e.test.key`);

  const again = await scene.auditLines();
  assert.equal((await scene.vcm("run")).code, 1);
  // Log-in, one refused request, revocation: what was issued is not asked for again.
  assert.equal(await scene.auditLines() - again, 6);
  const left = await scene.machine.exec(["ls", "-A", `${directory}/ssl/full`]);
  assert.equal(left.stdout, "ballast\n", "no temporary file is left");
});

test("a lifetime shorter than the renewal window is warned of, and no renewal on every run", async () => {
  await using scene = await startScene();
  await scene.configure(pairAlone(scene, "short.e2e.test", "    role: short\n"));
  const run = await scene.vcm("run");
  assert.equal(run.code, 0, run.stdout);
  assert.match(
    run.stderr,
    /^warning: short\.e2e\.test: .*its renewal window of 10d covers its whole lifetime of 1h/m,
  );
  const audit = await scene.auditLines();
  const second = await scene.vcm("run");
  assert.equal(second.code, 0);
  assert.match(second.stdout, /^warning: short\.e2e\.test: its renewal window of 10d covers/);
  assert.equal(await scene.auditLines(), audit, "no request");
  assert.equal((await scene.vcm("check")).code, 0);
});

test("a server that is down is an error only if something is due, and nothing changes", async () => {
  await using scene = await startScene();
  await scene.configure(pairAlone(scene, "a.e2e.test"));
  assert.equal((await scene.vcm("run", "--quiet")).code, 0);
  await scene.stopServer();
  assert.equal((await scene.vcm("run")).stdout, "Nothing to do: 1 certificate in order\n");

  const before = await scene.snapshot();
  const due = await scene.vcm("issue", "--force");
  assert.equal(due.code, 1);
  assert.match(
    due.stdout,
    /^failed {2}a\.e2e\.test: Cannot connect to "http:\/\/127\.0\.0\.1:\d+": connection refused; is the server running\?$/m,
  );
  assert.deepEqual(await scene.snapshot(), before);
});
