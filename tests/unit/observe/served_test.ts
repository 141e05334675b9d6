import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { observeAllServed } from "../../../lib/observe/probe.ts";
import { freePort } from "../../support/free_port.ts";
import { makeService, makeSpec } from "../../support/fixtures.ts";
import { makeOldAndNew, startTlsService } from "../apply/services/served_bench.ts";

const { old, renewed } = await makeOldAndNew();

function probed(id: string, port: number, timeout = 10) {
  return makeService({ id, probe: { host: "127.0.0.1", port, timeout } });
}

Deno.test("observeAllServed() looks at every probe, and answers in the file's order", async () => {
  await using oldService = startTlsService(old);
  await using newService = startTlsService(renewed);
  const nobody = freePort();
  const seen = await observeAllServed([
    makeSpec({
      name: "a",
      services: [
        probed("old", oldService.port),
        makeService({ id: "unprobed" }),
        probed("none", nobody),
      ],
    }),
    makeSpec({ name: "b", services: [probed("new", newService.port)] }),
    makeSpec({ name: "c", services: [probed("new", newService.port)] }),
  ]);
  assert.deepEqual(
    seen.map(({ service, certificate, at, served }) => [
      service,
      certificate,
      at,
      served.kind === "served" ? served.certificate.serial : served.kind,
    ]),
    [
      ["old", "a", `127.0.0.1:${oldService.port}`, "0a:1b:2c"],
      ["none", "a", `127.0.0.1:${nobody}`, "unreachable"],
      ["new", "b", `127.0.0.1:${newService.port}`, "0d:0e:0f"],
      ["new", "c", `127.0.0.1:${newService.port}`, "0d:0e:0f"],
    ],
  );
});

Deno.test("observeAllServed() opens no connection if nothing is probed", {
  permissions: "none",
}, async () => {
  assert.deepEqual(await observeAllServed([]), []);
  assert.deepEqual(await observeAllServed([makeSpec({ services: [makeService()] })]), []);
});

Deno.test("observeAllServed() looks at 8 at one time", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const services = Array.from({ length: 9 }, (_, at) => probed(`s${at}`, listener.addr.port, 60));
  const start = performance.now();
  const looking = observeAllServed([makeSpec({ services })]);
  const first: Deno.Conn[] = [];
  while (first.length < 8) first.push(await listener.accept());
  // Nobody answers them: after 10 s they are given up, and others follow.
  assert.ok(performance.now() - start < 9_000);
  const next = listener.accept();
  assert.equal(await Promise.race([next, delay(100)]), undefined);
  first.forEach((connection) => connection.close());
  (await next).close();
  await looking;
});

Deno.test("observeAllServed() waits for no service longer than it was told", async () => {
  // Its backlog takes connections, and nobody takes them up.
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const start = performance.now();
  const seen = await observeAllServed([
    makeSpec({ services: [probed("a", listener.addr.port, 1)] }),
  ]);
  assert.deepEqual(seen.map(({ served }) => served.kind), ["unreachable"]);
  assert.ok(performance.now() - start > 900);
});
