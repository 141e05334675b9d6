/**
 * Leaves out what a run must not replace, though a web server names it as a certificate or key: files
 * that hold something else, places of the system, VCM's own files. Pure.
 */
import { DEFAULT_CERT_STORE } from "../../config/defaults.ts";
import type { CertificateUse, Gathered, UsedFile } from "./types.ts";

/** What tells of a path. */
export interface Environment {
  /** Where it leads; itself where that cannot be told. */
  real(path: string): string;
  /** What is there in place of a certificate or key; undefined: one is there, or nothing. */
  blocker(path: string): string | undefined;
  /** The configuration that is written. */
  readonly config: string;
}

/** Directories of the system (hier(7), file-hierarchy(7)); /usr/local is the administrator's. */
const SYSTEM =
  /^\/(?:dev|proc|sys|boot|bin|sbin|lib(?:32|64|x32)?)(?=\/|$)|^\/usr(?!\/local\/)(?=\/|$)/;

/** VCM's own files, and those that `vcm install` makes; the store has a message of its own. */
const OWN = [
  /^\/etc\/vcm\//,
  /^\/var\/lib\/vcm\//,
  /^\/etc\/systemd\/system\/vcm\.(?:service|timer)(?:\.d\/|$)/,
  /^\/etc\/cron\.d\/vcm$/,
  /^\/usr\/local\/bin\/vcm$/,
];

/** Each certificate is taken with all of its files, or noted; files in doubt go by themselves. */
export function leaveOutUnfit({ uses, notes }: Gathered, environment: Environment): Gathered {
  const problems = new Map<string, string | undefined>();
  const problemOf = (path: string) => {
    if (!problems.has(path)) problems.set(path, checkPath(path, environment));
    return problems.get(path);
  };
  const isFit = ({ path }: UsedFile) => problemOf(path) === undefined;
  const left = [...notes];
  const kept: CertificateUse[] = [];
  for (const group of Map.groupBy(uses, ({ certificate }) => certificate).values()) {
    const at = group[0]?.at ?? "";
    const files = group.flatMap(({ files }) => files);
    const unfit = files.filter((file) => !isFit(file));
    for (const path of new Set(unfit.map(({ path }) => path))) {
      left.push({ at, message: problemOf(path) ?? "" });
    }
    if (unfit.some(({ doubt }) => doubt === undefined)) continue;
    for (const use of group) kept.push({ ...use, files: use.files.filter(isFit) });
  }
  return { uses: kept, notes: left };
}

/** Why a path must not be written to, where it must not. */
function checkPath(path: string, { real, blocker, config }: Environment): string | undefined {
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
