import assert from "node:assert/strict";
import { cronText, minuteOf } from "../../../../lib/tools/install/install.ts";
import { pureTest } from "../../../support/pure_test.ts";

const COMMENT = "# The minute comes from the host name, to spread the load of a fleet.\n";

pureTest("cronText() runs it each hour as root", () => {
  assert.equal(
    cronText({ binary: "/usr/local/bin/vcm" }, 17, false),
    `${COMMENT}17 * * * *  root  ulimit -c 0; exec /usr/local/bin/vcm run --quiet\n`,
  );
});

pureTest("cronText() reads the environment file, and quotes for the shell and for cron", () => {
  assert.equal(
    cronText({ binary: "/opt/v c/vcm", config: "/srv/100%/vcm.yaml" }, 0, true),
    `${COMMENT}0 * * * *  root  ulimit -c 0; set -a; . /etc/vcm/environment; ` +
      "exec '/opt/v c/vcm' run --quiet --config /srv/100\\%/vcm.yaml\n",
  );
});

pureTest("minuteOf() spreads hosts of one fleet over the hour, each at its own", () => {
  const minutes = Array.from({ length: 600 }, (_, at) => minuteOf(`web-${at}.example.com`));
  assert.ok(minutes.every((minute) => Number.isInteger(minute) && minute >= 0 && minute < 60));
  const counts = Map.groupBy(minutes, (minute) => minute);
  assert.equal(counts.size, 60);
  assert.ok(Math.max(...[...counts.values()].map(({ length }) => length)) < 30);
  assert.equal(minuteOf("web-1.example.com"), minuteOf("web-1.example.com"));
});
