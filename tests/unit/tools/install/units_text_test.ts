import assert from "node:assert/strict";
import type { UnitFacts } from "../../../../lib/tools/install/unit_facts.ts";
import {
  isOurs,
  narrowness,
  serviceUnit,
  timerUnit,
} from "../../../../lib/tools/install/units_text.ts";
import { pureTest } from "../../../support/pure_test.ts";

const FACTS: UnitFacts = {
  binary: "/usr/local/bin/vcm",
  readsHome: false,
  startsContainers: false,
  givesSetIds: false,
  writes: { kind: "known", directories: ["/etc/nginx/ssl", "/var/lib/vcm/certs"] },
};

function linesOf(parts: Partial<UnitFacts> = {}): string[] {
  return serviceUnit({ ...FACTS, ...parts }).split("\n");
}

/** Lines that other facts bring, and lines that they take away. */
function changes(parts: Partial<UnitFacts>): [string[], string[]] {
  const [usual, other] = [linesOf(), linesOf(parts)];
  return [
    other.filter((line) => !usual.includes(line)),
    usual.filter((line) => !other.includes(line)),
  ];
}

pureTest(
  "serviceUnit() closes the file system but for the directories that a run writes to",
  () => {
    assert.deepEqual(linesOf().slice(-5), [
      "SystemCallArchitectures=native",
      "ProtectSystem=strict",
      "ReadWritePaths=-/etc/nginx/ssl",
      "ReadWritePaths=-/var/lib/vcm/certs",
      "",
    ]);
  },
);

pureTest("serviceUnit() leaves the file system open where nobody can tell what is written", () => {
  const writes = { kind: "unknown", because: ["validate", "create_dirs"] } as const;
  assert.deepEqual(changes({ writes }), [
    [
      "# VCM cannot tell beforehand where it writes (validate, create_dirs), so the file system " +
      "stays writable.",
    ],
    [
      "ProtectSystem=strict",
      "ReadWritePaths=-/etc/nginx/ssl",
      "ReadWritePaths=-/var/lib/vcm/certs",
    ],
  ]);
});

pureTest("serviceUnit() names a file that is not the default one", () => {
  assert.deepEqual(changes({ config: "/srv/vcm.yaml" }), [
    ["ExecStart=/usr/local/bin/vcm run --quiet --config /srv/vcm.yaml"],
    ["ExecStart=/usr/local/bin/vcm run --quiet"],
  ]);
});

pureTest("serviceUnit() says where home is where the token may lie there", () => {
  assert.deepEqual(changes({ readsHome: true }), [
    ["# For ~/.vault-token.", "Environment=HOME=%h"],
    [],
  ]);
});

pureTest("serviceUnit() lets set-id bits be given where the file gives some", () => {
  assert.deepEqual(changes({ givesSetIds: true }), [[], ["RestrictSUIDSGID=yes"]]);
});

pureTest("serviceUnit() restricts nothing that containers would inherit", () => {
  const lines = linesOf({ startsContainers: true });
  assert.deepEqual(lines.slice(lines.indexOf("UMask=0077")), [
    "UMask=0077",
    "# No further restrictions: containers that Podman starts from here would inherit them.",
    "",
  ]);
});

pureTest("serviceUnit() writes paths as systemd reads them", () => {
  const [more] = changes({
    binary: "/opt/a b/100%/$HOME/vcm",
    writes: { kind: "known", directories: ["/srv/a b/100%/$HOME"] },
  });
  assert.deepEqual(more, [
    'ExecStart="/opt/a b/100%%/$$HOME/vcm" run --quiet',
    'ReadWritePaths="-/srv/a b/100%%/$HOME"',
  ]);
});

pureTest("serviceUnit() refuses a path that would end its line or its word", () => {
  for (const path of ["/a\nExecStart=/bin/sh", '/a"b', "/a'b", "/a\\b"]) {
    assert.throws(() => serviceUnit({ ...FACTS, config: path }), {
      message:
        `Cannot write ${JSON.stringify(path)} into a unit: expected a path without quotes, ` +
        "backslashes and control characters",
    });
  }
});

pureTest("isOurs() tells by the first line", () => {
  assert.ok(isOurs(serviceUnit(FACTS)));
  assert.ok(isOurs(timerUnit()));
  assert.ok(!isOurs(`\n${serviceUnit(FACTS)}`));
  assert.ok(!isOurs("[Unit]\n"));
});

pureTest("narrowness() says what the unit that lies there is closed to", () => {
  const unit = serviceUnit({ ...FACTS, config: "/srv/vcm.yaml" });
  const known = (...directories: string[]) => ({ kind: "known", directories }) as const;
  const of = (
    writes: UnitFacts["writes"],
    text = unit,
    file: string | undefined = "/srv/vcm.yaml",
  ) => narrowness(text, file, writes);
  assert.equal(of(known("/etc/nginx/ssl", "/var/lib/vcm/certs/deeper")), undefined);
  assert.equal(
    of(known("/etc", "/etc/nginx/ssl", "/srv/ssl")),
    'it may not write to "/etc", "/srv/ssl"; fix: run "vcm install" again',
  );
  assert.equal(
    of({ kind: "unknown", because: ["validate"] }),
    "it may write only to the directories of an earlier configuration, but the configuration now " +
      "has validate; " +
      'fix: run "vcm install" again',
  );
  const open = serviceUnit({ ...FACTS, writes: { kind: "unknown", because: ["command"] } });
  assert.equal(narrowness(open, undefined, known("/srv")), undefined);
  // Another file's unit, and one that somebody else wrote.
  assert.equal(narrowness(unit, "/etc/other.yaml", known("/srv")), undefined);
  assert.equal(of(known("/srv"), unit.slice(unit.indexOf("\n") + 1)), undefined);
});
