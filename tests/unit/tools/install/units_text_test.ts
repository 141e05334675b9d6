import assert from "node:assert/strict";
import type { UnitFacts } from "../../../../lib/tools/install/unit_facts.ts";
import { isOurs, serviceUnit, timerUnit } from "../../../../lib/tools/install/units_text.ts";
import { pureTest } from "../../../support/pure_test.ts";
import { FACTS } from "./facts.ts";

function linesOf(parts: Partial<UnitFacts> = {}, systemd?: number): string[] {
  return serviceUnit({ ...FACTS, ...parts }, systemd).split("\n");
}

/** Lines that other facts bring, and lines that they take away. */
function changes(parts: Partial<UnitFacts>): [string[], string[]] {
  const [usual, other] = [linesOf(), linesOf(parts)];
  return [
    other.filter((line) => !usual.includes(line)),
    usual.filter((line) => !other.includes(line)),
  ];
}

pureTest("serviceUnit() opens only the directories that a run writes to", () => {
  assert.deepEqual(
    linesOf().slice(-9),
    [
      "PrivateTmp=yes",
      "ProtectHome=yes",
      "ProtectSystem=strict",
      "InaccessiblePaths=-/dev/shm",
      "ReadWritePaths=-/etc/nginx/ssl",
      "ReadWritePaths=-/var/lib/vcm/certs",
      "ReadOnlyPaths=-/run",
      "",
    ].toSpliced(
      0,
      0,
      "SystemCallFilter=~@clock @cpu-emulation @debug @module @mount @obsolete " +
        "@raw-io @reboot @resources @swap",
    ),
  );
});

pureTest("serviceUnit() ends a run that takes longer than its steps may", () => {
  assert.ok(linesOf().includes("TimeoutStartSec=15min"));
  assert.ok(linesOf({ limit: 4500 }).includes("TimeoutStartSec=75min"));
  assert.ok(linesOf({ limit: 4501 }).includes("TimeoutStartSec=90min"));
});

/** Lines that a version of systemd brings. */
function retries(systemd: number, parts: Partial<UnitFacts> = {}): string[] {
  const usual = linesOf(parts);
  return linesOf(parts, systemd).filter((line) => !line.startsWith("#") && !usual.includes(line));
}

/** Seconds of a time span of systemd. */
function seconds(lines: readonly string[], name: string): number {
  const [, number, unit] = lines.map((line) => /^(\w+)=(\d+)(s|min)$/.exec(line))
    .find((found) => found?.[1] === name)?.slice(1) ?? [];
  return Number(number) * (unit === "min" ? 60 : 1);
}

/** `$$` is how a unit writes `$`. */
const CONDITION =
  "ExecCondition=/bin/sh -c 'case $$(systemctl show --value --property=NRestarts %n) " +
  "in [5-9]|[1-9][0-9]*) exit 255; esac'";

pureTest("serviceUnit() tries again only under a systemd that takes it on oneshot units", () => {
  for (const systemd of [219, 239, 243]) assert.deepEqual(retries(systemd), [], `${systemd}`);
  for (const systemd of [244, 252, 253]) {
    assert.deepEqual(retries(systemd), [
      "StartLimitBurst=5",
      "StartLimitIntervalSec=30min",
      "Restart=on-failure",
      "RestartSec=90s",
      CONDITION,
      "RestartPreventExitStatus=2 75",
    ], `${systemd}`);
  }
  const steps = ["RestartSec=30s", "RestartSteps=4", "RestartMaxDelaySec=3min"];
  assert.deepEqual(retries(254), retries(252).toSpliced(3, 1, ...steps));
  assert.deepEqual(retries(258), retries(254));
  assert.deepEqual(retries(252, { startsContainers: true }), retries(252));
  const lines = linesOf({}, 252);
  const places = ["[Unit]", "StartLimitBurst=5", "[Service]", "Restart=on-failure"]
    .map((line) => lines.indexOf(line));
  assert.deepEqual(places, places.toSorted((one, other) => one - other));
});

pureTest("serviceUnit() tries until a server is up that needs minutes, and tells within 15", () => {
  for (const [systemd, run] of [252, 254].flatMap((version) => [[version, 0], [version, 60]])) {
    const lines = retries(systemd ?? 0);
    const first = seconds(lines, "RestartSec");
    const last = seconds(lines, "RestartMaxDelaySec") || first;
    // systemd.service(5): from the first to the last delay, by equal factors.
    const delays = [0, 1, 2, 3, 4].map((step) => first * (last / first) ** (step / 4));
    const starts = [0];
    for (const delay of delays) starts.push((starts.at(-1) ?? 0) + (run ?? 0) + delay);
    const refused = starts.pop() ?? 0;
    assert.ok(starts.some((at) => at > 120 && at < 300), `${systemd}: ${starts}`);
    assert.ok(refused > 300 && refused < 900, `${systemd}: ${refused}`);
    assert.ok(refused < seconds(lines, "StartLimitIntervalSec"));
  }
  // The timer's next run is not refused.
  const [, spread] = /^RandomizedDelaySec=(\d+)m$/m.exec(timerUnit()) ?? [];
  assert.ok(seconds(retries(252), "StartLimitIntervalSec") < 3600 - Number(spread) * 60);
});

const CAPABILITIES = "CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_KILL CAP_SETGID CAP_SETUID";
const CALLS = "SystemCallFilter=~@clock @cpu-emulation @debug @module @mount @obsolete @raw-io " +
  "@reboot @resources @swap";

pureTest("serviceUnit() opens to validate only what it needs, and says why", () => {
  assert.deepEqual(changes({ validates: true }), [
    [
      '# "validate" may bind ports, as "nginx -t" does.',
      `CapabilityBoundingSet=${CAPABILITIES.replace("KILL", "KILL CAP_NET_BIND_SERVICE")}`,
      '# "validate" may write pid files, caches and logs.',
      "ReadWritePaths=-/run",
      "ReadWritePaths=-/var/cache",
      "ReadWritePaths=-/var/lib",
      "ReadWritePaths=-/var/log",
      "ReadWritePaths=-/var/spool",
      "ReadOnlyPaths=-/run/systemd",
      "ReadOnlyPaths=-/var/spool/cron",
    ],
    [`CapabilityBoundingSet=${CAPABILITIES}`, "ReadOnlyPaths=-/run"],
  ]);
});

pureTest("serviceUnit() opens to a command the file system, but no namespaces and mounts", () => {
  const [more, less] = changes({ runsCommands: true });
  assert.deepEqual(more.filter((line) => !line.startsWith("#")), [
    "CapabilityBoundingSet=CAP_AUDIT_WRITE CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_FSETID " +
    "CAP_IPC_OWNER CAP_KILL CAP_LEASE CAP_NET_ADMIN CAP_NET_BIND_SERVICE CAP_NET_RAW CAP_SETFCAP " +
    "CAP_SETGID CAP_SETPCAP CAP_SETUID CAP_SYS_CHROOT CAP_SYS_NICE CAP_SYS_RESOURCE",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
    CALLS.replace(" @resources", ""),
    "ProtectHome=read-only",
    "ProtectSystem=yes",
    "TemporaryFileSystem=/dev/shm:mode=1777",
  ]);
  assert.equal(more.filter((line) => line.startsWith("#")).length, 6);
  assert.ok(!less.includes("RestrictNamespaces=yes"));
});

pureTest("serviceUnit() opens to Podman what it needs to send a signal", () => {
  const [more] = changes({ asksPodman: true });
  assert.deepEqual(more, [
    "# Podman does not work without CAP_SYS_ADMIN.",
    `CapabilityBoundingSet=${CAPABILITIES} CAP_SYS_ADMIN`,
    "# Podman mounts its storage.",
    CALLS.replace(" @mount", ""),
    "# No InaccessiblePaths: Podman's locks are in /dev/shm.",
    "# Podman keeps its state there.",
    "ReadWritePaths=-/run",
    "ReadWritePaths=-/var/lib/containers",
    "ReadOnlyPaths=-/run/systemd",
    "ReadOnlyPaths=-/var/spool/cron",
  ]);
});

pureTest("serviceUnit() shows the places that the configuration names", () => {
  assert.deepEqual(changes({ inHome: "/root/ca.pem", inTmp: "/tmp/x", inShm: "/dev/shm/x" })[0], [
    '# No PrivateTmp: the configuration names "/tmp/x".',
    '# the configuration names "/root/ca.pem".',
    "ProtectHome=read-only",
    '# No InaccessiblePaths: the configuration names "/dev/shm/x".',
  ]);
});

pureTest("serviceUnit() names a file that is not the default one", () => {
  assert.deepEqual(changes({ config: "/srv/vcm.yaml" }), [
    ["ExecStart=/usr/local/bin/vcm run --quiet --config /srv/vcm.yaml"],
    ["ExecStart=/usr/local/bin/vcm run --quiet"],
  ]);
});

pureTest("serviceUnit() sets HOME if the token may be there", () => {
  assert.deepEqual(changes({ readsHome: true }), [
    [
      "# For ~/.vault-token.",
      "Environment=HOME=%h",
      "# the configuration names no login method, so ~/.vault-token may be read.",
      "ProtectHome=read-only",
    ],
    ["ProtectHome=yes"],
  ]);
});

pureTest("serviceUnit() allows set-id bits if the file sets some", () => {
  assert.deepEqual(changes({ givesSetIds: true }), [
    [
      "# No RestrictSUIDSGID: a target has set-ID bits in its mode.",
      "# a target has set-ID bits in its mode.",
      `CapabilityBoundingSet=${CAPABILITIES.replace("FOWNER", "FOWNER CAP_FSETID")}`,
    ],
    ["RestrictSUIDSGID=yes", `CapabilityBoundingSet=${CAPABILITIES}`],
  ]);
});

pureTest("serviceUnit() restricts nothing that containers would inherit", () => {
  const lines = linesOf({ startsContainers: true });
  assert.deepEqual(lines.slice(lines.indexOf("UMask=0077")), [
    "UMask=0077",
    '# "max_run", and time to end in order.',
    "TimeoutStartSec=15min",
    "# No further restrictions: containers that Podman starts from here would inherit them.",
    "",
  ]);
});

pureTest("serviceUnit() writes paths as systemd reads them", () => {
  const [more] = changes({
    binary: "/opt/a b/100%/$HOME/vcm",
    writes: ["/srv/a b/100%/$HOME"],
  });
  assert.deepEqual(more, [
    'ExecStart="/opt/a b/100%%/$$HOME/vcm" run --quiet',
    'ReadWritePaths="-/srv/a b/100%%/$HOME"',
  ]);
});

pureTest("serviceUnit() refuses a path that would end its line or its word", () => {
  for (const path of ["/a\nExecStart=/bin/sh", '/a"b', "/a'b", "/a\\b"]) {
    assert.throws(() => serviceUnit({ ...FACTS, config: path }, 252), {
      message:
        `Cannot write ${JSON.stringify(path)} into a unit: expected a path without quotes, ` +
        "backslashes and control characters",
    });
  }
});

pureTest("isOurs() tells by the first line", () => {
  assert.ok(isOurs(serviceUnit(FACTS, 252)));
  assert.ok(isOurs(timerUnit()));
  assert.ok(!isOurs(`\n${serviceUnit(FACTS, 252)}`));
  assert.ok(!isOurs("[Unit]\n"));
});
