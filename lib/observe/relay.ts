/**
 * A local port that forwards to a connected peer. TLS connects to that port, because the runtime
 * cannot close a connection during its handshake: it stays open after destroy() (Deno 2.7.11). The
 * relay can close it from the other side.
 */
import { Buffer } from "node:buffer";

/** Bytes of the peer that are kept; a handshake is far shorter. */
const KEPT = 65_536;

export interface Relay {
  /** Accepts one connection, on 127.0.0.1. */
  readonly port: number;
  /** The first bytes that the peer sent. */
  readonly sent: () => Buffer;
  /** Resolves when both connections have ended; never rejects. */
  readonly done: Promise<void>;
  /** Stops accepting; an accepted connection ends together with the peer's. */
  readonly close: () => void;
}

/** From now on, only the relay reads from and writes to the peer. Needs net permission for 127.0.0.1. */
export function openRelay(peer: Deno.Conn): Relay {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const parts: Uint8Array[] = [];
  let length = 0;
  const keep = (part: Uint8Array) => {
    if (length < KEPT) parts.push(part.slice());
    length += part.length;
  };
  return {
    port: listener.addr.port,
    sent: () => Buffer.concat(parts),
    done: carry(peer, listener, keep).catch(() => {}),
    close: () => closeQuietly(listener),
  };
}

async function carry(
  peer: Deno.Conn,
  listener: Deno.TcpListener,
  keep: (part: Uint8Array) => void,
): Promise<void> {
  // If accept() fails, no connection may wait in the queue.
  const near = await listener.accept().finally(() => closeQuietly(listener));
  const answers = copy(peer, near, keep).catch(() => {}).finally(() => closeQuietly(near));
  await copy(near, peer, () => {}).catch(() => {});
  closeQuietly(peer);
  await answers;
}

async function copy(
  from: Deno.Conn,
  to: Deno.Conn,
  see: (part: Uint8Array) => void,
): Promise<void> {
  const buffer = new Uint8Array(16_384);
  for (let read = await from.read(buffer); read !== null; read = await from.read(buffer)) {
    const part = buffer.subarray(0, read);
    see(part);
    await writeAll(to, part);
  }
}

/** Writes all bytes; one write may take only some of them. */
export async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}

/** Closes something that may be closed already. */
export function closeQuietly(open: { close(): void }): void {
  try {
    open.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
