import { probeEachSecond, startShortLived } from "../e2e/short_lifetime.ts";
import { findPart } from "../support/parts.ts";
import { passed, skipped, type Step } from "./step.ts";

const SECONDS = 1_800;

/** The timer runs as `vcm install` wrote it: once a minute, up to 16 seconds late. */
export const lifetimes: Step = {
  name: "lifetimes",
  title: "certificates of 10 minutes under the timer of vcm install, nginx probed each second",
  async run() {
    for (const name of ["openbao", "nginx", "machine"] as const) {
      const part = await findPart(name);
      if (part.kind === "missing") return skipped(`no ${name}: ${part.reason}`);
    }
    const lived = await startShortLived("10m");
    await using scene = lived.scene;
    const timer = await scene.systemctl("cat", "vcm.timer");
    if (!timer.includes("\nOnCalendar=*:0/1\n")) throw new Error(`the timer is\n${timer}`);
    const { handshakes, failures, serials, leastLeft } = await probeEachSecond(lived, SECONDS);
    if (failures.length > 0) {
      throw new Error(`${failures.length} of ${handshakes} failed: ${failures.join("\n")}`);
    }
    // A new one each 5 minutes and a quarter, or up to 76 s later.
    if (serials.size < 4) throw new Error(`only ${serials.size} certificates were served`);
    return passed(
      `${handshakes} handshakes, none failed or expired; ${serials.size} certificates, ` +
        `replaced when ${Math.floor(leastLeft)} s or more were left`,
    );
  },
};
