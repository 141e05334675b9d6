/** Readers of service names, signals, commands, endpoints and the renewal spread. */
import { expected, InvalidValue } from "./invalid_value.ts";
import { hasControlCharacter } from "../text/quote.ts";
import { readServerName } from "./read_names.ts";

/** The name of a service. The rules of its manager are checked with the other keys of its entry. */
export function readServiceName(text: string): string | InvalidValue {
  // Linux allows file names of 255 bytes; the files of pending actions have the name of their service.
  const good = text !== "" && text.trim() === text && !/^[-.]|\//.test(text) &&
    !hasControlCharacter(text) && new TextEncoder().encode(text).length <= 200;
  return good ? text : expected(`a service such as "nginx.service"`, text);
}

/** The signals by which programs reload their files or shut down. */
export const SIGNALS = ["HUP", "USR1", "USR2", "INT", "QUIT", "TERM", "WINCH", "ALRM", "CONT"];

/** A signal, with `SIG` before it or without (signal(7)). */
export function readSignal(text: string): string | InvalidValue {
  const name = text.toUpperCase().replace(/^SIG/, "");
  return SIGNALS.includes(name) ? name : expected(`one of ${SIGNALS.join(", ")}`, text);
}

/** One word of a command, passed to the program unchanged: no shell splits or expands it. */
export function readWord(text: string): string | InvalidValue {
  return text.includes("\0") ? new InvalidValue("contains a NUL character") : text;
}

/**
 * Whether a word can be the program of a command: a name to look up in the system's directories, or a
 * path. A name with a space is a whole command line, which would need a shell.
 */
export function isProgram(text: string): boolean {
  return /^(?:\/(?:.*\/)?)?[^/\s-][^/\s]*$/.test(text) && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(text);
}

/** `HOST:PORT` of a probe. */
export function readEndpoint(text: string): { host: string; port: number } | InvalidValue {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = readServerName(bracketed ?? plain ?? "");
  const port = Number(digits);
  if (host instanceof InvalidValue || !(port > 0 && port < 65_536)) {
    return expected(`a host and a port such as "127.0.0.1:443"`, text);
  }
  return { host, port };
}

/** A share of the renewal window; 0% disables it. */
export function readSpread(text: string): number | InvalidValue {
  const percent = /^\d+(?:\.\d+)?%$/.test(text) ? Number(text.slice(0, -1)) : Infinity;
  return percent <= 80 ? percent : expected(`a share from 0% to 80%, such as "20%"`, text);
}
