/** A server that shows the pinned certificate, which is public, without having its key. */
import "reflect-metadata";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createPrivateKey, sign } from "node:crypto";
import { message } from "../../../../lib/vault/wire/tls13_hello.ts";
import {
  finished,
  handshakeSecrets,
  RecordCipher,
  sha256,
  uint,
  vector,
} from "../../../../lib/vault/wire/tls13_keys.ts";
import { PinnedTransport } from "../../../../lib/vault/wire/pinned_transport.ts";
import { type Made, makeAuthority } from "../../../support/fixtures_pki.ts";
import { freePort } from "../../../support/free_port.ts";
import { NotSentError } from "../../../../lib/vault/errors.ts";

const DAY = 86_400_000;
const SELF = await makeAuthority("Vault", {
  names: [{ type: "dns", value: "localhost" }],
  notBefore: new Date(Date.now() - DAY),
  notAfter: new Date(Date.now() + DAY),
});
const OTHER = await makeAuthority("Other");
const EMPTY = new Uint8Array();

interface Lie {
  /** Signs the handshake. */
  readonly key?: Made;
  readonly finished?: Buffer;
  /** Leaves CertificateVerify out. */
  readonly silent?: boolean;
  /** What is signed, if it is something else. */
  readonly context?: string;
  /** The code of the signature. */
  readonly scheme?: number;
  readonly certificate?: Made;
  readonly version?: number;
  /** X25519 with a key of zeros: everybody knows the secret that follows from it. */
  readonly zero?: boolean;
  /** Records in place of all after the server's hello. */
  readonly instead?: Buffer;
  /** What comes encrypted after the server's hello, in place of all else. */
  readonly encrypted?: Buffer;
  /** Nothing but a hello is sent, and nothing ends. */
  readonly stalls?: boolean;
}

function plain(type: number, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([type, 3, 3]), vector(2, body)]);
}

/** Until the other side has had enough. */
async function write(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const written = await connection.write(bytes.subarray(at)).catch(() => undefined);
    if (written === undefined) return;
    at += written;
  }
}

/** Answers one hello by P-256; returns what it can read after that. */
async function serve(listener: Deno.Listener, lie: Lie): Promise<string> {
  using connection = await listener.accept();
  const read = async () => {
    const bytes = new Uint8Array(4096);
    return Buffer.from(bytes.subarray(0, await connection.read(bytes) ?? 0));
  };
  const hello = (await read()).subarray(5);
  const curve = { name: "ECDH", namedCurve: "P-256" };
  // The client's share: the group, a length of 65, and a point.
  const at = hello.indexOf(Buffer.from("0017004104", "hex")) + 4;
  const theirs = new Uint8Array(hello.subarray(at, at + 65));
  const point = await crypto.subtle.importKey("raw", theirs, curve, false, []);
  const pair = await crypto.subtle.generateKey(curve, false, ["deriveBits"]) as CryptoKeyPair;
  const shared = lie.zero
    ? new Uint8Array(32)
    : await crypto.subtle.deriveBits({ ...curve, public: point }, pair.privateKey, 256);
  const ours = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const share = lie.zero
    ? Buffer.concat([uint(2, 29), vector(2, Buffer.alloc(32))])
    : Buffer.concat([uint(2, 23), vector(2, ours)]);
  const version = uint(2, lie.version ?? 0x0304);
  const extensions = [uint(2, 43), vector(2, version), uint(2, 51), vector(2, share)];
  const answer = message(
    2,
    Buffer.concat([
      ...[uint(2, 0x0303), Buffer.alloc(32, 7), vector(1), uint(2, 0x1301), uint(1, 0)],
      vector(2, ...extensions),
    ]),
  );
  let transcript = Buffer.concat([hello, answer]);
  const secrets = handshakeSecrets(new Uint8Array(shared), transcript);
  const cipher = new RecordCipher(secrets.server);
  const first = plain(22, answer);
  const records = [first];
  const say = (type: number, body: Uint8Array) => {
    const said = message(type, body);
    transcript = Buffer.concat([transcript, said]);
    records.push(cipher.encrypt(22, said));
  };
  if (lie.encrypted !== undefined) records.push(cipher.encrypt(22, lie.encrypted));
  say(8, vector(2));
  const der = new Uint8Array((lie.certificate ?? SELF).certificate.rawData);
  say(11, Buffer.concat([vector(1), vector(3, vector(3, der), vector(2))]));
  const context = `${" ".repeat(64)}${lie.context ?? "TLS 1.3, server CertificateVerify"}\0`;
  const content = Buffer.concat([Buffer.from(context), sha256(transcript)]);
  const signature = sign("sha256", content, createPrivateKey((lie.key ?? SELF).pkcs8));
  if (!lie.silent) say(15, Buffer.concat([uint(2, lie.scheme ?? 0x0403), vector(2, signature)]));
  say(20, lie.finished ?? finished(secrets.server, transcript));
  const { client } = secrets.application(transcript);
  const all = lie.instead === undefined ? records : [first, lie.instead];
  await write(connection, Buffer.concat(lie.stalls ? [first] : all));
  // The client's Finished, and its request.
  let heard: Buffer = Buffer.alloc(0);
  const whole = () => heard.length > 58 && heard.length >= 58 + 5 + heard.readUInt16BE(61);
  while (!whole()) {
    const part = await read().catch(() => Buffer.from(EMPTY));
    if (part.length === 0) return "";
    heard = Buffer.concat([heard, part]);
  }
  return new RecordCipher(client).decrypt(heard.subarray(58, 63), heard.subarray(63)).content
    .toString();
}

async function ask(lie: Lie, limit = 10_000) {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const heard = serve(listener, lie);
  const url = `https://localhost:${listener.addr.port}/v1/x`;
  const headers = { "x-vault-token": "hidden" };
  const transport = new PinnedTransport({ authorities: [SELF.pem] });
  const error = await transport.send({ method: "GET", url, headers }, limit)
    .catch((error: unknown) => error);
  return { error, heard: await heard };
}

Deno.test("a server that proves that it has the key hears the request", async () => {
  assert.match((await ask({})).heard, /^GET \/v1\/x HTTP\/1\.0\r\nx-vault-token: hidden\r\n/);
});

const LIES: Readonly<Record<string, readonly [Lie, RegExp]>> = {
  "another key signed": [{ key: OTHER }, /KeyNotProved/],
  "a client's message is signed": [
    { context: "TLS 1.3, client CertificateVerify" },
    /KeyNotProved/,
  ],
  "the signature is said to be of RSA": [{ scheme: 0x0804 }, /KeyNotProved/],
  "the signature is of SHA-1": [{ scheme: 0x0203 }, /KeyNotProved/],
  "the certificate is its own": [{ certificate: OTHER, key: OTHER }, /CaUsedAsEndEntity/],
  "it speaks TLS 1.2": [{ version: 0x0303 }, /no TLS 1\.3/],
  "it chooses a secret that everybody knows": [{ zero: true }, /./],
  "it goes on in plain text": [
    { instead: plain(22, message(8, vector(2))) },
    /unexpected TLS message \(22\)/,
  ],
  "it begins to talk at once": [{ instead: plain(23, Buffer.alloc(64)) }, /./],
  "a message is announced as long": [
    { encrypted: Buffer.concat([uint(1, 8), uint(3, 0xffffff)]) },
    /TLS message is too long/,
  ],
  "a message is cut short": [
    { encrypted: message(11, Buffer.from([0, 0, 9, 9])) },
    /unexpected TLS message \(11\)/,
  ],
  "nothing is signed": [{ silent: true }, /unexpected TLS message \(20\)/],
  "Finished is another": [{ finished: Buffer.alloc(32) }, /changed on the way/],
  "Finished is empty": [{ finished: Buffer.alloc(0) }, /changed on the way/],
};

for (const [what, [lie, said]] of Object.entries(LIES)) {
  Deno.test(`a server with the pinned certificate hears nothing if ${what}`, async () => {
    const { error, heard } = await ask(lie);
    assert.ok(error instanceof NotSentError);
    assert.match(String(error.cause), said);
    assert.equal(heard, "");
  });
}

const ENDLESS: Readonly<Record<string, Lie>> = {
  "says nothing more": { stalls: true },
  "sends what means nothing": {
    instead: Buffer.alloc(6_000_000, plain(20, Buffer.from([1]))),
  },
};

for (const [what, lie] of Object.entries(ENDLESS)) {
  Deno.test(`a server that ${what} is left in time`, async () => {
    const { error, heard } = await ask(lie, 2_000);
    assert.ok(error instanceof DOMException && error.name === "TimeoutError");
    assert.equal(heard, "");
  });
}

Deno.test("a server that is not there has certainly not received the request", async () => {
  const transport = new PinnedTransport({ authorities: [SELF.pem] });
  const url = `https://127.0.0.1:${freePort()}/v1/x`;
  const request = { method: "GET", url, headers: {} } as const;
  await assert.rejects(transport.send(request, 10_000), NotSentError);
});
