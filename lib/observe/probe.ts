/**
 * Asks a service over TLS which certificate it serves. Nothing is verified, no secret is sent, and the
 * connection ends after the handshake. The certificate does not prove who serves it. Loaded only if a
 * probe is configured.
 */
import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import { domainToASCII } from "node:url";
import { unservable } from "../certificate/algorithms.ts";
import { openCertificate, readFacts } from "../certificate/certificate.ts";
import type { CertificateSpec, ProbeSpec, StartTls } from "../config/types.ts";
import { forEachInFlight } from "../host/in_flight.ts";
import type { Served, ServedObservation } from "./types.ts";
import { explainUnreachable, Refused, type Stage } from "./explain_unreachable.ts";
import { closeQuietly, openRelay, writeAll } from "./relay.ts";
import { Dialogue, type Turn } from "./starttls.ts";

/** More would be a burst of connections on a busy host. */
const IN_FLIGHT = 8;

/** Milliseconds. A service that has not just acted must not delay a run for its whole timeout. */
const LIMIT = 10_000;

/**
 * Runs each probe of the configuration once.
 *
 * @param stored PEM of the stored certificate of a name, if there is one.
 */
export async function observeAllServed(
  specs: readonly CertificateSpec[],
  stored: (name: string) => string | undefined = () => undefined,
): Promise<ServedObservation[]> {
  const probes = specs.flatMap(({ name, services }) =>
    services.flatMap(({ id, probe }) =>
      probe === undefined ? [] : [{ service: id, certificate: name, probe }]
    )
  );
  const seen: ServedObservation[] = [];
  await forEachInFlight([...probes.entries()], IN_FLIGHT, async ([at, { probe, ...whose }]) => {
    const problem = findUnprobed(probe, stored(whose.certificate));
    const served: Served = problem === undefined
      ? await observeServed(probe, Math.min(LIMIT, probe.timeout * 1000))
      : { kind: "unreachable", problem };
    seen[at] = { ...whose, at: formatProbe(probe), served };
  });
  return seen;
}

/** Why a probe can never see this certificate, if so: TLS would not agree on its algorithm. */
export function findUnprobed(probe: ProbeSpec, pem: string | undefined): string | undefined {
  try {
    const algorithm = pem === undefined ? undefined : unservable(openCertificate(pem).raw);
    return algorithm &&
      `cannot probe ${formatProbe(probe)}: this build cannot verify ${algorithm}, ` +
        "the algorithm of the certificate's key";
  } catch {
    // The plan says that it is damaged.
    return undefined;
  }
}

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
    const problem = explainUnreachable(formatAddress(probe), {
      stage: look.stage,
      error,
      late: look.end.aborted,
      limit,
      startTls: probe.startTls,
    });
    return { kind: "unreachable", problem };
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

/** Content type of a record and type of a message (RFC 5246, A.1 and A.4). */
const HANDSHAKE = 22;
const CERTIFICATE = 11;

/**
 * The certificate (DER) in what a server sent in a TLS 1.2 handshake, which is plain text; undefined if
 * none is complete.
 */
export function plainLeaf(sent: Buffer): Buffer | undefined {
  const messages = handshakeOf(sent);
  for (let at = 0; at + 4 <= messages.length;) {
    const end = at + 4 + messages.readUIntBE(at + 1, 3);
    if (end > messages.length) return undefined;
    if (messages[at] === CERTIFICATE) return firstCertificate(messages.subarray(at + 4, end));
    at = end;
  }
  return undefined;
}

/** The content of the leading handshake records (RFC 5246, 6.2.1): type, version, length, fragment. */
function handshakeOf(sent: Buffer): Buffer {
  const fragments: Buffer[] = [];
  for (let at = 0; at + 5 <= sent.length && sent[at] === HANDSHAKE;) {
    const end = at + 5 + sent.readUInt16BE(at + 3);
    fragments.push(sent.subarray(at + 5, end));
    at = end;
  }
  return Buffer.concat(fragments);
}

/** A list of certificates: the length of all, then each after its length (RFC 5246, 7.4.2). */
function firstCertificate(list: Buffer): Buffer | undefined {
  if (list.length < 6) return undefined;
  const end = 6 + list.readUIntBE(3, 3);
  return end > list.length ? undefined : list.subarray(6, end);
}
