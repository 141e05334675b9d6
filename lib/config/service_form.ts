/**
 * The forms of a service entry (a unit, a container, a process with a pid file, or a command), and the
 * name that its probe requests.
 */
import { isIpAddress } from "../certificate/names.ts";
import { InvalidValue } from "./scalars/scalar.ts";
import type { EntryError } from "./declaration.ts";
import * as names from "./scalars/names.ts";
import type { Control, Manager, ServiceSpec } from "./types.ts";

/** The keys of an entry that determine its form. */
interface ServiceKeys {
  readonly name?: string | undefined;
  readonly manager?: Manager | undefined;
  readonly control?: Control | undefined;
  readonly signal?: string | undefined;
  readonly pid_file?: string | undefined;
  readonly command?: readonly (string | undefined)[] | undefined;
}

/** The service of an entry. */
type ServiceIdentity = Pick<ServiceSpec, "id" | "name" | "manager">;

/** Managers that the file names, by service name; `undefined` if it names several. */
export type KnownManagers = ReadonlyMap<string, Manager | undefined>;

/** The managers that all entries of a file name. */
export function knownManagers(entries: Iterable<ServiceKeys>): KnownManagers {
  const known = new Map<string, Manager | undefined>();
  for (const entry of entries) {
    const { name } = entry;
    const manager = managerOf(entry);
    if (name === undefined || manager === undefined) continue;
    known.set(name, known.has(name) && known.get(name) !== manager ? undefined : manager);
  }
  return known;
}

/** The service of an entry; `undefined` if it has no valid name. */
export function serviceIdentity(
  given: ServiceKeys,
  known: KnownManagers,
): ServiceIdentity | undefined {
  const { name } = given;
  const declared = managerOf(given) ?? (name === undefined ? undefined : known.get(name));
  const entry = declared === undefined ? given : { ...given, manager: declared };
  if (name === undefined || nameError(entry, name) !== undefined) return undefined;
  const manager = managerOf(entry);
  if (manager !== undefined && manager !== "systemd") {
    return { id: `${manager}:${name}`, name, manager };
  }
  const unit = names.unit.read(name);
  if (unit instanceof InvalidValue) return undefined;
  return { id: unit, name: unit, manager };
}

/** Whether systemd manages a service, or is asked about it because no manager was found. */
export function isUnit({ manager = "systemd" }: Pick<ServiceSpec, "manager">): boolean {
  return manager === "systemd";
}

/** Set, or implied by the other keys; `undefined` if only the host can tell. */
function managerOf({ name, manager, pid_file, command }: ServiceKeys): Manager | undefined {
  if (manager !== undefined) return manager;
  if (command !== undefined) return "command";
  if (pid_file !== undefined) return "pid_file";
  // An instance of a template, or a name with a unit suffix, can only be a unit.
  const isUnit = name !== undefined && (name.includes("@") || names.UNIT_SUFFIX.test(name));
  return isUnit ? "systemd" : undefined;
}

const NONE: readonly EntryError[] = [];

/** Errors of keys that are each valid, but not together. */
export function serviceErrors(given: ServiceKeys): readonly EntryError[] {
  const entry = withoutUnread(given);
  const errors: EntryError[] = [];
  const add = (key: string, message: string) => errors.push({ key, atValue: true, message });
  const { name, manager, control, signal } = entry;
  const named = name === undefined ? undefined : nameError(entry, name);
  if (named !== undefined) add("name", named.message);
  const found = managerOf(entry);
  const other = manager === undefined ? `"${found}"` : `"manager: ${manager}"`;
  for (const key of ["command", "pid_file"] as const) {
    if (manager === key && entry[key] === undefined) {
      add(key, `is missing; "manager: ${key}" needs it`);
    } else if (entry[key] !== undefined && found !== key) {
      add(key, `is not allowed with ${other}`);
    }
  }
  if (found === "command") {
    for (const key of ["control", "signal"] as const) {
      if (entry[key] === undefined) continue;
      add(key, `is not allowed with "command", which is the only action`);
    }
  } else if (found === "pid_file" && control !== undefined && control !== "signal") {
    add("control", `must be "signal" with "pid_file"`);
  } else if (signal !== undefined && control !== undefined && control !== "signal") {
    add("signal", `is allowed only with "control: signal"`);
  } else if (control === "reload" && (found === "docker" || found === "podman")) {
    add("control", `a container cannot reload; use "restart" or "signal"`);
  }
  return errors.length === 0 ? NONE : errors;
}

/** Leaves out invalid values, which have their diagnostics already. */
function withoutUnread(entry: ServiceKeys): ServiceKeys {
  const { name, manager, control, signal } = entry;
  // Not text: an InvalidValue, or a value of another kind in the file.
  const read = <T>(value: T) => typeof value === "string" ? value : undefined;
  return {
    ...entry,
    name: read(name),
    manager: read(manager),
    control: read(control),
    signal: read(signal),
  };
}

function nameError(entry: ServiceKeys, name: string): InvalidValue | undefined {
  const manager = managerOf(entry);
  if (manager === "command" || manager === "pid_file") return undefined;
  const container = manager === "docker" || manager === "podman";
  const read = container ? names.container.read(name) : names.unit.read(name);
  return read instanceof InvalidValue ? read : undefined;
}

/** The keys of a certificate that set its names. */
interface NameKeys {
  readonly name?: string | undefined;
  readonly common_name?: string | undefined;
  readonly dns_sans?: readonly (string | undefined)[] | undefined;
}

/**
 * The given name, otherwise the first name of the certificate that is a host name, otherwise none. An
 * IP address must not be sent as a name (RFC 6066, 3).
 */
export function probedName(
  { servername }: { readonly servername?: string | undefined },
  { name, common_name, dns_sans = [] }: NameKeys,
): string | undefined {
  if (servername !== undefined) {
    return isIpAddress(servername) ? undefined : servername;
  }
  return [common_name ?? name, ...dns_sans].map(hostName).find((name) => name !== undefined);
}

/** In its ASCII form; undefined for what is none, or is a wildcard. */
function hostName(name: string | undefined): string | undefined {
  const host = name === undefined || name.startsWith("*.") ? undefined : names.dnsName.read(name);
  return host instanceof InvalidValue ? undefined : host;
}
