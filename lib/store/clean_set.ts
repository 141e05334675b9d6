/** The texts of a set in clean form: what every program loads, such as OpenSSL. */
import { cleanForm, formProblem } from "../certificate/pem_form.ts";
import { type Part, PARTS } from "../certificate/types.ts";
import { ABSENT } from "../host/read.ts";
import type { Presence } from "../host/types.ts";
import type { SetDamage, SetTexts } from "./stored_set.ts";
import type { UncleanFile } from "./types.ts";

/** What to take for the texts of a set. */
interface CleanSet {
  readonly texts: SetTexts;
  /** The files that are to be rewritten. */
  readonly unclean: readonly UncleanFile[];
  /** What is wrong with files that have no clean form. */
  readonly damage: SetDamage;
}

/** A file that is in order keeps its bytes: CRLF, a byte order mark, text between its blocks. */
export function cleanSet(found: SetTexts): CleanSet {
  const texts: Record<Part, Presence<string>> = { ...found };
  const damage: Partial<Record<Part, string>> = {};
  const unclean: UncleanFile[] = [];
  for (const part of PARTS) {
    const text = texts[part];
    const problem = text.kind === "present" ? formProblem(part, text.value) : undefined;
    if (text.kind !== "present" || problem === undefined) continue;
    const value = cleanForm(part, text.value);
    if (value === undefined) damage[part] = `is not PEM that programs can load: ${problem}`;
    else {
      texts[part] = { kind: "present", value };
      unclean.push({ part, problem });
    }
  }
  return { texts, unclean, damage };
}

/** Reads all files of a set by `read`, and returns those that are to be rewritten. */
export function cleanTexts(
  read: (part: Part) => Presence<string>,
): readonly { readonly part: Part; readonly text: string }[] {
  const found = Object.fromEntries(PARTS.map((part) => [part, read(part)]));
  const { texts, unclean } = cleanSet({ ...NONE, ...found });
  return unclean.flatMap(({ part }) => {
    const text = texts[part];
    return text.kind === "present" ? { part, text: text.value } : [];
  });
}

const NONE: SetTexts = {
  cert: ABSENT,
  chain: ABSENT,
  fullchain: ABSENT,
  privkey: ABSENT,
  ca: ABSENT,
};
