/** The two forms of a deploy entry: `cert: PATH` in short, `source: cert` and `dest: PATH` in long. */
import { nearest } from "./suggest.ts";
import { type What, WHATS } from "./types.ts";

/** The keys of an entry that the forms are made of. */
type FormKeys = { readonly [W in What]?: string | undefined } & {
  readonly source?: What | undefined;
  readonly dest?: string | undefined;
};

const FORM_KEYS: readonly string[] = [...WHATS, "source", "dest"];

/** What an entry deploys, to where, and which key says where; `undefined` while it is incomplete. */
export function targetForm(
  entry: FormKeys,
): { readonly what: What; readonly path: string; readonly key: string } | undefined {
  for (const what of WHATS) {
    const path = entry[what];
    if (path !== undefined) return { what, path, key: what };
  }
  if (entry.source === undefined || entry.dest === undefined) return undefined;
  return { what: entry.source, path: entry.dest, key: "dest" };
}

/** A mistake in the form of an entry; without a key it is the entry's. */
export interface FormMistake {
  readonly key?: string;
  readonly message: string;
}

const NONE: readonly FormMistake[] = [];

/** What is wrong with the form, judged by the keys that are there, whatever they hold. */
export function formMistakes(entry: object): readonly FormMistake[] {
  // Nearly always right, and asked for each of thousands of targets.
  const long = Number("source" in entry) + Number("dest" in entry);
  let short = 0;
  for (const what of WHATS) if (what in entry) short++;
  const right = short === 1 ? long === 0 : short === 0 && long === 2;
  return right ? NONE : explainForm(entry);
}

function explainForm(entry: object): readonly FormMistake[] {
  const keys = Object.keys(entry).filter((key) => FORM_KEYS.includes(key));
  const [what, ...more] = keys.filter((key) => key !== "source" && key !== "dest");
  const long: readonly string[] = keys.filter((key) => key === "source" || key === "dest");
  if (what !== undefined) {
    return [
      ...more.map((key) => ({
        key,
        message: `one entry takes one file, and "${what}" is given; make this an entry of its own`,
      })),
      ...long.map((key) => ({
        key,
        message: `does not go with "${what}"; give either "${what}: PATH" or "source" and "dest"`,
      })),
    ];
  }
  // A misspelt key is reported as unknown; that it is then missing too is not worth a second line.
  if (Object.keys(entry).some((key) => isMisspelt(key, keys))) return [];
  if (long.length === 0) {
    const forms =
      `"cert", "chain", "fullchain", "privkey" or "ca" with a path, or "source" and "dest"`;
    return [{ message: `says nothing to deploy; give ${forms}` }];
  }
  const missing = ["source", "dest"].filter((key) => !long.includes(key));
  return missing.map((key) => ({ key, message: `is missing; "${long[0]}" needs it` }));
}

function isMisspelt(key: string, present: readonly string[]): boolean {
  if (["owner", "group", "mode", "create_dirs"].includes(key) || present.includes(key)) {
    return false;
  }
  return nearest(key, FORM_KEYS) !== undefined;
}
