import { defaultMode } from "../../config/format.ts";
import { octal } from "../../text/octal.ts";
import type { TargetEntry } from "../../config/schema.ts";
import type { KeyDocs } from "./key_doc.ts";

const REPLACED = "that of the replaced file, otherwise the user who runs VCM";

/** Keys of an entry of `deploy`. */
export const TARGET_DOCS: KeyDocs<TargetEntry> = {
  // The short form: one of these, instead of `source` and `dest`.
  cert: { means: "Where the certificate goes.", example: "/etc/nginx/ssl/web.crt" },
  chain: {
    means: "Where the intermediates go, without the root.",
    example: "/etc/nginx/ssl/web.chain.crt",
  },
  fullchain: {
    means: "Where the certificate and its chain go, in one file.",
    example: "/etc/nginx/ssl/web.crt",
  },
  privkey: { means: "Where the private key goes.", example: "/etc/nginx/ssl/web.key" },
  ca: {
    means:
      "Where the root goes, for programs that verify the certificate; of an entry of `trust`, " +
      "all certificates of its bundle.",
    example: "/etc/postgresql/ssl/root.crt",
  },
  combined: {
    means: "Where `fullchain` and `privkey` go in one PEM file, for HAProxy and others.",
    example: "/etc/haproxy/certs/web.pem",
  },
  pkcs12: {
    means: "Where private key, certificate and chain go as PKCS #12, for Java and Windows; " +
      "requires `password_file`.",
    example: "/etc/tomcat/web.p12",
  },
  der: { means: "Where the certificate goes as DER.", example: "/srv/www/web.cer" },
  bundle: {
    means: "Where a link to a directory with the whole set goes; the set is replaced as a whole.",
    example: "/etc/haproxy/certs/web",
  },
  crl: {
    means: "Of an entry of `trust`: where its CRLs go, in one PEM file.",
    example: "/etc/nginx/ssl/internal.crl",
  },
  source: { means: "What goes to `dest`: the long form.", example: "cert" },
  dest: { means: "Where `source` goes.", example: "/etc/nginx/ssl/web.crt" },
  order: {
    means: "`combined`: what comes first.",
    example: "key-first",
  },
  password_file: {
    means:
      "`privkey`, `combined`, `pkcs12`: file that contains the password for the private key; " +
      "required for `pkcs12`.",
    example: "/etc/vcm/web.password",
  },
  alias: {
    means: "`pkcs12`: the name of its entry, in Java the alias.",
    otherwise: "the certificate's `name`",
    example: "tomcat",
  },
  owner: { means: "Who owns the file.", otherwise: REPLACED, example: "www-data" },
  group: { means: "The group of the file.", otherwise: REPLACED, example: "www-data" },
  mode: {
    means: 'Permissions of the file, always octal: `"0640"`, `0640` and `640` are the ' +
      "same.",
    otherwise: `that of the replaced file, otherwise \`${octal(defaultMode("privkey"))}\` with a ` +
      `private key and \`${octal(defaultMode("cert"))}\` without`,
    example: "0640",
  },
  create_dirs: {
    means: "Whether missing directories of this target are created (mode 0755).",
    example: true,
  },
  in_place: {
    means: "Whether the existing file is written, not replaced; needed for a file that is a " +
      "mount point.",
    example: true,
  },
  overwrite: {
    means: "Whether a file is replaced that contains something other than a certificate or " +
      "key, or a further private key or certificate that is not in the store. If not, such a " +
      "file is kept and reported.",
    example: true,
  },
};
