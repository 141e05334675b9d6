/** The texts of one configuration, and how key paths of the whole map to paths in them. */
import type { KeyDiagnostic, KeyPath } from "./key_path.ts";
import type { CertificateEntry, Draft } from "./schema.ts";

/** One text, with its certificates and diagnostics. Paths are relative to this text. */
export interface Source {
  /** Absent for the main file. */
  readonly file?: string;
  readonly text: string;
  readonly certs: readonly (Draft<CertificateEntry> | undefined)[];
  readonly diagnostics: readonly KeyDiagnostic[];
  /** Diagnostics of variables that have no value. */
  readonly unset: readonly KeyDiagnostic[];
}

/** A key in one of the texts. */
export interface Spot {
  readonly source: Source;
  readonly path: KeyPath;
}

/** A diagnostic whose text is known. */
export interface LocatedDiagnostic extends Pick<KeyDiagnostic, "message" | "atKey"> {
  readonly at: Spot;
  readonly other?: Spot;
  /** Other diagnostics at the same place are only consequences of this one. */
  readonly alone?: boolean;
}

/** Finds the text of a path of the whole, in which certificates are counted through all texts. */
export function spotOf(sources: readonly Source[], path: KeyPath): Spot {
  const [main] = sources;
  if (main === undefined) throw new Error("No text to find a path in");
  const [top, index, ...rest] = path;
  if (top !== "certs" || typeof index !== "number") return { source: main, path };
  let left = index;
  for (const source of sources) {
    if (left < source.certs.length) return { source, path: ["certs", left, ...rest] };
    left -= source.certs.length;
  }
  return { source: main, path };
}

/** The diagnostics of all texts that have a path in the whole, with this path. */
export function wholeDiagnostics(sources: readonly Source[]): KeyDiagnostic[] {
  let before = 0;
  return sources.flatMap(({ file, certs, diagnostics, unset }) => {
    const first = before;
    before += certs.length;
    return [...unset, ...diagnostics].flatMap((diagnostic) => {
      const [top, index, ...rest] = diagnostic.path;
      if (top === "certs" && typeof index === "number") {
        return [{ ...diagnostic, path: [top, first + index, ...rest] }];
      }
      return file === undefined ? [diagnostic] : [];
    });
  });
}
