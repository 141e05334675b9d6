/** Finds certificates in the configurations of web servers, at the paths of packages. */
import { looksLikeCertificateFile } from "../../certificate/certificate_content.ts";
import { type Certificate, parseCertificate } from "../../certificate/certificate.ts";
import { plainCause } from "../../text/plain_cause.ts";
import { APACHE_PLACES, scanApache } from "./apache.ts";
import { HAPROXY_FILE, scanHaproxy } from "./haproxy.ts";
import { excludeUnusable } from "./exclude_unusable.ts";
import { NGINX_FILE, scanNginx } from "./nginx.ts";
import { type Proposals, propose } from "./propose.ts";
import type { Gathered, SiteNote, SiteReader } from "./types.ts";

/** Further notes are only counted. A file that cannot be parsed may give one per line. */
const MAX_NOTES = 1_000;

/**
 * Reads a limited number of files and changes nothing. What cannot be read is noted.
 *
 * @param config The configuration file that is written. It cannot be a target.
 */
export function scanSite(reader: SiteReader, config: string): Proposals {
  const apache = APACHE_PLACES.find(({ file }) => reader.exists(file));
  const scans: readonly Gathered[] = [
    ...(reader.exists(NGINX_FILE) ? [scanNginx(NGINX_FILE, reader)] : []),
    ...(apache === undefined ? [] : [scanApache(apache, reader)]),
    ...(reader.exists(HAPROXY_FILE) ? [scanHaproxy(HAPROXY_FILE, reader)] : []),
  ];
  const gathered = {
    uses: scans.flatMap(({ uses }) => uses),
    notes: scans.flatMap(({ notes }) => notes),
  };
  const real = (path: string) => reader.real(path);
  const usable = excludeUnusable(gathered, {
    real,
    blocker: (path) => blocker(path, reader),
    config,
  });
  const { proposals, notes } = propose(usable, {
    certificate: (path) => readPresent(path, reader),
    mode: (path) => reader.mode(path),
    real,
  });
  return { proposals, notes: shorten(notes) };
}

function shorten(notes: readonly SiteNote[]): readonly SiteNote[] {
  const [next, ...more] = notes.slice(MAX_NOTES);
  if (next === undefined || more.length === 0) return notes;
  const message = `and ${more.length + 1} more like this`;
  return [...notes.slice(0, MAX_NOTES), { at: next.at, message }];
}

function readPresent(path: string, reader: SiteReader): Certificate | string {
  try {
    return parseCertificate(reader.read(path).text);
  } catch (error) {
    return plainCause(error);
  }
}

/** Where programs read whatever lies there: a file such as /etc/nologin does harm by being there. */
const READ_BY_OTHERS =
  /^\/(?:run|etc(?=\/[^/]+$)|etc\/(?:[^/]+\.d|cron[^/]*|systemd|ssh|security|udev|default)|usr\/local\/(?:s?bin|lib))\//;

const CERTIFICATE_NAME =
  /(?:\.(?:pem|crt|cer|cert|key|chain|p12|pfx|der|ca|ca-bundle)|[/._-](?:fullchain|privkey|cert|chain))$/i;

/** Why the content is not a certificate or key. Undefined: it is one, or there is no file. */
function blocker(path: string, reader: SiteReader): string | undefined {
  try {
    return looksLikeCertificateFile(reader.bytes(path))
      ? undefined
      : "holds neither a certificate nor a key: use another file there";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return READ_BY_OTHERS.test(path) && !CERTIFICATE_NAME.test(path)
        ? "does not exist, and programs may read what is put there: name another file there"
        : undefined;
    }
    const isDenied = error instanceof Error && "code" in error && error.code === "EACCES";
    const hint = isDenied ? '; run "vcm init" as a user who may read it, such as root' : "";
    return `may hold something other than a certificate or key: ${plainCause(error)}${hint}`;
  }
}
