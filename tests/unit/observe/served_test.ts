import assert from "node:assert/strict";
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

Deno.test("observeAllServed() looks at 8 at one time, and waits for none longer than it was told", async () => {
  // Its backlog takes connections, and nobody takes them up.
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const services = Array.from({ length: 8 }, (_, at) => probed(`s${at}`, listener.addr.port, 1));
  const start = performance.now();
  const seen = await observeAllServed([makeSpec({ services })]);
  const took = performance.now() - start;
  assert.deepEqual(seen.map(({ served }) => served.kind), services.map(() => "unreachable"));
  assert.ok(took > 900 && took < 3_000, `${Math.round(took)} ms`);
});
