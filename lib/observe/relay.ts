/**
 * A port of this host behind which a connected peer answers, so that TLS is spoken with it there. A
 * connection whose handshake is not over cannot be ended from the side that shakes hands: destroyed,
 * it stays open (Deno 2.7.11). The other side, which can end it, is here.
 */
import { Buffer } from "node:buffer";

/** First bytes of the peer that are kept; a handshake is far shorter. */
const KEPT = 65_536;

export interface Relay {
  /** Takes one connection, on 127.0.0.1. */
  readonly port: number;
  /** The first bytes that the peer sent. */
  readonly sent: () => Buffer;
  /** Comes when both connections are at their end; never fails. */
  readonly done: Promise<void>;
  /** Takes no connection any more; one that was taken ends with the peer's. */
  readonly close: () => void;
}

/** Reads and writes the peer from now on. Needs net permission for 127.0.0.1. */
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
  // Where it cannot be taken, it must not wait in the queue either.
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

/** Writes all of the bytes, in as many turns as it takes. */
export async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}

/** Closes what may be closed already. */
export function closeQuietly(open: { close(): void }): void {
  try {
    open.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
