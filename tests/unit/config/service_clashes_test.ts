/** One service in several entries: what may not differ, and which names mean one service. */
import { pureTest } from "../../support/pure_test.ts";
import { assertMistakes } from "./mistakes.ts";

/** What the first certificate says, what the second says, key and column of the latter. */
const clashes: [string, string, string, number][] = [
  ["command: [a]", "command: [b]", "command", 25],
  ["command: [a, b]", "command: ['a b']", "command", 25],
  ["pid_file: /p", "pid_file: /q", "pid_file", 35],
  ["timeout: 5s", "timeout: 6s", "timeout", 34],
  ["signal: HUP", "signal: USR1", "signal", 33],
  ["window: '02:00-04:00'", "window: '02:00-05:00'", "window", 33],
  ["window: '02:00-04:00'", "window: ['02:00-04:00', '05:00-06:00']", "window", 25],
];

pureTest("two certificates must not say different things of one service", async () => {
  const file = (a: string, b: string) =>
    `config: {pki: p, role: r}\ncerts:\n  - name: a\n    service: [{name: n, ${a}}]\n` +
    `  - name: b\n    service: [{name: n, ${b}}]\n`;
  for (const [one, other, key, column] of clashes) {
    await assertMistakes(
      file(one, other),
      `f:6:${column} certs[1].service[0].${key}: differs from certs[0].service[0].${key} (line 4)`,
    );
    await assertMistakes(file(one, one));
  }
  await assertMistakes(file("timeout: 60s", "timeout: 1m"));
  await assertMistakes(file("window: '02:00-04:00'", "window: ['02:00-04:00']"));
  await assertMistakes(file("signal: USR1", "signal: SIGUSR1"));
});

pureTest("nginx and nginx.service are one service, two containers are two", async () => {
  const file = (a: string, b: string) =>
    `config: {pki: p, role: r}\ncerts:\n  - name: a\n    service: [${a}, ${b}]\n`;
  await assertMistakes(
    file("{name: nginx}", "{name: nginx.service}"),
    `f:4:37 certs[0].service[1].name: "nginx.service" is already used by ` +
      "certs[0].service[0].name (line 4)",
  );
  await assertMistakes(
    file("{name: web, manager: docker}", "{name: web, manager: docker}"),
    `f:4:52 certs[0].service[1].name: "docker:web" is already used by ` +
      "certs[0].service[0].name (line 4)",
  );
  await assertMistakes(file("{name: web, manager: docker}", "{name: web, manager: podman}"));
});
