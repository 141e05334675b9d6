/** Certificates in the configuration of Apache. Reads only. */
import { quote } from "../../text/quote.ts";
import { parseApache } from "./apache_syntax.ts";
import { Budget } from "./budget.ts";
import { type Dialect, type Directive, flatten } from "./directive.ts";
import { readDirectives } from "./includes.ts";
import type { CertificateUse, Gathered, Program, SiteReader, UsedFile } from "./types.ts";
import { UnusablePath, usedPath } from "./used_path.ts";

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
export function scanApache(
  { file, root, program }: ApachePlace,
  reader: SiteReader,
): Gathered {
  const gathered: Gathered = { uses: [], notes: [] };
  const dialect: Dialect = {
    parse: parseApache,
    includes: (name) =>
      name === "include" ? "must" : name === "includeoptional" ? "may" : undefined,
    base: (directives) =>
      directives.find(({ name }) => name === "serverroot")?.args[0]?.replace(/^(?!\/).*/, root) ??
        root,
  };
  const { notes, uses } = gathered;
  const budget = new Budget(notes);
  const { directives, base } = readDirectives(file, dialect, { reader, notes, budget });
  const all = flatten(directives, ["virtualhost"]);
  const shared = certificatesOf(all);
  const sharedTls = isOn(all);
  for (const { name, block } of all) {
    if (name !== "virtualhost" || block === undefined) continue;
    const host = flatten(block, []);
    const own = certificatesOf(host);
    const certificates = own.length > 0 ? own : isOn(host) ?? sharedTls ? shared : [];
    const names = certificates.length > 0 ? namesOf(host) : [];
    for (const certificate of certificates) {
      const { at } = certificate.leaf;
      if (!budget.take("names", at, names.length + 1)) return gathered;
      const use = readUse(certificate, base);
      if (typeof use === "string") notes.push({ at, message: use });
      else uses.push({ program, at, names, ...use });
    }
  }
  return gathered;
}

/** `SSLCertificateFile`, and the files that belong to it. */
interface Parts {
  readonly leaf: Directive;
  /** Absent if the key is in the same file. */
  readonly key: Directive | undefined;
  readonly chain: Directive | undefined;
}

function certificatesOf(directives: readonly Directive[]): Parts[] {
  const named = (name: string) => directives.filter((directive) => directive.name === name);
  const keys = named("sslcertificatekeyfile");
  const [chain] = named("sslcertificatechainfile");
  return named("sslcertificatefile").map((leaf, index) => ({ leaf, key: keys[index], chain }));
}

function isOn(directives: readonly Directive[]): boolean | undefined {
  const engine = directives.findLast(({ name }) => name === "sslengine");
  return engine === undefined ? undefined : /^(?:on|optional)$/i.test(engine.args[0] ?? "");
}

/** A ServerName may have a scheme and a port. */
function namesOf(host: readonly Directive[]): string[] {
  const named = (name: string) =>
    host.filter((directive) => directive.name === name).flatMap(({ args }) => args);
  const own = named("servername").map((name) =>
    name.replace(/^[a-z]+:\/\//i, "").replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1")
  );
  return [...own, ...named("serveralias")];
}

/** The files of a certificate, or why they cannot be used. */
function readUse(
  { leaf, key, chain }: Parts,
  base: string,
): Pick<CertificateUse, "certificate" | "files"> | string {
  const paths = new Map<Directive, string>();
  for (const directive of [leaf, key, chain]) {
    if (directive === undefined) continue;
    const text = directive.args[0] ?? "";
    const path = usedPath(text, base);
    if (path instanceof UnusablePath) {
      return `${NAMES[directive.name]} ${quote(text)} ${path.problem}`;
    }
    paths.set(directive, path);
  }
  const at = (directive: Directive | undefined) => directive && paths.get(directive);
  const certificate = at(leaf) ?? "";
  const privkey = at(key) ?? certificate;
  const chainPath = at(chain);
  const ownKey: UsedFile[] = privkey === certificate ? [] : [{ what: "privkey", path: privkey }];
  if (ownKey.length === 0) return { certificate, files: [{ what: "combined", path: certificate }] };
  return {
    certificate,
    files: chainPath === undefined || chainPath === certificate
      ? [{ what: "fullchain", path: certificate }, ...ownKey]
      : [{ what: "cert", path: certificate }, { what: "chain", path: chainPath }, ...ownKey],
  };
}

/** The usual spelling. */
const NAMES: Readonly<Record<string, string>> = {
  sslcertificatefile: "SSLCertificateFile",
  sslcertificatekeyfile: "SSLCertificateKeyFile",
  sslcertificatechainfile: "SSLCertificateChainFile",
};
