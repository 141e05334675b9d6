import assert from "node:assert/strict";
import { doctorText } from "../../../../lib/tools/doctor/doctor.ts";
import { paint } from "../../../../lib/report/paint.ts";
import { found } from "../../../../lib/report/check_result.ts";
import { pureTest } from "../../../support/pure_test.ts";

const FINE = found("ok", "pki/issue/web", 'the policy allows "update"');
const AHEAD = found("warning", "clock", "this host is 2m ahead", "set it");
const SEALED = found("problem", "https://v:8200", "version 2.6.2, sealed", "bao operator unseal");

pureTest("doctorText() has a line for a check result, and one below it for what to do", () => {
  const plain = paint(false);
  assert.equal(doctorText(FINE, plain), 'ok       pki/issue/web: the policy allows "update"\n');
  assert.equal(
    doctorText(AHEAD, plain),
    "warning  clock: this host is 2m ahead\n         set it\n",
  );
  assert.equal(
    doctorText(SEALED, plain),
    "problem  https://v:8200: version 2.6.2, sealed\n         bao operator unseal\n",
  );
});

pureTest("doctorText() colours the verdict alone, and keeps the columns", () => {
  const words = [FINE, AHEAD, SEALED].map((result) => doctorText(result, paint(true)));
  assert.deepEqual(words.map((text) => text.slice(0, text.indexOf(":"))), [
    "\x1b[32mok\x1b[0m       pki/issue/web",
    "\x1b[33mwarning\x1b[0m  clock",
    "\x1b[31mproblem\x1b[0m  https",
  ]);
});

pureTest("found() has a remedy only if there is one", () => {
  assert.deepEqual(FINE, {
    verdict: "ok",
    subject: "pki/issue/web",
    detail: 'the policy allows "update"',
  });
  assert.equal(SEALED.remedy, "bao operator unseal");
});
