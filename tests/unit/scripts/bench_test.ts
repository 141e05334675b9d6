import assert from "node:assert/strict";
import { choose, conclude } from "../../bench/bench.ts";
import {
  busyness,
  describe,
  judge,
  type Measured,
  ratioOf,
  type Run,
  unsteadiness,
} from "../../bench/figures.ts";
import { measure } from "../../bench/measure.ts";
import { describeBudget, ROWS } from "../../bench/rows.ts";
import { makeDirectory } from "../../support/rig.ts";
import { readDocument, tableBelow } from "../docs/documents.ts";

function runs(...walls: readonly number[]): Run[] {
  return walls.map((wall) => ({ wall, cpu: wall / 2, memory: 100 }));
}

Deno.test("a ratio is that of a usual round, so that a slow moment of the machine does not count", () => {
  assert.equal(ratioOf(runs(20, 900, 22), runs(10, 450, 10)), 2);
});

Deno.test("a figure over its budget is told, and one that was not measured is not", () => {
  const measured: Measured = { vcm: runs(90, 80, 100), floor: runs(30, 20, 50) };
  assert.deepEqual(judge({ of: "ratio", to: "floor", most: 2.5 }, measured), {
    kind: "over",
    text: "wall 3.00 × floor, over the budget of 2.5 × floor",
  });
  assert.equal(judge({ of: "ratio", to: "floor", most: 3 }, measured).kind, "within");
  assert.equal(judge({ of: "wall", milliseconds: 89 }, measured).kind, "over");
  assert.equal(judge({ of: "wall", milliseconds: 90 }, measured).kind, "within");
  assert.equal(judge({ of: "memory", mebibytes: 99 }, measured).kind, "over");
  assert.equal(judge({ of: "memory", mebibytes: 100 }, measured).kind, "within");
  const beside = judge({ of: "ratio", to: "consul-template", most: 2 }, measured);
  assert.equal(beside.kind, "not measured");
  assert.match(beside.text, /--peers/);
});

Deno.test("each program has a line with wall, CPU, memory and how VCM compares", () => {
  const measured: Measured = { vcm: runs(1000, 2000, 3000), floor: runs(10, 20, 30) };
  assert.match(
    describe("vcm", measured),
    /2\.00 s \(1\.00 s to 3\.00 s\), CPU 1\.00 s, 100\.0 MiB$/,
  );
  assert.match(describe("floor", measured), /20\.0 ms .* 100\.00 × its time, 100\.00 × its CPU$/);
});

Deno.test("a busy machine is noticed by its load and by a floor that is not steady", () => {
  assert.equal(busyness(0.4, 2), undefined);
  assert.match(busyness(1.5, 2) ?? "", /load average was 1\.5 on 2 cores/);
  // One slow run in seven is chance.
  assert.equal(unsteadiness(runs(30, 31, 30, 32, 90, 31, 30)), undefined);
  assert.match(unsteadiness(runs(30, 50, 30, 70, 90, 31, 60)) ?? "", /30\.0 ms to 70\.0 ms/);
  assert.match(unsteadiness(runs(30, 31, 60)) ?? "", /30\.0 ms to 60\.0 ms/);
});

Deno.test("the bench fails if something is over its budget, and says again what", () => {
  assert.equal(conclude({ over: [], doubts: ["busy"] }).status, 0);
  const { lines, status } = conclude({ over: ["issue-1, wall 90 ms"], doubts: ["busy"] });
  assert.equal(status, 1);
  assert.deepEqual(lines.map((line) => line.trim()).slice(1), [
    "busy",
    "OVER the budget:",
    "issue-1, wall 90 ms",
  ]);
});

Deno.test("rows are chosen by name, and without a name all are", () => {
  assert.deepEqual(choose(["--peers", "issue-1"]), { peers: true, names: ["issue-1"] });
  assert.deepEqual(choose([]).names, ["instructions", ...ROWS.map(({ name }) => name)]);
  assert.throws(() => choose(["issue-2"]), /there is no row "issue-2"/);
  assert.throws(() => choose(["--fast"]), /--fast/);
});

Deno.test("commands run in turn, each with an empty directory, and warm up once", async () => {
  using directory = makeDirectory();
  directory.write("aside/.keep", "");
  const [log, work] = [directory.at("log"), directory.at("work")];
  const command = (word: string) => ({
    args: ["/bin/sh", "-c", `echo ${word} >>"${log}"; echo >"${work}/$$"`],
    clears: work,
    fills: [work, 1] as const,
  });
  const commands = new Map([["vcm", command("vcm")], ["floor", command("floor")]] as const);
  const { vcm, floor } = await measure(commands, 3, directory.at("aside"));
  assert.equal(
    directory.read("log").trim().replaceAll("\n", " "),
    "vcm floor floor vcm vcm floor floor vcm",
  );
  assert.deepEqual([vcm?.length, floor?.length], [3, 3]);
  for (const { wall, cpu, memory } of vcm ?? []) assert.ok(wall > 0 && cpu >= 0 && memory > 0);
});

Deno.test("a run that fails or does half of its work is not measured", async () => {
  using directory = makeDirectory();
  const run = (script: string) =>
    measure(
      new Map([["vcm", { args: ["/bin/sh", "-c", script], fills: [directory.path, 1] as const }]]),
      1,
      directory.path,
    );
  await assert.rejects(run("exit 3"), /\/bin\/sh ended with 3/);
  await assert.rejects(run(":"), /left 0 of 1 files/);
});

Deno.test("docs/development/speed.md lists each row with its budgets", () => {
  const documented = tableBelow(readDocument("docs/development/speed.md"), "## Budgets")
    .map(([name, title, budgets]) => ({ name, title, budgets }));
  assert.deepEqual(
    documented,
    ROWS.map(({ name, title, budgets }) => ({
      name: `\`${name}\``,
      title,
      budgets: budgets.map(describeBudget).join(", "),
    })),
  );
});
