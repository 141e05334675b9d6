/**
 * A client of TLS 1.3 for one exchange, for servers whose certificate the runtime refuses because it is
 * a CA certificate (pinned_transport.ts). The runtime can only skip all of its checks then, also that
 * the server has the private key.
 *
 * Guaranteed: nothing is sent before `accept` took the certificate, its key signed this handshake, and
 * the server's Finished is right. All ciphers, hashes and signatures are those of the runtime.
 * Not supported: client certificates, resumption, key updates, other versions.
 */
import { Buffer } from "node:buffer";
import { constants, timingSafeEqual, verify, X509Certificate } from "node:crypto";
import {
  clientHello,
  GROUPS,
  message,
  notSpoken,
  readCertificates,
  Reader,
  readServerHello,
  SCHEMES,
} from "./tls13_hello.ts";
import { finished, handshakeSecrets, RecordCipher, sha256, vector } from "./tls13_keys.ts";

/** Content types (RFC 8446, 5.1). */
const ALERT = 21;
const HANDSHAKE = 22;
const APPLICATION = 23;
const CHANGE_CIPHER_SPEC = 20;
const MOST_CONTENT = 16_384;
/** Handshake types (RFC 8446, section 4). */
const SERVER_HELLO = 2;
const NEW_TICKET = 4;
const ENCRYPTED_EXTENSIONS = 8;
const CERTIFICATE = 11;
const CERTIFICATE_REQUEST = 13;
const CERTIFICATE_VERIFY = 15;
const FINISHED = 20;
/** A server that is not known yet decides how long a message is. */
const MOST_HANDSHAKE = 65_536;

/** Throws if it does not take the certificate. @param above DER of the others that were sent. */
export type Accept = (certificate: X509Certificate, above: readonly Buffer[]) => void;

export class Tls13Client {
  readonly #connection: Deno.Conn;
  #received: Buffer = Buffer.alloc(0);
  #handshake: Buffer = Buffer.alloc(0);
  #transcript: Buffer = Buffer.alloc(0);
  #reading: RecordCipher | undefined;
  #writing: RecordCipher | undefined;

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** @param name For servers of several names; absent for an IP address. */
  async connect(name: string | undefined, accept: Accept): Promise<void> {
    const pairs = await Promise.all(GROUPS.map(async ({ group, algorithm }) => {
      const pair = await crypto.subtle.generateKey(algorithm, false, ["deriveBits"]);
      const keys = pair as CryptoKeyPair;
      const key = new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey));
      return { group, algorithm, key, keys };
    }));
    const hello = clientHello(crypto.getRandomValues(new Uint8Array(32)), pairs, name);
    this.#transcript = hello;
    await this.#write(Buffer.concat([Buffer.from([HANDSHAKE, 3, 1]), vector(2, hello)]));
    const { group, key } = readServerHello(await this.#expect(SERVER_HELLO));
    const pair = pairs.find((one) => one.group === group);
    if (pair === undefined) throw new Error("the server chose a group that was not offered");
    const { algorithm, keys } = pair;
    const theirs = await crypto.subtle.importKey("raw", new Uint8Array(key), algorithm, false, []);
    const shared = new Uint8Array(
      await crypto.subtle.deriveBits(
        { name: algorithm.name, public: theirs },
        keys.privateKey,
        256,
      ),
    );
    if (this.#handshake.length > 0) throw new Error("a TLS message came too early");
    const secrets = handshakeSecrets(shared, this.#transcript);
    this.#reading = new RecordCipher(secrets.server);
    const asked = await this.#authenticate(secrets.server, accept);
    if (this.#handshake.length > 0) throw new Error("a TLS message came too late");
    const { client, server } = secrets.application(this.#transcript);
    this.#writing = new RecordCipher(secrets.client);
    if (asked !== undefined) {
      // None: an empty list.
      await this.#send(message(CERTIFICATE, Buffer.concat([vector(1, asked), vector(3)])));
    }
    await this.#send(message(FINISHED, finished(secrets.client, this.#transcript)));
    [this.#reading, this.#writing] = [new RecordCipher(server), new RecordCipher(client)];
  }

  /** Returns the context of the request for a client certificate, if there is one. */
  async #authenticate(secret: Buffer, accept: Accept): Promise<Buffer | undefined> {
    // EncryptedExtensions: what it answers to the hello needs no action.
    await this.#expect(ENCRYPTED_EXTENSIONS);
    let { type, body } = await this.#next();
    let asked: Buffer | undefined;
    if (type === CERTIFICATE_REQUEST) {
      asked = new Reader(body).vector(1);
      ({ type, body } = await this.#next());
    }
    if (type !== CERTIFICATE) throw unexpected(type);
    const [leaf, ...above] = readCertificates(body);
    const certificate = new X509Certificate(leaf);
    accept(certificate, above);
    const signed = sha256(this.#transcript);
    requireSignature(certificate, await this.#expect(CERTIFICATE_VERIFY), signed);
    const right = finished(secret, this.#transcript);
    const said = await this.#expect(FINISHED);
    if (said.length !== right.length || !timingSafeEqual(said, right)) {
      throw new Error("the TLS handshake was changed on the way");
    }
    return asked;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length; at += MOST_CONTENT) {
        const part = bytes.subarray(at, at + MOST_CONTENT);
        await this.#write(this.#cipher().encrypt(APPLICATION, part));
      }
    } catch (error) {
      // A server that refuses the client says why, and closes.
      await this.read();
      throw error;
    }
  }

  /** The next bytes; `undefined` after the server ended the connection by an alert. */
  async read(): Promise<Buffer | undefined> {
    for (;;) {
      const { type, content } = await this.#record();
      if (type === APPLICATION) return content;
      if (type === ALERT && content[1] === 0) return undefined;
      if (type === ALERT) throw alert(content);
      if (type !== HANDSHAKE || content[0] !== NEW_TICKET) throw unexpected(content[0] ?? type);
    }
  }

  #cipher(): RecordCipher {
    if (this.#writing === undefined) throw new Error("the TLS handshake is not finished");
    return this.#writing;
  }

  async #send(said: Buffer): Promise<void> {
    this.#transcript = Buffer.concat([this.#transcript, said]);
    await this.#write(this.#cipher().encrypt(HANDSHAKE, said));
  }

  async #expect(wanted: number): Promise<Buffer> {
    const { type, body } = await this.#next();
    if (type !== wanted) throw unexpected(type);
    return body;
  }

  /** The next message of the handshake; it then is part of the transcript. */
  async #next() {
    for (;;) {
      const length = this.#handshake.length < 4 ? 0 : 4 + this.#handshake.readUIntBE(1, 3);
      if (length > MOST_HANDSHAKE) throw new Error("a TLS message is too long");
      if (length > 0 && this.#handshake.length >= length) {
        const whole = this.#handshake.subarray(0, length);
        this.#handshake = this.#handshake.subarray(length);
        this.#transcript = Buffer.concat([this.#transcript, whole]);
        return { type: whole[0] ?? 0, body: whole.subarray(4) };
      }
      const { type, content } = await this.#record();
      if (type === ALERT) throw alert(content);
      if (type !== HANDSHAKE || content.length === 0) throw unexpected(type);
      this.#handshake = Buffer.concat([this.#handshake, content]);
    }
  }

  async #record(): Promise<{ readonly type: number; readonly content: Buffer }> {
    for (;;) {
      const head = await this.#take(5);
      const length = head.readUInt16BE(3);
      if (length > MOST_CONTENT + 256) throw new Error("a TLS record is too long");
      const body = await this.#take(length);
      const type = head[0] ?? 0;
      // For old middleboxes; it means nothing, and comes only during the handshake (RFC 8446, 5).
      if (type === CHANGE_CIPHER_SPEC && this.#writing === undefined && length === 1) continue;
      if (this.#reading === undefined) return { type, content: body };
      if (type !== APPLICATION || length < 17) throw unexpected(type);
      return this.#reading.decrypt(head, body);
    }
  }

  async #take(length: number): Promise<Buffer> {
    while (this.#received.length < length) {
      const part = new Uint8Array(MOST_CONTENT);
      const read = await this.#connection.read(part);
      if (read === null) throw new Error("the connection was closed");
      this.#received = Buffer.concat([this.#received, part.subarray(0, read)]);
    }
    const taken = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return taken;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }
}

function unexpected(type: number): Error {
  return new Error(`the server sent an unexpected TLS message (${type})`);
}

/** Codes of RFC 8446, 6.2: what was offered is not enough for the server. */
const HANDSHAKE_FAILURE = 40;
const PROTOCOL_VERSION = 70;
const CERTIFICATE_REQUIRED = 116;

function alert(content: Buffer): Error {
  const [, code = 0] = content;
  if ([HANDSHAKE_FAILURE, PROTOCOL_VERSION].includes(code)) return notSpoken();
  if (code === CERTIFICATE_REQUIRED) return new Error("CertificateRequired by a CA certificate");
  return new Error(`the server ended the TLS connection with alert ${code}`);
}

const CONTEXT = Buffer.from(`${" ".repeat(64)}TLS 1.3, server CertificateVerify\0`);

/** The server has the private key (RFC 8446, 4.4.3). */
function requireSignature({ publicKey }: X509Certificate, body: Buffer, transcript: Buffer): void {
  const reader = new Reader(body);
  const scheme = SCHEMES.get(reader.uint(2));
  const signature = reader.vector(2);
  const kind = publicKey.asymmetricKeyDetails?.namedCurve ?? publicKey.asymmetricKeyType;
  const options = kind === "rsa"
    ? {
      key: publicKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    }
    : publicKey;
  const content = Buffer.concat([CONTEXT, transcript]);
  if (scheme?.key !== kind || !verify(scheme?.hash, content, options, signature)) {
    throw new Error("invalid peer certificate: KeyNotProved");
  }
}
