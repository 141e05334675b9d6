/** Certificates in the configuration of nginx. Reads only. */
import { dirname } from "node:path";
import { quote } from "../../text/quote.ts";
import { Budget } from "./budget.ts";
import type { Dialect, Directive } from "./directive.ts";
import { readDirectives } from "./includes.ts";
import { parseNginx } from "./nginx_syntax.ts";
import type { CertificateUse, Gathered, Program, SiteReader, UsedFile } from "./types.ts";
import { UnusablePath, usedPath } from "./used_path.ts";

const NGINX: Program = { name: "nginx", unit: "nginx.service", validate: ["nginx", "-t"] };

/** The path in packages. */
export const NGINX_FILE = "/etc/nginx/nginx.conf";

/** The certificates of a configuration and of the files that it includes. */
export function scanNginx(file: string, reader: SiteReader): Gathered {
  const gathered: Gathered = { uses: [], notes: [] };
  const base = dirname(file);
  const dialect: Dialect = {
    parse: parseNginx,
    // nginx ignores a pattern without matches.
    includes: (name) => name === "include" ? "may" : undefined,
    base: () => base,
  };
  const { notes } = gathered;
  const budget = new Budget(notes);
  const { directives } = readDirectives(file, dialect, { reader, notes, budget });
  walk(directives, { base, gathered, budget, outer: [] });
  return gathered;
}

interface Walk {
  readonly base: string;
  readonly gathered: Gathered;
  readonly budget: Budget;
  /** The pairs of the enclosing blocks, which apply if a block has none. */
  readonly outer: readonly Pair[];
}

/** `ssl_certificate` and the `ssl_certificate_key` with the same index. */
interface Pair {
  readonly certificate: Directive;
  readonly key: Directive | undefined;
  readonly trusted: Directive | undefined;
}

function walk(directives: readonly Directive[], context: Walk): void {
  const own = pairsOf(directives);
  const inner = own.length > 0 ? { ...context, outer: own } : context;
  for (const { name, block } of directives) {
    if (block === undefined) continue;
    if (name === "server") takeServer(block, inner);
    else walk(block, inner);
  }
}

function pairsOf(directives: readonly Directive[]): Pair[] {
  const named = (name: string) => directives.filter((directive) => directive.name === name);
  const keys = named("ssl_certificate_key");
  const [trusted] = named("ssl_trusted_certificate");
  return named("ssl_certificate").map((certificate, index) => {
    return { certificate, key: keys[index], trusted };
  });
}

function takeServer(
  server: readonly Directive[],
  { base, gathered, budget, outer }: Walk,
): void {
  const own = pairsOf(server);
  const pairs = own.length > 0 ? own : speaksTls(server) ? outer : [];
  const names = server.filter(({ name }) => name === "server_name").flatMap(({ args }) => args);
  for (const pair of pairs) {
    if (!budget.take("names", pair.certificate.at, names.length + 1)) return;
    const use = readPair(pair, base);
    if (typeof use === "string") gathered.notes.push({ at: pair.certificate.at, message: use });
    else gathered.uses.push({ program: NGINX, at: pair.certificate.at, names, ...use });
  }
}

function speaksTls(server: readonly Directive[]): boolean {
  return server.some(({ name, args }) =>
    name === "listen"
      ? args.some((word) => word === "ssl" || word === "quic")
      : name === "ssl" && args[0] === "on"
  );
}

/** The files of a pair, or why they cannot be used. */
function readPair(
  { certificate, key, trusted }: Pair,
  base: string,
): Pick<CertificateUse, "certificate" | "files"> | string {
  const paths: string[] = [];
  for (const directive of [certificate, key]) {
    if (directive === undefined) return "ssl_certificate has no ssl_certificate_key beside it";
    const text = directive.args[0] ?? "";
    const path = usedPath(text, base);
    if (path instanceof UnusablePath) return `${directive.name} ${quote(text)} ${path.problem}`;
    paths.push(path);
  }
  const [fullchain = "", privkey = ""] = paths;
  const files: UsedFile[] = fullchain === privkey
    ? [{ what: "combined", path: fullchain }]
    : [{ what: "fullchain", path: fullchain }, { what: "privkey", path: privkey }];
  const chain = trusted === undefined ? undefined : usedPath(trusted.args[0] ?? "", base);
  if (typeof chain === "string") {
    const doubt = "ssl_trusted_certificate may instead name the CA of client certificates";
    files.push({ what: "chain", path: chain, doubt });
  }
  return { certificate: fullchain, files };
}
