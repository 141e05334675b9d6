/**
 * Patterns for scalars that are text in the file. Each accepts all that its reader accepts; an
 * editor can only say that a value is wrong, and the reader does the rest. They use only what most
 * regular expression languages have in common.
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

/** One non-empty line. */
export const LINE = "^.+$";
/** The same without leading and trailing blanks. */
export const TRIMMED = "^\\S(?:.*\\S)?$";
export const ACCOUNT = "^[^\\s:-](?:[^:]*[^\\s:])?$";
export const CERTIFICATE_NAME = "^(?!archive$)[^\\s./](?:[^/]*[^\\s/])?$";
export const SERVICE_NAME = "^[^\\s./-](?:[^/]*[^\\s/])?$";
export const ROLE = "^\\w(?:[\\w.-]*\\w)?$";
export const MOUNT = "^[^\\s?#%\\\\]+$";
export const NAMESPACE = "^[!-~]+$";

/** The last label is not a number: that is an address, which has its own key. */
export const DNS_NAME = "^(?!(?:.*\\.)?\\d+$)(?:\\*\\.)?[^\\s:/@*,]+$";
export const IP_ADDRESS = "^(?:\\d{1,3}(?:\\.\\d{1,3}){3}|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)$";
export const SERVER_NAME = "^[^\\s/@*,]+$";
export const HOST = "^[^/?#@]+$";
export const ENDPOINT = "^(?:\\[[^\\]]+\\]|[^:]+):\\d{1,5}$";
export const URI = `^(?:[A-Za-z][A-Za-z0-9+.-]*://|${caseless("urn")}:)[!-~]+$`;
export const EMAIL = "^[^\\s@,]+@[^\\s@]+$";
export const OTHER_SAN = `^[0-2]\\.[\\d.]+;${caseless("utf")}-?8:.+$`;

/** No user and password, and no API path, which the client adds. */
export const ADDRESS = `^${caseless("http")}[Ss]?://(?![^/\\\\?#]*[^/\\\\?#:@][^/\\\\?#]*@)` +
  "(?![^/\\\\]+/(?:.*/)?v1/?$)[^/].*$";

/** Absolute, without `..`. */
const ABSOLUTE = "(?!.*/\\.\\.(?:/|$))/";
export const FILE = `^(?!.*/\\.?$)${ABSOLUTE}.+$`;
export const DIRECTORY = `^${ABSOLUTE}.+$`;
export const TLS_TRUST = `^(?:true|false|${ABSOLUTE}.+)$`;

export const SIGNAL = `^(?:${caseless("SIG")})?(?:${SIGNALS.map(caseless).join("|")})$`
  // Further letters that toUpperCase() turns into S and I.
  .replaceAll("[Ss]", "[Ssſ]").replaceAll("[Ii]", "[Iiı]");

/** `Sat,Sun 02:00-04:00` */
export const WINDOW = `^(?:${days()} )?${time()} *- *(?:${time()}|24:00)$`;

function time(): string {
  return "(?:[01]\\d|2[0-3]):[0-5]\\d";
}

/** Only the reader checks what is between days, so that an editor can show this pattern. */
function days(): string {
  const names = DAYS.map((name) => {
    return `${caseless(name.slice(0, 3))}(?:${caseless(name.slice(3))})?`;
  });
  return `\\s*(?:(?:${names.join("|")})[\\s,-]*)+`;
}

/** A word in any case: JSON Schema has no flags. */
function caseless(word: string): string {
  return word.replace(/[a-z]/gi, (letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`);
}
