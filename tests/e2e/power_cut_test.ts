/** A power cut at a few moments of a run; crash_power_test.ts tries many. */
import { startOpenBao } from "../support/openbao.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { cutPower, describeCuts } from "./power_cut.ts";

const test = await testsNeeding("openbao", "disk image");

test("a power cut leaves each file old or new, and the next run heals it", async () => {
  await using bao = await startOpenBao();
  const login = await setUpPki(bao);
  const start = { renews: true, service: "judges", disk: "noauto_da_alloc", login } as const;
  console.log(describeCuts("a run that renews", await cutPower(bao, start, 3)));
});
