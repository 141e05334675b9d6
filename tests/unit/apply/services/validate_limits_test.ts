/** Validations that cannot be run, and those of files that this run did not deploy. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { failures, kinds } from "../plans.ts";
import { commandStep, makeBench } from "./bench.ts";
import { withMoreTime } from "../../../support/busy_machine.ts";

const WEB = "web.example.test";

for (
  const [program, expected] of [
    ["vcm-test-no-such-program", 'cannot run "vcm-test-no-such-program": not on this host'],
    ["/no/such/program", 'cannot run "/no/such/program": not on this host'],
  ] as const
) {
  Deno.test(`if "${program}" is to validate, the files are rolled back`, async () => {
    using bench = makeBench();
    const events = await bench.run(
      bench.deploy(WEB, ["web"]),
      commandStep("web", [WEB], bench.logs("act"), { validate: [[program, "-t"]] }),
    );
    assert.deepEqual(kinds(events), ["deployed", "deployed", "rolled-back", "failed"]);
    assert.deepEqual(failures(events), [[
      "failed",
      "service",
      "web",
      `${expected}; its action was not run; the files of ${WEB} were rolled back`,
    ]]);
    assert.equal(bench.directory.read(`ssl/${WEB}.crt`), `old cert of ${WEB}\n`);
    assert.deepEqual(bench.log(), []);
  });
}

Deno.test("a validation that hangs is ended, and the files are rolled back", async () => {
  await withMoreTime(1_000, async (limit) => {
    const timeout = limit / 1000;
    using bench = makeBench();
    const began = bench.directory.at("began");
    const hangs = bench.script("hangs", `echo looking; touch ${began}; exec sleep 600`);
    const events = await bench.run(
      bench.deploy(WEB, ["web"]),
      commandStep("web", [WEB], bench.logs("act"), { validate: [[hangs, "-t"]], timeout }),
    );
    if (!existsSync(began)) return undefined;
    assert.deepEqual(failures(events), [[
      "failed",
      "service",
      "web",
      `"${hangs} -t" took longer than ${timeout} s: looking; its action was not run; ` +
      `the files of ${WEB} were rolled back`,
    ]]);
    assert.equal(bench.directory.read(`ssl/${WEB}.crt`), `old cert of ${WEB}\n`);
    assert.deepEqual(bench.log(), []);
    return true;
  });
});

Deno.test("what an earlier run deployed is validated before the action, and is not rolled back", async () => {
  using bench = makeBench();
  bench.directory.write("ssl/web.crt", "new\n");
  bench.directory.write("store/.pending/web", `web has to load the new files of ${WEB}\n`);
  const check = bench.logs("check", "exit 1");
  const events = await bench.run(
    commandStep("web", [], bench.logs("act"), {
      pending: { reason: "pending", detail: "it has not loaded them" },
      validate: [check],
    }),
  );
  const message = `"${check[0]}" failed (1): no output; its action was not run`;
  assert.deepEqual(events, [{ kind: "failed", step: "service", subject: "web", message }]);
  assert.deepEqual(bench.log(), ["check"]);
  assert.equal(bench.directory.read("ssl/web.crt"), "new\n");
  assert.match(
    bench.directory.read("store/.pending/web"),
    /\nfailed: .* its action was not run\n$/,
  );
});

Deno.test("nothing is validated if nothing was deployed", async () => {
  using bench = makeBench();
  const deploy = bench.deploy(WEB, ["web"]);
  bench.directory.write(`ssl/.${WEB}.key.vcm-new/in-the-way`, "x");
  const events = await bench.run(
    deploy,
    commandStep("web", [WEB], bench.logs("act"), { validate: [bench.logs("check")] }),
  );
  assert.deepEqual(bench.log(), []);
  assert.deepEqual(failures(events).slice(1), [
    ["skipped", "service", "web", "nothing was deployed for it"],
  ]);
  assert.deepEqual(bench.directory.tree().filter((name) => name.endsWith(".vcm-old")), []);
});

Deno.test("files that cannot be rolled back are reported, and no service loads them", async () => {
  using bench = makeBench();
  const deploy = bench.deploy(WEB, ["web", "mail"]);
  const path = bench.directory.at(`ssl/${WEB}.crt`);
  // The validation itself puts something in the way.
  const check = bench.logs("check", `rm ${path}; mkdir -p ${path}/x; exit 1`);
  const events = await bench.run(
    deploy,
    commandStep("web", [WEB], bench.logs("act"), { validate: [check] }),
    commandStep("mail", [WEB], bench.logs("mail")),
  );
  const said = failures(events);
  assert.deepEqual(said.map(([kind, step, subject]) => [kind, step, subject]), [
    ["failed", "deploy", WEB],
    ["failed", "service", "web"],
    ["skipped", "service", "mail"],
  ]);
  assert.match(
    said[0]?.[3] ?? "",
    new RegExp(
      `^Cannot roll back "${path}": [a-z ]+; its files are from two sets: fix that, then run "vcm run"$`,
    ),
  );
  assert.equal(said[2]?.[3], `the files of ${WEB} are not all in place`);
  assert.deepEqual(bench.log(), ["check"]);
});

Deno.test("a service with a pending action does not load files of two sets that could not be fixed", async () => {
  using bench = makeBench();
  const deploy = bench.deploy(WEB, ["web"]);
  bench.directory.write(`ssl/.${WEB}.key.vcm-new/in-the-way`, "x");
  const events = await bench.run(
    deploy,
    commandStep("web", [WEB], bench.logs("act"), {
      pending: { reason: "pending", detail: "it has not loaded them" },
    }),
  );
  assert.deepEqual(bench.log(), []);
  assert.deepEqual(failures(events).slice(1), [
    ["skipped", "service", "web", `the files of ${WEB} are not all in place`],
  ]);
});

Deno.test("a certificate whose files were never there keeps no service from the others' files", async () => {
  using bench = makeBench();
  const deploy = bench.deploy(WEB, ["web"]);
  bench.directory.write(`ssl/.${WEB}.key.vcm-new/in-the-way`, "x");
  const targets = deploy.targets.map((target) => ({
    ...target,
    drift: [{ kind: "missing" }] as const,
  }));
  await bench.run(
    { ...deploy, targets },
    commandStep("web", [WEB], bench.logs("act"), {
      pending: { reason: "pending", detail: "it has not loaded those of another" },
    }),
  );
  assert.deepEqual(bench.log(), ["act"]);
});
