/**
 * What each scalar reader accepts, in words and as a JSON Schema. Editors give a value its YAML
 * type first: `0640` is a number, and so is a name such as `1e3`. So a schema here accepts all that
 * its reader accepts, and may accept more. A test checks that.
 */
import type { Reader } from "../../config/invalid_value.ts";
import * as pattern from "./scalar_patterns.ts";
import * as names from "../../config/read_names.ts";
import * as places from "../../config/read_places.ts";
import * as scalars from "../../config/read_scalars.ts";
import * as services from "../../config/read_service.ts";
import { readWindow } from "../../config/read_window.ts";

/** A schema or a part of one. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

export interface ScalarForm {
  /** The words for one value, and for several if the plural does not just add an "s". */
  readonly words: string;
  readonly many?: string;
  readonly schema: JsonSchema;
}

/** Any scalar: to an editor a name of digits is a number, and `true` a boolean. */
const TEXT = ["string", "number", "boolean"];

/** Vault cannot represent longer durations (duration.ts). */
const SECONDS = { minimum: 1, maximum: 9_223_372_036 };

const duration = (limits: object) => ({
  type: ["string", "integer"],
  pattern: pattern.DURATION,
  ...SECONDS,
  ...limits,
});
const whole = (minimum: number, maximum: number, text: string) => ({
  type: ["integer", "string"],
  minimum,
  maximum,
  pattern: text,
});
const text = (pattern: string, more: object = {}) => ({ type: TEXT, pattern, ...more });
const string = (pattern: string) => ({ type: "string", pattern });

const SECRET_FILE: ScalarForm = { words: "path of a file", schema: string(pattern.FILE) };

const FORMS: ReadonlyMap<Reader<unknown>, ScalarForm> = new Map<Reader<unknown>, ScalarForm>([
  [scalars.readDuration, { words: "duration", schema: duration({}) }],
  [scalars.readTimeLimit, {
    words: "time from `1s` to `1h`",
    schema: duration({ maximum: 3_600 }),
  }],
  [scalars.readRunLimit, {
    words: "time from `1s` to `1d`",
    schema: duration({ maximum: scalars.LONGEST_RUN }),
  }],
  [scalars.readRenew, {
    words: "duration, or share such as `33%`",
    // A smaller bare number would be seconds, where days or a share are meant.
    schema: duration({ pattern: pattern.RENEW, minimum: 100 }),
  }],
  [services.readSpread, { words: "share", schema: string(pattern.SPREAD) }],
  [scalars.readBoolean, {
    words: "`true` or `false`",
    schema: { type: ["boolean", "string"], pattern: pattern.BOOLEAN },
  }],
  [scalars.readInteger, {
    words: "whole number",
    schema: whole(-999_999_999, 999_999_999, pattern.INTEGER),
  }],
  [scalars.readCount, { words: "number from 0 to 99", schema: whole(0, 99, pattern.COUNT) }],
  // The number is the text read as decimal: 0640 is 640.
  [scalars.readMode, { words: "octal mode", schema: whole(0, 7_777, pattern.MODE) }],
  [scalars.readAccount, { words: "name or number", schema: text(pattern.ACCOUNT) }],
  [scalars.readAlias, { words: "name", schema: text(pattern.TRIMMED, { maxLength: 200 }) }],
  [scalars.readSecret, { words: "secret", schema: text(pattern.LINE) }],
  [names.readCertificateName, {
    words: "name",
    schema: text(pattern.CERTIFICATE_NAME, { maxLength: 200 }),
  }],
  [names.readCommonName, { words: "name", schema: text(pattern.TRIMMED) }],
  [names.readDnsName, { words: "DNS name", schema: text(pattern.DNS_NAME) }],
  [names.readIpAddress, {
    words: "IP address",
    many: "IP addresses",
    schema: string(pattern.IP_ADDRESS),
  }],
  [names.readServerName, { words: "DNS name or IP address", schema: text(pattern.SERVER_NAME) }],
  [names.readHost, { words: "`HOST` or `HOST:PORT`", schema: text(pattern.HOST) }],
  [names.readUri, { words: "URI", schema: string(pattern.URI) }],
  [names.readEmail, {
    words: "e-mail address",
    many: "e-mail addresses",
    schema: string(pattern.EMAIL),
  }],
  [names.readOtherSan, {
    words: "`OID;UTF8:TEXT`",
    many: "`OID;UTF8:TEXT`",
    schema: string(pattern.OTHER_SAN),
  }],
  [names.readIssuerRef, { words: "name or id", schema: text(pattern.ROLE) }],
  [names.readMount, { words: "path of a mount", schema: text(pattern.MOUNT) }],
  [names.readAuthMount, { words: "path of a mount", schema: text(pattern.MOUNT) }],
  [names.readRole, { words: "name", schema: text(pattern.ROLE) }],
  [names.readNamespace, { words: "path", schema: text(pattern.NAMESPACE) }],
  [places.readAddress, { words: "URL", schema: string(pattern.ADDRESS) }],
  [places.readMetricsFile, {
    words: "path of a file",
    schema: { ...string(pattern.FILE), allOf: [string("\\.prom$")] },
  }],
  [places.readFilePath, { words: "path of a file", schema: string(pattern.FILE) }],
  [places.readTokenFile, SECRET_FILE],
  [places.readSecretFile, SECRET_FILE],
  [places.readDirectoryPath, { words: "path of a directory", schema: string(pattern.DIRECTORY) }],
  [places.readTlsTrust, {
    words: "`true`, `false`, or path",
    schema: { type: ["boolean", "string"], pattern: pattern.TLS_TRUST },
  }],
  [services.readServiceName, {
    words: "name",
    schema: text(pattern.SERVICE_NAME, { maxLength: 200 }),
  }],
  [services.readSignal, {
    words: `signal: ${services.SIGNALS.map((name) => `\`${name}\``).join(", ")}`,
    schema: { anyOf: [{ enum: services.SIGNALS }, string(pattern.SIGNAL)] },
  }],
  [services.readEndpoint, { words: "`HOST:PORT`", schema: string(pattern.ENDPOINT) }],
  [services.readWord, { words: "word", schema: { type: TEXT } }],
  [places.readInclude, { words: "path or pattern", schema: text(pattern.LINE) }],
  [readWindow, { words: "window", schema: string(pattern.WINDOW) }],
]);

/** What a reader accepts. Throws for an unknown one. */
export function scalarForm(reader: Reader<unknown>): ScalarForm {
  if ("words" in reader) return wordsForm((reader as scalars.WordReader<string>).words);
  const form = FORMS.get(reader);
  if (form === undefined) {
    throw new Error(`Cannot describe what "${reader.name}" takes: add it to scalar_forms.ts`);
  }
  return form;
}

function wordsForm(words: readonly string[]): ScalarForm {
  return { words: words.map((word) => `\`${word}\``).join(", "), schema: { enum: words } };
}
