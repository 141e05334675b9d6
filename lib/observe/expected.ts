/** The content that a target should have, and how the existing file differs from it. */
import { type Certificate, parseCertificate } from "../certificate/certificate.ts";
import { encodePem } from "../certificate/pem.ts";
import { plainContent } from "../certificate/plain_content.ts";
import type { compareEncrypted, EncryptionSpec } from "../certificate/encrypted.ts";
import { partsOf } from "../config/format.ts";
import type { Secret } from "../text/secret.ts";
import type { Format, StoredPart } from "../certificate/types.ts";
import type { Presence } from "../host/types.ts";
import { ABSENT, type Reader } from "../host/read.ts";

/** Texts in the store; what was not read is absent. */
export type StoredTexts = Readonly<Partial<Record<StoredPart, Presence<string>>>>;

export interface Likeness {
  readonly sameContent: boolean;
  /** Why it differs, if more is known than that its bytes differ. */
  readonly difference?: string | undefined;
  /** The first certificate in it, if it differs. */
  readonly certificate?: Certificate | undefined;
}

export interface Expected {
  /** Bytes. A bigger file differs and is not read. */
  readonly limit: number;
  readonly compare: (path: string, read: Reader) => Presence<Likeness>;
}

/** What opens encrypted targets. */
export interface Encryption {
  readonly compare: typeof compareEncrypted;
  readonly password: Secret;
}

/** The content that a target should have; absent if the store lacks it. */
export function expect(
  format: Format,
  name: string,
  texts: StoredTexts,
  encryption: Encryption | undefined,
): Presence<Expected> {
  const parts = partsOf(format.what);
  if (parts.some((part) => texts[part]?.kind !== "present")) return ABSENT;
  const part = (part: StoredPart) => textOf(texts[part]);
  const value = encryption === undefined
    ? expectPlain(plainContent(format, part))
    : expectEncrypted(
      { format, name, part, password: encryption.password.reveal() },
      encryption,
      parts.reduce((sum, name) => sum + part(name).length, 0),
    );
  return { kind: "present", value };
}

function textOf(text: Presence<string> = ABSENT): string {
  return text.kind === "present" ? text.value : "";
}

function expectPlain(content: string | Uint8Array): Expected {
  const limit = content.length * 4;
  if (typeof content === "string") {
    const compare = (text: string) => likeness(text === content, text);
    return { limit, compare: (path, read) => compareFound(read.text(path), compare) };
  }
  const wanted = content.toBase64();
  const compare = (bytes: Uint8Array) =>
    likeness(bytes.toBase64() === wanted, encodePem(bytes, "CERTIFICATE"));
  return { limit, compare: (path, read) => compareFound(read.bytes(path), compare) };
}

/** Encryption makes the content longer: salts, names and the like. */
function expectEncrypted(
  desired: EncryptionSpec,
  { compare }: Encryption,
  length: number,
): Expected {
  return {
    limit: length * 4 + 4096,
    compare: (path, read) =>
      compareFound(read.bytes(path), (bytes) => {
        const { difference, certificate = "" } = compare(bytes, desired);
        return { ...likeness(difference === undefined, certificate), difference };
      }),
  };
}

function likeness(sameContent: boolean, pem: string): Likeness {
  return { sameContent, certificate: sameContent ? undefined : tryParse(pem) };
}

function tryParse(pem: string): Certificate | undefined {
  try {
    return parseCertificate(pem);
  } catch {
    return undefined;
  }
}

/** A file that has gone since it was seen differs. */
function compareFound<T>(found: Presence<T>, compare: (value: T) => Likeness): Presence<Likeness> {
  if (found.kind === "unreadable") return found;
  return {
    kind: "present",
    value: found.kind === "present" ? compare(found.value) : { sameContent: false },
  };
}
