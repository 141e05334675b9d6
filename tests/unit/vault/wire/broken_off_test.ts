/** Connections that break off in the middle of an answer, in plain text and under TLS. */
import assert from "node:assert/strict";
import type { VaultAccess } from "../../../../lib/vault/access/access.ts";
import { openSession } from "../../../../lib/vault/session/session.ts";
import { makeIdentity } from "../identity.ts";
import { byToken, failureOf, unverified } from "../access_fixtures.ts";

const CUT = 'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"data": {"private_key": "x';

/** Accepts connections until it is closed, and answers whatever is sent by less than it promises. */
function startBreaking(listener: Deno.Listener): void {
  const answer = async (connection: Deno.Conn) => {
    try {
      const asked = await connection.read(new Uint8Array(4096));
      if (asked !== null) await connection.write(new TextEncoder().encode(CUT));
    } catch {
      // The probe of a TLS port makes no handshake.
    } finally {
      connection.close();
    }
  };
  (async () => {
    for await (const connection of listener) await answer(connection);
  })();
}

async function assertBrokenOff(access: VaultAccess): Promise<void> {
  const session = await openSession(access);
  const { message } = await failureOf(() => session.write("pki/issue/web", {}));
  assert.match(message, new RegExp(`^Cannot talk to "${access.addresses[0]}": `));
  assert.equal(message.includes("private_key"), false);
  await session.close();
}

Deno.test("an answer that ends before its length is an error, verified or not", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  startBreaking(listener);
  const access = byToken(`http://127.0.0.1:${listener.addr.port}`);
  await assertBrokenOff(access);
  await assertBrokenOff(unverified(access));
});

Deno.test("the same under TLS", async () => {
  const { caPem, identity } = await makeIdentity();
  using listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, ...identity });
  startBreaking(listener);
  const access = byToken(`https://127.0.0.1:${listener.addr.port}`);
  await assertBrokenOff({ ...access, tls: { authorities: [caPem] } });
  await assertBrokenOff(unverified(access));
});
