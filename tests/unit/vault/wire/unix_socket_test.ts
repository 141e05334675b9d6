/** Requests to an agent or proxy that listens on a Unix domain socket, and why they fail. */
import assert from "node:assert/strict";
import type { VaultAccess } from "../../../../lib/vault/access/access.ts";
import { openSession } from "../../../../lib/vault/session/session.ts";
import { isProxied } from "../../../../lib/vault/wire/transport.ts";
import { type Directory, makeDirectory } from "../../../support/rig.ts";
import { byToken, failureOf, TOKEN, unverified } from "../access_fixtures.ts";
import { enveloped } from "../recorded_answers.ts";
import { startScripted } from "../scripted_server.ts";

const ISSUE = "pki/issue/web";

/** Answers on a socket as long as the test runs; remembers the lines of each request. */
function startOnSocket(path: string, answer: (url: string) => Response | Promise<Response>) {
  const heard: string[] = [];
  const ended = new AbortController();
  const server = Deno.serve({ path, signal: ended.signal, onListen: () => {} }, async (it) => {
    const header = (name: string) => it.headers.get(name) ?? "-";
    heard.push(
      [it.method, it.url, header("host"), header("x-vault-token"), await it.text()].join(" "),
    );
    return await answer(it.url);
  });
  return {
    heard,
    [Symbol.asyncDispose]: async () => {
      ended.abort();
      await server.finished;
    },
  };
}

/** Answers each connection by these bytes. */
function startRaw(path: string, bytes: string): Disposable {
  const listener = Deno.listen({ transport: "unix", path });
  (async () => {
    for await (const connection of listener) {
      try {
        // The probe connects and sends nothing.
        if (await connection.read(new Uint8Array(4096)) === null) continue;
        let left = new TextEncoder().encode(bytes);
        while (left.length > 0) left = left.subarray(await connection.write(left));
      } catch {
        // Who has read enough hangs up.
      } finally {
        connection.close();
      }
    }
  })();
  return { [Symbol.dispose]: () => listener.close() };
}

const WELL = () => Response.json({ data: { by: "agent" } });

async function write(access: VaultAccess) {
  const session = await openSession(access);
  try {
    return (await session.write(ISSUE, { common_name: "ü" })).data;
  } finally {
    await session.close();
  }
}

/** Why a request to "SOCKET" failed. */
async function whyNot({ at }: Directory, parts: Partial<VaultAccess> = {}) {
  const error = await failureOf(() => write({ ...byToken(`unix://${at("a.sock")}`), ...parts }));
  const message = error.message.replaceAll(at("a.sock"), "SOCKET");
  return { message, retryable: error.retryable, lost: error.lost };
}

Deno.test("requests go through a socket, whatever is set for TLS and for proxies", async () => {
  using directory = makeDirectory();
  const path = directory.at("a b+%41?#.sock");
  await using agent = startOnSocket(path, WELL);
  await using proxy = startScripted(() => enveloped({ by: "proxy" }));
  const access = byToken(`unix://${path}`);
  const proxied = { ...access, proxied: true, proxy: proxy.address };
  const named = { ...proxied, tls: { authorities: [], serverName: "vault.test" } };
  for (const one of [access, proxied, named, unverified(proxied)]) {
    assert.deepEqual(await write(one), { by: "agent" });
    assert.equal(isProxied(one, `unix://${path}`), false);
  }
  assert.deepEqual(proxy.calls(), []);
  const [first = "", ...others] = agent.heard;
  assert.match(first, new RegExp(`^POST \\S+/v1/${ISSUE} localhost ${TOKEN} {"common_name":"ü"}$`));
  assert.deepEqual([...new Set(others)], [first]);
  assert.equal(agent.heard.length, 4);
});

Deno.test("a link to a socket leads to it", async () => {
  using directory = makeDirectory();
  await using _agent = startOnSocket(directory.at("real.sock"), WELL);
  Deno.symlinkSync("real.sock", directory.at("a.sock"));
  assert.deepEqual(await write(byToken(`unix://${directory.at("a.sock")}`)), { by: "agent" });
});

Deno.test("a socket that is missing may come, and so may a process that listens", async () => {
  using directory = makeDirectory();
  assert.deepEqual(await whyNot(directory), {
    message: 'Cannot connect to "unix://SOCKET": there is no such socket; start the agent or ' +
      "proxy that listens there, or correct the path",
    retryable: true,
    lost: false,
  });
  Deno.symlinkSync("nothing", directory.at("a.sock"));
  assert.match((await whyNot(directory)).message, /: there is no such socket; /);
  Deno.removeSync(directory.at("a.sock"));
  // As a process leaves it that is killed.
  const listener = Deno.listen({ transport: "unix", path: directory.at("b.sock") });
  Deno.linkSync(directory.at("b.sock"), directory.at("a.sock"));
  listener.close();
  assert.deepEqual(await whyNot(directory), {
    message: 'Cannot connect to "unix://SOCKET": no process listens on this socket; start the ' +
      "agent or proxy",
    retryable: true,
    lost: false,
  });
});

Deno.test("what is not a socket is named, and not waited for", async () => {
  for (const make of [Deno.mkdirSync, (path: string) => Deno.writeTextFileSync(path, "")]) {
    using directory = makeDirectory();
    make(directory.at("a.sock"));
    assert.deepEqual(await whyNot(directory), {
      message: 'Cannot connect to "unix://SOCKET": it is not a socket; see: ls -ld SOCKET',
      retryable: false,
      lost: false,
    });
  }
  using directory = makeDirectory();
  directory.write("file", "");
  const address = `unix://${directory.at("file/a.sock")}`;
  const { message } = await failureOf(() => write(byToken(address)));
  assert.equal(message, `Cannot connect to "${address}": not a directory`);
});

Deno.test("a server that cannot be used is passed over for the next address", async () => {
  using directory = makeDirectory();
  await using server = startScripted(() => enveloped({ by: "server" }));
  const access = byToken(`unix://${directory.at("a.sock")}`, server.address);
  assert.deepEqual(await write(access), { by: "server" });
  await using _agent = startOnSocket(directory.at("a.sock"), WELL);
  assert.deepEqual(await write(access), { by: "agent" });
  const both = byToken(`unix://${directory.at("none")}`, `unix://${directory.at("a.sock")}`);
  assert.deepEqual(await write(both), { by: "agent" });
});

Deno.test("an agent that does not answer is waited for as long as a request may take", async () => {
  using directory = makeDirectory();
  const { promise: end, resolve } = Promise.withResolvers<Response>();
  await using _agent = startOnSocket(directory.at("a.sock"), () => end);
  const limits = { connect: 50, answer: 300 };
  const { message, lost } = await whyNot(directory, { limits });
  resolve(WELL());
  assert.match(
    message,
    /^No answer from "unix:\/\/SOCKET" within 0\.\d+ s; see the log of the agent/,
  );
  assert.equal(lost, true);
});

Deno.test("an answer that is not HTTP, is cut off or too long names the socket", async () => {
  const answers = {
    "garbage\r\n\r\n": 'Cannot talk to "unix://SOCKET": the answer is not HTTP',
    "": 'Cannot talk to "unix://SOCKET": the answer is not HTTP',
    "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{":
      'Cannot talk to "unix://SOCKET": the answer ' +
      "was cut short",
    [`HTTP/1.1 200 OK\r\n\r\n${"x".repeat(1_200_000)}`]:
      'The answer of "unix://SOCKET" is longer ' +
      "than 1024 KiB; is this a Vault server?",
    "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n":
      '"unix://SOCKET" speaks TLS; set tls_disable=true on this listener of the agent or proxy',
    "HTTP/1.0 404 Not Found\r\n\r\n<title>Docker</title>": '"unix://SOCKET" answered ' +
      `"${ISSUE}" with something other than JSON (404: page "Docker"): a proxy or firewall in ` +
      "front of Vault sent it, or this is not the address of a Vault server; to tell which, run: " +
      'curl -i --unix-socket SOCKET http://localhost/v1/sys/health (Vault says "sealed")',
    'HTTP/1.0 404 Not Found\r\n\r\n{"errors":[]}': `"unix://SOCKET" has nothing at "${ISSUE}" ` +
      '(404: no reason given); check that "pki: pki" is the path of a PKI secrets engine',
  };
  for (const [bytes, expected] of Object.entries(answers)) {
    using directory = makeDirectory();
    using _agent = startRaw(directory.at("a.sock"), bytes);
    assert.equal((await whyNot(directory)).message, expected);
  }
});

Deno.test("a redirect of an agent goes to servers of the file, and to no other socket", async () => {
  using directory = makeDirectory();
  await using server = startScripted(() => enveloped({ by: "server" }));
  let location = `${server.address}/v1/${ISSUE}`;
  const answer = () => new Response(null, { status: 307, headers: { location } });
  await using _agent = startOnSocket(directory.at("a.sock"), answer);
  await using other = startOnSocket(directory.at("b.sock"), WELL);
  const addresses = ["a.sock", "b.sock"].map((name) => `unix://${directory.at(name)}`);
  const access = { ...byToken(...addresses, server.address), redirectHosts: ["run"] };
  assert.deepEqual(await write(access), { by: "server" });
  const refused = {
    [`unix://${directory.at("b.sock")}`]: ", and VCM does not send the token there; ",
    [`/v1/${ISSUE}`]: ", and VCM does not send the token there; ",
    "https://evil.test/v1/x": ", and VCM does not send the token there; ",
    "unix://run/b.sock": ", which would send the token unencrypted; ",
    "http://run/v1/x": ", which would send the token unencrypted; ",
  };
  for (const [to, why] of Object.entries(refused)) {
    location = to;
    const { message } = await failureOf(() =>
      write({ ...access, addresses: addresses.slice(0, 1) })
    );
    assert.ok(message.startsWith(`"${addresses[0]}" redirects to "${to}"${why}`), message);
  }
  assert.deepEqual(other.heard, []);
});
