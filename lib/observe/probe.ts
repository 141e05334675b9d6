/**
 * Asks a service over TLS which certificate it serves. Nothing is verified, no secret is sent, and the
 * connection ends after the handshake. The certificate does not prove who serves it. Loaded only if a
 * probe is configured.
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

/** The address of a probe, for people. */
export function formatProbe(probe: ProbeSpec): string {
  const address = formatAddress(probe);
  return probe.startTls === undefined ? address : `${address} (starttls ${probe.startTls})`;
}

function formatAddress({ host, port }: ProbeSpec): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Returns the certificate that a service serves; any failure is `unreachable`.
 *
 * @param limit Milliseconds in total.
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

/** How far the probe has come, and the signal that ends it. */
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

/** `Deno.connect` tries only the first address of a name. */
async function dial({ host, port }: ProbeSpec, end: AbortSignal): Promise<Deno.TcpConn> {
  let refusal: unknown = new Refused("has no address");
  for (const { address } of await abortable(lookup(host, { all: true }), end)) {
    // Without the signal: a refused connection would keep it open (Deno 2.7.11).
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

/** Rejects when the signal fires; a later result is ignored. */
function abortable<T>(work: Promise<T>, end: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(end.reason);
  end.addEventListener("abort", abort);
  return Promise.race([work, promise]).finally(() => end.removeEventListener("abort", abort));
}

/** Talks to a service up to the point where TLS begins. */
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
    // The peer must receive the end of TLS, or it would log a failure.
    await relay.done;
    return leaf;
  } catch (error) {
    // A service that requires a client certificate aborts a TLS 1.2 handshake, but has sent its own
    // certificate by then. In TLS 1.3 the handshake is complete at that point.
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
  // After a failed handshake there is no certificate, and the error follows.
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

/** An IP address must not be sent as a name (RFC 6066, 3); without one, the runtime sends none. */
function askedName(name: string | undefined): AskedName {
  return name === undefined || isIP(name) !== 0 ? {} : { servername: domainToASCII(name) };
}
