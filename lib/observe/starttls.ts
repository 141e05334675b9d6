/**
 * The plain text dialogue before TLS, by protocol. It does no input or output itself: received bytes
 * go in, bytes to send come out.
 */
import { Buffer } from "node:buffer";
import { printable } from "../text/quote.ts";
import type { StartTls } from "../config/types.ts";

/** What to do next. */
export type Turn =
  | { readonly kind: "say"; readonly bytes: Buffer }
  | { readonly kind: "listen" }
  /** TLS may begin. */
  | { readonly kind: "go" }
  /** What the peer did; continues a sentence that begins with its address. */
  | { readonly kind: "refused"; readonly problem: string };

/** Limit of received bytes; capabilities are far shorter. */
export const HEARD_LIMIT = 8192;
/** Characters of a server's text in a message. */
const LONGEST_QUOTE = 200;

/** The client's side: yields what to send, or nothing, and receives the next line or byte. */
type Talk = Generator<string, void, string>;

/** The peer does not start TLS. */
class Refusal extends Error {}

/** One dialogue, for one connection. */
export class Dialogue {
  readonly #talk: Talk;
  readonly #byLine: boolean;
  #heard = 0;
  #rest = Buffer.alloc(0);

  constructor(protocol: StartTls) {
    this.#talk = TALKS[protocol]();
    this.#byLine = protocol !== "postgres";
  }

  /** Call this first, and once: what to do before anything is received. */
  begin(): Turn {
    return this.#next("");
  }

  /**
   * Takes received bytes, in pieces of any size.
   *
   * Bytes after the agreement to start TLS are refused: a man in the middle could have injected them
   * to be taken for TLS content (RFC 3207, 6; CVE-2021-23222).
   */
  hear(bytes: Uint8Array): Turn {
    this.#heard += bytes.length;
    if (this.#heard > HEARD_LIMIT) return refused(`sent more than ${HEARD_LIMIT} bytes before TLS`);
    this.#rest = Buffer.concat([this.#rest, bytes]);
    let answer: Turn = { kind: "listen" };
    for (let item = this.#take(); item !== undefined; item = this.#take()) {
      const turn = this.#next(item);
      if (turn.kind === "refused") return turn;
      if (turn.kind === "listen") continue;
      if (answer.kind === "say") return refused("answered before VCM sent a command");
      if (turn.kind === "go" && this.#rest.length > 0) {
        return refused("sent more plain text after it agreed to start TLS");
      }
      answer = turn;
    }
    return answer;
  }

  /** The next whole line or byte; undefined if it has not arrived yet. */
  #take(): string | undefined {
    const end = this.#byLine ? this.#rest.indexOf("\n") + 1 : Math.min(1, this.#rest.length);
    if (end === 0) return undefined;
    const item = this.#rest.toString("utf8", 0, end);
    this.#rest = this.#rest.subarray(end);
    return this.#byLine ? item.replace(/\r?\n$/, "") : item;
  }

  #next(item: string): Turn {
    try {
      const { done, value } = this.#talk.next(item);
      if (done) return { kind: "go" };
      return value ? { kind: "say", bytes: Buffer.from(value, "latin1") } : { kind: "listen" };
    } catch (error) {
      if (error instanceof Refusal) return refused(error.message);
      throw error;
    }
  }
}

const TALKS: Readonly<Record<StartTls, () => Talk>> = {
  smtp: talkSmtp,
  imap: talkImap,
  pop3: talkPop3,
  postgres: talkPostgres,
};

/** RFC 3207, 4; replies of several lines: RFC 5321, 4.2.1; an address as name: 4.1.3. */
function* talkSmtp(): Talk {
  const greeting = yield* smtpReply("");
  if (greeting.code !== "220") throw new Refusal(`rejects clients: ${quote(greeting.last)}`);
  const capabilities = yield* smtpReply("EHLO [127.0.0.1]\r\n");
  if (capabilities.code !== "250") {
    throw new Refusal(`does not offer STARTTLS: ${quote(capabilities.last)}`);
  }
  if (!capabilities.texts.includes("STARTTLS")) throw new Refusal("does not offer STARTTLS");
  const answer = yield* smtpReply("STARTTLS\r\n");
  if (answer.code !== "220") throw new Refusal(`refuses STARTTLS: ${quote(answer.last)}`);
}

interface SmtpReply {
  readonly code: string;
  /** Texts after the code, in upper case. */
  readonly texts: readonly string[];
  /** The last line, unchanged. */
  readonly last: string;
}

function* smtpReply(said: string): Generator<string, SmtpReply, string> {
  const texts: string[] = [];
  for (let last = yield said;; last = yield "") {
    const [, code, sign, text = ""] = /^([2-5]\d\d)(?:([ -])(.*))?$/.exec(last) ?? [];
    if (code === undefined) throw new Refusal(`does not speak SMTP: ${quote(last)}`);
    texts.push(text.trim().toUpperCase());
    if (sign !== "-") return { code, texts, last };
  }
}

/** RFC 9051, 6.2.1; greetings: 7.1.1 to 7.1.5. Lines without a tag may come at any time. */
function* talkImap(): Talk {
  const greeting = yield "";
  if (/^\* BYE\b/i.test(greeting)) throw new Refusal(`rejects clients: ${quote(greeting)}`);
  if (/^\* PREAUTH\b/i.test(greeting)) {
    throw new Refusal(`does not offer STARTTLS: ${quote(greeting)}`);
  }
  if (!/^\* OK\b/i.test(greeting)) throw new Refusal(`does not speak IMAP: ${quote(greeting)}`);
  let answer = yield "a STARTTLS\r\n";
  while (answer.startsWith("* ")) answer = yield "";
  if (/^a (?:NO|BAD)\b/i.test(answer)) throw new Refusal(`refuses STARTTLS: ${quote(answer)}`);
  if (!/^a OK\b/i.test(answer)) throw new Refusal(`does not speak IMAP: ${quote(answer)}`);
}

/** RFC 2595, 4; replies: RFC 1939, 3. */
function* talkPop3(): Talk {
  const greeting = yield "";
  if (/^-ERR\b/.test(greeting)) throw new Refusal(`rejects clients: ${quote(greeting)}`);
  if (!/^\+OK\b/.test(greeting)) throw new Refusal(`does not speak POP3: ${quote(greeting)}`);
  const answer = yield "STLS\r\n";
  if (/^-ERR\b/.test(answer)) throw new Refusal(`refuses STLS: ${quote(answer)}`);
  if (!/^\+OK\b/.test(answer)) throw new Refusal(`does not speak POP3: ${quote(answer)}`);
}

/** SSLRequest: the length 8 and the code 80877103, as 32-bit big-endian integers. */
const SSL_REQUEST = "\x00\x00\x00\x08\x04\xd2\x16\x2f";

/**
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL: the answer is one
 * byte. `E` begins the error of a server that does not know this request.
 */
function* talkPostgres(): Talk {
  const answer = yield SSL_REQUEST;
  if (answer === "N" || answer === "E") throw new Refusal("does not offer TLS");
  if (answer !== "S") throw new Refusal("does not speak PostgreSQL's protocol");
}

function refused(problem: string): Turn {
  return { kind: "refused", problem };
}

/** A line that a server sent, made safe for a message. */
function quote(line: string): string {
  return printable(line.trim()).slice(0, LONGEST_QUOTE);
}
