import { deepEqual, equal, ok } from "node:assert/strict";
import { simulate } from "../../../scripts/simulate.ts";
import { figuresOf, percentile } from "../../../scripts/simulate/figures.ts";
import { type Fleet, playFleet } from "../../../scripts/simulate/fleet.ts";
import { makeRandom, randomSerial } from "../../../scripts/simulate/random.ts";
import { pureTest } from "../../support/pure_test.ts";
import { blocks, readDocument } from "../docs/documents.ts";

const DAY = 1_440;
const RENEW = { kind: "duration", seconds: 30 * 86_400 } as const;
const AT_17 = () => 17 * 60;
const WITHIN_15 = (random: () => number) => random() * 15 * 60;

/** A fleet without what a test does not care for. */
function makeFleet(fleet: Partial<Fleet> & { readonly spread?: number } = {}): Fleet {
  const { spread = 0, ...others } = fleet;
  return {
    hosts: 1,
    certificates: 1,
    days: 365,
    lifetime: 90,
    rule: { renew: RENEW, spread },
    delay: AT_17,
    ...others,
  };
}

/** The minutes in which there were requests, with their number. */
function busyMinutes({ requests }: { readonly requests: Uint32Array }): [number, number][] {
  return [...requests.entries()].filter(([, count]) => count > 0);
}

pureTest("a host renews in its first run in the window, and again 60 days after that", () => {
  const load = playFleet(makeFleet());
  const minutes = [60, 120, 180, 240, 300, 360].map((day) => day * DAY + 17);
  deepEqual(busyMinutes(load), minutes.map((minute) => [minute, 3]));
  equal(load.fewestDaysLeft, 30 - 17 / DAY);
});

pureTest("certificates that are due together share one login", () => {
  deepEqual(busyMinutes(playFleet(makeFleet({ certificates: 4, days: 61 }))), [[60 * DAY + 17, 6]]);
  const apart = playFleet(makeFleet({ certificates: 4, days: 80, spread: 50 }));
  deepEqual(busyMinutes(apart).map(([, count]) => count), [3, 3, 3, 3]);
});

pureTest("hosts that run at the same minute meet, unless renewals are spread", () => {
  const fleet = { hosts: 500, days: 80 };
  deepEqual(busyMinutes(playFleet(makeFleet(fleet))), [[60 * DAY + 17, 1_500]]);
  const spread = busyMinutes(playFleet(makeFleet({ ...fleet, spread: 20 })));
  ok(spread.length > 100, `only ${spread.length} minutes`);
  equal(spread.reduce((sum, [, count]) => sum + count, 0), 1_500);
  for (const [minute] of spread) {
    equal(minute % 60, 17);
    ok(minute > 60 * DAY && minute <= 66 * DAY + 17, `minute ${minute}`);
  }
});

pureTest("a timer starts each host in the first quarter of an hour, at another moment", () => {
  const load = playFleet(makeFleet({ hosts: 500, days: 60.5, delay: WITHIN_15 }));
  const minutes = busyMinutes(load).map(([minute]) => minute - 60 * DAY);
  deepEqual(minutes, Array.from({ length: 15 }, (_, minute) => minute));
});

pureTest("a run that came before the window leaves the renewal to the next one", () => {
  const delays = [600, 300, 0]; // seconds, in the hours in which something may be due
  const load = playFleet(makeFleet({ days: 121, delay: () => delays.shift() ?? 0 }));
  // Renewed at 00:10 on day 60, due at 00:10 on day 120, when the run of 00:05 is over.
  deepEqual(busyMinutes(load), [[60 * DAY + 10, 3], [120 * DAY + 60, 3]]);
  equal(load.fewestDaysLeft, 30 - 50 / DAY);
});

pureTest("percentile() is the least value that so many percent do not exceed", () => {
  const hundred = Uint32Array.from({ length: 100 }, (_, at) => at + 1);
  equal(percentile(hundred, 99), 99);
  equal(percentile(hundred, 100), 100);
  equal(percentile(Uint32Array.of(5), 99), 5);
});

pureTest("figuresOf() tells minutes with requests from all minutes", () => {
  const requests = new Uint32Array(1_000);
  requests.set([30, 3, 6], 500);
  deepEqual(figuresOf({ requests, fewestDaysLeft: 29.5 }), {
    peak: 30,
    ofAll: 0,
    ofBusy: 30,
    total: 39,
    fewestDaysLeft: 29.5,
  });
});

pureTest("randomSerial() has the form of a serial of Vault", () => {
  const random = makeRandom(1);
  for (let count = 0; count < 1_000; count++) {
    const serial = randomSerial(random);
    ok(/^[0-7][0-9a-f](:[0-9a-f]{2}){19}$/.test(serial), serial);
  }
});

Deno.test("docs/running.md shows what the simulation prints, and sets up what it plays", () => {
  const document = readDocument("docs/running.md");
  const shown = blocks(document, "text").find((text) => text.startsWith("Requests in a minute"));
  const said = simulate();
  equal(shown, `${said}\n`);
  const setUp = document.replace(said, "");
  for (const line of ["\n17 * * * *", "\nOnCalendar=hourly\n", "\nRandomizedDelaySec=15m\n"]) {
    ok(setUp.includes(line), line);
  }
});
