/** Names in configurations and in certificates. Pure. */
import { canonicalIp, canonicalName } from "../../certificate/names.ts";
import { InvalidValue } from "../../config/scalars/scalar.ts";
import { quote } from "../../text/quote.ts";
import { dnsName, ipAddress } from "../../config/scalars/names.ts";

/** Names that a certificate can have, without duplicates, in their order. */
export interface SiteNames {
  readonly dns: readonly string[];
  readonly ip: readonly string[];
  /** Names that a certificate cannot have, in quotes. */
  readonly invalid: readonly string[];
}

/** What servers use for "any name". */
const ANY = new Set(["", "_", "*"]);

/** Sorts names by kind. Those for "any name" are dropped. */
export function sortNames(words: readonly string[]): SiteNames {
  const dns = new Set<string>();
  const ip = new Set<string>();
  const invalid = new Set<string>();
  for (const word of words.flatMap(spread)) {
    if (ANY.has(word)) continue;
    const address = word.replace(/^\[(.*)\]$/, "$1");
    const name = canonicalName(word);
    if (!(ipAddress.read(address) instanceof InvalidValue)) ip.add(canonicalIp(address));
    else if (dnsName.read(name) instanceof InvalidValue) invalid.add(quote(word));
    else dns.add(name);
  }
  return { dns: [...dns], ip: [...ip], invalid: [...invalid] };
}

/** nginx: a leading dot means the name and all names one label below it. */
function spread(word: string): string[] {
  return /^\.[^.]/.test(word) ? [word.slice(1), `*${word}`] : [word];
}
