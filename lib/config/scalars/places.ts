/** Paths, and the addresses of servers. */
import { isKernelPath, withoutSlashesAtEnd } from "../../text/path.ts";
import { hasControlCharacter } from "../../text/quote.ts";
import type { TlsTrust } from "../types.ts";
import { ANY_SCALAR, expected, scalar } from "./scalar.ts";

/** Absolute, without `..`. */
const ABSOLUTE = "(?!.*/\\.\\.(?:/|$))/.+";
/** Not "/etc/ssl/." or "/etc/ssl/", which name a directory. */
const OF_FILE = "(?!.*/\\.?$)";
const FILE = new RegExp(`^${OF_FILE}${ABSOLUTE}$`);
const DIRECTORY = new RegExp(`^${ABSOLUTE}$`);
const A_FILE = `the absolute path of a file, without ".."`;
const FILE_WORDS = "path of a file";

/** Without `//` and `/./`; `undefined` for the root, and for a text with a control character. */
function normalPath(text: string): string | undefined {
  if (hasControlCharacter(text)) return undefined;
  if (!/\/\/|\/\.|\/$/.test(text)) return text;
  const path = text.split("/").filter((part) => part !== "" && part !== ".").join("/");
  return path === "" ? undefined : `/${path}`;
}

function usablePath(text: string): string | undefined {
  const path = normalPath(text);
  return path === undefined || isKernelPath(`${path}/`) ? undefined : path;
}

function explainKernelPath(text: string): string | undefined {
  return DIRECTORY.test(text) && isKernelPath(`${normalPath(text)}/`)
    ? "is in /dev, /proc or /sys, where VCM cannot use files; give a path in another " +
      "directory, such as /run"
    : undefined;
}

/** The absolute path of any file, for what only names one. */
export const anyFile = scalar({
  words: FILE_WORDS,
  wanted: A_FILE,
  pattern: FILE,
  parse: normalPath,
});

/** The absolute path of a file that VCM reads or writes. */
export const file = scalar({
  words: FILE_WORDS,
  wanted: A_FILE,
  pattern: FILE,
  parse: usablePath,
  explain: explainKernelPath,
});

/** With the suffix that node_exporter requires. */
export const metricsFile = scalar({
  words: FILE_WORDS,
  wanted: `the path of a file whose name ends in ".prom"`,
  pattern: new RegExp(`^${OF_FILE}${ABSOLUTE}\\.prom$`),
  parse: usablePath,
  explain: explainKernelPath,
});

/** No message shows the value, because it may be the secret itself. */
function hiddenFile(content: string) {
  return scalar({
    words: FILE_WORDS,
    wanted: `the absolute path of a file that contains ${content}, without ".."`,
    isHidden: true,
    pattern: FILE,
    parse: usablePath,
    explain: explainKernelPath,
  });
}

export const tokenFile = hiddenFile("a token");

/** The path of a file with another secret. */
export const secretFile = hiddenFile("the secret");

export const directory = scalar({
  words: "path of a directory",
  wanted: `the absolute path of a directory, without ".."`,
  pattern: DIRECTORY,
  parse: usablePath,
  explain: explainKernelPath,
});

/** How to verify the server: with the system's CAs, with one file or directory, or not at all. */
export const tlsTrust = scalar<TlsTrust>({
  words: "`true`, `false`, or path",
  wanted: "true, false or the absolute path of a CA file or directory",
  pattern: new RegExp(`^(?:true|false|${ABSOLUTE})$`),
  parse: (text) => {
    if (text === "true") return { kind: "system" };
    if (text === "false") return { kind: "off" };
    const path = normalPath(text);
    return path === undefined ? undefined : { kind: "file", path };
  },
  editor: { type: ["boolean", "string"] },
  show: (trust) => trust.kind === "file" ? trust.path : trust.kind === "system",
});

/** Whether an address is encrypted or stays on this host. */
export function isGuarded(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  if (protocol === "https:") return true;
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

const AN_ADDRESS = `a URL such as "https://vault.example.com:8200"`;

/** A base address, without a trailing slash. No message shows it: it may contain a password. */
export const address = scalar({
  words: "URL",
  wanted: AN_ADDRESS,
  isHidden: true,
  // No user and password, and no API path, which the client adds.
  pattern: new RegExp(
    "^[Hh][Tt][Tt][Pp][Ss]?://(?![:@]*[^/\\\\?#:@][^/\\\\?#]*@)" +
      "(?![^/\\\\]+/(?:.*/)?v1/?$)[^/].*$",
  ),
  parse: (text) => {
    if (hasControlCharacter(text) || addressError(text) !== undefined) return undefined;
    const { origin, pathname } = new URL(text);
    return origin + withoutSlashesAtEnd(pathname);
  },
  explain: (text) => {
    const error = addressError(text);
    return error && `expected ${AN_ADDRESS}${error}`;
  },
});

/** What a URL must not have; `undefined` if it has nothing such. */
function addressError(text: string): string | undefined {
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) return "";
  const { username, password, search, hash, pathname } = new URL(text);
  if (username !== "" || password !== "") return ", without a user or password in it";
  if (search !== "" || hash !== "") return `, without "?" or "#"`;
  // The client adds the API version itself.
  return /\/v1(?:\/|$)/.test(withoutSlashesAtEnd(pathname))
    ? `, without "/v1" and what follows`
    : undefined;
}

/** The path of a file, or a pattern with `*` in its last part, relative or absolute. */
export const include = scalar({
  words: "path or pattern",
  wanted: `a file or a pattern such as "conf.d/*.yaml"`,
  pattern: /^.+$/,
  parse: (text) => includeError(text) === undefined ? text : undefined,
  explain: (text) => {
    const wanted = includeError(text);
    return wanted && expected(wanted, text);
  },
  editor: ANY_SCALAR,
});

/** What is wanted instead; empty: what is always wanted. */
function includeError(text: string): string | undefined {
  const slash = text.lastIndexOf("/");
  const [above, name] = [text.slice(0, slash + 1), text.slice(slash + 1)];
  if (name === "" || name === "." || name === ".." || hasControlCharacter(text)) return "";
  if (above.includes("*") || name.includes("**")) {
    return `a single "*" in the last part only, as in "conf.d/*.yaml"`;
  }
  return name.includes("*") && /[?[\]{}]/.test(name) ? `no wildcard other than "*"` : undefined;
}
