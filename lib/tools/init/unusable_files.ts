/**
 * Files that VCM must not manage, even if a web server names them as a certificate or key: other
 * content, and files of the system, of VCM, of other certificate managers, of other certificates.
 */
import { looksLikeCertificateFile } from "../../certificate/certificate_content.ts";
import { DEFAULT_CERT_STORE } from "../../config/defaults.ts";
import { plainCause } from "../../text/plain_cause.ts";
import type { CertificateUse, Gathered, SiteReader, UsedFile } from "./types.ts";

/** System directories (hier(7), file-hierarchy(7)). /usr/local belongs to the administrator. */
const SYSTEM =
  /^\/(?:dev|proc|sys|boot|bin|sbin|lib(?:32|64|x32)?)(?=\/|$)|^\/usr(?!\/local\/)(?=\/|$)/;

/** Files of VCM and of `vcm install`. The store has its own message. */
const OWN = [
  /^\/etc\/vcm(?:\/|$)/,
  /^\/var\/lib\/vcm(?:\/|$)/,
  /^\/etc\/systemd\/system\/vcm\.(?:service|timer)(?:\.d\/|$)/,
  /^\/etc\/cron\.d\/vcm$/,
  /^\/usr\/local\/bin\/vcm$/,
];

/**
 * A certificate is used with all of its files or noted. Doubtful files are excluded one by one.
 *
 * @param config The configuration file that is written.
 */
export function excludeUnusable(
  { uses, notes }: Gathered,
  reader: SiteReader,
  config: string,
): Gathered {
  const problems = new Map<string, string | undefined>();
  const problemOf = ({ path }: UsedFile) => {
    if (!problems.has(path)) problems.set(path, checkPath(path, reader, config));
    return problems.get(path);
  };
  const left = [...notes];
  const kept: CertificateUse[] = [];
  for (const group of Map.groupBy(uses, ({ certificate }) => certificate).values()) {
    const at = group[0]?.at ?? "";
    const files = group.flatMap(({ files }) => files);
    const messages = new Set(files.flatMap((file) => problemOf(file) ?? []));
    for (const message of messages) left.push({ at, message });
    if (files.some((file) => file.doubt === undefined && problemOf(file) !== undefined)) continue;
    for (const use of group) {
      kept.push({ ...use, files: use.files.filter((file) => problemOf(file) === undefined) });
    }
  }
  return { uses: kept, notes: left };
}

/** Why a path must not be written, or undefined. */
function checkPath(path: string, reader: SiteReader, config: string): string | undefined {
  const end = reader.real(path);
  const named = end === path ? path : `${path}, which leads to ${end},`;
  for (const one of [path, end]) {
    const [system] = SYSTEM.exec(one) ?? [];
    if (system !== undefined) return `${named} is below ${system}: use another file`;
    const isStored = one.startsWith(`${DEFAULT_CERT_STORE}/`);
    if (one === config || (!isStored && OWN.some((own) => own.test(one)))) {
      return `${named} is a file of VCM itself: use another file`;
    }
  }
  const problem = checkContent(path, reader);
  return problem === undefined ? undefined : `${path} ${problem}`;
}

/** Directories whose files programs read: any file there, such as /etc/nologin, can do harm. */
const READ_BY_OTHERS =
  /^\/(?:run|etc(?=\/[^/]+$)|etc\/(?:[^/]+\.d|cron[^/]*|systemd|ssh|security|udev|default)|usr\/local\/(?:s?bin|lib))\//;

const CERTIFICATE_NAME =
  /(?:\.(?:pem|crt|cer|cert|key|chain|p12|pfx|der|ca|ca-bundle)|[/._-](?:fullchain|privkey|cert|chain))$/i;

/** Why the content is not a certificate or key. Undefined: it is one, or there is no file. */
function checkContent(path: string, reader: SiteReader): string | undefined {
  try {
    return looksLikeCertificateFile(reader.bytes(path))
      ? undefined
      : "contains neither a certificate nor a key: use another file";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return READ_BY_OTHERS.test(path) && !CERTIFICATE_NAME.test(path)
        ? "does not exist, and other programs may read any file at this path: use another file"
        : undefined;
    }
    const isDenied = error instanceof Error && "code" in error && error.code === "EACCES";
    const hint = isDenied ? '; run "vcm init" as a user who may read it, such as root' : "";
    return `may contain something other than a certificate or key: ${plainCause(error)}${hint}`;
  }
}

/** Directories of other certificate managers, and their names. */
const MANAGERS: readonly (readonly [RegExp, string])[] = [
  [/^\/etc\/letsencrypt\//, "certbot"],
  [/\/\.acme\.sh\//, "acme.sh"],
  [/^\/(?:var\/lib|etc)\/dehydrated\//, "dehydrated"],
  [/^\/(?:var\/lib|etc|root)\/\.?lego\//, "lego"],
  [/^\/var\/lib\/(?:acme|caddy)\//, "another ACME client"],
];

/** Files of packages for the whole host: trusted CAs and examples. */
const SYSTEM_FILES = [
  /\/(?:ca-certificates\.crt|ca-bundle(?:\.trust)?\.crt|tls-ca-bundle\.pem)$/,
  /^\/etc\/pki\/ca-trust\//,
  /^\/etc\/(?:ssl|pki\/tls)\/cert\.pem$/,
  /\/ssl-cert-snakeoil\.(?:pem|key)$/,
  /^\/etc\/pki\/tls\/(?:certs|private)\/localhost\.(?:crt|key)$/,
];

/**
 * Why VCM cannot manage a certificate with these files, or undefined.
 *
 * @param isShared Whether several certificates use a path.
 */
export function refuse(
  files: readonly UsedFile[],
  real: (path: string) => string,
  isShared: (path: string) => boolean,
): string | undefined {
  for (const { path, kind, doubt } of files) {
    if (doubt !== undefined) continue;
    const both = [path, real(path)];
    if (SYSTEM_FILES.some((own) => both.some((path) => own.test(path)))) {
      return `${path} belongs to the host and other programs read it: use another file`;
    }
    const manager = MANAGERS.find(([directory]) => both.some((path) => directory.test(path)))?.[1];
    if (manager !== undefined) {
      return `${path} is managed by ${manager}, and only one program can manage it: use another ` +
        `file, or stop ${manager}`;
    }
    if (both.some((path) => path.startsWith(`${DEFAULT_CERT_STORE}/`))) {
      return `${path} is in VCM's own store and cannot be a target`;
    }
    // Several certificates may share a chain, but neither a key nor a leaf.
    if (kind !== "chain" && isShared(path)) {
      return `${path} belongs to several certificates: give each certificate its own files`;
    }
  }
  return undefined;
}
