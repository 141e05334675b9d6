/**
 * What a file may use beside its own text: included files, host names and variables. Changes nothing.
 *
 * Each included file must be trusted as the main file is: it is opened once, and the open file is
 * checked and read. A directory that a pattern searches must be trusted, too. The host names are those
 * that `hostname -s` and `hostname -f` print; no DNS request is made.
 */
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { listWhole } from "../host/list_whole.ts";
import { ConfigError, type Diagnostic } from "./diagnostic.ts";
import { InvalidValue } from "./scalars/scalar.ts";
import { distrustDirectory } from "./trust.ts";
import { readTrusted, reason } from "./trusted_file.ts";

/** What a file may use. */
export interface Environment {
  /** The value of `${NAME}`; `undefined` if it is not set, an error if it cannot be determined. */
  variable(name: string): string | InvalidValue | undefined;
  /** The files that the patterns of `include` match, in order. */
  include(patterns: readonly string[]): readonly Included[];
}

export type Included =
  | { readonly kind: "text"; readonly file: string; readonly text: string }
  /** A file that may not be used; each diagnostic names it. */
  | { readonly kind: "refused"; readonly diagnostics: readonly Diagnostic[] }
  /** A pattern that is invalid or matches nothing, by its index. */
  | { readonly kind: "invalid"; readonly pattern: number; readonly message: string };

const HOSTS_FILE = "/etc/hosts";

/**
 * What the host provides. Needs read permission and permission for the host name, which is not read
 * from /proc because the runtime allows that only with all permissions.
 *
 * @param file The path of the main file, as it was given.
 */
export function hostEnvironment(
  file: string,
  env: (name: string) => string | undefined,
): Environment {
  return {
    variable: (name) => {
      if (name === "HOSTNAME") return shortHostName();
      return name === "FQDN" ? fullHostName() : env(name);
    },
    include: (patterns) => includeFiles(patterns, file),
  };
}

/** The host name up to its first dot. */
export function shortHostName(): string | InvalidValue {
  const name = hostName();
  return name instanceof InvalidValue ? name : name.split(".", 1)[0] ?? name;
}

/** The host name with its domain. */
export function fullHostName(): string | InvalidValue {
  const name = hostName();
  if (name instanceof InvalidValue || name.includes(".")) return name;
  let hosts = "";
  try {
    hosts = Deno.readTextFileSync(HOSTS_FILE);
  } catch (error) {
    // Without this file the host has no name with a domain.
    if (!(error instanceof Deno.errors.NotFound)) {
      return new InvalidValue(`cannot expand \${FQDN}: "${HOSTS_FILE}" ${reason(error)}`);
    }
  }
  return canonicalName(hosts, name) ?? new InvalidValue(
    `cannot expand \${FQDN}: the host name "${name}" has no domain; add one in ${HOSTS_FILE} ` +
      `("ADDRESS ${name}.example.com ${name}"), or write the name itself`,
  );
}

/** The first name with a domain in a line of /etc/hosts that contains the host name (hosts(5)). */
export function canonicalName(hosts: string, name: string): string | undefined {
  for (const line of hosts.split("\n")) {
    const [, ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    const [canonical] = names;
    if (canonical === undefined || !names.includes(name)) continue;
    // Every host may call itself "localhost.localdomain".
    if (canonical.includes(".") && !/^localhost\./.test(canonical)) return canonical;
  }
  return undefined;
}

function hostName(): string | InvalidValue {
  const name = Deno.hostname();
  // "(none)" is the default of the kernel.
  if (name !== "" && name !== "(none)") return name;
  return new InvalidValue("this host has no name; set one with hostnamectl");
}

/** For a file that the directory listed, but that does not exist. */
const ABSENT = "does not exist; if it is a symbolic link, fix its target";

/**
 * Reads the files, pattern by pattern and sorted by name; each once, and never the main file. Needs
 * read permission.
 *
 * @param main The file with the patterns, which are relative to its directory.
 */
function includeFiles(patterns: readonly string[], main: string): Included[] {
  const taken = new Set([resolve(main)]);
  return patterns.flatMap((text, pattern): Included[] => {
    const path = isAbsolute(text) ? text : join(dirname(main), text);
    const found = basename(path).includes("*") ? matches(path) : named(path);
    if (typeof found === "string") return [{ kind: "invalid", pattern, message: found }];
    const fresh = found.filter((file) => !taken.has(resolve(file)));
    for (const file of fresh) taken.add(resolve(file));
    return fresh.map(readOne);
  });
}

function readOne(file: string): Included {
  try {
    return { kind: "text", file, text: readTrusted(file, ABSENT).text };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const diagnostics = error.diagnostics.map((diagnostic) => ({ file, ...diagnostic }));
    return { kind: "refused", diagnostics };
  }
}

/** The file at a path, or why there is none. */
function named(path: string): string[] | string {
  try {
    if (!Deno.lstatSync(path).isDirectory) return [path];
    return `"${path}" is a directory; to include all of its files, write "${path}/*.yaml"`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `"${path}" does not exist`;
    return `"${path}" ${reason(error)}`;
  }
}

/** The files of a directory whose names match a pattern. None may match, but the directory must exist. */
function matches(path: string): string[] | string {
  const directory = dirname(path);
  try {
    const uid = Deno.uid();
    const diagnostic = uid === null ? undefined : distrustDirectory(directory, uid);
    if (diagnostic !== undefined) return diagnostic.message;
    const names = listWhole(directory).filter(byPattern(path));
    return names.sort().map((name) => join(directory, name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `the directory "${directory}" does not exist`;
    return `the directory "${directory}" ${reason(error)}`;
  }
}

/** As in shells: `*` matches any characters except a leading dot. */
function byPattern(path: string): (name: string) => boolean {
  const pattern = basename(path);
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  const expression = new RegExp(`^${parts.join(".*")}$`, "s");
  return (name) => expression.test(name) && (name.startsWith(".") === pattern.startsWith("."));
}
