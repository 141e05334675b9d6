/**
 * Certificates of 30 seconds; `deno task test:long lifetimes` has those of 10 minutes. The timer of
 * `vcm install` comes once a minute at most, so a drop-in makes it as much faster as they are shorter.
 */
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { probeEachSecond, startShortLived } from "./short_lifetime.ts";

const test = await testsNeeding("openbao", "nginx", "machine");

test("certificates of seconds never expire, and no handshake fails while they are renewed", async () => {
  const dropIn =
    "[Timer]\nOnCalendar=\nOnCalendar=*:*:0/2\nRandomizedDelaySec=0\nAccuracySec=1ms\n";
  const lived = await startShortLived("30s", { backdated: "1s", dropIn });
  await using scene = lived.scene;
  const { handshakes, failures, serials, leastLeft } = await probeEachSecond(lived, 25);
  assert.deepEqual(failures, []);
  assert.equal(handshakes, 25);
  assert.ok(serials.size >= 2, `${serials.size} certificates were served`);
  assert.ok(leastLeft > 0, `${leastLeft}`);
  assert.equal(await scene.systemctl("show", "--value", "-p", "Result", "vcm.service"), "success");
});
