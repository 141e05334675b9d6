/** What `vcm install` shows before it does anything, and what it says afterwards. */
import { printable } from "../../text/printable.ts";
import type { InstallDocument } from "../../report/documents.ts";
import { lineDiff } from "./line_diff.ts";

/** What is, or would be, done with one file. */
export interface FileChange {
  readonly path: string;
  readonly state: InstallDocument["files"][number]["state"];
  /** What lies there; absent: nothing does. */
  readonly before?: string;
  /** What is to lie there; absent: nothing is. */
  readonly after?: string;
}

/** What is, or would be, done. */
export interface Changes {
  /** Commands that come before the files change. */
  readonly first: readonly (readonly string[])[];
  readonly files: readonly FileChange[];
  /** A directory for the store, which the unit could not make. */
  readonly store?: string;
  /** Commands that come after it. */
  readonly then: readonly (readonly string[])[];
  /** Files of others that add to the units. */
  readonly dropIns: readonly string[];
}

/** Everything that is to be done, in full. */
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

/** The same as data; `done`: whether it was done, or would be. */
export function changesData(
  { first, files, store, then, dropIns }: Changes,
  done: boolean,
): Omit<InstallDocument, "layout"> {
  return {
    done,
    files: files.map(({ path, state, after }) => ({ path, state, ...(after && { text: after }) })),
    ...(store === undefined ? {} : { store }),
    commands: [...first, ...then],
    dropIns,
  };
}
