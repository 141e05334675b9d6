import assert from "node:assert/strict";
import { Log, type LogOptions } from "../../../lib/command/log.ts";
import { fakeHost, type FakeHostOptions } from "../../support/fixtures_host.ts";
import { pureTest } from "../../support/pure_test.ts";

const CLEAR = "\r\x1b[2K";

function start(options: Partial<LogOptions> = {}, hostOptions: FakeHostOptions = {}) {
  const host = fakeHost(hostOptions);
  const log = new Log(host, { quiet: false, verbose: false, expected: 1, ...options });
  return { host, log };
}

/** One line of each level. */
function writeAll(log: Log): void {
  log.line("info", "a");
  log.line("warning", "b");
  log.line("error", "c");
}

pureTest("the log goes to standard error, with the level of warnings and errors", () => {
  const { host, log } = start();
  writeAll(log);
  assert.equal(host.stderr(), "a\nwarning: b\nerror: c\n");
  assert.equal(host.stdout(), "");
});

pureTest("a quiet log holds warnings and errors", () => {
  const { host, log } = start({ quiet: true });
  writeAll(log);
  assert.equal(host.stderr(), "warning: b\nerror: c\n");
});

pureTest("the log file contains all levels with their time, quiet or not", () => {
  for (const quiet of [false, true]) {
    const { host, log } = start({ quiet, file: "/var/log/vcm.log" });
    writeAll(log);
    assert.equal(
      host.appended.get("/var/log/vcm.log"),
      "2026-12-01T10:00:00.000Z info a\n" +
        "2026-12-01T10:00:00.000Z warning b\n" +
        "2026-12-01T10:00:00.000Z error c\n",
    );
  }
});

pureTest("a log file that cannot be written is reported once, and the work goes on", () => {
  const append = () => {
    throw new Error("disk full");
  };
  const { host, log } = start({ file: "/var/log/vcm.log" }, { doors: { openLog: () => append } });
  writeAll(log);
  assert.equal(
    host.stderr(),
    'warning: Cannot write the log file "/var/log/vcm.log": disk full\na\nwarning: b\nerror: c\n',
  );
});

pureTest("a terminal shows one line that moves while many are issued", () => {
  const { host, log } = start({ expected: 10 }, { errIsTerminal: true });
  log.line("info", "a: issued");
  log.progress();
  log.line("error", "b: issue failed");
  log.progress();
  log.end();
  const bar = (done: number) => "#".repeat(3 * done) + "-".repeat(30 - 3 * done);
  const drawn = (done: number) => `${CLEAR}issuing [${bar(done)}] ${done} of 10`;
  const failed = `${CLEAR}error: b: issue failed\n`;
  assert.equal(host.stderr(), `${drawn(1)}${failed}${drawn(1)}${drawn(2)}${CLEAR}`);
});

pureTest("there is no progress bar for few certificates, in a pipe or with --quiet", () => {
  const cases: [Partial<LogOptions>, boolean][] = [
    [{ expected: 9 }, true],
    [{ expected: 10 }, false],
    [{ expected: 10, quiet: true }, true],
  ];
  for (const [options, errIsTerminal] of cases) {
    const { host, log } = start(options, { errIsTerminal });
    log.progress();
    log.end();
    assert.equal(host.stderr(), "");
  }
});

pureTest("a verbose log keeps each line above the one that moves", () => {
  const { host, log } = start({ expected: 10, verbose: true }, { errIsTerminal: true });
  log.line("info", "a: issued");
  assert.equal(host.stderr(), `${CLEAR}a: issued\n${CLEAR}issuing [${"-".repeat(30)}] 0 of 10`);
});

pureTest("a warning that many share is printed for the first, and for the verbose for each", () => {
  for (const [verbose, times] of [[false, 1], [true, 3]] as const) {
    const { host, log } = start({ verbose, quiet: true, file: "/var/log/vcm.log" });
    for (const name of ["a", "b", "c"]) log.warning(`${name}: it was cut`, "it was cut");
    assert.equal(host.stderr().match(/it was cut/g)?.length, times);
    assert.equal(host.appended.get("/var/log/vcm.log")?.match(/it was cut/g)?.length, 3);
  }
});

pureTest("as JSON each line is an object, with what came about, and nothing moves", () => {
  const file = "/var/log/vcm.log";
  const { host, log } = start(
    { logFormat: "json", file, expected: 10 },
    { errIsTerminal: true },
  );
  const event = { kind: "acted", service: "nginx.service", action: "reload" };
  log.line("info", "nginx.service: reload done", event);
  log.progress();
  for (const _ of [1, 2]) log.failure("web: issue failed: down", "down");
  const time = "2026-12-01T10:00:00.000Z";
  const lines = [
    { time, level: "info", message: "nginx.service: reload done", event },
    { time, level: "error", message: "web: issue failed: down" },
    { time, level: "error", message: "web: issue failed: down" },
  ];
  const said = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  assert.deepEqual([host.stderr(), host.appended.get(file)], [said, said]);
});

pureTest("each line for systemd's journal has its level", () => {
  const { host, log } = start({}, { errIsJournal: true });
  writeAll(log);
  assert.equal(host.stderr(), "<6>a\n<4>b\n<3>c\n");
});
