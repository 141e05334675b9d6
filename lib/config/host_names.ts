/**
 * The names of this host, as `hostname -s` and `hostname -f` print them; nothing is asked for by DNS.
 * Needs the right to the host's name, which no read permission gives: below /proc only all rights
 * together would do.
 */
import { InvalidValue } from "./mistake.ts";

const HOSTS_FILE = "/etc/hosts";

/** The host's name up to its first dot. */
export function shortHostName(): string | InvalidValue {
  const name = hostName();
  return name instanceof InvalidValue ? name : name.split(".", 1)[0] ?? name;
}

/** The host's name with its domain. */
export function fullHostName(): string | InvalidValue {
  const name = hostName();
  if (name instanceof InvalidValue || name.includes(".")) return name;
  let hosts = "";
  try {
    hosts = Deno.readTextFileSync(HOSTS_FILE);
  } catch {
    // Without that file the host has no name with a domain; the fix is the same.
  }
  return canonicalName(hosts, name) ?? new InvalidValue(
    `cannot expand \${FQDN}: the host name "${name}" has no domain; add one in ${HOSTS_FILE} ` +
      `("ADDRESS ${name}.example.com ${name}"), or write the name itself`,
  );
}

/** The first name with a domain of a line of /etc/hosts that names the host (hosts(5)). */
export function canonicalName(hosts: string, name: string): string | undefined {
  for (const line of hosts.split("\n")) {
    const [, ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    const [canonical] = names;
    if (canonical === undefined || !names.includes(name)) continue;
    // All hosts are "localhost.localdomain" to themselves.
    if (canonical.includes(".") && !/^localhost\./.test(canonical)) return canonical;
  }
  return undefined;
}

function hostName(): string | InvalidValue {
  const name = Deno.hostname();
  // What the kernel says until somebody names the host.
  if (name !== "" && name !== "(none)") return name;
  return new InvalidValue(`this host has no name; set one with hostnamectl`);
}
