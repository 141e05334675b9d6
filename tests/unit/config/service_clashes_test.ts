/** One service in several entries: what may not differ, and which names mean one service. */
import { pureTest } from "../../support/pure_test.ts";
import { assertDiagnostics } from "./diagnostics.ts";

/** What the first certificate says, what the second says, key and column of the latter. */
const clashes: [string, string, string, number][] = [
  ["command: [a]", "command: [b]", "command", 25],
  ["command: [a, b, c]", "command: [a, 'b c']", "command", 25],
  ["pid_file: /p", "pid_file: /q", "pid_file", 35],
  ["timeout: 5s", "timeout: 6s", "timeout", 34],
  ["settle: 5s", "settle: 6s", "settle", 33],
  ["signal: HUP", "signal: USR1", "signal", 33],
  ["window: '02:00-04:00'", "window: '02:00-05:00'", "window", 33],
  ["window: '02:00-04:00'", "window: ['02:00-04:00', '05:00-06:00']", "window", 25],
];

pureTest("two certificates must not say different things of one service", async () => {
  const file = (a: string, b: string) =>
    `config: {pki: p, role: r}\ncerts:\n  - name: a\n    service: [{name: n, ${a}}]\n` +
    `  - name: b\n    service: [{name: n, ${b}}]\n`;
  for (const [one, other, key, column] of clashes) {
    await assertDiagnostics(
      file(one, other),
      `f:6:${column} certs[1].service[0].${key}: differs from certs[0].service[0].${key} (line 4)`,
    );
    await assertDiagnostics(file(one, one));
  }
  await assertDiagnostics(file("timeout: 60s", "timeout: 1m"));
  await assertDiagnostics(file("window: '02:00-04:00'", "window: ['02:00-04:00']"));
  await assertDiagnostics(file("signal: USR1", "signal: SIGUSR1"));
});

pureTest("nginx and nginx.service are one service, two containers are two", async () => {
  const file = (a: string, b: string) =>
    `config: {pki: p, role: r}\ncerts:\n  - name: a\n    service: [${a}, ${b}]\n`;
  await assertDiagnostics(
    file("{name: nginx}", "{name: nginx.service}"),
    `f:4:37 certs[0].service[1].name: "nginx.service" is already used by ` +
      "certs[0].service[0].name (line 4)",
  );
  await assertDiagnostics(
    file("{name: web, manager: docker}", "{name: web, manager: docker}"),
    `f:4:52 certs[0].service[1].name: "docker:web" is already used by ` +
      "certs[0].service[0].name (line 4)",
  );
  await assertDiagnostics(file("{name: web, manager: docker}", "{name: web, manager: podman}"));
});

pureTest("two certificates must not be asked for by one name at one place", async () => {
  const file = (a: string, b: string) =>
    `config: {pki: p, role: r}\ncerts:\n` +
    `  - {name: a, common_name: x.example, service: [{name: n, probe: ${a}}]}\n` +
    `  - {name: b, common_name: x.example, service: [{name: n, probe: ${b}}]}\n`;
  const clash = 'f:4:66 certs[1].service[0].probe: needs its own "servername": it asks for ' +
    "the same name at the same endpoint as certs[0].service[0].probe (line 3)";
  await assertDiagnostics(file("h:1", '"h:1"'), clash);
  await assertDiagnostics(file("{connect: h:1, servername: X.example}", "h:1"), clash);
  await assertDiagnostics(file("h:1", "h:2"));
  await assertDiagnostics(file("h:1", "{connect: h:1, starttls: smtp}"));
  await assertDiagnostics(file("h:1", "{connect: h:1, servername: y.example}"));
  // Two services of one certificate may stand one behind the other.
  await assertDiagnostics(
    "config: {pki: p, role: r}\n" +
      "certs: [{name: a, service: [{name: n, probe: h:1}, {name: m, probe: h:1}]}]\n",
  );
});

pureTest("the keys of a manager are checked if another certificate names it", async () => {
  const file = (a: string, b: string) =>
    `config: {pki: p, role: r}\ncerts:\n  - name: a\n    service: [{name: n, ${a}}]\n` +
    `  - name: b\n    service: [{name: n, ${b}}]\n`;
  const at = "f:6:34 certs[1].service[0].control:";
  await assertDiagnostics(
    file("command: [x]", "control: restart"),
    `${at} is not allowed with "command", which is the only action`,
  );
  await assertDiagnostics(
    file("pid_file: /run/n", "control: restart"),
    `${at} must be "signal" with "pid_file"`,
  );
  await assertDiagnostics(
    file("manager: docker", "control: reload"),
    `${at} a container cannot reload; use "restart" or "signal"`,
  );
});
