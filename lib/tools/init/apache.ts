/** Certificates in the configuration of Apache. Reads only. */
import { InvalidValue } from "../../config/scalars/scalar.ts";
import { parseApache } from "./apache_syntax.ts";
import { type Dialect, type Directive, pathIn, readDirectives, withName } from "./directives.ts";
import { ServerScan, type UsedSet } from "./server_scan.ts";
import type { Gathered, Program, SiteReader, UsedFile } from "./types.ts";

/** The paths of one package. */
export interface ApachePlace {
  readonly file: string;
  /** The base of relative paths, unless the file has a ServerRoot. */
  readonly root: string;
  readonly program: Program;
}

function place(file: string, root: string, unit: string, control: string): ApachePlace {
  return { file, root, program: { name: "Apache", unit, validate: [control, "configtest"] } };
}

/** Debian and derivatives; SUSE and others that use its directory; Red Hat and derivatives. */
export const APACHE_PLACES: readonly ApachePlace[] = [
  place("/etc/apache2/apache2.conf", "/etc/apache2", "apache2.service", "apache2ctl"),
  place("/etc/apache2/httpd.conf", "/etc/apache2", "apache2.service", "apachectl"),
  place("/etc/httpd/conf/httpd.conf", "/etc/httpd", "httpd.service", "apachectl"),
];

/** The certificates of a configuration and of the files that it includes. */
export function scanApache({ file, root, program }: ApachePlace, reader: SiteReader): Gathered {
  const dialect: Dialect = {
    parse: parseApache,
    includes: (name) =>
      name === "include" ? "must" : name === "includeoptional" ? "may" : undefined,
    base: (directives) =>
      withName(directives, "serverroot")[0]?.args[0]?.replace(/^(?!\/).*/, root) ?? root,
  };
  const scan = new ServerScan(reader);
  const { directives, base } = readDirectives(file, dialect, scan);
  const all = flatten(directives, ["virtualhost"]);
  const shared = certificatesOf(all);
  const sharedTls = isOn(all);
  for (const { block } of withName(all, "virtualhost")) {
    if (block === undefined) continue;
    const host = flatten(block, []);
    const own = certificatesOf(host);
    const certificates = own.length > 0 ? own : isOn(host) ?? sharedTls ? shared : [];
    const names = certificates.length > 0 ? namesOf(host) : [];
    for (const certificate of certificates) {
      const { at } = certificate.leaf;
      if (!scan.take("names", at, names.length + 1)) return scan.gathered;
      scan.add(program, at, names, readFiles(certificate, base));
    }
  }
  return scan.gathered;
}

/** All nested directives, except those in blocks with the names in `closed`. */
function flatten(directives: readonly Directive[], closed: readonly string[]): Directive[] {
  return directives.flatMap((directive) =>
    directive.block === undefined || closed.includes(directive.name)
      ? [directive]
      : [directive, ...flatten(directive.block, closed)]
  );
}

/** `SSLCertificateFile`, and the files that belong to it. */
interface Parts {
  readonly leaf: Directive;
  /** Absent if the key is in the same file. */
  readonly key: Directive | undefined;
  readonly chain: Directive | undefined;
}

function certificatesOf(directives: readonly Directive[]): Parts[] {
  const keys = withName(directives, "sslcertificatekeyfile");
  const [chain] = withName(directives, "sslcertificatechainfile");
  return withName(directives, "sslcertificatefile")
    .map((leaf, index) => ({ leaf, key: keys[index], chain }));
}

function isOn(directives: readonly Directive[]): boolean | undefined {
  const engine = withName(directives, "sslengine").at(-1);
  return engine && /^(?:on|optional)$/i.test(engine.args[0] ?? "");
}

/** A ServerName may have a scheme and a port. */
function namesOf(host: readonly Directive[]): string[] {
  const named = (name: string) => withName(host, name).flatMap(({ args }) => args);
  const own = named("servername").map((name) =>
    name.replace(/^[a-z]+:\/\//i, "").replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1")
  );
  return [...own, ...named("serveralias")];
}

/** The usual spelling. */
const LABELS: Readonly<Record<string, string>> = {
  sslcertificatefile: "SSLCertificateFile",
  sslcertificatekeyfile: "SSLCertificateKeyFile",
  sslcertificatechainfile: "SSLCertificateChainFile",
};

/** The files of a certificate, or why they cannot be used. */
function readFiles({ leaf, key, chain }: Parts, base: string): UsedSet | string {
  const paths: (string | undefined)[] = [];
  for (const directive of [leaf, key, chain]) {
    const path = directive && pathIn(directive, base, LABELS[directive.name]);
    if (path instanceof InvalidValue) return path.message;
    paths.push(path);
  }
  const [certificate = "", privkey = certificate, chainPath = certificate] = paths;
  if (privkey === certificate) {
    return { certificate, files: [{ kind: "combined", path: certificate }] };
  }
  const files: UsedFile[] = chainPath === certificate
    ? [{ kind: "fullchain", path: certificate }]
    : [{ kind: "cert", path: certificate }, { kind: "chain", path: chainPath }];
  return { certificate, files: [...files, { kind: "privkey", path: privkey }] };
}
