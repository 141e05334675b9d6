/** The name that a probe requests, so that the service shows the expected certificate. */
import { readDnsName, readIpAddress } from "./read_names.ts";

/** The keys of `probe` that matter here. */
export interface ProbeKeys {
  readonly servername?: string | undefined;
}

/** The keys of a certificate that set its names. */
export interface NameKeys {
  readonly name?: string | undefined;
  readonly common_name?: string | undefined;
  readonly dns_sans?: readonly (string | undefined)[] | undefined;
}

/**
 * The given name, otherwise the first name of the certificate that is a host name, otherwise none. An
 * IP address must not be sent as a name (RFC 6066, 3).
 */
export function probedName(
  { servername }: ProbeKeys,
  { name, common_name, dns_sans = [] }: NameKeys,
): string | undefined {
  if (servername !== undefined) {
    return readIpAddress(servername) === servername ? undefined : servername;
  }
  return [common_name ?? name, ...dns_sans].find(isHostName);
}

function isHostName(name: string | undefined): boolean {
  return name !== undefined && !name.startsWith("*.") && readDnsName(name) === name;
}
