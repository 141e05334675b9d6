/**
 * Patterns for scalars that stand as text in the file. Each takes all that its reader takes, for an
 * editor, which can say no more than that a value is wrong; what needs more than a glance is left
 * to the reader. They keep to what the regular expressions of most languages have in common.
 */
import { SIGNALS } from "../../config/read_service.ts";
import { DAYS } from "../../config/read_window.ts";

export const BOOLEAN = "^(?:true|false)$";
export const INTEGER = "^-?\\d{1,9}$";
export const COUNT = "^\\d{1,2}$";
export const MODE = "^(?:0o)?0*[0-7]{1,4}$";
export const DURATION = "^(?:\\d+|(?:\\d+[smhdw])+)$";
export const RENEW = "^(?:\\d+|(?:\\d+[smhdw])+|0*\\d{1,2}(?:\\.\\d+)?%)$";
export const SPREAD = "^0*(?:[0-7]?\\d|80)(?:\\.\\d+)?%$";

/** One line that is not empty. */
export const LINE = "^.+$";
/** The same without a blank at either end. */
export const TRIMMED = "^\\S(?:.*\\S)?$";
export const ACCOUNT = "^[^\\s:-](?:[^:]*[^\\s:])?$";
export const CERTIFICATE_NAME = "^(?!archive$)[^\\s./](?:[^/]*[^\\s/])?$";
export const SERVICE_NAME = "^[^\\s./-](?:[^/]*[^\\s/])?$";
export const ROLE = "^\\w(?:[\\w.-]*\\w)?$";
export const MOUNT = "^[^\\s?#%\\\\]+$";
export const NAMESPACE = "^[!-~]+$";

/** No digits alone after the last dot: that is an address, which has a key of its own. */
export const DNS_NAME = "^(?!(?:.*\\.)?\\d+$)(?:\\*\\.)?[^\\s:/@*,]+$";
export const IP_ADDRESS = "^(?:\\d{1,3}(?:\\.\\d{1,3}){3}|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)$";
export const SERVER_NAME = "^[^\\s/@*,]+$";
export const HOST = "^[^/?#@]+$";
export const ENDPOINT = "^(?:\\[[^\\]]+\\]|[^:]+):\\d{1,5}$";
export const URI = `^(?:[A-Za-z][A-Za-z0-9+.-]*://|${caseless("urn")}:)[!-~]+$`;
export const EMAIL = "^[^\\s@,]+@[^\\s@]+$";
export const OTHER_SAN = `^[0-2]\\.[\\d.]+;${caseless("utf")}-?8:.+$`;

/** Not a user and a password, and not the path of the API, which the client adds. */
export const ADDRESS = `^${caseless("http")}[Ss]?://(?![^/\\\\?#]*[^/\\\\?#:@][^/\\\\?#]*@)` +
  "(?![^/\\\\]+/(?:.*/)?v1/?$)[^/].*$";

/** Absolute, without `..`. */
const ABSOLUTE = "(?!.*/\\.\\.(?:/|$))/";
export const FILE = `^(?!.*/\\.?$)${ABSOLUTE}.+$`;
export const DIRECTORY = `^${ABSOLUTE}.+$`;
export const TLS_TRUST = `^(?:true|false|${ABSOLUTE}.+)$`;

export const SIGNAL = `^(?:${caseless("SIG")})?(?:${SIGNALS.map(caseless).join("|")})$`
  // Letters that the reader's toUpperCase() makes S and I of.
  .replaceAll("[Ss]", "[Ssſ]").replaceAll("[Ii]", "[Iiı]");

/** `Sat,Sun 02:00-04:00` */
export const WINDOW = `^(?:${days()} )?${time()} *- *(?:${time()}|24:00)$`;

function time(): string {
  return "(?:[01]\\d|2[0-3]):[0-5]\\d";
}

/** What stands between days is looked at by the reader alone, so that an editor can show this. */
function days(): string {
  const names = DAYS.map((name) => {
    return `${caseless(name.slice(0, 3))}(?:${caseless(name.slice(3))})?`;
  });
  return `\\s*(?:(?:${names.join("|")})[\\s,-]*)+`;
}

/** A word in letters of either case: a JSON Schema has no flags. */
function caseless(word: string): string {
  return word.replace(/[a-z]/gi, (letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`);
}
