/** Durations, booleans, numbers, modes, owners and secrets. */
import {
  DURATION,
  formatDuration,
  LIFETIME,
  parseDuration,
  parseLifetime,
  parseTimeLimit,
} from "../../text/duration.ts";
import { hasControlCharacter } from "../../text/quote.ts";
import { Secret } from "../../text/secret.ts";
import type { RenewalWindow } from "../../certificate/types.ts";
import { ANY_SCALAR, scalar } from "./scalar.ts";

const WHOLE = { type: ["integer", "string"] };

/** Vault cannot represent longer durations (duration.ts). */
const SECONDS = { type: ["string", "integer"], minimum: 1, maximum: 9_223_372_036 };

/** A lifetime to ask for: in seconds, and as written. */
export interface Lifetime {
  readonly seconds: number;
  readonly text: string;
}

export const lifetime = scalar<Lifetime>({
  words: "duration",
  wanted: `a duration such as "14d"`,
  pattern: LIFETIME,
  parse: (text) => {
    const seconds = parseLifetime(text);
    return seconds === undefined ? undefined : { seconds, text };
  },
  explain: (text) =>
    LIFETIME.test(text) && text.includes(".") ? "expected a whole number of seconds" : undefined,
  editor: SECONDS,
  show: ({ text }) => text,
});

/** In seconds. */
export const period = scalar({
  words: "duration",
  wanted: `a duration such as "1d"`,
  pattern: DURATION,
  parse: parseDuration,
  editor: SECONDS,
  show: formatDuration,
});

/** Of one action or request; in seconds. */
export const timeLimit = scalar({
  words: "time from `1s` to `1h`",
  wanted: `a time from "1s" to "1h", such as "60s"`,
  pattern: DURATION,
  parse: parseTimeLimit,
  editor: { ...SECONDS, maximum: 3_600 },
  show: formatDuration,
});

/** Seconds in a day. */
export const LONGEST_RUN = 86_400;

/** Of a run; in seconds. */
export const runLimit = scalar({
  words: "time from `1s` to `1d`",
  wanted: `a time from "1s" to "1d", such as "1h"`,
  pattern: DURATION,
  parse: (text) => {
    const seconds = parseDuration(text);
    return seconds !== undefined && seconds <= LONGEST_RUN ? seconds : undefined;
  },
  editor: { ...SECONDS, maximum: LONGEST_RUN },
  show: formatDuration,
});

/** A moment of RFC 3339, which names its zone; the seconds may be left out. */
export const moment = scalar({
  words: "time such as `2026-12-01T09:30Z`",
  many: "times such as `2026-12-01T09:30Z`",
  wanted: `a time with its zone, such as "2026-12-01T09:30Z" or "2026-12-01T10:30+01:00"`,
  pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})$/,
  parse: parseMoment,
  show: (time) => time.toISOString().replace(/(?::00)?\.000Z$/, "Z"),
});

/** Days that a month lacks are refused: the runtime would take them for days of the next month. */
function parseMoment(text: string): Date | undefined {
  const [day = "", time = ""] = text.split("T");
  const midnight = new Date(`${day}T00:00Z`);
  const moment = new Date(`${day}T${time}`);
  const isValid = !isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day) &&
    !isNaN(moment.getTime());
  return isValid ? moment : undefined;
}

/** Seconds of 30 days. */
const LONGEST_REISSUE = 30 * 86_400;

/** In seconds. */
export const reissueTime = scalar({
  words: "time from `0s` to `30d`",
  wanted: `a time from "0s" to "30d", such as "2h"`,
  pattern: () => new RegExp(`${DURATION.source}|^0s?$`),
  parse: (text) => {
    const seconds = /^0s?$/.test(text) ? 0 : parseDuration(text);
    return seconds !== undefined && seconds <= LONGEST_REISSUE ? seconds : undefined;
  },
  editor: { ...SECONDS, minimum: 0, maximum: LONGEST_REISSUE },
  show: (seconds) => seconds === 0 ? "0s" : formatDuration(seconds),
});

/** A duration, or a share of the lifetime such as `33%`. */
export const renewalWindow = scalar<RenewalWindow>({
  words: "duration, or share such as `33%`",
  wanted: `a duration such as "14d", or a share above 0% and below 100% such as "33%"`,
  pattern: new RegExp(`${DURATION.source}|^0*\\d{1,2}(?:\\.\\d+)?%$`),
  parse: (text) => {
    if (text.endsWith("%")) return parseShare(text);
    const seconds = isBare(text) ? undefined : parseDuration(text);
    return seconds === undefined ? undefined : { kind: "duration", seconds };
  },
  explain: (text) => {
    if (isBare(text)) {
      return `${text} without a unit means seconds; did you mean "${text}d" or "${text}%"?`;
    }
    return undefined;
  },
  editor: { ...SECONDS, minimum: 100 },
  show: (window) =>
    window.kind === "share"
      ? `${Number(window.percent.toFixed(1))}%`
      : formatDuration(window.seconds),
});

/** Such a small number would be seconds, where days or a share are meant. */
function isBare(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) > 0 && Number(text) < 100;
}

function parseShare(text: string): RenewalWindow | undefined {
  const percent = parseFloat(text);
  return percent > 0 ? { kind: "share", percent } : undefined;
}

/** A share of the renewal window; 0% disables it. */
export const spread = scalar({
  words: "share",
  wanted: `a share from 0% to 80%, such as "20%"`,
  pattern: /^0*(?:[0-7]?\d|80)(?:\.\d+)?%$/,
  parse: (text) => parseFloat(text) <= 80 ? parseFloat(text) : undefined,
  show: (percent) => `${percent}%`,
});

/** The yes, no, on and off of YAML 1.1 are refused, because parsers disagree on them. */
export const boolean = scalar({
  words: "`true` or `false`",
  wanted: "true or false",
  pattern: /^(?:true|false)$/,
  parse: (text) => text === "true",
  editor: { type: ["boolean", "string"] },
});

/** A whole number that may be negative. */
export const integer = scalar({
  words: "whole number",
  wanted: "a whole number such as 10",
  pattern: /^-?\d{1,9}$/,
  parse: Number,
  editor: { ...WHOLE, minimum: -999_999_999, maximum: 999_999_999 },
});

/** A small number of something, such as retries. */
export const count = scalar({
  words: "number from 0 to 99",
  wanted: "a whole number from 0 to 99",
  pattern: /^\d{1,2}$/,
  parse: Number,
  editor: { ...WHOLE, minimum: 0, maximum: 99 },
});

/** Permission bits, always octal. */
export const fileMode = scalar({
  words: "octal mode",
  wanted: `an octal mode such as "0640"`,
  pattern: /^(?:0o)?0*[0-7]{1,4}$/,
  parse: (text) => parseInt(text.replace("0o", ""), 8),
  // The number is the text read as decimal: 0640 is 640.
  editor: { ...WHOLE, minimum: 0, maximum: 7_777 },
});

/** A user or a group, by name or by number; looked up only when it is needed. */
export const account = scalar({
  words: "name or number",
  wanted: "a name or a number",
  // getent, which looks the name up, would read a leading "-" as an option.
  pattern: /^[^\s:-](?:[^:]*[^\s:])?$/,
  parse: (text) => hasControlCharacter(text) ? undefined : text,
  explain: (text) =>
    text.includes(":")
      ? `expected one name; set the user as "owner" and the group as "group"`
      : undefined,
  editor: ANY_SCALAR,
});

/** The name of an entry of a keystore; the format has only characters of two bytes. */
export const entryName = scalar({
  words: "name",
  wanted: `a name such as "tomcat"`,
  pattern: /^\S(?:.*\S)?$/,
  parse: (text) =>
    text.length > 200 || hasControlCharacter(text) || /[\ud800-\udfff]/.test(text)
      ? undefined
      : text,
  editor: { ...ANY_SCALAR, maxLength: 200 },
});

/** Its error message never shows it. */
export const secret = scalar({
  words: "secret",
  wanted: "one line without control characters",
  isHidden: true,
  pattern: /^.+$/,
  // JSON could carry a line break, but here it is always an editing error.
  parse: (text) => hasControlCharacter(text) ? undefined : new Secret(text),
  editor: ANY_SCALAR,
});
