import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Dialogue, HEARD_LIMIT } from "../../../lib/observe/starttls.ts";
import type { StartTls } from "../../../lib/config/types.ts";
import { pureTest } from "../../support/pure_test.ts";

/** What is said and decided, in order, when these pieces are heard. */
function hold(protocol: StartTls, pieces: readonly string[]): string[] {
  const dialogue = new Dialogue(protocol);
  const mutex = [dialogue.begin()];
  for (const piece of pieces) mutex.push(dialogue.hear(Buffer.from(piece)));
  return mutex.flatMap((turn) => {
    if (turn.kind === "say") return [`> ${turn.bytes.toString("latin1")}`];
    if (turn.kind === "refused") return [turn.problem];
    return turn.kind === "go" ? ["go"] : [];
  });
}

const EHLO = "> EHLO [127.0.0.1]\r\n";
const STARTTLS = "> STARTTLS\r\n";

const DIALOGUES: readonly (readonly [string, StartTls, readonly string[], readonly string[]])[] = [
  [
    "SMTP goes over to TLS",
    "smtp",
    ["220 mail\r\n", "250-mail\r\n250 STARTTLS\r\n", "220 go\r\n"],
    [
      EHLO,
      STARTTLS,
      "go",
    ],
  ],
  ["lines come in pieces of any size", "smtp", [
    ..."220-mail\r\n220 mail\r\n",
    "250-mail\r\n250-star",
    "ttls\r",
    "\n250 HELP\n",
    "220\r\n",
  ], [EHLO, STARTTLS, "go"]],
  ["SMTP turns away", "smtp", ["554 no\r\n"], ["rejects clients: 554 no"]],
  ["SMTP without EHLO", "smtp", ["220 mail\r\n", "502 what?\r\n"], [
    EHLO,
    "does not offer STARTTLS: 502 what?",
  ]],
  ["SMTP that offers none", "smtp", ["220 mail\r\n", "250-mail\r\n250 STARTTLSNOT\r\n"], [
    EHLO,
    "does not offer STARTTLS",
  ]],
  ["SMTP that refuses", "smtp", ["220 m\r\n", "250-m\r\n250 STARTTLS\r\n", "454 later\r\n"], [
    EHLO,
    STARTTLS,
    "refuses STARTTLS: 454 later",
  ]],
  ["no SMTP", "smtp", ["SSH-2.0-OpenSSH_9.2\r\n"], ["does not speak SMTP: SSH-2.0-OpenSSH_9.2"]],
  ["an answer before the question", "smtp", ["220 mail\r\n250-mail\r\n250 STARTTLS\r\n"], [
    "answered before VCM sent a command",
  ]],
  ["plain text behind the go-ahead", "smtp", [
    "220 mail\r\n",
    "250-mail\r\n250 STARTTLS\r\n",
    "220 go\r\n250 injected\r\n",
  ], [EHLO, STARTTLS, "sent more plain text after it agreed to start TLS"]],
  ["IMAP goes over to TLS", "imap", ["* OK\r\n", "* CAPABILITY IMAP4rev2\r\n", "a OK\r\n"], [
    "> a STARTTLS\r\n",
    "go",
  ]],
  ["IMAP turns away", "imap", ["* BYE busy\r\n"], ["rejects clients: * BYE busy"]],
  ["IMAP that knows its client", "imap", ["* PREAUTH hello\r\n"], [
    "does not offer STARTTLS: * PREAUTH hello",
  ]],
  ["IMAP that refuses", "imap", ["* OK\r\n", "a BAD no TLS here\r\n"], [
    "> a STARTTLS\r\n",
    "refuses STARTTLS: a BAD no TLS here",
  ]],
  ["POP3 goes over to TLS", "pop3", ["+OK\r\n", "+OK\r\n"], ["> STLS\r\n", "go"]],
  ["POP3 turns away", "pop3", ["-ERR busy\r\n"], ["rejects clients: -ERR busy"]],
  ["POP3 that refuses", "pop3", ["+OK\r\n", "-ERR no\r\n"], [
    "> STLS\r\n",
    "refuses STLS: -ERR no",
  ]],
  ["no POP3", "pop3", ["+OKAY\r\n"], ["does not speak POP3: +OKAY"]],
  ["PostgreSQL goes over to TLS", "postgres", ["S"], ["> \0\0\0\x08\x04\xd2\x16\x2f", "go"]],
  ["PostgreSQL without TLS", "postgres", ["N"], [
    "> \0\0\0\x08\x04\xd2\x16\x2f",
    "does not offer TLS",
  ]],
  ["plain text behind PostgreSQL's yes (CVE-2021-23222)", "postgres", ["SR"], [
    "> \0\0\0\x08\x04\xd2\x16\x2f",
    "sent more plain text after it agreed to start TLS",
  ]],
  ["no PostgreSQL", "postgres", ["220 mail\r\n"], [
    "> \0\0\0\x08\x04\xd2\x16\x2f",
    "does not speak PostgreSQL's protocol",
  ]],
];

for (const [name, protocol, heard, mutex] of DIALOGUES) {
  pureTest(`${name}`, () => assert.deepEqual(hold(protocol, heard), mutex));
}

pureTest("a server that never comes to an end is not listened to for ever", () => {
  const dialogue = new Dialogue("imap");
  dialogue.begin();
  assert.equal(dialogue.hear(Buffer.alloc(HEARD_LIMIT, "x")).kind, "listen");
  assert.deepEqual(dialogue.hear(Buffer.from("x")), {
    kind: "refused",
    problem: "sent more than 8192 bytes before TLS",
  });
});

pureTest("what a server says is quoted short and without its control characters", () => {
  const [problem] = hold("pop3", [`\x1b[2J${"x".repeat(500)}\r\n`]);
  assert.equal(problem, `does not speak POP3: \ufffd[2J${"x".repeat(196)}`);
});
