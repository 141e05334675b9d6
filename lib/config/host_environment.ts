/**
 * What the host provides to a file: included files, host names and variables. The host names are those
 * that `hostname -s` and `hostname -f` print; no DNS request is made.
 */
import type { Environment } from "./environment.ts";
import { includeFiles } from "./include_files.ts";
import { InvalidValue } from "./invalid_value.ts";

const HOSTS_FILE = "/etc/hosts";

/**
 * Needs read permission and permission for the host name. The name is not read from /proc, which the
 * runtime allows only with all permissions.
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
  } catch {
    // Without this file the host has no name with a domain; the fix is the same.
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
