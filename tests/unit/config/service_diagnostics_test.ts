/** Each mistake in a service entry, with its place. */
import assert from "node:assert/strict";
import { MANAGERS } from "../../../lib/config/types.ts";
import { pureTest } from "../../support/pure_test.ts";
import { assertDiagnostics, diagnosticsOf } from "./diagnostics.ts";

const LIST = `expected a list such as ["nginx", "-t"]`;
const PROGRAM =
  "expected a program first, by its name or absolute path; each argument is a separate entry";
const ENDPOINT = `expected a host and a port such as "127.0.0.1:443"`;
const STARTTLS = "expected one of smtp, imap, pop3, postgres";
const MANAGER = `expected one of ${MANAGERS.join(", ")}`;
const WINDOW = `expected a window such as "Sat,Sun 02:00-04:00"`;
const TIME = `expected a time from "1s" to "1h", such as "60s"`;
const ALL = "which is the only action";

/** What follows the name in an entry that begins in column 9 of line 5, and the mistake. */
type Case = [string, number, string];

async function assertEach(cases: readonly Case[]): Promise<void> {
  for (const [keys, column, message] of cases) {
    await assertDiagnostics(
      `config: {pki: p, role: r}\ncerts:\n  - name: web\n    service:\n      - {name: n, ${keys}}\n`,
      `f:5:${column} certs[0].service[0].${message}`,
    );
  }
}

pureTest("command and validate are lists with a program first", async () => {
  const cases: Case[] = [];
  for (const [key, at] of [["command", 28], ["validate", 29]] as const) {
    cases.push(
      [`${key}: nginx`, at, `${key}: ${LIST}, got text`],
      [`${key}: {a: b}`, 19, `${key}: ${LIST}, got a map`],
      [`${key}: ~`, at, `${key}: has no value`],
      [`${key}: [bin/reload]`, 19, `${key}: ${PROGRAM}`],
      [`${key}: [./reload]`, 19, `${key}: ${PROGRAM}`],
      [`${key}: [/a/../b]`, 19, `${key}: ${PROGRAM}`],
      [`${key}: [/usr/bin/]`, 19, `${key}: ${PROGRAM}`],
      [`${key}: [-x]`, 19, `${key}: ${PROGRAM}`],
      [`${key}: ["nginx -t"]`, 19, `${key}: ${PROGRAM}`],
      [`${key}: ["/usr/sbin/nginx -t"]`, 19, `${key}: ${PROGRAM}`],
      [`${key}: ["/usr/sbin/nginx reload"]`, 19, `${key}: ${PROGRAM}`],
      [`${key}: [""]`, 19, `${key}: ${PROGRAM}`],
      [`${key}: [~]`, at + 1, `${key}[0]: has no value`],
      [`${key}: [a, [b]]`, at + 4, `${key}[1]: expected one value, got a list`],
      [`${key}: [a, "b\\0"]`, at + 4, `${key}[1]: contains a NUL character`],
    );
  }
  await assertEach(cases);
});

pureTest("each form of a service says which keys go with it", async () => {
  const container = `control: a container cannot reload; use "restart" or "signal"`;
  await assertEach([
    ["manager: command", 9, `command: is missing; "manager: command" needs it`],
    ["manager: pid_file", 9, `pid_file: is missing; "manager: pid_file" needs it`],
    ["command: [a], control: restart", 42, `control: is not allowed with "command", ${ALL}`],
    ["command: [a], signal: HUP", 41, `signal: is not allowed with "command", ${ALL}`],
    ["command: [a], pid_file: /p", 43, `pid_file: is not allowed with "command"`],
    ["command: [a], manager: systemd", 19, `command: is not allowed with "manager: systemd"`],
    ["pid_file: /p, manager: docker", 29, `pid_file: is not allowed with "manager: docker"`],
    ["pid_file: /p, control: restart", 42, `control: must be "signal" with "pid_file"`],
    ["signal: HUP, control: reload", 27, `signal: is allowed only with "control: signal"`],
    ["signal: HUP, control: start", 27, `signal: is allowed only with "control: signal"`],
    ["manager: docker, control: reload", 45, container],
    ["manager: podman, control: reload", 45, container],
  ]);
});

pureTest("every key of a service says what is wrong with it", async () => {
  const controls = "expected one of reload, restart, reload-or-restart, " +
    "try-reload-or-restart, start, signal";
  await assertEach([
    ["manager: sytemd", 28, `manager: ${MANAGER}, got "sytemd"; did you mean "systemd"?`],
    ["manager: [docker]", 19, "manager: expected one value, got a list"],
    ["control: sig", 28, `control: ${controls}, got "sig"`],
    [
      "signal: FOO",
      27,
      `signal: expected one of HUP, USR1, USR2, INT, QUIT, TERM, WINCH, ALRM, CONT, got "FOO"`,
    ],
    [
      "signal: KILL",
      27,
      `signal: expected one of HUP, USR1, USR2, INT, QUIT, TERM, WINCH, ALRM, CONT, got "KILL"`,
    ],
    [
      "signal: 1",
      27,
      `signal: expected one of HUP, USR1, USR2, INT, QUIT, TERM, WINCH, ALRM, CONT, got "1"`,
    ],
    [
      "pid_file: run/n.pid",
      29,
      `pid_file: expected the absolute path of a file, without "..", got "run/n.pid"`,
    ],
    ["timeout: 0s", 28, `timeout: ${TIME}, got "0s"`],
    ["settle: 0s", 27, `settle: ${TIME}, got "0s"`],
    ["settle: soon", 27, `settle: ${TIME}, got "soon"`],
    ["timeout: 61m", 28, `timeout: ${TIME}, got "61m"`],
    ["timeout: soon", 28, `timeout: ${TIME}, got "soon"`],
    ["window: Sat", 27, `window: ${WINDOW}, got "Sat"`],
    ["window: []", 19, "window: must have at least one entry"],
    [
      'window: ["02:00-04:00", "Sut 02:00-04:00"]',
      43,
      `window[1]: ${WINDOW}, got "Sut 02:00-04:00"; did you mean "sat"?`,
    ],
    [
      "unit: a",
      19,
      "unit: unknown key; allowed here: name, manager, control, signal, pid_file, command, " +
      "validate, probe, timeout, settle, window, order",
    ],
  ]);
});

pureTest("a probe says what is wrong with it", async () => {
  const inMap = (keys: string) => `probe: {connect: "a:443", ${keys}}`;
  const places = [
    "127.0.0.1",
    "127.0.0.1:0",
    "127.0.0.1:70000",
    "::1:443",
    "[::1]",
    "a b:443",
    ":443",
    "https://a:443",
    "443",
  ];
  await assertEach([
    ...places.flatMap((place): Case[] => [
      [`probe: "${place}"`, 26, `probe: ${ENDPOINT}, got "${place}"`],
      [`probe: {connect: "${place}"}`, 36, `probe.connect: ${ENDPOINT}, got "${place}"`],
    ]),
    ["probe: {}", 19, "probe.connect: is missing"],
    [
      "probe: []",
      19,
      `probe: expected "HOST:PORT", or a map such as {connect: "127.0.0.1:443"}, got a list`,
    ],
    [inMap("starttls: stmp"), 55, `probe.starttls: ${STARTTLS}, got "stmp"; did you mean "smtp"?`],
    [inMap("starttls: ldap"), 55, `probe.starttls: ${STARTTLS}, got "ldap"`],
    [
      'probe: "*.a.org:443"',
      26,
      `probe: ${ENDPOINT}, got "*.a.org:443"`,
    ],
    [
      inMap('servername: "*.a.org"'),
      57,
      'probe.servername: expected one host, such as "www.a.org", got "*.a.org"',
    ],
    [
      inMap('servername: "*.a\\nb"'),
      57,
      'probe.servername: expected one host, such as "www.example.com", got "*.a\\nb"',
    ],
    [
      inMap("servername: a b"),
      57,
      `probe.servername: expected a host name such as "www.example.com" or an IP address, got "a b"`,
    ],
    [inMap("timeout: 2h"), 54, `probe.timeout: ${TIME}, got "2h"`],
    [
      inMap("port: 1"),
      45,
      "probe.port: unknown key; allowed here: connect, servername, starttls, timeout",
    ],
  ]);
});

pureTest("the name of a service must be valid for its manager", async () => {
  const unit = `expected a systemd unit such as "nginx.service"`;
  const container = `expected the name of a container such as "web"`;
  const cases: [string, string][] = [
    ["{name: a b}", `${unit}, got "a b"`],
    ["{name: a b, manager: systemd}", `${unit}, got "a b"`],
    ["{name: a b, manager: docker}", `${container}, got "a b"`],
    ["{name: a@b, manager: podman}", `${container}, got "a@b"`],
    ["{name: _a, manager: docker}", `${container}, got "_a"`],
  ];
  for (const [entry, message] of cases) {
    await assertDiagnostics(
      `config: {pki: p, role: r}\ncerts:\n  - name: web\n    service:\n      - ${entry}\n`,
      `f:5:16 certs[0].service[0].name: ${message}`,
    );
  }
});

// The rules of the form must not be shown a value that could not be read.
pureTest("a value that cannot be read gives one diagnostic", async () => {
  const controls = "expected one of reload, restart, reload-or-restart, " +
    "try-reload-or-restart, start, signal";
  await assertEach([
    [
      "manager: sytemd, command: [a]",
      28,
      `manager: ${MANAGER}, got "sytemd"; did you mean "systemd"?`,
    ],
    [
      "control: relaod, pid_file: /p",
      28,
      `control: ${controls}, got "relaod"; did you mean "reload"?`,
    ],
    [
      "signal: FOO, control: reload",
      27,
      `signal: expected one of HUP, USR1, USR2, INT, QUIT, TERM, WINCH, ALRM, CONT, got "FOO"`,
    ],
  ]);
});

pureTest("a list without an entry gives one diagnostic", async () => {
  await assertEach([
    ["command: []", 19, "command: must have at least one entry"],
    ["validate: []", 19, "validate: must have at least one entry"],
  ]);
});

pureTest("a service without a name is reported, whatever else its entry says", async () => {
  const more = ["", ", validate: [nginx, -t]", ", signal: HUP", ", manager: ~"];
  for (const keys of more) {
    for (
      const [name, message] of [["~", "has no value"], ["{}", "expected one value, got a map"]]
    ) {
      const text = `config: {pki: p, role: r}\ncerts:\n  - name: web\n    service:\n` +
        `      - {name: ${name}${keys}}\n`;
      const [first] = await diagnosticsOf(text);
      assert.match(first ?? "", /^f:5:\d+ certs\[0\]\.service\[0\]\.name: /);
      assert.ok(first?.endsWith(message ?? ""), first);
    }
  }
});
