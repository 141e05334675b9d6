/** Names: certificates, host names, addresses, mounts, roles, systemd units. */
import { domainToUnicode } from "node:url";
import { asciiName, isIpAddress, lacksAsciiForm } from "../../certificate/names.ts";
import { withoutSlashesAtEnd } from "../../text/path.ts";
import { hasControlCharacter } from "../../text/quote.ts";
import { ANY_SCALAR, asIs, expected, InvalidValue, scalar } from "./scalar.ts";

/** The name of a certificate, which is also the name of its directory in the store. */
export const certificateName = scalar({
  words: "name",
  wanted: `a valid directory name (no "/", no "." at its start, no control character)`,
  pattern: /^(?!archive$)[^\s./](?:[^/]*[^\s/])?$/,
  // Linux allows file names of 255 bytes; prefixes such as ".new-" need some of them.
  parse: (text) => bytesOf(text) <= 200 ? asLine(text) : undefined,
  explain: (text) => {
    if (text === "archive") {
      return `"archive" is reserved: revoked certificate sets are kept there`;
    }
    if (text.trim() !== text) return expected("a name without blanks at its ends", text);
    return bytesOf(text) > 200 ? expected("a name of at most 200 bytes", text) : undefined;
  },
  editor: { ...ANY_SCALAR, maxLength: 200 },
});

function bytesOf(text: string): number {
  return text.length <= 66 ? text.length : new TextEncoder().encode(text).length;
}

/** `undefined` for a text with a control character. */
function asLine(text: string): string | undefined {
  return hasControlCharacter(text) ? undefined : text;
}

/** The common name of an issuer: any one line of text. */
export const issuerName = scalar({
  words: "name",
  wanted: "a name",
  pattern: /^\S(?:.*\S)?$/,
  parse: asLine,
  editor: ANY_SCALAR,
});

/** The subject's common name; empty: none. */
export const commonName = scalar({
  words: 'name, or `""`',
  wanted: "a name",
  pattern: /^(?:\S(?:.*\S)?)?$/,
  parse: asLine,
  editor: ANY_SCALAR,
});

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

const A_DNS_NAME = `a DNS name such as "api.example.com"`;

/**
 * A DNS name, in its ASCII form; its first label may be `*`. Vault checks what the role allows, and
 * converts letters of other scripts without regard to case and composition.
 */
export const dnsName = scalar({
  words: "DNS name",
  wanted: A_DNS_NAME,
  // A numeric last label is a mistyped IPv4 address: no such top-level domain exists.
  pattern: /^(?!(?:.*\.)?\d+$)(?:\*\.)?[^\s:/@*,]+$/,
  parse: (text) => {
    const name = asciiName(text);
    // What is not a letter, such as an emoji, has to be meant (RFC 5892).
    return isAscii(name) && (name === text || isWideName(domainToUnicode(name))) ? name : undefined;
  },
  explain: (text) => {
    const name = asciiName(text);
    if (isIpAddress(name)) return `${name} is an IP address; put it under "ip_sans"`;
    const ascii = isAscii(name) ? name : lacksAsciiForm(text) ? "xn--…" : undefined;
    return ascii && `${expected(A_DNS_NAME, text)}; write it as ${ascii}`;
  },
  editor: ANY_SCALAR,
});

function isAscii(name: string): boolean {
  return name.length <= 253 && ASCII_NAME.test(name) && !/(?:^|\.)\d+$/.test(name);
}

/** The ASCII form of a DNS name; undefined for what is none. */
function dnsNameOf(text: string): string | undefined {
  const name = dnsName.read(text);
  return name instanceof InvalidValue ? undefined : name;
}

/** An IPv4 or IPv6 address. */
export const ipAddress = scalar({
  words: "IP address",
  many: "IP addresses",
  wanted: `an IP address such as "10.1.1.20"`,
  pattern: /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)$/,
  parse: (text) => isIpAddress(text) ? text : undefined,
});

/** A name that can be requested from a TLS server; not a wildcard. */
export const serverName = scalar({
  words: "DNS name or IP address",
  wanted: `a host name such as "www.example.com" or an IP address`,
  pattern: /^[^\s/@*,]+$/,
  parse: (text) => isIpAddress(text) ? text : dnsNameOf(text),
  explain: (text) => {
    if (!text.startsWith("*.")) return undefined;
    const host = text.replace("*", "www");
    return expected(`one host, such as "${dnsNameOf(host) ?? "www.example.com"}"`, text);
  },
  editor: ANY_SCALAR,
});

/** A host, with or without a port, in lower case. */
export const host = scalar({
  words: "`HOST` or `HOST:PORT`",
  wanted: `a host such as "vault-2.example.com"`,
  pattern: /^(?:\[[^\]/?#@]*\]|[^:/?#@]*)(?::\d{1,5})?$/,
  parse: (text) => {
    if (!URL.canParse(`https://${text}/`)) return undefined;
    const { hostname } = new URL(`https://${text}/`);
    const name = hostname.replace(/^\[|\]$/g, "");
    const port = /:\d+$/.exec(text.replace(/^\[.*\]/, ""))?.[0] ?? "";
    // The form that the URL of a redirect has.
    return serverName.read(name) instanceof InvalidValue ? undefined : `${hostname}${port}`;
  },
  editor: ANY_SCALAR,
});

/** A URI, such as a SPIFFE id, or a URN (RFC 5280, 4.2.1.6: it must not be relative). */
export const uri = scalar({
  words: "URI",
  wanted: `a URI such as "spiffe://example.com/web"`,
  pattern: /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/|[Uu][Rr][Nn]:)[!-~]+$/,
  // The form that the server returns: scheme in lower case, and no empty fragment.
  parse: (text) =>
    URL.canParse(text) && !text.endsWith("#")
      ? text.replace(/^[^:]+/, (scheme) => scheme.toLowerCase())
      : undefined,
});

/**
 * An e-mail address, its domain in ASCII; without a comma because it is sent in a comma-separated list.
 */
export const email = scalar({
  words: "e-mail address",
  many: "e-mail addresses",
  wanted: `an e-mail address such as "ops@example.com"`,
  pattern: /^[!-+\--?A-~]+@[^\s@]+$/,
  parse: (text) => {
    const at = text.indexOf("@") + 1;
    const host = dnsNameOf(text.slice(at));
    return host && text.slice(0, at) + host;
  },
});

/** A name of any other kind: `OID;UTF8:TEXT` (Vault API, PKI, `other_sans`). */
export const otherSan = scalar({
  words: "`OID;UTF8:TEXT`",
  many: "`OID;UTF8:TEXT`",
  wanted: `"OID;UTF8:TEXT" such as "1.3.6.1.4.1.311.20.2.3;UTF8:web@example.com"`,
  pattern: new RegExp(
    "^(?:[01]\\.(?:[1-3]\\d|\\d)|2\\.(?:0|[1-9]\\d{0,8}))(?:\\.(?:0|[1-9]\\d{0,19}))*" +
      ";[Uu][Tt][Ff]-?8:.+$",
  ),
  parse: (text) => {
    const [oid, value] = [text.slice(0, text.indexOf(";")), text.slice(text.indexOf(":") + 1)];
    return hasControlCharacter(value) ? undefined : `${oid};UTF8:${value}`;
  },
});

/** Vault's rule for names (`framework.GenericNameRegex`). */
const VAULT_NAME = /^\w(?:[\w.-]*\w)?$/;

/** Name or id of an issuer. */
export const issuerRef = scalar({
  words: "name or id",
  wanted: "the name or id of an issuer",
  pattern: VAULT_NAME,
  parse: asIs,
  editor: ANY_SCALAR,
});

/** The name of a role. */
export const role = scalar({
  words: "name",
  wanted: `the name of a role such as "internal-service"`,
  pattern: VAULT_NAME,
  parse: asIs,
  editor: ANY_SCALAR,
});

/** Slashes around it are removed. */
const MOUNT = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))\/*[^\s?#%\\/]+(?:\/[^\s?#%\\/]+)*\/*$/;

function withoutSlashes(text: string): string {
  return withoutSlashesAtEnd(text).replace(/^\/+/, "");
}

function parseMount(text: string): string | undefined {
  return asLine(withoutSlashes(text));
}

/** The path of a mount such as `team/pki_internal`. */
export const mount = scalar({
  words: "path of a mount",
  wanted: `the path of a PKI mount such as "pki_internal"`,
  pattern: MOUNT,
  parse: parseMount,
  editor: ANY_SCALAR,
});

/** The path of an auth mount, without Vault's prefix `auth/`. */
export const authMount = scalar({
  words: "path of a mount",
  wanted: `the path of an auth mount such as "approle"`,
  pattern: MOUNT,
  parse: (text) => {
    const path = parseMount(text);
    return path === "auth" ? undefined : path?.replace(/^auth\//, "");
  },
  editor: ANY_SCALAR,
});

/** Printable ASCII only, because it is sent in a header. */
export const namespace = scalar({
  words: "path",
  wanted: `a namespace such as "team/web"`,
  pattern: /^\/*[!-.0-~](?:[!-~]*[!-.0-~])?\/*$/,
  parse: withoutSlashes,
  editor: ANY_SCALAR,
});

/** The name or id of a container, by the rule of Docker and Podman. */
export const container = scalar({
  words: "name",
  wanted: `the name of a container such as "web"`,
  pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
  parse: asIs,
});

/** systemd.unit(5). A name without one of these suffixes is a service, as for systemctl. */
export const UNIT_SUFFIX =
  /\.(?:service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/;

/** The characters of systemd's VALID_CHARS. */
const UNIT = /^[A-Za-z0-9:_\\@][A-Za-z0-9:_.\\@-]*$/;

/** systemd's UNIT_NAME_MAX. */
const LONGEST_UNIT = 255;

/** A systemd unit by its full name. */
export const unit = scalar({
  words: "name",
  wanted: `a systemd unit such as "nginx.service"`,
  pattern: UNIT,
  parse: (text) => {
    const name = fullUnit(text);
    return name.length <= LONGEST_UNIT && !isTemplate(name) ? name : undefined;
  },
  explain: (text) => {
    const name = fullUnit(text);
    return UNIT.test(text) && isTemplate(name) && name.length <= LONGEST_UNIT
      ? expected(`an instance of the template, such as "${name.replace("@.", "@main.")}"`, text)
      : undefined;
  },
});

function fullUnit(text: string): string {
  return UNIT_SUFFIX.test(text) ? text : `${text}.service`;
}

function isTemplate(name: string): boolean {
  return /@\.[a-z]+$/.test(name);
}
