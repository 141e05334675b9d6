/** A server that asks for a client certificate, as `openssl s_server` does. */
import assert from "node:assert/strict";
import type { TlsAccess } from "../../../lib/vault/access.ts";
import { openSession } from "../../../lib/vault/session.ts";
import { makeFolder } from "../../support/rig.ts";
import { makeIdentity } from "./identity.ts";
import { byToken, failureOf, TOKEN } from "./ways.ts";

const SERVER = await makeIdentity();
const CLIENT = await makeIdentity("host.example.test", []);
const STRANGER = await makeIdentity("host.example.test", []);

const missing = await hasOpenssl() ? undefined : "no openssl on this machine";

function opensslTest(name: string, fn: () => Promise<void>): void {
  if (missing !== undefined) console.error(`Skipped "${name}": ${missing}`);
  Deno.test({ name, fn, ignore: missing !== undefined });
}

async function hasOpenssl(): Promise<boolean> {
  try {
    return (await new Deno.Command("openssl", { args: ["version"], stdout: "null" }).output())
      .success;
  } catch {
    return false;
  }
}

/** Reads one path at a server that lets nobody in without a certificate of CLIENT's authority. */
async function readAs(tls: TlsAccess): Promise<string> {
  using folder = makeFolder();
  folder.write("cert.pem", SERVER.identity.cert);
  folder.write("key.pem", SERVER.identity.key);
  folder.write("ca.pem", CLIENT.caPem);
  const headers = "HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n";
  folder.write("v1/pki/known", `${headers}{"data": {"known": true}}`);
  const args = ["s_server", "-accept", "127.0.0.1:0", "-HTTP", "-cert", "cert.pem", "-key"];
  args.push("key.pem", "-CAfile", "ca.pem", "-Verify", "1", "-verify_return_error");
  const piped = { stdin: "null", stdout: "piped", stderr: "null" } as const;
  const server = new Deno.Command("openssl", { args, cwd: folder.path, ...piped }).spawn();
  const output = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
  try {
    const address = `https://127.0.0.1:${await portIn(output)}`;
    const session = await openSession({ ...byToken(address), tls, proxied: true });
    try {
      return JSON.stringify((await session.read("pki/known")).data);
    } catch (error) {
      return (await failureOf(() => Promise.reject(error))).message.replace(address, "A");
    } finally {
      await session.close();
    }
  } finally {
    server.kill("SIGKILL");
    await output.cancel();
    await server.status;
  }
}

/** The port that it says it accepts on. */
async function portIn(output: ReadableStreamDefaultReader<string>): Promise<string> {
  for (let said = "";;) {
    const { value, done } = await output.read();
    if (done) throw new Error(`openssl s_server ended: ${said}`);
    said += value;
    const port = /ACCEPT \S*:(\d+)\n/.exec(said)?.[1];
    if (port !== undefined) return port;
  }
}

function clientOf({ identity }: typeof CLIENT): Pick<TlsAccess, "client"> {
  return { client: { certificate: identity.cert, key: identity.key } };
}

/** The runtime's client, and TLS by hand in its two uses. */
const TRANSPORTS: Readonly<Record<string, TlsAccess>> = {
  "verified": { authorities: [SERVER.caPem] },
  "verified by a name": { authorities: [SERVER.caPem], serverName: "localhost" },
  "unverified": { unverifiedBy: "vault_ssl_verify: false" },
};

for (const [kind, tls] of Object.entries(TRANSPORTS)) {
  opensslTest(`${kind}: the client certificate is sent to a server that asks for it`, async () => {
    assert.equal(await readAs({ ...tls, ...clientOf(CLIENT) }), '{"known":true}');
  });

  opensslTest(`${kind}: without a client certificate such a server lets nobody in`, async () => {
    const said = await readAs(tls);
    assert.match(said, /^Cannot talk to "A": /);
    assert.equal(said.includes(TOKEN), false);
  });

  opensslTest(`${kind}: a certificate of another authority is not let in`, async () => {
    assert.match(await readAs({ ...tls, ...clientOf(STRANGER) }), /^Cannot talk to "A": /);
  });
}
