/** Names of services, signals, words of commands and endpoints. */
import { hasControlCharacter } from "../../text/quote.ts";
import { serverName } from "./names.ts";
import { ANY_SCALAR, asIs, caseless, InvalidValue, scalar } from "./scalar.ts";

/** The name of a service. The rules of its manager are checked with the other keys of its entry. */
export const serviceName = scalar({
  words: "name",
  wanted: `a service such as "nginx.service"`,
  pattern: /^[^\s./-](?:[^/]*[^\s/])?$/,
  // Linux allows file names of 255 bytes; the files of pending actions have the name of their service.
  parse: (text) =>
    hasControlCharacter(text) || new TextEncoder().encode(text).length > 200 ? undefined : text,
  editor: { ...ANY_SCALAR, maxLength: 200 },
});

/** The signals by which programs reload their files or shut down. */
const SIGNALS = ["HUP", "USR1", "USR2", "INT", "QUIT", "TERM", "WINCH", "ALRM", "CONT"];

/** A signal, with `SIG` before it or without (signal(7)). */
export const signal = scalar({
  words: `signal: ${SIGNALS.map((name) => `\`${name}\``).join(", ")}`,
  wanted: `one of ${SIGNALS.join(", ")}`,
  pattern: () => new RegExp(`^(?:${caseless("SIG")})?(?:${SIGNALS.map(caseless).join("|")})$`),
  parse: (text) => text.toUpperCase().replace(/^SIG/, ""),
  // The empty schema lets the other spellings pass; an editor completes the words.
  editor: { anyOf: [{ enum: SIGNALS }, {}] },
});

/** One word of a command, passed to the program unchanged: no shell splits or expands it. */
export const word = scalar({
  words: "word",
  wanted: "a word",
  pattern: /^[^\0]*$/,
  parse: asIs,
  explain: () => "contains a NUL character",
  editor: ANY_SCALAR,
});

/**
 * Whether a word can be the program of a command: a name to look up in the system's directories, or a
 * path. A name with a space is a whole command line, which would need a shell.
 */
export function isProgram(text: string): boolean {
  return /^(?:\/(?:.*\/)?)?[^/\s-][^/\s]*$/.test(text) && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(text);
}

/** Where a probe connects: a host, or an address without brackets, and a port. */
export const endpoint = scalar({
  words: "`HOST:PORT`",
  wanted: `a host and a port such as "127.0.0.1:443"`,
  pattern: /^(?:\[[^\]]+\]|[^:]+):\d{1,5}$/,
  parse: (text) => {
    const colon = text.lastIndexOf(":");
    const host = serverName.read(text.slice(0, colon).replace(/^\[|\]$/g, ""));
    const port = Number(text.slice(colon + 1));
    if (host instanceof InvalidValue || !(port > 0 && port < 65_536)) return undefined;
    return { host, port };
  },
});
