/**
 * `deno task simulate`: what a fleet asks of the server in a year, with renewals spread and
 * without. It needs no permission, and prints the same figures each time.
 */
import { type Figures, figuresOf } from "./simulate/figures.ts";
import { type Fleet, playFleet } from "./simulate/fleet.ts";

const HOSTS = 10_000;
const CERTIFICATES = 4;
const DAYS = 365;
const LIFETIME_DAYS = 90;
const RENEW_DAYS = 30;
const SPREADS = [0, 20, 50];
const CRON_MINUTE = 17;
const RANDOM_MINUTES = 15;

/** How hosts come to run VCM; as docs/running.md sets it up. */
const STARTS: readonly { readonly name: string; readonly delay: Fleet["delay"] }[] = [
  { name: "cron", delay: () => CRON_MINUTE * 60 },
  { name: "timer", delay: (random) => Math.floor(random() * RANDOM_MINUTES * 60) },
];

const MODEL = `\
Requests in a minute at the server, for a year of a fleet on paper.

${grouped(HOSTS)} hosts are installed in the same minute and issue ${CERTIFICATES} certificates each
then; that minute is left out, since it is the same in each row. Certificates are valid for
${LIFETIME_DAYS} days and renewed ${RENEW_DAYS} days before their end (\`renew: ${RENEW_DAYS}d\`);
with \`spread\`, each one later by up to so many percent of these ${RENEW_DAYS} days, as its serial
number decides, which is a new random one each time.
  cron   each host runs at the same minute of each hour (\`${CRON_MINUTE} * * * *\`)
  timer  each host runs up to ${RANDOM_MINUTES} minutes after each full hour, each time at another
         moment (\`OnCalendar=hourly\`, \`RandomizedDelaySec=${RANDOM_MINUTES}m\`)
A run with something due asks for a login, for each certificate that is due, and for the end
of its token, all within the run's minute. Other runs ask for nothing.

  peak       the most in one minute
  p99 all    99th percentile over all ${grouped(DAYS * 1_440)} minutes of the year;
             0 where fewer than 1% of them had a request
  p99 busy   99th percentile over the minutes with a request
  total      requests in the whole year
  days left  to its end, for the certificate that was renewed last of all
`;

if (import.meta.main) console.log(simulate());

/** Plays the fleet for each row, and returns all that is printed. */
export function simulate(): string {
  const rows = STARTS.flatMap(({ name, delay }) =>
    SPREADS.map((spread) => {
      const rule = { renew: { kind: "duration", seconds: RENEW_DAYS * 86_400 }, spread } as const;
      const fleet = { hosts: HOSTS, certificates: CERTIFICATES, days: DAYS, rule, delay };
      const load = playFleet({ ...fleet, lifetime: LIFETIME_DAYS });
      return row(name, `${spread}%`, figuresOf(load));
    })
  );
  const head = line("runs", "spread", "peak", "p99 all", "p99 busy", "total", "days left");
  return [MODEL, head, ...rows].join("\n");
}

function row(start: string, spread: string, figures: Figures): string {
  const { peak, ofAll, ofBusy, total, fewestDaysLeft } = figures;
  const counts = [peak, ofAll, ofBusy, total].map(grouped);
  return line(start, spread, ...counts, fewestDaysLeft.toFixed(2));
}

function line(first: string, ...others: readonly string[]): string {
  return first.padEnd(5) + others.map((text) => text.padStart(11)).join("");
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
