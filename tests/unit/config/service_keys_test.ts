/** What a file may say of a service. */
import assert from "node:assert/strict";
import { parseConfig } from "../../../lib/config/parse.ts";
import type { Config, MaintenanceWindow, ServiceSpec } from "../../../lib/config/types.ts";
import { makeService, makeSpec } from "../../support/fixtures.ts";
import { pureTest } from "../../support/pure_test.ts";
import { defined } from "../../support/defined.ts";

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const NIGHT: MaintenanceWindow = { text: "02:00-04:00", days: EVERY_DAY, from: 120, to: 240 };
const WEEKEND: MaintenanceWindow = { ...NIGHT, text: "Sat,Sun 02:00-04:00", days: [6, 7] };

async function serviceOf(entry: string): Promise<ServiceSpec> {
  const text = `config: {pki: p, role: r}\ncerts: [{name: a, service: [${entry}]}]\n`;
  const [service] = defined(await parseConfig(text, "f")).certificates[0]?.services ?? [];
  assert.ok(service !== undefined);
  return service;
}

const EVERY_KEY = `
config: {pki: p, role: r}
certs:
  - name: mail.example.com
    service:
      - name: postfix
        manager: systemd
        control: reload-or-restart
        validate: ["postfix", "-c", "/etc/my postfix", "check", ""]
        probe: {connect: "[::1]:25", servername: mail.example.com, starttls: smtp, timeout: 1m}
        timeout: 45s
        settle: 10s
        window: ["Sat,Sun 02:00-04:00", "02:00-04:00"]
        order: 3
      - {name: webmail, manager: podman, signal: sigusr1, window: "02:00-04:00"}
      - {name: the gateway, command: [/sbin/rc-service, gateway, reload]}
      - {name: stunnel, pid_file: /run//stunnel.pid, probe: "localhost:993"}
`;

pureTest("parseConfig() reads every key of a service", async () => {
  const expected: Config = {
    file: "f",
    maxRun: 3600,
    certStore: "/var/lib/vcm/certs",
    vault: {
      addresses: [],
      redirectHosts: [],
      allowHttp: false,
      trust: { kind: "system" },
      timeout: 60,
    },
    certificates: [makeSpec({
      name: "mail.example.com",
      renew: { kind: "share", percent: 100 / 3 },
      pki: "p",
      role: "r",
      services: [
        {
          id: "postfix.service",
          name: "postfix.service",
          manager: "systemd",
          control: "reload-or-restart",
          validate: ["postfix", "-c", "/etc/my postfix", "check", ""],
          probe: {
            host: "::1",
            port: 25,
            serverName: "mail.example.com",
            startTls: "smtp",
            timeout: 60,
          },
          timeout: 45,
          settle: 10,
          windows: [WEEKEND, NIGHT],
          order: 3,
        },
        {
          id: "podman:webmail",
          name: "webmail",
          manager: "podman",
          control: "signal",
          signal: "USR1",
          timeout: 120,
          settle: 2,
          windows: [NIGHT],
          order: 0,
        },
        {
          id: "command:the gateway",
          name: "the gateway",
          manager: "command",
          control: "try-reload-or-restart",
          command: ["/sbin/rc-service", "gateway", "reload"],
          timeout: 120,
          settle: 2,
          windows: [],
          order: 0,
        },
        {
          id: "pid_file:stunnel",
          name: "stunnel",
          manager: "pid_file",
          control: "signal",
          signal: "HUP",
          pidFile: "/run/stunnel.pid",
          probe: {
            host: "localhost",
            port: 993,
            serverName: "mail.example.com",
            timeout: 30,
          },
          timeout: 120,
          settle: 2,
          windows: [],
          order: 0,
        },
      ],
    })],
    trust: [],
  };
  assert.deepEqual(defined(await parseConfig(EVERY_KEY, "f")), expected);
});

pureTest("parseConfig() tells who manages a service as far as its entry does", async () => {
  const cases: [string, Partial<ServiceSpec>][] = [
    ["{name: web}", { id: "web.service", name: "web.service" }],
    ["{name: web.service}", { id: "web.service", manager: "systemd" }],
    ["{name: app@1}", { id: "app@1.service", manager: "systemd" }],
    ["{name: web, manager: systemd}", { id: "web.service", manager: "systemd" }],
    ["{name: web, manager: docker}", { id: "docker:web", name: "web", manager: "docker" }],
    ["{name: web.1, manager: podman}", { id: "podman:web.1", name: "web.1", manager: "podman" }],
  ];
  for (const [entry, parts] of cases) {
    assert.deepEqual(await serviceOf(entry), makeService(parts), entry);
  }
});

pureTest("parseConfig() implies control from a signal, and HUP as the default signal", async () => {
  const cases: [string, string, string | undefined][] = [
    ["{name: a}", "try-reload-or-restart", undefined],
    ["{name: a, control: start}", "start", undefined],
    ["{name: a, control: signal}", "signal", "HUP"],
    ["{name: a, signal: SIGUSR2}", "signal", "USR2"],
    ["{name: a, control: signal, signal: quit}", "signal", "QUIT"],
    ["{name: a, manager: docker, signal: HUP}", "signal", "HUP"],
    ["{name: a, pid_file: /p, control: signal}", "signal", "HUP"],
    ["{name: a, manager: pid_file, pid_file: /p, signal: TERM}", "signal", "TERM"],
  ];
  for (const [entry, control, signal] of cases) {
    const found = await serviceOf(entry);
    assert.deepEqual([found.control, found.signal], [control, signal], entry);
  }
});

pureTest("parseConfig() reads probes in the short and the long form", async () => {
  const cases: Record<string, ServiceSpec["probe"]> = {
    '"127.0.0.1:443"': { host: "127.0.0.1", port: 443, serverName: "a", timeout: 30 },
    '"[fd00::1]:65535"': { host: "fd00::1", port: 65535, serverName: "a", timeout: 30 },
    '{connect: "db:5432", starttls: postgres}': {
      host: "db",
      port: 5432,
      serverName: "a",
      startTls: "postgres",
      timeout: 30,
    },
    '{connect: "web:1", servername: A.example, timeout: 1h}': {
      host: "web",
      port: 1,
      serverName: "A.example",
      timeout: 3600,
    },
  };
  for (const [probe, expected] of Object.entries(cases)) {
    assert.deepEqual((await serviceOf(`{name: a, probe: ${probe}}`)).probe, expected, probe);
  }
});

pureTest("a probe asks for the certificate's first name that one host can have", async () => {
  const cases: [string, string | undefined][] = [
    ["name: web.example.com", "web.example.com"],
    ["name: web-ec, common_name: web.example.com", "web.example.com"],
    ['name: wild, common_name: "*.example.com", dns_sans: [a.example.com]', "a.example.com"],
    ['name: wild, common_name: "*.example.com"', undefined],
    ["name: ip, common_name: 10.1.1.20", undefined],
    ["name: text, common_name: Example gateway, dns_sans: [gw.example.com]", "gw.example.com"],
  ];
  for (const [keys, name] of cases) {
    const text = `config: {pki: p, role: r}\n` +
      `certs: [{${keys}, service: [{name: n, probe: "127.0.0.1:443"}]}]\n`;
    const [service] = defined(await parseConfig(text, "f")).certificates[0]?.services ?? [];
    assert.equal(service?.probe?.serverName, name, keys);
  }
});
