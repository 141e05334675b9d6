/** Finds the certificate in the bytes of a TLS 1.2 handshake, which sends it in plain text. */
import { Buffer } from "node:buffer";

/** Content type of a record and type of a message (RFC 5246, A.1 and A.4). */
const HANDSHAKE = 22;
const CERTIFICATE = 11;

/** The first certificate (DER) that the server sent; undefined if none is complete. */
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
