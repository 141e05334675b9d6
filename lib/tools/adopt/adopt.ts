/**
 * `vcm adopt`: takes deployed files into the store, so that no certificate is issued for them. It
 * writes only to the store, and asks no server.
 */
import type { Host } from "../../command/host.ts";
import { Interruption } from "../../command/interruption.ts";
import { loadFor, narrow } from "../../command/load.ts";
import type { Arguments } from "../../command/parse_arguments.ts";
import { Reporter, type Result } from "../../command/results.ts";
import type { CertificateSpec, Config } from "../../config/types.ts";
import { observe } from "../../observe/observe.ts";
import { storedCrls } from "../../observe/trust.ts";
import type { Observation } from "../../observe/types.ts";
import { adoptJson } from "../../report/json.ts";
import { takeLock } from "../../store/lock.ts";
import { stageSet } from "../../store/stage_set.ts";
import { storeStagedSet } from "../../store/write_set.ts";
import { causeAndFix } from "../../text/plain_cause.ts";
import { shellWord } from "../../text/quote.ts";
import { examine } from "./examine.ts";

/** Throws ConfigError, UsageError, LockedError or StoreError. */
export async function adopt(args: Arguments, host: Host): Promise<number> {
  host.giveUp("net");
  if (args.dryRun) host.giveUp("write");
  const config = await loadFor(args, host);
  const specs = narrow(config.certificates, config, args);
  const reporter = new Reporter<Result>(
    args.dryRun ? { ...config, logFile: undefined } : config,
    args,
    host,
  );
  const say = (text: string) => reporter.log.line("info", text);
  using _lock = args.dryRun ? undefined : await takeLock(config.certStore, say, args.wait);
  // A probe would need the network.
  const observation = await observe(withoutServices(config), host.now());
  host.giveUp("run");
  using interruption = new Interruption();
  for (const spec of specs) {
    const why = await interruption.look();
    const result = why === undefined
      ? await adoptOne(spec, config, observation, args, host.now())
      : refusal(spec, why);
    if (result !== undefined) reporter.tell(result);
  }
  const status = reporter.end(adoptJson);
  return interruption.status ?? status;
}

function withoutServices(config: Config): Config {
  const certificates = config.certificates.map((spec) => ({ ...spec, services: [] }));
  return { ...config, certificates };
}

/** Undefined if there is nothing to adopt, and nobody asked for it by name. */
async function adoptOne(
  spec: CertificateSpec,
  config: Config,
  observation: Observation,
  { dryRun, names }: Arguments,
  now: Date,
): Promise<Result | undefined> {
  const { name, keep } = spec;
  const { certStore } = config;
  const observed = observation.certificates.find((one) => one.name === name);
  if (observed === undefined) throw new Error(`"${name}" was not observed`);
  const found = await examine(spec, observed, observation, storedCrls(config), now);
  switch (found.kind) {
    case "stored":
      return { name, done: true, message: "its set is in the store already" };
    case "no-files":
      return names.length === 0 ? undefined : refusal(spec, "none of its files exists");
    case "refused":
      return refusal(spec, found.problem);
    case "adoptable":
      if (dryRun) return { name, done: true, message: `can be adopted: ${found.detail}` };
  }
  try {
    await stageSet(certStore, name, found.texts, keep);
    const problem = await storeStagedSet(certStore, name, keep);
    const message = `adopted: ${found.detail}${problem === undefined ? "" : `; ${problem}`}`;
    return { name, done: problem === undefined, message };
  } catch (error) {
    const message = `Not adopted: Cannot write to the store "${certStore}": ` +
      causeAndFix(error, `${certStore}/`);
    return { name, done: false, message };
  }
}

function refusal({ name }: CertificateSpec, problem: string): Result {
  const fix = `fix that, or issue a new one: vcm run ${shellWord(name)}`;
  return { name, done: false, message: `Not adopted: ${problem}; ${fix}` };
}
