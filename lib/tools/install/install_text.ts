/** The texts of `vcm install`. */
import { printable } from "../../text/quote.ts";
import type { InstallDocument } from "../../report/documents/tools.ts";
import { lineDiff } from "./line_diff.ts";

/** The change of one file. */
export interface FileChange {
  readonly path: string;
  readonly state: InstallDocument["files"][number]["state"];
  /** The present content. Absent: no file. */
  readonly before?: string;
  /** The new content. Absent: no file. */
  readonly after?: string;
}

/** All changes. */
export interface Changes {
  /** Commands that run before the files change. */
  readonly first: readonly (readonly string[])[];
  readonly files: readonly FileChange[];
  /** A directory for the store, which the unit could not create. */
  readonly store?: string;
  /** Commands that run after the files change. */
  readonly then: readonly (readonly string[])[];
  /** Drop-ins of the units. */
  readonly dropIns: readonly string[];
}

/** All changes as text. */
export function changesText({ first, files, store, then, dropIns }: Changes): string {
  const runs = (command: readonly string[]) => `run ${command.join(" ")}`;
  return [
    ...first.map(runs),
    ...files.flatMap(fileLines),
    ...(store === undefined ? [] : [`${store}/: new directory for the store, mode 0700`, ""]),
    ...then.map(runs),
    ...dropIns.map((path) => `kept: ${path}`),
  ].map((line) => `${line}\n`).join("");
}

function fileLines({ path, state, before, after }: FileChange): string[] {
  switch (state) {
    case "unchanged":
      return [`${path}: unchanged`, ""];
    case "absent":
      return [`${path}: absent`, ""];
    case "kept":
      return [`${path}: kept, because "vcm install" did not write it`, ""];
    case "removed":
      return [`${path}: removed`, ...indented(before ?? ""), ""];
    case "written":
      return before === undefined
        ? [`${path}: new`, ...indented(after ?? ""), ""]
        : [`${path}: changed`, ...lineDiff(before, after ?? "").map(indent), ""];
  }
}

function indented(text: string): string[] {
  return text.replace(/\n$/, "").split("\n").map(indent);
}

function indent(line: string): string {
  return `  ${printable(line)}`.trimEnd();
}

/** Whether there is nothing to do. */
export function isInOrder({ first, files, store, then }: Changes): boolean {
  return store === undefined && first.length + then.length === 0 &&
    files.every(({ state }) => state !== "written" && state !== "removed");
}

/** The changes as data. `done`: whether they were applied. */
export function changesData(
  { first, files, store, then, dropIns }: Changes,
  done: boolean,
): Omit<InstallDocument, "layout"> {
  return {
    done,
    files: files.map(({ path, state, after }) => ({ path, state, ...(after && { text: after }) })),
    ...(store !== undefined && { store }),
    commands: [...first, ...then],
    dropIns,
  };
}
