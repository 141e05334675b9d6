/** Why the installed unit is too narrow for a run of the configuration. */
import { sandboxOf, type Setting, SETTINGS, writesOf } from "./sandbox.ts";
import type { UnitFacts } from "./unit_facts.ts";
import { UnitText } from "./unit_reading.ts";
import { isOurs, runArguments } from "./units_text.ts";

/** From loose to strict; other settings are on or off. */
const LADDERS: Readonly<Record<string, readonly (string | undefined)[]>> = {
  ProtectHome: [undefined, "read-only", "tmpfs", "yes"],
  ProtectSystem: [undefined, "yes", "full", "strict"],
};

/**
 * Undefined: the unit is wide enough, it is not ours, or it runs another configuration.
 *
 * @param texts The unit, then its drop-ins.
 */
export function narrowness(texts: readonly string[], facts: UnitFacts): string | undefined {
  const unit = new UnitText(texts);
  const runs = unit.all("ExecStart").some((line) =>
    line.endsWith(` ${runArguments(facts.config)}`)
  );
  if (!isOurs(texts[0] ?? "") || !runs) return undefined;
  const { sharedSecretDirectory } = facts;
  if (sharedSecretDirectory !== undefined) return sharedSecret(sharedSecretDirectory);
  const closed = facts.startsContainers
    ? []
    : writesOf(facts).filter((path) => !unit.mayWrite(path));
  const strict = tooStrict(unit, facts);
  const problems = [
    ...(closed.length === 0 ? [] : [`it may not write to ${closed.map(quoted).join(", ")}`]),
    ...(strict.length === 0 ? [] : [`the configuration needs a looser ${strict.join(", ")}`]),
  ];
  return problems.length === 0 ? undefined : `${problems.join("; ")}; fix: run "vcm install" again`;
}

/** The message for a secret id whose directory the unit must not write to. */
export function sharedSecret(directory: string): string {
  return `an unwrapped secret id would be saved in ${quoted(directory)}, ` +
    "but the unit must not write there, because files in it control what root runs; " +
    'fix: run "install -d -m 700 /var/lib/vcm/secret", set "secret_id_file" to ' +
    '"/var/lib/vcm/secret/secret-id", and run "vcm install" again';
}

function quoted(path: string): string {
  return JSON.stringify(path);
}

/** The names of settings that are stricter than the configuration allows. */
function tooStrict(unit: UnitText, facts: UnitFacts): string[] {
  const needed = new UnitText(sandboxOf(facts, (path) => path).flatMap(lineOf));
  const lists = ["CapabilityBoundingSet", "RestrictAddressFamilies"];
  return [
    ...SETTINGS.filter((name) => rank(unit, name) > rank(needed, name)),
    ...lists.filter((name) => lacksWords(unit, needed, name)),
    ...(unit.deniedCalls().isSubsetOf(needed.deniedCalls()) ? [] : ["SystemCallFilter"]),
    ...(hidesSharedMemory(unit) > hidesSharedMemory(needed) ? ["InaccessiblePaths"] : []),
    ...(isTooShort(unit, facts) ? ["TimeoutStartSec"] : []),
  ];
}

function lineOf({ name, value }: Setting): string[] {
  return value === undefined ? [] : [`${name}=${value}`];
}

function rank(unit: UnitText, name: string): number {
  const value = unit.last(name);
  return LADDERS[name]?.indexOf(value) ?? (value === undefined ? 0 : 1);
}

function lacksWords(unit: UnitText, needed: UnitText, name: string): boolean {
  const [has, needs] = [unit.allowed(name), needed.allowed(name)];
  return has !== undefined && (needs === undefined || !needs.isSubsetOf(has));
}

function hidesSharedMemory(unit: UnitText): number {
  if (unit.paths("InaccessiblePaths").includes("/dev/shm")) return 2;
  return unit.all("TemporaryFileSystem").some((value) => value.startsWith("/dev/shm")) ? 1 : 0;
}

function isTooShort(unit: UnitText, { limit }: UnitFacts): boolean {
  // An earlier version wrote whole hours.
  const [, number, name] = /^(\d+)(h|min)$/.exec(unit.last("TimeoutStartSec") ?? "") ?? [];
  const seconds = number === undefined ? Infinity : Number(number) * (name === "h" ? 3600 : 60);
  return seconds < limit;
}
