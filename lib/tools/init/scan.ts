/** Finds certificates in the configurations of web servers, at the paths of packages. */
import { type Certificate, parseCertificate } from "../../certificate/certificate.ts";
import { plainCause } from "../../text/plain_cause.ts";
import { APACHE_PLACES, scanApache } from "./apache.ts";
import { HAPROXY_FILE, scanHaproxy } from "./haproxy.ts";
import { NGINX_FILE, scanNginx } from "./nginx.ts";
import { type Proposals, propose } from "./propose.ts";
import type { SiteNote, SiteReader } from "./types.ts";
import { excludeUnusable } from "./unusable_files.ts";

/** Further notes are only counted. A file that cannot be parsed may give one per line. */
const MAX_NOTES = 1_000;

/**
 * Reads a limited number of files and changes nothing. What cannot be read is noted.
 *
 * @param config The configuration file that is written. It cannot be a target.
 */
export function scanSite(reader: SiteReader, config: string): Proposals {
  const apache = APACHE_PLACES.find(({ file }) => reader.exists(file));
  const scans = [
    ...(reader.exists(NGINX_FILE) ? [scanNginx(NGINX_FILE, reader)] : []),
    ...(apache === undefined ? [] : [scanApache(apache, reader)]),
    ...(reader.exists(HAPROXY_FILE) ? [scanHaproxy(HAPROXY_FILE, reader)] : []),
  ];
  const gathered = {
    uses: scans.flatMap(({ uses }) => uses),
    notes: scans.flatMap(({ notes }) => notes),
  };
  const { proposals, notes } = propose(excludeUnusable(gathered, reader, config), {
    certificate: (path) => readPresent(path, reader),
    mode: (path) => reader.mode(path),
    real: (path) => reader.real(path),
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
