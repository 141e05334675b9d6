/** The two forms of a deploy entry: `cert: PATH` in short, `source: cert` and `dest: PATH` in long. */
import { nearest } from "../text/suggest.ts";
import { canBeEncrypted } from "./format.ts";
import { type What, WHATS } from "../certificate/types.ts";

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
export interface FormError {
  readonly key?: string;
  readonly message: string;
}

const NONE: readonly FormError[] = [];

/** What is wrong with an entry, judged by the keys that are there. */
export function targetErrors(entry: object): readonly FormError[] {
  const form = formErrors(entry);
  return form.length > 0 ? form : keyErrors(entry);
}

/** The same of its form alone. */
function formErrors(entry: object): readonly FormError[] {
  // Nearly always right, and asked for each of thousands of targets.
  const long = Number("source" in entry) + Number("dest" in entry);
  let short = 0;
  for (const what of WHATS) if (what in entry) short++;
  const right = short === 1 ? long === 0 : short === 0 && long === 2;
  return right ? NONE : explainForm(entry);
}

/** What an entry takes, in either form; `undefined` while that cannot be told. */
export function targetWhat(entry: object): What | undefined {
  const source = "source" in entry ? entry.source : undefined;
  return WHATS.find(source === undefined ? (what) => what in entry : (what) => what === source);
}

function isMisspeltPassword(key: string): boolean {
  return !FORM_KEYS.includes(key) && nearest(key, ["password_file"]) !== undefined;
}

/** Keys that go with some formats only, or that one needs. */
function keyErrors(entry: object): readonly FormError[] {
  const plain = !("order" in entry || "password_file" in entry || "pkcs12" in entry) &&
    !("in_place" in entry || "overwrite" in entry) &&
    !("source" in entry && entry.source === "pkcs12");
  // As above.
  if (plain) return NONE;
  const what = targetWhat(entry);
  if (what === undefined) return NONE;
  if ("in_place" in entry && what === "bundle") {
    return [{
      key: "in_place",
      message: `is not allowed with "bundle", which is replaced as a whole`,
    }];
  }
  if ("overwrite" in entry && what === "bundle") {
    const message = `is not allowed with "bundle", which replaces only a bundle`;
    return [{ key: "overwrite", message }];
  }
  if ("order" in entry && what !== "combined") {
    return [{ key: "order", message: `is allowed only with "combined"` }];
  }
  if ("password_file" in entry) {
    if (canBeEncrypted(what)) return NONE;
    const message = `is allowed only with "privkey", "combined" and "pkcs12"`;
    return [{ key: "password_file", message }];
  }
  if (what !== "pkcs12" || Object.keys(entry).some(isMisspeltPassword)) return NONE;
  const key = "pkcs12" in entry ? "pkcs12" : "source";
  return [{ key, message: `needs "password_file", a file that contains its password` }];
}

function explainForm(entry: object): readonly FormError[] {
  const keys = Object.keys(entry).filter((key) => FORM_KEYS.includes(key));
  const [what, ...more] = keys.filter((key) => key !== "source" && key !== "dest");
  const long: readonly string[] = keys.filter((key) => key === "source" || key === "dest");
  if (what !== undefined) {
    return [
      ...more.map((key) => ({
        key,
        message:
          `one entry deploys one file, and "${what}" is set already; make this a separate entry`,
      })),
      ...long.map((key) => ({
        key,
        message:
          `cannot be combined with "${what}"; use either "${what}: PATH" or "source" and "dest"`,
      })),
    ];
  }
  // A misspelt key is reported as unknown; that it is then missing too is not worth a second line.
  if (Object.keys(entry).some((key) => isMisspelt(key, keys))) return [];
  if (long.length === 0) {
    const short = WHATS.map((what) => `"${what}"`);
    const forms = `${short.slice(0, -1).join(", ")} or ${short.at(-1)} with a path, or ` +
      `"source" and "dest"`;
    return [{ message: `deploys nothing; set ${forms}` }];
  }
  const missing = ["source", "dest"].filter((key) => !long.includes(key));
  return missing.map((key) => ({ key, message: `is missing; "${long[0]}" needs it` }));
}

const OTHER_KEYS: readonly string[] = [
  "owner",
  "group",
  "mode",
  "create_dirs",
  "in_place",
  "overwrite",
  "order",
  "password_file",
];

function isMisspelt(key: string, present: readonly string[]): boolean {
  if (OTHER_KEYS.includes(key) || present.includes(key)) {
    return false;
  }
  return nearest(key, FORM_KEYS) !== undefined;
}
