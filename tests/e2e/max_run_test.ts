/** `max_run` ends a run in order: what is under way is finished, and what is left counts as failed. */
import { assert } from "./assert.ts";
import { startFront } from "../support/faulty_proxy.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { startEndedSite } from "./ended_site.ts";

const test = await testsNeeding("openbao");

test("max_run lets the action that is under way end, and leaves the others to the next run", async () => {
  await using site = await startEndedSite();
  const services = Array.from(
    { length: 6 },
    (_, at) => `{name: s${at}, command: ["sleep", "1.5"], order: ${at}}`,
  );
  site.configure(site.certificate("web.e2e.test", ...services), "  max_run: 2s\n");
  const { code, stdout, stderr } = await site.vcm("run");
  assert.equal(code, 1, stderr);
  assert.match(stderr, /^warning: "max_run" \(2s\) is over: ending the run in order$/m);
  assert.match(
    stdout,
    /^failed {2}command:.*: not begun, because "max_run" \(2s\) is over; the next run does it$/m,
  );
  const [, done, left] = /(\d) service actions?; (\d) failed, 0 skipped/.exec(stdout) ?? [];
  assert.ok(Number(done) >= 1 && Number(left) >= 2, stdout);
  assert.equal(Number(done) + Number(left), 6, stdout);
  assert.equal(await site.loginTokens(), 0);
  site.configure(site.certificate("web.e2e.test", ...services), "  max_run: 20s\n");
  const next = await site.vcm("run");
  assert.equal(next.code, 0);
  assert.match(
    next.stdout,
    new RegExp(`^Done: 0 issued, 0 files deployed, ${left} service actions;`),
  );
});

test("max_run begins no certificate and repeats no request, and an answer that comes is stored", async () => {
  await using site = await startEndedSite();
  await using front = startFront(site.bao, async (path) => {
    if (path.startsWith("pki/issue")) await new Promise((resolve) => setTimeout(resolve, 4_000));
    return undefined;
  });
  site.address = front.address;
  const names = Array.from({ length: 12 }, (_, at) => `n${at}.e2e.test`);
  site.configure(names.map((name) => site.certificate(name)).join(""), "  max_run: 3s\n");
  const { code, stdout } = await site.vcm("run");
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^Done: 8 issued, 8 files deployed, 0 service actions; 4 failed, 0 skipped$/m,
  );
  assert.equal(front.heard.filter((path) => path.startsWith("pki/issue")).length, 8);
});

test("max_run rolls back files that no service could validate any more", async () => {
  await using site = await startEndedSite();
  const slow = ["a", "b"].map((name) =>
    site.certificate(
      `${name}.e2e.test`,
      `{name: ${name}, command: ["true"], validate: ["sleep", "3"]}`,
    )
  ).join("");
  site.configure(slow, "  max_run: 2s\n");
  const { code, stdout } = await site.vcm("run");
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^failed {2}command:b: "validate" was not run, because "max_run" \(2s\) is over; its action was not run; the files of b\.e2e\.test were rolled back$/m,
  );
  assert.equal(site.read("ssl/b.e2e.test.crt"), undefined);
  assert.notEqual(site.read("ssl/a.e2e.test.crt"), undefined, "it was validated");
});
