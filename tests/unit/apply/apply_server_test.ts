/** Servers that are down, clocks that differ, and lifetimes that are of no use. */
import assert from "node:assert/strict";
import { failures, issueStep, kinds, withRig } from "./plans.ts";

const NAMES = ["a.example.test", "b.example.test", "c.example.test"];

Deno.test("apply() asks a server that is down once, and says it for each certificate", () =>
  withRig(async ({ access, plan, run, directory }) => {
    let contacts = 0;
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const accepting = (async () => {
      for await (const connection of listener) {
        contacts++;
        connection.close();
      }
    })();
    const addresses = [`http://127.0.0.1:${listener.addr.port}`];
    const events = await run(plan(...NAMES.map((name) => issueStep(name))), {
      ...access,
      addresses,
    });
    listener.close();
    await accepting.catch(() => {});
    assert.deepEqual(kinds(events), ["failed", "failed", "failed"]);
    assert.equal(new Set(failures(events).map(([, , , message]) => message)).size, 1);
    // The probe and the login; the runtime tries a connection that was closed on it once more.
    assert.ok(contacts <= 3, `${contacts} contacts`);
    assert.deepEqual(directory.tree(), ["ssl/", "store/"]);
  }));

Deno.test("apply() without a way to the server says why, and asks nobody", () =>
  withRig(async ({ plan, run, vault }) => {
    const events = await run(plan(issueStep("a"), issueStep("b")), { problem: "No Vault address" });
    assert.deepEqual(failures(events), [
      ["failed", "issue", "a", "No Vault address"],
      ["failed", "issue", "b", "No Vault address"],
    ]);
    assert.deepEqual(vault.requests, []);
  }));

Deno.test("apply() asks the server nothing if the plan issues nothing", () =>
  withRig(async ({ plan, run, vault }) => {
    await run(plan({ kind: "clear", service: "nginx.service", detail: "it loaded them" }));
    assert.deepEqual(vault.requests, []);
  }));

Deno.test("apply() stores no certificate that would be due at once, and keeps the old one", () =>
  withRig(async ({ plan, run, directory }) => {
    directory.write("store/web.example.test/cert.pem", "old\n");
    const step = issueStep("web.example.test", { role: "short", ttl: 30 * 86_400 });
    const renew = { kind: "duration", seconds: 1_800 } as const;
    const [failure] = failures(await run(plan({ ...step, renew })));
    // Certificates count in whole seconds, and the answer takes its time: the last minute may have
    // begun already.
    assert.equal(
      failure?.[3]?.replace(/19m 5\ds/, "20m").replace(/40m \ds/, "40m")
        .replace(/\(2[^)]*\)/, "(MOMENT)"),
      "The certificate would be due again at once, so it was not stored: it expires in 20m " +
        "(MOMENT), inside its renewal window of 30m; this host's clock is 40m ahead of the server's; " +
        "fix: set this host's clock",
    );
    assert.equal(directory.read("store/web.example.test/cert.pem"), "old\n");
    assert.deepEqual(directory.tree(), [
      "ssl/",
      "store/",
      "store/.refused-answer-web.example.test",
      "store/web.example.test/",
      "store/web.example.test/cert.pem",
    ]);
    // Of the hour that the role gives, 40 minutes are over on this host.
  }, { now: () => new Date(Date.now() - 40 * 60_000) }));

Deno.test("apply() stores a certificate that is shorter than its window, and warns of it", () =>
  withRig(async ({ plan, run }) => {
    const [warning, issued] = await run(
      plan(issueStep("web.example.test", { role: "short", ttl: 30 * 86_400 })),
    );
    assert.ok(warning?.kind === "warning");
    assert.equal(
      warning.message,
      'asked for a lifetime of 30d and got 1h; fix: lower "ttl", or raise max_ttl of the role "short" ' +
        "or of the mount; its renewal window of 1d covers its whole lifetime of 1h; VCM renews it 20m 10s before its expiry",
    );
    assert.equal(issued?.kind, "issued");
  }));

Deno.test("apply() stores a short certificate if the window is a share of it", () =>
  withRig(async ({ plan, run }) => {
    const step = issueStep("web.example.test", { role: "short" });
    const events = await run(plan({ ...step, renew: { kind: "share", percent: 33 } }));
    assert.deepEqual(kinds(events).filter((kind) => kind !== "warning"), ["issued"]);
  }));

Deno.test("apply() stores no certificate that is not valid yet by this host's clock", () =>
  withRig(async ({ plan, run, directory }) => {
    const [failure] = failures(await run(plan(issueStep("web.example.test"))));
    assert.match(
      failure?.[3] ?? "",
      /^The certificate is not valid before 2\S+Z; this host's clock is (?:1h|59m 5\ds) behind the server's, so it was not stored$/,
    );
    assert.deepEqual(directory.tree(), [
      "ssl/",
      "store/",
      "store/.refused-answer-web.example.test",
    ]);
  }, { now: () => new Date(Date.now() + 3_600_000) }));

Deno.test("apply() says that a store cannot be written, and leaves it as it is", () =>
  withRig(async ({ plan, run, directory }) => {
    directory.write("store/.new-web.example.test", "a file in the way");
    const [failure] = failures(await run(plan(issueStep("web.example.test"))));
    assert.equal(
      failure?.[3],
      `Cannot write the new certificate to the store "${directory.at("store")}": not a directory`,
    );
    assert.deepEqual(directory.tree(), [
      "ssl/",
      "store/",
      "store/.new-web.example.test",
    ]);
  }));
