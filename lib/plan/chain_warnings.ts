/** Whether a stored certificate has a path to a root that is valid now, and until when. */
import {
  type ChainLink,
  type ChainPath,
  findInvalidPath,
  findValidPath,
  type KnownPaths,
} from "../certificate/chain_paths.ts";
import type { Certificate } from "../certificate/certificate.ts";
import { pathWeakness } from "../certificate/weakness.ts";
import { shellWord } from "../text/quote.ts";
import { formatTime } from "../text/format_time.ts";
import type { StoredSet } from "../store/types.ts";
import type { Warning } from "./types.ts";

/** Many certificates share their known paths, and a plan is for one time. */
const VALID = new WeakMap<
  KnownPaths,
  { readonly at: number; readonly path: ChainPath | undefined }
>();

function validPath(known: KnownPaths, now: Date): ChainPath | undefined {
  const at = now.getTime();
  let found = VALID.get(known);
  if (found?.at !== at) {
    found = { at, path: findValidPath(known, now) };
    VALID.set(known, found);
  }
  return found.path;
}

/** Whether each chain that was read has a path that is valid now. */
export function hasValidPath({ paths = [] }: StoredSet, now: Date): boolean {
  return paths.length > 0 && paths.every((one) => validPath(one, now) !== undefined);
}

/** An invalid path of a chain without a valid one; `undefined` if there is none. */
export function invalidPath({ paths = [] }: StoredSet, now: Date): ChainPath | undefined {
  for (const one of paths) {
    if (validPath(one, now) !== undefined) continue;
    const path = findInvalidPath(one, now);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** The intermediate of an invalid path that expired first. */
export function endedIntermediate(path: ChainPath, now: Date): ChainLink | undefined {
  return path.filter((link) => !link.isRoot && hasEnded(link, now))
    .sort((a, b) => a.notAfter.getTime() - b.notAfter.getTime())[0];
}

export function findChainWarnings(
  name: string,
  certificate: Certificate,
  stored: StoredSet,
  now: Date,
): Warning[] {
  const { pathsProblem } = stored;
  const unknown: Warning | undefined = pathsProblem === undefined ? undefined : {
    kind: "chain-unknown",
    message: `cannot tell whether its root is valid: ${pathsProblem}`,
  };
  const path = invalidPath(stored, now);
  const known = path === undefined
    ? rootWarning(certificate, stored, now)
    : pathWarning(path, name, certificate, now);
  return [unknown, known, weakWarning(stored, now)].filter((warning) => warning !== undefined);
}

/** An expired intermediate is not repeated here: the certificate is due because of it. */
function pathWarning(
  path: ChainPath,
  name: string,
  { notBefore }: Certificate,
  now: Date,
): Warning | undefined {
  const early = notBefore > now;
  const ended = path.filter((link) => hasEnded(link, now) && (link.isRoot || early));
  const begins = early ? [] : path.filter((link) => link.notBefore > now);
  if (ended.length === 0 && begins.length === 0) return undefined;
  const links = [
    ...ended.map((link) => `${describe(link)} expired ${formatTime(link.notAfter)}`),
    ...begins.map((link) => `${describe(link)} is valid only from ${formatTime(link.notBefore)}`),
  ];
  const word = shellWord(name);
  const fix = ended.length === 0
    ? `check this host's clock, which says ${formatTime(now)}`
    : `renew that CA at the server, then run "vcm issue --force ${word}" and "vcm run ${word}"`;
  return {
    kind: "chain-invalid",
    message: `no path from it to a root is valid now: ${links.join(", ")}; ${fix}`,
  };
}

/** What clients refuse in it or its chain. A renewal may bring the same again. */
function weakWarning({ weakness, paths = [] }: StoredSet, now: Date): Warning | undefined {
  const found = weakness ??
    paths.map((one) => pathWeakness(validPath(one, now) ?? [])).find((one) => one !== undefined);
  if (found !== undefined) {
    const kind = found.kind === "refused" ? "chain-refused" : "chain-weak";
    return { kind, message: `${found.problem}; replace that key or CA at the server` };
  }
  const cycle = paths.find(isCircular)?.[0]?.links.at(-1);
  if (cycle === undefined) return undefined;
  const message =
    `its chain is a cycle that leads to no root, by way of "${cycle.name}"; clients ` +
    "accept it only if they trust one of its CAs; let the server send the root";
  return { kind: "chain-weak", message };
}

/** Whether the CAs of all known paths signed each other. */
function isCircular(known: KnownPaths): boolean {
  return known.length > 0 &&
    known.every(({ links }) =>
      links.length > 1 && links.every(({ isRoot, issuers }) => !isRoot && issuers.length > 0)
    );
}

function rootWarning(
  { notAfter }: Certificate,
  { paths = [] }: StoredSet,
  now: Date,
): Warning | undefined {
  const root = paths.map((one) => validPath(one, now)?.at(-1))
    .find((top) => top?.isRoot && top.notAfter < notAfter);
  if (root === undefined) return undefined;
  const message = `its root "${root.name}" expires ${
    formatTime(root.notAfter)
  }, before the certificate does (${formatTime(notAfter)}); renew that CA at the server`;
  return { kind: "root-ends", message };
}

function describe({ name, isRoot }: ChainLink): string {
  return `the ${isRoot ? "root" : "intermediate"} "${name}"`;
}

function hasEnded({ notAfter }: ChainLink, now: Date): boolean {
  return notAfter <= now;
}
