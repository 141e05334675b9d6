/** Why a probe could not see a service's certificate, in plain words. */
import { plainCause } from "../text/plain_cause.ts";
import { printable } from "../text/quote.ts";
import type { StartTls } from "../config/types.ts";

/** What failed: the connection, STARTTLS, or the TLS handshake. */
export type Stage = "connect" | "talk" | "handshake";

/** What the peer did; the message continues a sentence that begins with its address. */
export class Refused extends Error {}

export interface Unreachable {
  readonly stage: Stage;
  readonly error: unknown;
  /** The time limit was reached. */
  readonly late: boolean;
  /** Milliseconds. */
  readonly limit: number;
  readonly startTls: StartTls | undefined;
}

/** The sentence, without a full stop. */
export function explainUnreachable(
  address: string,
  { stage, error, late, limit, startTls }: Unreachable,
): string {
  if (late) {
    const within = `within ${limit / 1000} s`;
    if (stage === "connect") return `no connection to ${address} ${within}`;
    return `${address} did not answer over ${stage === "talk" ? startTls : "TLS"} ${within}`;
  }
  if (error instanceof Refused) return `${address} ${error.message}`;
  const text = wholeText(error);
  if (/ECONNREFUSED/.test(text)) return `nothing is listening on ${address}`;
  if (/ENOTFOUND|EAI_/.test(text)) return `the host name of ${address} was not found`;
  if (/corrupt message/.test(text)) {
    const hint = startTls === undefined ? '; if it needs STARTTLS, set "starttls"' : "";
    return `${address} does not speak TLS${hint}`;
  }
  const alert = /received fatal alert: (\w+)/.exec(text)?.[1];
  if (alert !== undefined) return `${address} refused the TLS handshake: ${inWords(alert)}`;
  if (/ECONNRESET|EPIPE|UnexpectedEof|eof/.test(text)) {
    return `${address} closed the connection ${
      stage === "talk" ? "before TLS" : "before it sent a certificate"
    }`;
  }
  return `cannot probe ${address}: ${printable(plainCause(error))}`;
}

/** Code and message of an error and of its parts, one for each tried address. */
function wholeText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const parts = error instanceof AggregateError ? error.errors.map(wholeText) : [];
  return ["code" in error ? error.code : "", error.message, ...parts].join(" ");
}

/** The runtime's name of a TLS alert in words, with the usual cause. */
function inWords(alert: string): string {
  if (alert === "ProtocolVersion") return "it speaks neither TLS 1.2 nor 1.3";
  const words = alert.replace(/(?!^)[A-Z]/g, " $&").toLowerCase();
  return alert === "UnrecognisedName" ? `${words}; check "servername"` : words;
}
