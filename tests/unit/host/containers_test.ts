import assert from "node:assert/strict";
import {
  observeContainer,
  parseMounts,
  parseState,
  readMounts,
} from "../../../lib/host/containers.ts";
import { pureTest } from "../../support/pure_test.ts";

const START = Date.UTC(2026, 10, 24, 16, 12, 59, 677);

/** The state of a container as `docker container inspect` prints it (Docker Engine 28). */
const DOCKER = {
  Status: "running",
  Running: true,
  Paused: false,
  Restarting: false,
  OOMKilled: false,
  Dead: false,
  Pid: 4711,
  ExitCode: 0,
  Error: "",
  StartedAt: "2026-11-24T16:12:59.677415505Z",
  FinishedAt: "0001-01-01T00:00:00Z",
};

function parse(change: Readonly<Record<string, unknown>>) {
  return parseState(`${JSON.stringify({ ...DOCKER, ...change })}\n`);
}

pureTest("parseState() reads the start of a container in any time zone", () => {
  const cases: [string, number][] = [
    ["2026-11-24T16:12:59.677415505Z", START],
    ["2026-11-24T17:12:59.677415505+01:00", START],
    ["2026-11-24T11:42:59.677-04:30", START],
    ["2026-11-24T16:12:59Z", START - 677],
  ];
  for (const [StartedAt, startedAt] of cases) {
    assert.deepEqual(parse({ StartedAt }), { state: "running", startedAt }, StartedAt);
  }
});

pureTest("parseState() treats an unreadable start as none", () => {
  for (const StartedAt of ["0001-01-01T00:00:00Z", "", "n/a", null, undefined, 7e20, {}]) {
    assert.equal(parse({ StartedAt })?.startedAt, 0, String(StartedAt));
  }
});

pureTest("parseState() tells a container that runs from one that does not", () => {
  const cases = [
    [{ Status: "exited", Running: false, ExitCode: 1 }, "stopped"],
    [{ Status: "created", Running: false, StartedAt: "0001-01-01T00:00:00Z" }, "stopped"],
    [{ Status: "dead", Running: false, Dead: true }, "stopped"],
    [{ Status: "restarting", Running: true, Restarting: true }, "running"],
    // Podman has more fields, and some that Docker has not.
    [{ OciVersion: "1.2.0", ConmonPid: 4712, CgroupPath: "/x", Healthcheck: {} }, "running"],
  ] as const;
  for (const [change, expected] of cases) {
    assert.equal(parse(change)?.state, expected, JSON.stringify(change));
  }
});

// It goes on with what it has loaded, and loads nothing when it goes on.
pureTest("parseState() does not treat a paused container as stopped", () => {
  assert.notEqual(parse({ Status: "paused", Running: true, Paused: true })?.state, "stopped");
});

pureTest("parseState() returns nothing for an invalid state", () => {
  for (const text of ["", "\n", "null", "no such thing", "{", "[object Object]"]) {
    assert.equal(parseState(text), undefined, JSON.stringify(text));
  }
});

Deno.test("observeContainer() knows nothing without an engine, or no such container", async () => {
  for (const engine of ["docker", "podman"] as const) {
    const seen = await observeContainer(engine, "vcm-test-no-such-container");
    assert.ok(seen === undefined || seen.state === "unknown", `${engine}: ${seen?.state}`);
  }
});

pureTest("parseMounts() reads the sources of both engines", () => {
  const docker = [
    {
      Type: "bind",
      Source: "/srv/tls/web.crt",
      Destination: "/web.crt",
      Mode: "ro",
      RW: false,
      Propagation: "rprivate",
    },
    {
      Type: "volume",
      Name: "data",
      Source: "/var/lib/docker/volumes/data/_data",
      Destination: "/data",
      Driver: "local",
    },
    { Type: "tmpfs", Source: "", Destination: "/tmp" },
  ];
  assert.deepEqual(parseMounts(JSON.stringify(docker)), [
    "/srv/tls/web.crt",
    "/var/lib/docker/volumes/data/_data",
  ]);
  for (const none of ["[]", "null\n"]) assert.deepEqual(parseMounts(none), []);
  assert.deepEqual(parseMounts('[null, {}, {"Source": 1}, {"Source": "pipe"}]'), []);
});

pureTest("parseMounts() returns nothing for what is no list", () => {
  for (const text of ["", "{", '"x"', "{}", "no such thing"]) {
    assert.equal(parseMounts(text), undefined, text);
  }
});

Deno.test("readMounts() names the program that cannot be asked, or knows no such container", async () => {
  for (const engine of ["docker", "podman"] as const) {
    const seen = await readMounts(engine, "vcm-test-no-such-container");
    if (seen.kind === "unreadable") assert.match(seen.problem, new RegExp(engine));
    else assert.equal(seen.kind, "absent");
  }
});
