/** The first steps of every command that reads the file. */
import { findConfig, loadConfig } from "../config/load.ts";
import { didYouMean } from "../text/suggest.ts";
import type { Config, EntrySpec } from "../config/types.ts";
import { type Paint, paint } from "../report/paint.ts";
import type { Host } from "./host.ts";
import { type Arguments, UsageError } from "./parse_arguments.ts";

/** Finds and reads the configuration. Throws ConfigError. */
export async function loadFor(args: Arguments, host: Host): Promise<Config> {
  const env = host.env("VCM_CONFIG");
  const path = findConfig({
    ...(args.config !== undefined && { flag: args.config }),
    ...(env !== undefined && { env }),
    uid: host.uid(),
    exists: (path) => host.exists(path),
  });
  return await loadConfig(path, (name) => host.env(name));
}

/** Those entries that the command line names, in the order of the file; all if it names none. */
export function narrow<T extends EntrySpec>(
  entries: readonly T[],
  { file }: Config,
  args: Arguments,
): readonly T[] {
  if (args.names.length === 0) return entries;
  const known = new Set(entries.map(({ name }) => name));
  for (const name of args.names) {
    if (known.has(name)) continue;
    throw new UsageError(
      `No certificate "${name}" in "${file}"; ${didYouMean(name, [...known])}`,
      args.command,
    );
  }
  const asked = new Set(args.names);
  return entries.filter(({ name }) => asked.has(name));
}

/** Colors for standard output. */
export function paintFor(args: Arguments, host: Host): Paint {
  return paint(host.outIsTerminal && !args.noColor && !host.env("NO_COLOR"));
}

/** Whether any service is probed. */
export function hasProbes({ certificates }: Config): boolean {
  return certificates.some(({ services }) => services.some(({ probe }) => probe !== undefined));
}
