/** What a certificate file holds, in any format that VCM may find at the path of a target. Pure. */
import { Buffer } from "node:buffer";
import { createHash, createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import type { KeyObject } from "node:crypto";

export interface FoundCertificate {
  readonly x509: X509Certificate;
  /** Name of its entry in a keystore. */
  readonly alias?: string | undefined;
}

export interface FoundKey {
  /** Identifies the pair; absent: it cannot be read, for example without its password. */
  readonly id?: string | undefined;
  readonly alias?: string | undefined;
}

export interface Contents {
  readonly certificates: readonly FoundCertificate[];
  readonly keys: readonly FoundKey[];
  /** Everything else, in words of the format, such as "DH PARAMETERS". */
  readonly others: readonly string[];
}

/** More blocks are not looked at. */
const MAX_BLOCKS = 2000;

/** Reads PEM, or one certificate or key in DER. What is damaged is left out. */
export function readContents(bytes: Uint8Array): Contents {
  const text = new TextDecoder("latin1").decode(bytes);
  if (text.includes("-----BEGIN ")) return readPem(text);
  const x509 = tryOpen(Buffer.from(bytes));
  if (x509 !== undefined) return { certificates: [{ x509 }], keys: [], others: [] };
  const key = Buffer.from(bytes);
  const id = idOfPrivate(() => createPrivateKey({ key, format: "der", type: "pkcs8" }));
  return { certificates: [], keys: id === undefined ? [] : [{ id }], others: [] };
}

function readPem(text: string): Contents {
  const certificates: FoundCertificate[] = [];
  const keys: FoundKey[] = [];
  const others = new Set<string>();
  for (const { label, block } of blocksOf(text)) {
    if (/^(?:X509 |TRUSTED )?CERTIFICATE$/.test(label)) {
      const x509 = tryOpen(block.replaceAll(label, "CERTIFICATE"));
      if (x509 !== undefined) certificates.push({ x509 });
    } else if (/^(?:[A-Z0-9]+ )?PRIVATE KEY$/.test(label)) {
      keys.push({ id: idOfPrivate(() => createPrivateKey(block)) });
    } else if (label !== "EC PARAMETERS") others.add(label);
  }
  return { certificates, keys, others: [...others] };
}

function* blocksOf(text: string): Generator<{ readonly label: string; readonly block: string }> {
  const begin = /-----BEGIN ([A-Z0-9#. ]{1,64})-----/g;
  // Searching for the end of each block would read a text of many blocks many times. The last is first.
  const ends = Map.groupBy(
    text.matchAll(/-----END ([A-Z0-9#. ]{1,64})(?=-----)/g).map(({ index, 1: label }) => ({
      index,
      label,
    })).toArray().reverse(),
    ({ label }) => label,
  );
  for (let count = 0; count < MAX_BLOCKS; count++) {
    const found = begin.exec(text);
    if (found === null) return;
    const [edge, label = ""] = found;
    const last = edge.replace("BEGIN", "END");
    const left = ends.get(label) ?? [];
    while ((left.at(-1)?.index ?? Infinity) < begin.lastIndex) left.pop();
    const end = left.at(-1)?.index;
    if (end === undefined) continue;
    const body = text.slice(begin.lastIndex, end).split("\n").map((line) => line.trim())
      .filter((line) => line !== "").join("\n");
    yield { label, block: `${edge}\n${body}\n${last}\n` };
    begin.lastIndex = end + last.length;
  }
}

export function tryOpen(certificate: string | Uint8Array): X509Certificate | undefined {
  try {
    const opened = new X509Certificate(certificate);
    // The runtime decodes these on first use, and throws if it cannot.
    void [opened.subject, opened.issuer, opened.subjectAltName, opened.ca, opened.serialNumber];
    void [opened.validFrom, opened.validTo, opened.checkIssued(opened)];
    return opened;
  } catch {
    return undefined;
  }
}

/** Identifies the pair of a private key; `undefined` if it cannot be opened. */
export function idOfPrivate(open: () => KeyObject): string | undefined {
  try {
    return idOf(createPublicKey(open() as unknown as string));
  } catch {
    return undefined;
  }
}

/** Identifies the pair that a certificate is of; the runtime does not know every kind of key. */
export function idOfCertificate(x509: X509Certificate): string | undefined {
  try {
    return idOf(x509.publicKey);
  } catch {
    return undefined;
  }
}

function idOf(key: KeyObject): string {
  return createHash("sha256").update(key.export({ type: "spki", format: "der" })).digest("hex");
}
