/** Which name a service is asked for, so that it shows the certificate that is meant. */
import { readDnsName, readIpAddress } from "./read_names.ts";

/** What an entry of `probe` says. */
export interface ProbeKeys {
  readonly servername?: string | undefined;
}

/** Where a certificate's names come from. */
export interface NameKeys {
  readonly name?: string | undefined;
  readonly common_name?: string | undefined;
  readonly dns_sans?: readonly (string | undefined)[] | undefined;
}

/**
 * The name that is given, else the certificate's first that one host can have; else none. An address
 * is no name that may be sent (RFC 6066, 3).
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
