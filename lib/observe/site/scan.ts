/** Looks for certificates in the configurations of the host's web servers, where packages put them. */
import { type Certificate, parseCertificate } from "../../certificate/certificate.ts";
import { plainCause } from "../../config/plain_cause.ts";
import { APACHE_PLACES, scanApache } from "./apache.ts";
import { HAPROXY_FILE, scanHaproxy } from "./haproxy.ts";
import { NGINX_FILE, scanNginx } from "./nginx.ts";
import { type Proposals, propose } from "./propose.ts";
import type { Gathered, SiteReader } from "./types.ts";

/** Reads only; what cannot be read is among the notes. */
export function scanSite(reader: SiteReader): Proposals {
  const gathered: Gathered = { uses: [], notes: [] };
  if (reader.exists(NGINX_FILE)) scanNginx(NGINX_FILE, reader, gathered);
  const apache = APACHE_PLACES.find(({ file }) => reader.exists(file));
  if (apache !== undefined) scanApache(apache, reader, gathered);
  if (reader.exists(HAPROXY_FILE)) scanHaproxy(HAPROXY_FILE, reader, gathered);
  return propose(gathered, {
    certificate: (path) => readPresent(path, reader),
    mode: (path) => reader.mode(path),
    real: (path) => reader.real(path),
  });
}

function readPresent(path: string, reader: SiteReader): Certificate | string {
  try {
    return parseCertificate(reader.read(path).text);
  } catch (error) {
    return plainCause(error);
  }
}
