/** Readers of paths and of the addresses of servers. */
import { expected, InvalidValue } from "./invalid_value.ts";
import { isKernelPath } from "../text/path.ts";
import { hasControlCharacter } from "../text/quote.ts";
import type { TlsTrust } from "./types.ts";

/** An absolute path without `//` and `/./`; `undefined` if it is not one. */
function normalPath(text: string): string | undefined {
  if (!text.startsWith("/") || hasControlCharacter(text)) return undefined;
  if (!/\/\/|\/\.|\/$/.test(text)) return text;
  const parts = text.split("/").filter((part) => part !== "" && part !== ".");
  return parts.includes("..") ? undefined : `/${parts.join("/")}`;
}

function pathBelowRoot(text: string): string | undefined {
  const path = normalPath(text);
  return path === "/" ? undefined : path;
}

const KERNEL_PATH =
  "is in /dev, /proc or /sys, where VCM cannot use files; give a path in another " +
  "directory, such as /run";

/** An absolute path of a file that VCM reads or writes. */
export function readFilePath(text: string): string | InvalidValue {
  const path = readAbsolutePath(text);
  const isUsable = path instanceof InvalidValue || !isKernelPath(path);
  return isUsable ? path : new InvalidValue(KERNEL_PATH);
}

/** An absolute path of any file. */
export function readAbsolutePath(text: string): string | InvalidValue {
  // "/etc/ssl/." names a directory, just as "/etc/ssl/" does.
  const path = /\/\.?$/.test(text) ? undefined : normalPath(text);
  return path ?? expected(`the absolute path of a file, without ".."`, text);
}

/** The path of a file with the suffix that node_exporter requires. */
export function readMetricsFile(text: string): string | InvalidValue {
  const path = readFilePath(text);
  if (path instanceof InvalidValue || path.endsWith(".prom")) return path;
  return expected(`the path of a file whose name ends in ".prom"`, text);
}

/** The path of a token file. */
export function readTokenFile(text: string): string | InvalidValue {
  return readUnshownPath(text, "a token");
}

/** The path of a file with another secret. */
export function readSecretFile(text: string): string | InvalidValue {
  return readUnshownPath(text, "the secret");
}

/** The message never shows the value, because it may be the secret itself. */
function readUnshownPath(text: string, content: string): string | InvalidValue {
  const path = readFilePath(text);
  const showsValue = path instanceof InvalidValue && path.message !== KERNEL_PATH && text !== "";
  if (!showsValue) return path;
  return new InvalidValue(
    `expected the absolute path of a file that contains ${content}, without ".."`,
  );
}

/** An absolute path of a directory. */
export function readDirectoryPath(text: string): string | InvalidValue {
  const path = pathBelowRoot(text);
  if (path !== undefined && isKernelPath(`${path}/`)) return new InvalidValue(KERNEL_PATH);
  return path ?? expected(`the absolute path of a directory, without ".."`, text);
}

/** How to verify the server: with the system's CAs, with one file or directory, or not at all. */
export function readTlsTrust(text: string): TlsTrust | InvalidValue {
  if (text === "true") return { kind: "system" };
  if (text === "false") return { kind: "off" };
  const path = pathBelowRoot(text);
  if (path !== undefined) return { kind: "file", path };
  return expected("true, false or the absolute path of a CA file or directory", text);
}

/** Whether an address is encrypted or stays on this host. */
export function isGuarded(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  if (protocol === "https:") return true;
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

const ADDRESS = `expected a URL such as "https://vault.example.com:8200"`;

/** A base address, without a trailing slash. The message never shows it: it may contain a password. */
export function readAddress(text: string): string | InvalidValue {
  if (text === "") return new InvalidValue("has no value");
  if (!/^https?:\/\/[^/]/i.test(text) || hasControlCharacter(text) || !URL.canParse(text)) {
    return new InvalidValue(ADDRESS);
  }
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    return new InvalidValue(`${ADDRESS}, without a user or password in it`);
  }
  if (url.search !== "" || url.hash !== "") {
    return new InvalidValue(`${ADDRESS}, without "?" or "#"`);
  }
  const path = url.pathname.replace(/\/+$/, "");
  // The client adds the API version itself.
  if (/\/v1(?:\/|$)/.test(path)) {
    return new InvalidValue(`${ADDRESS}, without "/v1" and what follows`);
  }
  return url.origin + path;
}

/** The path of a file, or a pattern with `*` in its last part, relative or absolute. */
export function readInclude(text: string): string | InvalidValue {
  const slash = text.lastIndexOf("/");
  const [directory, name] = [text.slice(0, slash + 1), text.slice(slash + 1)];
  if (name === "" || name === "." || name === ".." || hasControlCharacter(text)) {
    return expected(`a file or a pattern such as "conf.d/*.yaml"`, text);
  }
  if (directory.includes("*") || name.includes("**")) {
    return expected(`a single "*" in the last part only, as in "conf.d/*.yaml"`, text);
  }
  if (name.includes("*") && /[?[\]{}]/.test(name)) {
    return expected(`no wildcard other than "*"`, text);
  }
  return text;
}
