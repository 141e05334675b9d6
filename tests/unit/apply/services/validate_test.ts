/** What services make of new files before any of them loads one. */
import assert from "node:assert/strict";
import { lstatSync } from "node:fs";
import type { ApplyEvent } from "../../../../lib/apply/events.ts";
import { failures, issueStep, kinds, withRig } from "../plans.ts";
import { type Bench, commandStep, makeBench } from "./bench.ts";

const WEB = "web.example.test";
const FILES = [`ssl/${WEB}.crt`, `ssl/${WEB}.key`] as const;

/** Bytes, inodes and times of the deployed files. */
function deployed({ directory }: Bench) {
  return FILES.map((name) => {
    const { ino, mtimeMs, mode } = lstatSync(directory.at(name));
    return [directory.read(name), ino, mtimeMs, mode];
  });
}

/** Files beside the targets, and records. */
function left({ directory }: Bench): string[] {
  return directory.tree().filter((name) => /^ssl\/\.|^store\/\.pending\/./.test(name));
}

function reverted(events: readonly ApplyEvent[]) {
  return events.filter((event) => event.kind === "rolled-back");
}

Deno.test("a service whose validation succeeds acts on the new files", async () => {
  using bench = makeBench();
  const deploy = bench.deploy(WEB, ["web"]);
  const cert = bench.directory.at(FILES[0]);
  const validate = [bench.logs("check", `grep -q new ${cert}`)];
  const events = await bench.run(
    deploy,
    commandStep("web", [WEB], bench.logs("act"), { validate }),
  );
  assert.deepEqual(kinds(events), ["deployed", "deployed", "acted"]);
  assert.deepEqual(bench.log(), ["check", "act"]);
  assert.equal(bench.directory.read(FILES[0]), `new cert of ${WEB}\n`);
  assert.deepEqual(left(bench), []);
});

Deno.test("if validation fails, the old files are restored, and the action is not run", async () => {
  using bench = makeBench();
  const deploy = bench.deploy(WEB, ["web"]);
  const before = deployed(bench);
  const check = bench.logs("check", "echo 'nginx: [emerg] key values mismatch' >&2; exit 1");
  const events = await bench.run(
    deploy,
    commandStep("web", [WEB], bench.logs("act"), { validate: [check] }),
  );
  const message = `"${check[0]}" failed (1): nginx: [emerg] key values mismatch; its action was ` +
    `not run; the files of ${WEB} were rolled back`;
  assert.deepEqual(kinds(events), ["deployed", "deployed", "rolled-back", "failed"]);
  assert.deepEqual(reverted(events), [{
    kind: "rolled-back",
    certificate: WEB,
    service: "web",
    paths: FILES.map((name) => bench.directory.at(name)),
  }]);
  assert.deepEqual(failures(events), [["failed", "service", "web", message]]);
  assert.deepEqual(bench.log(), ["check"]);
  assert.deepEqual(deployed(bench), before);
  // The store keeps the new set, and the pending action says why the service has not loaded it.
  assert.equal(bench.directory.read(`store/${WEB}/privkey.pem`), `new privkey of ${WEB}\n`);
  assert.deepEqual(left(bench), ["store/.pending/web"]);
  assert.equal(
    bench.directory.read("store/.pending/web"),
    `web has to load new files\ncertificate: ${WEB}\nfailed: ${message}\n`,
  );
  assert.deepEqual(structuredClone(events), events);
});

Deno.test("files that were not there before are gone again", async () => {
  using bench = makeBench();
  const deploy = bench.deploy(WEB, ["web"]);
  Deno.removeSync(bench.directory.at(FILES[1]));
  const check = bench.logs("check", "exit 1");
  const [, , , failed] = await bench.run(
    deploy,
    commandStep("web", [WEB], bench.logs("act"), { validate: [check] }),
  );
  assert.equal(failed?.kind, "failed");
  assert.deepEqual(bench.directory.tree().filter((name) => /^ssl\/./.test(name)), [FILES[0]]);
});

Deno.test("another service that shares the files is skipped, and has no pending action", async () => {
  for (const order of [["mail", "web"], ["web", "mail"]]) {
    using bench = makeBench();
    const deploy = bench.deploy(WEB, ["mail", "web"]);
    const steps = {
      mail: commandStep("mail", [WEB], bench.logs("mail"), { validate: [bench.logs("good")] }),
      web: commandStep("web", [WEB], bench.logs("web"), {
        validate: [bench.logs("bad", "exit 1")],
      }),
    };
    const events = await bench.run(
      deploy,
      ...order.map((name) => steps[name as keyof typeof steps]),
    );
    assert.deepEqual(failures(events).find(([, , subject]) => subject === "mail"), [
      "skipped",
      "service",
      "mail",
      `the files of ${WEB} were rolled back`,
    ]);
    assert.deepEqual(left(bench), ["store/.pending/web"]);
    assert.equal(bench.log().includes("mail"), false);
    assert.equal(reverted(events).length, 1);
  }
});

Deno.test("a service that shares the files keeps the pending action it had before", async () => {
  using bench = makeBench();
  bench.directory.write("store/.pending/mail", "mail has to load new files\ncertificate: old\n");
  const deploy = bench.deploy(WEB, ["mail", "web"]);
  await bench.run(
    deploy,
    commandStep("mail", [WEB], bench.logs("mail", "exit 1"), {
      pending: { reason: "pending", detail: "it has not loaded them" },
    }),
    commandStep("web", [WEB], bench.logs("web"), { validate: [bench.logs("bad", "exit 1")] }),
  );
  assert.deepEqual(left(bench), ["store/.pending/mail", "store/.pending/web"]);
});

Deno.test("certificates of a service are rolled back together, and those of others stay", async () => {
  using bench = makeBench();
  const [a, b, c] = ["a.example.test", "b.example.test", "c.example.test"] as const;
  const events = await bench.run(
    bench.deploy(a, ["web"]),
    bench.deploy(b, ["web"]),
    bench.deploy(c, ["mail"]),
    commandStep("web", [a, b], bench.logs("web"), { validate: [bench.logs("bad", "exit 1")] }),
    commandStep("mail", [c], bench.logs("mail")),
  );
  assert.deepEqual(reverted(events).map((event) => event.certificate), [a, b]);
  assert.equal(bench.directory.read(`ssl/${a}.key`), `old privkey of ${a}\n`);
  assert.equal(bench.directory.read(`ssl/${b}.crt`), `old cert of ${b}\n`);
  assert.equal(bench.directory.read(`ssl/${c}.crt`), `new cert of ${c}\n`);
  assert.deepEqual(bench.log(), ["bad", "mail"]);
  assert.match(
    failures(events)[0]?.[3] ?? "",
    new RegExp(`; its action was not run; the files of ${a}, ${b} were rolled back$`),
  );
});

Deno.test("a service of two certificates acts on the one that was not rolled back", async () => {
  using bench = makeBench();
  const [a, b] = ["a.example.test", "b.example.test"] as const;
  const events = await bench.run(
    bench.deploy(a, ["both", "web"]),
    bench.deploy(b, ["both"]),
    commandStep("both", [a, b], bench.logs("both")),
    commandStep("web", [a], bench.logs("web"), { validate: [bench.logs("bad", "exit 1")] }),
  );
  assert.deepEqual(kinds(events).slice(-2), ["acted", "failed"]);
  assert.deepEqual(left(bench), ["store/.pending/web"]);
});

Deno.test("all services have validated before the first one acts", async () => {
  using bench = makeBench();
  const [a, b] = ["a.example.test", "b.example.test"] as const;
  const kept = () => `ls -A ${bench.directory.at("ssl")} | grep -q vcm-old`;
  const events = await bench.run(
    bench.deploy(a, ["first"]),
    bench.deploy(b, ["second"]),
    commandStep("first", [a], bench.logs("act1", `! ${kept()}`), {
      validate: [bench.logs("check1", kept()), bench.logs("check2", kept())],
    }),
    commandStep("second", [b], bench.logs("act2"), { validate: [bench.logs("check3", kept())] }),
  );
  assert.deepEqual(failures(events), []);
  assert.deepEqual(bench.log(), ["check1", "check2", "check3", "act1", "act2"]);
});

Deno.test("the first failed validation is reported, and later commands are not run", async () => {
  using bench = makeBench();
  const events = await bench.run(
    bench.deploy(WEB, ["web"]),
    commandStep("web", [WEB], bench.logs("act"), {
      validate: [bench.logs("good"), bench.logs("bad", "echo no; exit 2"), bench.logs("never")],
    }),
  );
  assert.deepEqual(bench.log(), ["good", "bad"]);
  assert.match(failures(events)[0]?.[3] ?? "", /\/bin\/bad" failed \(2\): no; its action/);
});

Deno.test("what services read from the store is not rolled back: the action is not run, and stays pending", async () => {
  await withRig(async ({ directory, plan, run }) => {
    const step = commandStep("web", [WEB], ["/bin/true"], { validate: [["/bin/false"]] });
    const events = await run(plan({ ...issueStep(WEB), services: ["web"] }, step));
    assert.deepEqual(kinds(events), ["issued", "failed"]);
    assert.deepEqual(failures(events), [[
      "failed",
      "service",
      "web",
      '"/bin/false" failed (1): no output; its action was not run',
    ]]);
    assert.match(directory.read("store/.pending/web"), /^failed: "\/bin\/false" failed/m);
    assert.equal(directory.tree().includes(`store/${WEB}/cert.pem`), true);
  });
});

Deno.test("services that read the store act on a new certificate", async () => {
  await withRig(async ({ directory, plan, run }) => {
    const events = await run(plan(
      { ...issueStep(WEB), services: ["web"] },
      commandStep("web", [WEB], ["/bin/true"]),
    ));
    assert.deepEqual(kinds(events), ["issued", "acted"]);
    assert.equal(directory.tree().includes("store/.pending/web"), false);
  });
});
