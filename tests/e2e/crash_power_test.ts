/** A power cut at many moments of a run. */
import { startOpenBao } from "../support/openbao.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import type { Start } from "./crash_site.ts";
import { cutPower, describeCuts, failDisk } from "./power_cut.ts";

const test = await testsNeeding("openbao", "disk image");

// The kernel does not itself write a file before it is renamed over another.
const STRICT = "noauto_da_alloc";

const RUNS: Readonly<Record<string, Start>> = {
  "a first run": { renews: false, service: "loads", disk: STRICT },
  "a run that renews what is judged": { renews: true, service: "judges", disk: STRICT },
  // Files can have another content than was written, if they were not synced.
  "a run that renews, with data=writeback": {
    renews: true,
    service: "loads",
    disk: `${STRICT},data=writeback`,
  },
  "a run that renews for readers of the store": {
    renews: true,
    service: "reads the store",
    disk: STRICT,
  },
};

for (const [which, start] of Object.entries(RUNS)) {
  test(`${which} may lose power at any moment, and the next run heals it`, async () => {
    await using bao = await startOpenBao();
    const login = await setUpPki(bao);
    console.log(describeCuts(which, await cutPower(bao, { ...start, login }, 30)));
  });
}

test("a run whose disk fails for good at any moment says so, and the next run heals it", async () => {
  await using bao = await startOpenBao();
  const start = {
    renews: true,
    service: "judges",
    disk: STRICT,
    login: await setUpPki(bao),
  } as const;
  console.log(`Let the disk fail during a run: ${await failDisk(bao, start, 12)}`);
});
