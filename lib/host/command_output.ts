/** Output of commands, made fit for messages. */
import { looksLikeToken, printable } from "../text/quote.ts";
import { type CommandResult, TIMED_OUT } from "./run_command.ts";

/** Characters; what follows seldom tells more about what is wrong. */
const LONGEST = 500;

const PRIVATE_KEY =
  /(?:-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----)(?:[^]*?-----END [A-Z ]*-----|[^]*)/g;

/** A line of Base64, as in a PEM file; few other words are that long. */
const ENCODED = /[A-Za-z0-9+/]{60,}={0,2}/g;

// deno-lint-ignore no-control-regex -- sequences for terminals are what it looks for (ECMA-48, 5.4)
const SEQUENCES = /\x1b\[[0-?]*[ -/]*[@-~]/g;

/** The output of a command in one line, errors first, without keys and tokens. */
export function outputLine({ stderr, stdout }: CommandResult): string {
  const text = [stderr, stdout].map((text) => text.trim()).filter((text) => text !== "").join("\n");
  const plain = text.replace(SEQUENCES, "");
  const words = plain.replace(PRIVATE_KEY, "[redacted]").split(/\s+/).map(mask);
  const line = printable(words.join(" ")).trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

function mask(word: string): string {
  return looksLikeToken(word) ? "[redacted]" : word.replace(ENCODED, "[redacted]");
}

/** How a command ended, for a message: `failed (1): nginx: [emerg] …`. */
export function explainFailure(result: CommandResult, seconds: number): string {
  const said = outputLine(result);
  if (result.code !== TIMED_OUT) return `failed (${result.code}): ${said || "no output"}`;
  return `took longer than ${seconds} s${said && `: ${said}`}`;
}

/** A command as a person would type it. */
export function showCommand(command: readonly string[]): string {
  return `"${printable(command.map(mask).join(" "))}"`;
}
