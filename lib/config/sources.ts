/** The texts that make up one configuration, and which of them a path of the whole leads to. */
import type { Finding, KeyPath } from "./key_path.ts";
import type { CertificateEntry, Draft } from "./schema.ts";

/** One text, what it says and what is wrong with it; paths are those in this text. */
export interface Source {
  /** Absent for the main file. */
  readonly file?: string;
  readonly text: string;
  readonly certs: readonly (Draft<CertificateEntry> | undefined)[];
  readonly findings: readonly Finding[];
  /** Those of variables that could not be put in. */
  readonly unset: readonly Finding[];
}

/** A place in one of the texts. */
export interface Spot {
  readonly source: Source;
  readonly path: KeyPath;
}

/** A finding of which it is known in which text it is. */
export interface Located extends Pick<Finding, "message" | "atKey"> {
  readonly at: Spot;
  readonly other?: Spot;
  /** Whatever else is found at its place comes of it. */
  readonly alone?: boolean;
}

/** The place of a path of the whole: certificates are counted through all texts. */
export function spotOf(sources: readonly Source[], path: KeyPath): Spot {
  const [main] = sources;
  if (main === undefined) throw new Error("A path was looked for in no text");
  const [top, index, ...rest] = path;
  if (top !== "certs" || typeof index !== "number") return { source: main, path };
  let left = index;
  for (const source of sources) {
    if (left < source.certs.length) return { source, path: ["certs", left, ...rest] };
    left -= source.certs.length;
  }
  return { source: main, path };
}

/** The findings of all texts that have a path in the whole, with that path. */
export function findingsOfWhole(sources: readonly Source[]): Finding[] {
  let before = 0;
  return sources.flatMap(({ file, certs, findings, unset }) => {
    const first = before;
    before += certs.length;
    return [...unset, ...findings].flatMap((finding) => {
      const [top, index, ...rest] = finding.path;
      if (top === "certs" && typeof index === "number") {
        return [{ ...finding, path: [top, first + index, ...rest] }];
      }
      return file === undefined ? [finding] : [];
    });
  });
}
