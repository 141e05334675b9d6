import assert from "node:assert/strict";
import { observeMarkers, parseTimestamp, parseUnits } from "../../../lib/observe/services.ts";
import { makeFolder } from "../../support/rig.ts";

Deno.test("parseTimestamp() reads microseconds and whole seconds", () => {
  const second = Date.UTC(2026, 10, 24, 10, 0, 0);
  assert.equal(parseTimestamp("Tue 2026-11-24 10:00:00.123456 UTC"), second + 123.456);
  assert.equal(parseTimestamp("Tue 2026-11-24 10:00:00 UTC"), second);
  assert.equal(parseTimestamp("2026-11-24 10:00:00 UTC"), second);
});

Deno.test("parseTimestamp() takes whatever it cannot read for never", () => {
  for (const text of ["", "n/a", "0", "Tue 2026-11-24 10:00:00 CET", "garbage"]) {
    assert.equal(parseTimestamp(text), 0, text);
  }
});

Deno.test("parseUnits() reads a block a unit, in the order asked", () => {
  const text = [
    "Id=nginx.service",
    "LoadState=loaded",
    "ActiveState=active",
    "StateChangeTimestamp=Tue 2026-11-24 10:00:00.5 UTC",
    "ReloadResult=success",
    "",
    "ReloadResult=exit-code",
    "StateChangeTimestamp=",
    "ActiveState=failed",
    "LoadState=not-found",
    "Id=a=b.service",
    "",
  ].join("\n");
  assert.deepEqual(parseUnits(text), [
    {
      unit: "nginx.service",
      load: "loaded",
      active: "active",
      changedAt: Date.UTC(2026, 10, 24, 10) + 500,
      startedAt: 0,
      reloadResult: "success",
      ranToItsEnd: false,
    },
    {
      unit: "a=b.service",
      load: "not-found",
      active: "failed",
      changedAt: 0,
      startedAt: 0,
      reloadResult: "exit-code",
      ranToItsEnd: false,
    },
  ]);
});

Deno.test("parseUnits() takes a unit that has no reloads for one whose reloads succeed", () => {
  const [unit] = parseUnits("Id=x.socket\nLoadState=loaded\nActiveState=active\n");
  assert.deepEqual([unit?.reloadResult, unit?.changedAt], ["success", 0]);
});

Deno.test("parseUnits() reads nothing from nothing", () => {
  for (const text of ["", "\n\n"]) assert.deepEqual(parseUnits(text), []);
});

Deno.test("observeMarkers() sees the asked units' markers only, with their time", async () => {
  using store = makeFolder();
  assert.deepEqual(await observeMarkers(store.path, new Set(["nginx.service"])), {
    kind: "absent",
  });
  // Names that no systemd has, where there is one.
  for (const unit of ["vcm-test-b.service", "vcm-test-a.service", "vcm-test-other.service"]) {
    store.write(`.owed/${unit}`, "x");
    Deno.utimeSync(store.at(`.owed/${unit}`), 1000, 1000);
  }
  const asked = new Set(["vcm-test-a.service", "vcm-test-b.service", "vcm-test-none.service"]);
  const markers = await observeMarkers(store.path, asked);
  assert.ok(markers.kind === "present");
  assert.deepEqual(markers.value.map(({ unit, since }) => [unit, since]), [
    ["vcm-test-a.service", 1_000_000],
    ["vcm-test-b.service", 1_000_000],
  ]);
});

Deno.test("observeMarkers() calls markers unreadable that it cannot list, never absent", async () => {
  using store = makeFolder();
  store.write(".owed", "a file in the folder's place");
  assert.deepEqual(await observeMarkers(store.path, new Set(["nginx.service"])), {
    kind: "unreadable",
    problem: `Cannot read "${store.at(".owed")}": not a directory`,
  });
});
