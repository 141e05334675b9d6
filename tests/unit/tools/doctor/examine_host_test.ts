import assert from "node:assert/strict";
import { examineHost } from "../../../../lib/tools/doctor/examine_host.ts";
import { makeConfig } from "../../../support/fixtures.ts";

Deno.test("vcm doctor warns if a crash would leave a core file, whatever its size", async () => {
  const of = (limit: string | undefined) =>
    examineHost(makeConfig([]), { coreLimit: () => Promise.resolve(limit) });
  for (const limit of ["unlimited", "1048576"]) {
    const [result] = await of(limit);
    assert.deepEqual([result?.verdict, result?.subject], ["warning", "core files"]);
    assert.ok(result?.detail.includes(limit), result?.detail);
    assert.equal(result?.remedy, 'run "ulimit -c 0" before VCM');
  }
  assert.deepEqual([await of("0"), await of(undefined)], [[], []]);
});
