import assert from "node:assert/strict";
import type { ProbeSpec } from "../../../lib/config/types.ts";
import { formatProbe, observeServed } from "../../../lib/observe/probe.ts";
import { freePort } from "../../support/free_port.ts";
import { opensslTest } from "../../support/openssl.ts";
import { makeOldAndNew, startTlsService } from "../apply/services/served_bench.ts";
import { startOpenssl, startServer, startTalker } from "./tls_servers.ts";

const { old, renewed } = await makeOldAndNew();
const OLD = "0a:1b:2c";
const NEW = "0d:0e:0f";

function probe(port: number, more: Partial<ProbeSpec> = {}): ProbeSpec {
  return { host: "127.0.0.1", port, timeout: 10, ...more };
}

/** The serial number that is served, or why none is seen. */
async function look(spec: ProbeSpec, limit = 5_000): Promise<string> {
  const served = await observeServed(spec, limit);
  if (served.kind === "served") return served.certificate.serial;
  return served.problem.replaceAll(String(spec.port), "PORT");
}

Deno.test("formatProbe() names the place for people", () => {
  const place = (host: string, more: Partial<ProbeSpec> = {}) =>
    formatProbe({ host, port: 443, timeout: 10, ...more });
  assert.equal(place("127.0.0.1"), "127.0.0.1:443");
  assert.equal(place("::1"), "[::1]:443");
  assert.equal(place("mail", { startTls: "smtp" }), "mail:443 (starttls smtp)");
});

Deno.test("observeServed() sees the certificate that a service shows, trusted or not", async () => {
  await using service = startTlsService(old);
  assert.equal(await look(probe(service.port)), OLD);
  assert.equal(await look(probe(service.port, { host: "localhost" })), OLD);
});

Deno.test("observeServed() ends TLS as a client does: the service has its whole handshake", async () => {
  const cert = old.pem;
  using listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key: old.pkcs8 });
  const served = (async () => {
    using connection = await listener.accept();
    await connection.handshake();
    return await connection.read(new Uint8Array(1));
  })();
  assert.equal(await look(probe(listener.addr.port)), OLD);
  assert.equal(await served, null, "closed, not broken off");
});

opensslTest(
  "observeServed() asks for the name that the file has, and for none without",
  async () => {
    await using server = await startOpenssl(old, [], { name: "new.example.test", made: renewed });
    assert.equal(await look(probe(server.port)), OLD);
    assert.equal(await look(probe(server.port, { serverName: "new.example.test" })), NEW);
    assert.equal(await look(probe(server.port, { serverName: "NEW.example.test" })), NEW);
    assert.equal(await look(probe(server.port, { serverName: "127.0.0.1" })), OLD);
  },
);

for (const version of ["-tls1_2", "-tls1_3"]) {
  opensslTest(
    `observeServed() sees it if a client certificate is required (${version})`,
    async () => {
      await using server = await startOpenssl(old, [version, "-Verify", "1"]);
      assert.equal(await look(probe(server.port)), OLD);
    },
  );
}

opensslTest("observeServed() says which TLS it speaks to a service that is too old", async () => {
  await using server = await startOpenssl(old, ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]);
  assert.equal(
    await look(probe(server.port)),
    "127.0.0.1:PORT refused the TLS handshake: it speaks neither TLS 1.2 nor 1.3",
  );
});

opensslTest("observeServed() names the key to check if a name is not known", async () => {
  const other = { name: "new.example.test", made: renewed };
  await using server = await startOpenssl(old, ["-servername_fatal"], other);
  assert.equal(
    await look(probe(server.port, { serverName: "other.example.test" })),
    '127.0.0.1:PORT refused the TLS handshake: unrecognised name; check "servername"',
  );
});

Deno.test("observeServed() says that nothing listens", async () => {
  assert.equal(await look(probe(freePort())), "nothing is listening on 127.0.0.1:PORT");
  assert.equal(
    await look(probe(freePort(), { host: "localhost" })),
    "nothing is listening on localhost:PORT",
  );
});

Deno.test("observeServed() gives a service that says nothing no more than its time", async () => {
  await using silent = startServer(() => Promise.resolve());
  assert.equal(
    await look(probe(silent.port), 200),
    "127.0.0.1:PORT did not answer over TLS within 0.2 s",
  );
  assert.equal(
    await look(probe(silent.port, { startTls: "imap" }), 200),
    "127.0.0.1:PORT did not answer over imap within 0.2 s",
  );
});

Deno.test("observeServed() tells a service that speaks no TLS, and asks for what may be meant", async () => {
  await using mail = startTalker(["220 mail.example.test ESMTP\r\n"]);
  assert.equal(
    await look(probe(mail.port)),
    '127.0.0.1:PORT does not speak TLS; if it needs STARTTLS, set "starttls"',
  );
});

Deno.test("observeServed() says that a service closes the connection", async () => {
  await using closing = startServer((connection) => Promise.resolve(connection.close()));
  assert.equal(
    await look(probe(closing.port)),
    "127.0.0.1:PORT closed the connection before it sent a certificate",
  );
  assert.equal(
    await look(probe(closing.port, { startTls: "pop3" })),
    "127.0.0.1:PORT closed the connection before TLS",
  );
});

const DIALOGUES: Readonly<Record<NonNullable<ProbeSpec["startTls"]>, readonly string[]>> = {
  smtp: [
    "220-mail.example.test\r\n220 ESMTP\r\n",
    "250-mail.example.test\r\n250-PIPELINING\r\n250 STARTTLS\r\n",
    "220 Go ahead\r\n",
  ],
  imap: ["* OK ready\r\n", "* CAPABILITY IMAP4rev2\r\na OK begin\r\n"],
  pop3: ["+OK ready\r\n", "+OK begin\r\n"],
  postgres: ["", "S"],
};

for (const [startTls, lines] of Object.entries(DIALOGUES)) {
  Deno.test(`observeServed() sees it behind STARTTLS: ${startTls}`, async () => {
    await using service = startTlsService(old);
    await using talker = startTalker(lines, service.port);
    const spec = probe(talker.port, { startTls: startTls as keyof typeof DIALOGUES });
    assert.equal(await look(spec), OLD);
  });
}

Deno.test("observeServed() says what a service answers in the place of TLS", async () => {
  await using plain = startTalker(["220 mail\r\n", "250 mail\r\n"]);
  assert.equal(
    await look(probe(plain.port, { startTls: "smtp" })),
    "127.0.0.1:PORT does not offer STARTTLS",
  );
  await using web = startTalker(["HTTP/1.1 400 Bad\u001b[31m Request\r\n"]);
  assert.equal(
    await look(probe(web.port, { startTls: "imap" })),
    "127.0.0.1:PORT does not speak IMAP: HTTP/1.1 400 Bad\ufffd[31m Request",
  );
});
