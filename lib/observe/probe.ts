/**
 * Asks a service over TLS which certificate it serves. The certificate is only looked at: nothing is
 * verified, no secret is sent, and the connection ends with the handshake. What is served does not
 * prove who serves it. Loaded only where a probe is configured.
 */
import type { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import { domainToASCII } from "node:url";
import { readFacts } from "../certificate/certificate.ts";
import type { ProbeSpec, StartTls } from "../config/types.ts";
import type { Served } from "./types.ts";
import { explainUnreachable, Refused, type Stage } from "./explain_unreachable.ts";
import { plainLeaf } from "./plain_leaf.ts";
import { closeQuietly, openRelay, writeAll } from "./relay.ts";
import { Dialogue, type Turn } from "./starttls.ts";

/** Where a service is looked at, for people. */
export function formatProbe(probe: ProbeSpec): string {
  const address = formatAddress(probe);
  return probe.startTls === undefined ? address : `${address} (starttls ${probe.startTls})`;
}

function formatAddress({ host, port }: ProbeSpec): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Looks at the certificate that a service shows; whatever keeps it from that is `unreachable`.
 *
 * @param limit Milliseconds for all of it.
 *
 * Needs net permission for the host, and for 127.0.0.1.
 */
export async function observeServed(probe: ProbeSpec, limit: number): Promise<Served> {
  const ending = new AbortController();
  const look: Look = { stage: "connect", end: ending.signal };
  const timer = setTimeout(() => ending.abort(), limit);
  try {
    const leaf = await see(probe, look);
    return { kind: "served", certificate: readFacts(new X509Certificate(leaf)) };
  } catch (error) {
    const { stage, end: { aborted: late } } = look;
    const what = { stage, late, error, limit, startTls: probe.startTls };
    return { kind: "unreachable", problem: explainUnreachable(formatAddress(probe), what) };
  } finally {
    clearTimeout(timer);
  }
}

/** How far a look has come, and when it has to end. */
interface Look {
  stage: Stage;
  readonly end: AbortSignal;
}

async function see(probe: ProbeSpec, look: Look): Promise<Buffer> {
  const name = askedName(probe.serverName);
  const peer = await dial(probe, look.end);
  const close = () => closeQuietly(peer);
  look.end.addEventListener("abort", close);
  try {
    if (probe.startTls !== undefined) {
      look.stage = "talk";
      await talk(peer, probe.startTls);
    }
    look.stage = "handshake";
    return await readLeaf(peer, name, look.end);
  } finally {
    look.end.removeEventListener("abort", close);
    close();
  }
}

/** The runtime's own `Deno.connect` tries the first address of a name only. */
async function dial({ host, port }: ProbeSpec, end: AbortSignal): Promise<Deno.TcpConn> {
  let refusal: unknown = new Refused("has no address");
  for (const { address } of await abortable(lookup(host, { all: true }), end)) {
    // Not with its signal: a connection that is refused would keep that open (Deno 2.7.11).
    const opening = Deno.connect({ hostname: address, port });
    try {
      return await abortable(opening, end);
    } catch (error) {
      refusal = error;
      opening.then(closeQuietly, () => {});
    }
  }
  throw refusal;
}

/** What comes of it after the end is nobody's business any more. */
function abortable<T>(work: Promise<T>, end: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(end.reason);
  end.addEventListener("abort", abort);
  return Promise.race([work, promise]).finally(() => end.removeEventListener("abort", abort));
}

/** Brings a service to where TLS may begin. */
async function talk(peer: Deno.Conn, protocol: StartTls): Promise<void> {
  const dialogue = new Dialogue(protocol);
  const buffer = new Uint8Array(1024);
  let turn: Turn = dialogue.begin();
  while (turn.kind !== "go") {
    if (turn.kind === "refused") throw new Refused(turn.problem);
    if (turn.kind === "say") await writeAll(peer, turn.bytes);
    const read = await peer.read(buffer);
    if (read === null) throw new Refused("closed the connection before TLS");
    turn = dialogue.hear(buffer.subarray(0, read));
  }
}

async function readLeaf(peer: Deno.Conn, name: AskedName, end: AbortSignal): Promise<Buffer> {
  const relay = openRelay(peer);
  try {
    const leaf = await abortable(shakeHands(relay.port, name), end);
    // With the end of TLS all has to reach the peer, or it would log a failure.
    await relay.done;
    return leaf;
  } catch (error) {
    // A service that demands a certificate of the client breaks a handshake of TLS 1.2 off, but
    // has shown its own before. By TLS 1.3 the handshake is over when it does.
    const leaf = plainLeaf(relay.sent());
    if (leaf === undefined) throw error;
    return leaf;
  } finally {
    relay.close();
    closeQuietly(peer);
    await relay.done;
  }
}

function shakeHands(port: number, name: AskedName): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const tls = connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false, ...name });
  // After a handshake that failed there is no certificate, and the error comes next.
  tls.on("secureConnect", () => {
    const leaf = tls.getPeerCertificate()?.raw;
    if (leaf === undefined) return;
    resolve(leaf);
    tls.end(() => tls.destroy());
  });
  tls.on("error", reject);
  tls.on("close", () => reject(new Refused("closed the connection before it sent a certificate")));
  return promise;
}

type AskedName = { readonly servername?: string };

/** An address is no name that may be sent (RFC 6066, 3). Without one, the runtime sends none. */
function askedName(name: string | undefined): AskedName {
  return name === undefined || isIP(name) !== 0 ? {} : { servername: domainToASCII(name) };
}
