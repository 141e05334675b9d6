/** Names, as configurations write them and certificates have them. Pure. */
import { canonicalIp, canonicalName } from "../../certificate/names.ts";
import { InvalidValue } from "../../config/invalid_value.ts";
import { quote } from "../../text/quote.ts";
import { readDnsName, readIpAddress } from "../../config/read_names.ts";

/** Names that a certificate can have, each once, in their order. */
export interface SiteNames {
  readonly dns: readonly string[];
  readonly ip: readonly string[];
  /** Those that it cannot have, in quotes. */
  readonly odd: readonly string[];
}

/** What servers take for "any name". */
const ANY = new Set(["", "_", "*"]);

/** Sorts names; those for "any name" are none. */
export function sortNames(words: readonly string[]): SiteNames {
  const dns = new Set<string>();
  const ip = new Set<string>();
  const odd = new Set<string>();
  for (const word of words.flatMap(spread)) {
    if (ANY.has(word)) continue;
    const address = word.replace(/^\[(.*)\]$/, "$1");
    const name = canonicalName(word);
    if (!(readIpAddress(address) instanceof InvalidValue)) ip.add(canonicalIp(address));
    else if (readDnsName(name) instanceof InvalidValue) odd.add(quote(word));
    else dns.add(name);
  }
  return { dns: [...dns], ip: [...ip], odd: [...odd] };
}

/** nginx: a dot before a name is short for the name and all one label below it. */
function spread(word: string): string[] {
  return /^\.[^.]/.test(word) ? [word.slice(1), `*${word}`] : [word];
}
