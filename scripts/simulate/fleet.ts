/**
 * A fleet on paper: hosts that are installed in the same minute and renew their certificates from
 * then on. When a certificate is due is asked of the program's own `renewalStart()`.
 *
 * Time is in seconds since the installation. Only runs that find something due are looked at.
 */
import { type RenewalRule, renewalStart } from "../../lib/certificate/renewal.ts";
import { makeRandom, type Random, randomSerial } from "./random.ts";

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** Any number will do; another one gives slightly other figures. */
const SEED = 1;

export interface Fleet {
  readonly hosts: number;
  /** On each host. */
  readonly certificates: number;
  /** How many days are played. */
  readonly days: number;
  /** Days for which a certificate is valid. */
  readonly lifetime: number;
  readonly rule: RenewalRule;
  /** Seconds after the full hour, below 3,600, of one run; asked for each host and hour anew. */
  readonly delay: (random: Random) => number;
}

/** What the server and the certificates saw of a fleet. */
export interface Load {
  /** Requests in each minute; those of the installation are left out. */
  readonly requests: Uint32Array;
  /** Days that the latest of all renewals left to its certificate. */
  readonly fewestDaysLeft: number;
}

interface Run {
  readonly at: number;
  /** Ends of the certificates that were due. */
  readonly ends: readonly number[];
}

/** Plays a fleet's days. */
export function playFleet(fleet: Fleet): Load {
  const random = makeRandom(SEED);
  const requests = new Uint32Array(fleet.days * DAY / MINUTE);
  let fewest = Infinity;
  for (let host = 0; host < fleet.hosts; host++) {
    for (const { at, ends } of renewingRuns(fleet, random)) {
      const minute = Math.floor(at / MINUTE);
      requests[minute] = (requests[minute] ?? 0) + requestsFor(ends.length);
      for (const end of ends) fewest = Math.min(fewest, end - at);
    }
  }
  return { requests, fewestDaysLeft: fewest / DAY };
}

/** A login, one for each certificate that is due, and the end of the token. */
function requestsFor(due: number): number {
  return 1 + due + 1;
}

/** One host's runs with something due, in their order. */
function* renewingRuns(fleet: Fleet, random: Random): Generator<Run> {
  const firstRun = makeSchedule(fleet, random);
  let stored = Array.from({ length: fleet.certificates }, () => issue(fleet, random, 0));
  for (;;) {
    const at = firstRun(Math.min(...stored.map(({ dueAt }) => dueAt)));
    if (at >= fleet.days * DAY) return;
    const due = stored.filter(({ dueAt }) => dueAt <= at);
    yield { at, ends: due.map(({ end }) => end) };
    stored = stored.map((one) => one.dueAt <= at ? issue(fleet, random, at) : one);
  }
}

function issue({ lifetime, rule }: Fleet, random: Random, at: number) {
  const end = at + lifetime * DAY;
  const due = renewalStart(rule, {
    notBefore: new Date(at * 1000),
    notAfter: new Date(end * 1000),
    serial: randomSerial(random),
  });
  return { end, dueAt: due.getTime() / 1000 };
}

/** Finds the first run at a moment or after it; one hour's delay is drawn once. */
function makeSchedule({ delay }: Fleet, random: Random): (moment: number) => number {
  const drawn = new Map<number, number>();
  const runIn = (hour: number) => {
    const run = drawn.get(hour) ?? hour * HOUR + delay(random);
    drawn.set(hour, run);
    return run;
  };
  return (moment) => {
    const hour = Math.floor(moment / HOUR);
    const run = runIn(hour);
    return run >= moment ? run : runIn(hour + 1);
  };
}
