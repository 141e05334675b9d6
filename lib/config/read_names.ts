/** Readers of names: certificates, host names, addresses, mounts, roles, systemd units. */
import { domainToUnicode } from "node:url";
import { expected, InvalidValue } from "./invalid_value.ts";
import { asciiName, isIpAddress, lacksAsciiForm } from "../certificate/names.ts";
import { hasControlCharacter } from "../text/quote.ts";

/** The name of a certificate, which is also the name of its directory in the store. */
export function readCertificateName(text: string): string | InvalidValue {
  if (text === "" || text.trim() !== text) return expected("a name", text);
  if (text.includes("/") || text.startsWith(".") || hasControlCharacter(text)) {
    const rule = `a valid directory name (no "/", no "." at its start, no control character)`;
    return expected(rule, text);
  }
  if (text === "archive") {
    return new InvalidValue(`"archive" is reserved: revoked certificate sets are kept there`);
  }
  // Linux allows file names of 255 bytes; prefixes such as ".new-" need some of them.
  if (text.length > 66 && new TextEncoder().encode(text).length > 200) {
    return expected("a name of at most 200 bytes", text);
  }
  return text;
}

/** The subject's common name: any one line of text. */
export function readCommonName(text: string): string | InvalidValue {
  const good = text !== "" && text.trim() === text && !hasControlCharacter(text);
  return good ? text : expected("a name", text);
}

/** A label of up to 63 letters, digits, hyphens and (for service names) underscores. */
const LABEL = /[\w](?:[\w-]{0,61}\w)?/.source;
const ASCII_NAME = new RegExp(`^(?:\\*\\.)?(?:${LABEL}\\.)*${LABEL}$`);

/**
 * The same with the letters of all scripts. Not a literal: the runtime would compile it at load, and
 * the tables of all scripts cost a tenth of a run with nothing to do.
 */
function isWideName(text: string): boolean {
  const [first, inner] = ["[\\p{L}\\p{N}_]", "[\\p{L}\\p{M}\\p{N}_-]"];
  const label = new RegExp(`${first}(?:${inner}{0,61}[\\p{L}\\p{M}\\p{N}_])?`, "u");
  const labels = (text.startsWith("*.") ? text.slice(2) : text).split(".");
  return labels.every((part) => label.exec(part)?.[0] === part);
}

/**
 * A DNS name, in its ASCII form; its first label may be `*`. Vault checks what the role allows, and
 * converts letters of other scripts without regard to case and composition.
 */
export function readDnsName(text: string): string | InvalidValue {
  const name = asciiName(text);
  if (isIpAddress(name)) {
    return new InvalidValue(`${name} is an IP address; put it under "ip_sans"`);
  }
  // A numeric last label is a mistyped IPv4 address: no such top-level domain exists.
  const good = name.length <= 253 && ASCII_NAME.test(name) && !/(?:^|\.)\d+$/.test(name);
  // What is not a letter, such as an emoji, has to be meant (RFC 5892).
  if (good && (name === text || isWideName(domainToUnicode(name)))) return name;
  const { message } = expected(`a DNS name such as "api.example.com"`, text);
  const ascii = good ? name : lacksAsciiForm(text) ? "xn--…" : undefined;
  return new InvalidValue(ascii === undefined ? message : `${message}; write it as ${ascii}`);
}

/** An IPv4 or IPv6 address. */
export function readIpAddress(text: string): string | InvalidValue {
  return isIpAddress(text) ? text : expected(`an IP address such as "10.1.1.20"`, text);
}

/** A name that can be requested from a TLS server; not a wildcard. */
export function readServerName(text: string): string | InvalidValue {
  if (isIpAddress(text)) return text;
  if (!text.startsWith("*.")) return readDnsName(text);
  const host = text.replace("*", "www");
  const example = readDnsName(host) === host ? host : "www.example.com";
  return expected(`one host, such as "${example}"`, text);
}

/** A host, with or without a port, in lower case. */
export function readHost(text: string): string | InvalidValue {
  const [, host, port = ""] = /^(\[[^\]]*\]|[^:]*)(:\d{1,5})?$/.exec(text) ?? [];
  const url = host && URL.canParse(`https://${text}/`) ? new URL(`https://${text}/`) : undefined;
  const name = url === undefined ? text : readServerName(url.hostname.replace(/^\[|\]$/g, ""));
  if (url === undefined || name instanceof InvalidValue || /[/?#@]/.test(text)) {
    return expected(`a host such as "vault-2.example.com"`, text);
  }
  // The form that the URL of a redirect has.
  return `${url.hostname}${port}`;
}

/** A URI, such as a SPIFFE id, or a URN (RFC 5280, 4.2.1.6: it must not be relative). */
export function readUri(text: string): string | InvalidValue {
  const good = /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/|urn:)[\x21-\x7e]+$/i.test(text) &&
    URL.canParse(text);
  // The form that the server returns: scheme in lower case, and no empty fragment.
  if (good && !text.endsWith("#")) return text.replace(/^[^:]+/, (scheme) => scheme.toLowerCase());
  return expected(`a URI such as "spiffe://example.com/web"`, text);
}

/**
 * An e-mail address, its domain in ASCII; without a comma because it is sent in a comma-separated list.
 */
export function readEmail(text: string): string | InvalidValue {
  const [local = "", domain = "", ...more] = text.split("@");
  const host = readDnsName(domain);
  const good = more.length === 0 && /^[\x21-\x2b\x2d-\x7e]+$/.test(local);
  return good && typeof host === "string"
    ? `${local}@${host}`
    : expected(`an e-mail address such as "ops@example.com"`, text);
}

/** A name of any other kind: `OID;UTF8:TEXT` (Vault API, PKI, `other_sans`). */
export function readOtherSan(text: string): string | InvalidValue {
  const [, oid, value] =
    /^((?:[01]\.(?:[1-3]\d|\d)|2\.(?:0|[1-9]\d{0,8}))(?:\.(?:0|[1-9]\d{0,19}))*);utf-?8:(.+)$/i
      .exec(text) ?? [];
  if (oid !== undefined && value !== undefined && !hasControlCharacter(value)) {
    return `${oid};UTF8:${value}`;
  }
  return expected(`"OID;UTF8:TEXT" such as "1.3.6.1.4.1.311.20.2.3;UTF8:web@example.com"`, text);
}

/** Vault's rule for names (`framework.GenericNameRegex`). */
const VAULT_NAME = /^\w(?:[\w.-]*\w)?$/;

/** Name or id of an issuer. */
export function readIssuerRef(text: string): string | InvalidValue {
  return VAULT_NAME.test(text) ? text : expected("the name or id of an issuer", text);
}

/** The path of an auth mount, without Vault's prefix `auth/`. */
export function readAuthMount(text: string): string | InvalidValue {
  const path = readMount(text);
  if (path instanceof InvalidValue || path === "auth") {
    return expected(`the path of an auth mount such as "approle"`, text);
  }
  return path.replace(/^auth\//, "");
}

/** The path of a mount such as `team/pki_internal`; slashes at its ends are removed. */
export function readMount(text: string): string | InvalidValue {
  const path = text.replace(/^\/+|\/+$/g, "");
  const good = /^[^\s?#%\\/]+(?:\/[^\s?#%\\/]+)*$/.test(path) &&
    !/(?:^|\/)\.{1,2}(?:\/|$)/.test(path) &&
    !hasControlCharacter(path);
  return good ? path : expected(`the path of a PKI mount such as "pki_internal"`, text);
}

/** The name of a role. */
export function readRole(text: string): string | InvalidValue {
  return VAULT_NAME.test(text)
    ? text
    : expected(`the name of a role such as "internal-service"`, text);
}

/** A namespace: printable ASCII only, because it is sent in a header. */
export function readNamespace(text: string): string | InvalidValue {
  const path = text.replace(/^\/+|\/+$/g, "");
  return /^[\x21-\x7e]+$/.test(path) ? path : expected(`a namespace such as "team/web"`, text);
}

/** The name or id of a container, by the rule of Docker and Podman. */
export function readContainer(text: string): string | InvalidValue {
  const good = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(text);
  return good ? text : expected(`the name of a container such as "web"`, text);
}

/** systemd.unit(5). A name without one of these suffixes is a service, as for systemctl. */
export const UNIT_SUFFIX =
  /\.(?:service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/;

/** A systemd unit by its full name. */
export function readUnit(text: string): string | InvalidValue {
  const unit = UNIT_SUFFIX.test(text) ? text : `${text}.service`;
  // The characters of systemd's VALID_CHARS; 255 is its UNIT_NAME_MAX.
  const good = /^[A-Za-z0-9:_\\@][A-Za-z0-9:_.\\@-]*$/.test(text) && unit.length <= 255;
  if (!good) return expected(`a systemd unit such as "nginx.service"`, text);
  if (/@\.[a-z]+$/.test(unit)) {
    return expected(`an instance of the template, such as "${unit.replace("@.", "@main.")}"`, text);
  }
  return unit;
}
