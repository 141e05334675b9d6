/** The line for cron that `vcm install` prints where there is no systemd. */
import { shellWord } from "../../text/shell_word.ts";
import type { UnitFacts } from "./unit_facts.ts";

export const CRON_FILE = "/etc/cron.d/vcm";

/** The minute of the hour at which a host runs, by its name: those of a fleet do not meet. */
export function minuteOf(hostName: string): number {
  // FNV-1a (Fowler, Noll, Vo) with 32 bits: names that differ in a digit are far apart.
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(hostName)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash % 60;
}

/** @param hasEnvironment There is an environment file with the login. */
export function cronText(
  { binary, config }: Pick<UnitFacts, "binary" | "config">,
  minute: number,
  hasEnvironment: boolean,
): string {
  const run = `${shellWord(binary)} run --quiet` +
    (config === undefined ? "" : ` --config ${shellWord(config)}`);
  const command = hasEnvironment ? `set -a; . /etc/vcm/environment; exec ${run}` : run;
  // In the command cron takes a percent sign for the end of the line (crontab(5)).
  const line = `${minute} * * * *  root  ${command.replaceAll("%", "\\%")}`;
  return `# The minute comes from the host name, to spread the load of a fleet.\n${line}\n`;
}
