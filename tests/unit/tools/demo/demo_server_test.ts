/** The demo server by itself; what it shares with a real server is held by the contract. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { startDemoServer } from "../../../../lib/tools/demo/demo_server.ts";

Deno.test("startDemoServer() listens on 127.0.0.1 only", async () => {
  const vault = await startDemoServer();
  assert.match(vault.address, /^http:\/\/127\.0\.0\.1:\d+$/);
  await vault.close();
});

Deno.test("a demo server records each request with its status", async () => {
  const vault = await startDemoServer();
  assert.deepEqual(vault.requests, []);
  await issue(vault, "pki/issue/web");
  await issue({ ...vault, rootToken: "wrong" }, "pki/issue/web");
  await (await fetch(`${vault.address}/v1/sys/health`)).text();
  assert.deepEqual(vault.requests, [
    { method: "POST", path: "pki/issue/web", status: 200 },
    { method: "POST", path: "pki/issue/web", status: 403 },
    { method: "GET", path: "sys/health", status: 200 },
  ]);
  await vault.close();
});

Deno.test("the mount pki_old answers without ca_chain", async () => {
  const vault = await startDemoServer();
  const { data } = await issue(vault, "pki_old/issue/web");
  assert.equal("ca_chain" in data, false);
  const leaf = new X509Certificate(data["certificate"] as string);
  const root = new X509Certificate(data["issuing_ca"] as string);
  assert.ok(leaf.checkIssued(root) && leaf.verify(root.publicKey));
  assert.ok(root.verify(root.publicKey));
  await vault.close();
});

Deno.test("a sealed demo server makes no certificate", async () => {
  const vault = await startDemoServer({ sealed: true });
  assert.deepEqual((await issue(vault, "pki/issue/web")).errors, ["Vault is sealed"]);
  await vault.close();
});

Deno.test("certificates are dated by the given clock", async () => {
  let now = new Date("2030-01-01T12:00:00Z");
  const vault = await startDemoServer({ now: () => now });
  assert.deepEqual(await validity(), ["2030-01-01T11:59:30.000Z", "2030-02-02T12:00:00.000Z"]);
  now = new Date("2030-03-01T00:00:00Z");
  assert.deepEqual(await validity(), ["2030-02-28T23:59:30.000Z", "2030-04-02T00:00:00.000Z"]);
  await vault.close();

  async function validity(): Promise<string[]> {
    const { data } = await issue(vault, "pki/issue/web");
    const leaf = new X509Certificate(data["certificate"] as string);
    return [leaf.validFrom, leaf.validTo].map((date) => new Date(date).toISOString());
  }
});

Deno.test("no certificate outlives its issuer", async () => {
  let now = new Date("2030-01-01T12:00:00Z");
  const vault = await startDemoServer({ now: () => now });
  await issue(vault, "pki/issue/web");
  now = new Date("2034-12-25T00:00:00Z");
  const [error] = (await issue(vault, "pki/issue/web")).errors;
  assert.match(
    error ?? "",
    /^cannot satisfy request, as TTL would result in notAfter of 2035-01-26/,
  );
  await vault.close();
});

Deno.test("a login ends after its 20 minutes", async () => {
  let now = new Date();
  const vault = await startDemoServer({ now: () => now });
  const response = await fetch(`${vault.address}/v1/auth/approle/login`, {
    method: "POST",
    body: JSON.stringify({ role_id: vault.roleId, secret_id: vault.secretId }),
  });
  const rootToken: string = (await response.json()).auth.client_token;
  assert.deepEqual((await issue({ ...vault, rootToken }, "pki/issue/web")).errors, []);
  now = new Date(now.getTime() + 20 * 60 * 1000);
  const { errors } = await issue({ ...vault, rootToken }, "pki/issue/web");
  assert.deepEqual(errors, ["permission denied"]);
  await vault.close();
});

Deno.test("with TLS only the given CA vouches for the server", async () => {
  const vault = await startDemoServer({ tls: true });
  const client = Deno.createHttpClient({ caCerts: [vault.caPem ?? ""] });
  const response = await fetch(`${vault.address}/v1/sys/health`, { client });
  assert.equal((await response.json()).sealed, false);
  await assert.rejects(fetch(`${vault.address}/v1/sys/health`), TypeError);
  client.close();
  await vault.close();
});

Deno.test("close() frees the port", async () => {
  const vault = await startDemoServer();
  const port = Number(new URL(vault.address).port);
  await (await fetch(`${vault.address}/v1/sys/health`)).text();
  await vault.close();
  Deno.listen({ hostname: "127.0.0.1", port }).close();
});

interface Issued {
  readonly data: Readonly<Record<string, unknown>>;
  readonly errors: readonly string[];
}

async function issue(
  vault: { readonly address: string; readonly rootToken: string },
  path: string,
): Promise<Issued> {
  const response = await fetch(`${vault.address}/v1/${path}`, {
    method: "POST",
    headers: { "X-Vault-Token": vault.rootToken },
    body: JSON.stringify({ common_name: "web.example.test" }),
  });
  const { data = {}, errors = [] } = await response.json();
  return { data, errors };
}
