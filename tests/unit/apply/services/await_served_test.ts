/** After its action a service has to serve the new certificate, or the action has failed. */
import assert from "node:assert/strict";
import { awaitServed } from "../../../../lib/apply/services/await_served.ts";
import { freePort } from "../../../support/free_port.ts";
import { makeDirectory } from "../../../support/rig.ts";
import { failures } from "../plans.ts";
import { commandStep, makeBench } from "./bench.ts";
import { makeOldAndNew, startTlsService } from "./served_bench.ts";
import { withMoreTime } from "../../../support/busy_machine.ts";

const WEB = "web.example.test";
const { old, renewed } = await makeOldAndNew();

function probeOf(port: number, timeout: number) {
  return { host: "127.0.0.1", port, timeout };
}

Deno.test("awaitServed() waits until the service serves the stored certificate", async () => {
  using store = makeDirectory();
  store.write(`${WEB}/cert.pem`, renewed.pem);
  await using service = startTlsService(old, (looks, service) => {
    if (looks === 2) service.serve(renewed);
  });
  assert.equal(await awaitServed(store.path, WEB, probeOf(service.port, 10)), undefined);
  assert.ok(service.looks() >= 3, `${service.looks()} looks`);
});

Deno.test("awaitServed() looks once if the stored certificate is served", async () => {
  using store = makeDirectory();
  store.write(`${WEB}/cert.pem`, renewed.pem);
  await using service = startTlsService(renewed);
  assert.equal(await awaitServed(store.path, WEB, probeOf(service.port, 10)), undefined);
  assert.equal(service.looks(), 1);
});

Deno.test("awaitServed() gives up in time, and says what is served", async () => {
  using store = makeDirectory();
  store.write(`${WEB}/cert.pem`, renewed.pem);
  await withMoreTime(1_000, async (limit) => {
    await using service = startTlsService(old);
    const timeout = limit / 1000;
    const problem = await awaitServed(store.path, WEB, probeOf(service.port, timeout));
    if (service.looks() < 2 || !problem?.includes("still serves")) return undefined;
    assert.equal(
      problem,
      `the new certificate of ${WEB} was not served within ${timeout} s: ` +
        `127.0.0.1:${service.port} still serves serial 0a:1b:2c, until 2027-01-30 00:00 UTC`,
    );
    return true;
  });
});

Deno.test("awaitServed() says that nobody answers", async () => {
  using store = makeDirectory();
  store.write(`${WEB}/cert.pem`, renewed.pem);
  const port = freePort();
  const problem = await awaitServed(store.path, WEB, probeOf(port, 1)) ?? "";
  const start = `the new certificate of ${WEB} was not served within 1 s: `;
  assert.equal(problem.slice(0, start.length), start);
  assert.ok(problem.slice(start.length).includes(`127.0.0.1:${port}`), problem);
});

Deno.test("awaitServed() gives up on a service that never answers", {
  // The runtime keeps a handshake that was given up until the other side goes.
  sanitizeResources: false,
}, async () => {
  using store = makeDirectory();
  store.write(`${WEB}/cert.pem`, renewed.pem);
  // Its backlog takes connections, and nobody takes them up.
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const problem = await awaitServed(store.path, WEB, probeOf(listener.addr.port, 1));
  assert.match(problem ?? "", /^the new certificate of .* was not served within 1 s: /);
});

Deno.test("awaitServed() knows what to wait for, or does not wait", async () => {
  using store = makeDirectory();
  const probe = probeOf(freePort(), 10);
  assert.equal(await awaitServed(store.path, WEB, probe), undefined);
  store.write(`${WEB}/cert.pem`, "no certificate\n");
  const problem = await awaitServed(store.path, WEB, probe) ?? "";
  assert.match(problem, new RegExp(`^cannot probe 127\\.0\\.0\\.1:${probe.port}: \\S`));
});

Deno.test("an action counts once the new certificate is served", async () => {
  using bench = makeBench();
  const step = bench.deploy(WEB, ["web"]);
  bench.directory.write(`store/${WEB}/cert.pem`, renewed.pem);
  await using service = startTlsService(renewed);
  const events = await bench.run(
    step,
    commandStep("web", [WEB], bench.logs("act"), {
      probes: [{ certificate: WEB, probe: probeOf(service.port, 10) }],
    }),
  );
  assert.deepEqual(events.slice(2), [{ kind: "acted", service: "web", action: "command" }]);
  assert.equal(service.looks(), 1);
  assert.equal(bench.directory.tree().includes("store/.pending/web"), false);
});

Deno.test("an action after which the old one is served has failed, and stays pending", async () => {
  using bench = makeBench();
  const step = bench.deploy(WEB, ["web"]);
  bench.directory.write(`store/${WEB}/cert.pem`, renewed.pem);
  await using service = startTlsService(old);
  const events = await bench.run(
    step,
    commandStep("web", [WEB], bench.logs("act"), {
      probes: [{ certificate: WEB, probe: probeOf(service.port, 1) }],
    }),
  );
  const message = `the new certificate of ${WEB} was not served within 1 s: ` +
    `127.0.0.1:${service.port} still serves serial 0a:1b:2c, until 2027-01-30 00:00 UTC`;
  assert.deepEqual(failures(events), [["failed", "service", "web", message]]);
  assert.deepEqual(bench.log(), ["act"]);
  assert.match(bench.directory.read("store/.pending/web"), /\nfailed: the new certificate of /);
});

Deno.test("what was rolled back is not waited for", async () => {
  using bench = makeBench();
  const [a, b] = ["a.example.test", "b.example.test"] as const;
  const steps = [bench.deploy(a, ["both", "web"]), bench.deploy(b, ["both"])];
  for (const name of [a, b]) bench.directory.write(`store/${name}/cert.pem`, renewed.pem);
  await using oldService = startTlsService(old);
  await using newService = startTlsService(renewed);
  const events = await bench.run(
    ...steps,
    commandStep("both", [a, b], bench.logs("both"), {
      probes: [
        { certificate: a, probe: probeOf(oldService.port, 10) },
        { certificate: b, probe: probeOf(newService.port, 10) },
      ],
    }),
    commandStep("web", [a], bench.logs("web"), { validate: [bench.logs("bad", "exit 1")] }),
  );
  assert.deepEqual(failures(events).map(([, , subject]) => subject), ["web"]);
  assert.deepEqual([oldService.looks(), newService.looks()], [0, 1]);
});
