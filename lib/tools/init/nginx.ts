/** Certificates in the configuration of nginx. Reads only. */
import { dirname } from "node:path";
import { InvalidValue } from "../../config/scalars/scalar.ts";
import { type Dialect, type Directive, pathIn, readDirectives, withName } from "./directives.ts";
import { parseNginx } from "./nginx_syntax.ts";
import { ServerScan, type UsedSet } from "./server_scan.ts";
import type { Gathered, Program, SiteReader, UsedFile } from "./types.ts";

const NGINX: Program = { name: "nginx", unit: "nginx.service", validate: ["nginx", "-t"] };

/** The path in packages. */
export const NGINX_FILE = "/etc/nginx/nginx.conf";

/** The certificates of a configuration and of the files that it includes. */
export function scanNginx(file: string, reader: SiteReader): Gathered {
  const dialect: Dialect = {
    parse: parseNginx,
    // nginx ignores a pattern without matches.
    includes: (name) => name === "include" ? "may" : undefined,
    base: () => dirname(file),
  };
  const scan = new ServerScan(reader);
  const { directives, base } = readDirectives(file, dialect, scan);
  walk(directives, [], scan, base);
  return scan.gathered;
}

/** `ssl_certificate` and the `ssl_certificate_key` with the same index. */
interface Pair {
  readonly certificate: Directive;
  readonly key: Directive | undefined;
  readonly trusted: Directive | undefined;
}

/** @param outer The pairs of the enclosing blocks, which apply if a block has none. */
function walk(
  directives: readonly Directive[],
  outer: readonly Pair[],
  scan: ServerScan,
  base: string,
): void {
  const own = pairsOf(directives);
  const pairs = own.length > 0 ? own : outer;
  for (const { name, block } of directives) {
    if (block === undefined) continue;
    if (name === "server") takeServer(block, pairs, scan, base);
    else walk(block, pairs, scan, base);
  }
}

function pairsOf(directives: readonly Directive[]): Pair[] {
  const keys = withName(directives, "ssl_certificate_key");
  const [trusted] = withName(directives, "ssl_trusted_certificate");
  return withName(directives, "ssl_certificate").map((certificate, index) => {
    return { certificate, key: keys[index], trusted };
  });
}

function takeServer(
  server: readonly Directive[],
  outer: readonly Pair[],
  scan: ServerScan,
  base: string,
): void {
  const own = pairsOf(server);
  const pairs = own.length > 0 ? own : speaksTls(server) ? outer : [];
  const names = withName(server, "server_name").flatMap(({ args }) => args);
  for (const pair of pairs) {
    const { at } = pair.certificate;
    if (!scan.take("names", at, names.length + 1)) return;
    scan.add(NGINX, at, names, readPair(pair, base));
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
function readPair({ certificate, key, trusted }: Pair, base: string): UsedSet | string {
  const fullchain = pathIn(certificate, base);
  if (fullchain instanceof InvalidValue) return fullchain.message;
  if (key === undefined) return "ssl_certificate has no matching ssl_certificate_key";
  const privkey = pathIn(key, base);
  if (privkey instanceof InvalidValue) return privkey.message;
  const files: UsedFile[] = fullchain === privkey
    ? [{ kind: "combined", path: fullchain }]
    : [{ kind: "fullchain", path: fullchain }, { kind: "privkey", path: privkey }];
  const chain = trusted && pathIn(trusted, base);
  if (typeof chain === "string") {
    const doubt = "ssl_trusted_certificate may instead name the CA of client certificates";
    files.push({ kind: "chain", path: chain, doubt });
  }
  return { certificate: fullchain, files };
}
