/**
 * Excludes files that a run must not replace, even if a web server names them as a certificate or
 * key: other content, system directories, files of VCM itself. Pure.
 */
import { DEFAULT_CERT_STORE } from "../../config/defaults.ts";
import type { CertificateUse, Gathered, UsedFile } from "./types.ts";

/** Facts about a path. */
export interface PathFacts {
  /** The resolved path, or the path itself if it cannot be resolved. */
  real(path: string): string;
  /** Why the content is not a certificate or key. Undefined: it is one, or there is no file. */
  blocker(path: string): string | undefined;
  /** The configuration file that is written. */
  readonly config: string;
}

/**
 * Directories of the system (hier(7), file-hierarchy(7)). /usr/local belongs to the administrator.
 */
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

/** A certificate is used with all of its files or noted. Doubtful files are excluded one by one. */
export function excludeUnusable({ uses, notes }: Gathered, facts: PathFacts): Gathered {
  const problems = new Map<string, string | undefined>();
  const problemOf = (path: string) => {
    if (!problems.has(path)) problems.set(path, checkPath(path, facts));
    return problems.get(path);
  };
  const isUsable = ({ path }: UsedFile) => problemOf(path) === undefined;
  const left = [...notes];
  const kept: CertificateUse[] = [];
  for (const group of Map.groupBy(uses, ({ certificate }) => certificate).values()) {
    const at = group[0]?.at ?? "";
    const files = group.flatMap(({ files }) => files);
    const unusable = files.filter((file) => !isUsable(file));
    for (const path of new Set(unusable.map(({ path }) => path))) {
      left.push({ at, message: problemOf(path) ?? "" });
    }
    if (unusable.some(({ doubt }) => doubt === undefined)) continue;
    for (const use of group) kept.push({ ...use, files: use.files.filter(isUsable) });
  }
  return { uses: kept, notes: left };
}

/** Why a path must not be written, or undefined. */
function checkPath(path: string, { real, blocker, config }: PathFacts): string | undefined {
  const end = real(path);
  const named = end === path ? path : `${path}, which leads to ${end},`;
  for (const one of [path, end]) {
    const [system] = SYSTEM.exec(one) ?? [];
    if (system !== undefined) return `${named} is below ${system}: use another file there`;
    const isStored = one.startsWith(`${DEFAULT_CERT_STORE}/`);
    if (one === config || (!isStored && OWN.some((own) => own.test(one)))) {
      return `${named} is a file of VCM itself: use another file there`;
    }
  }
  const problem = blocker(path);
  return problem === undefined ? undefined : `${path} ${problem}`;
}
