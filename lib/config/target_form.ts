/** The two forms of a deploy entry: `cert: PATH` in short, `source: cert` and `dest: PATH` in long. */
import { nearest } from "../text/suggest.ts";
import { canBeEncrypted, holdsKey } from "./format.ts";
import type { EntryError } from "./declaration.ts";
import { TARGET_KINDS, type TargetKind } from "../certificate/types.ts";

/** The keys of an entry that the forms are made of. */
type FormKeys = { readonly [W in TargetKind]?: string | undefined } & {
  readonly source?: TargetKind | undefined;
  readonly dest?: string | undefined;
};

const FORM_KEYS: readonly string[] = [...TARGET_KINDS, "source", "dest"];

/** What an entry deploys, its path and the key of the path; `undefined` if it is incomplete. */
export function targetForm(
  entry: FormKeys,
): { readonly what: TargetKind; readonly path: string; readonly key: string } | undefined {
  for (const what of TARGET_KINDS) {
    const path = entry[what];
    if (path !== undefined) return { what, path, key: what };
  }
  if (entry.source === undefined || entry.dest === undefined) return undefined;
  return { what: entry.source, path: entry.dest, key: "dest" };
}

const NONE: readonly EntryError[] = [];

/** Errors of the keys of an entry. */
export function targetErrors(entry: object): readonly EntryError[] {
  const form = formErrors(entry);
  const errors = form.length > 0 ? form : keyErrors(entry);
  const mode = modeErrors(entry);
  return mode.length === 0 ? errors : [...errors, ...mode];
}

/** Errors of its form only. */
function formErrors(entry: object): readonly EntryError[] {
  // A fast check first: there may be thousands of targets, and nearly all are valid.
  const long = Number("source" in entry) + Number("dest" in entry);
  let short = 0;
  for (const what of TARGET_KINDS) if (what in entry) short++;
  const right = short === 1 ? long === 0 : short === 0 && long === 2;
  return right ? NONE : explainForm(entry);
}

/** What an entry deploys, in either form; `undefined` if it is unknown. */
function targetKind(entry: object): TargetKind | undefined {
  const source = "source" in entry ? entry.source : undefined;
  return TARGET_KINDS.find(
    source === undefined ? (what) => what in entry : (what) => what === source,
  );
}

function isMisspeltPassword(key: string): boolean {
  return !FORM_KEYS.includes(key) && nearest(key, ["password_file"]) !== undefined;
}

/** Errors of keys that only some formats allow or need. */
function keyErrors(entry: object): readonly EntryError[] {
  const plain = !("order" in entry || "password_file" in entry || "pkcs12" in entry) &&
    !("alias" in entry || "in_place" in entry || "overwrite" in entry) &&
    !("source" in entry && entry.source === "pkcs12");
  // A fast check first, as above.
  if (plain) return NONE;
  const what = targetKind(entry);
  if (what === undefined) return NONE;
  const error = (key: string, message: string) => [{ key, message }];
  if ("in_place" in entry && what === "bundle") {
    return error("in_place", `is not allowed with "bundle", which is replaced as a whole`);
  }
  if ("overwrite" in entry && what === "bundle") {
    return error("overwrite", `is not allowed with "bundle", which replaces only a bundle`);
  }
  if ("order" in entry && what !== "combined") {
    return error("order", `is allowed only with "combined"`);
  }
  if ("alias" in entry && what !== "pkcs12") {
    return error("alias", `is allowed only with "pkcs12"`);
  }
  if ("password_file" in entry) {
    if (canBeEncrypted(what)) return NONE;
    return error("password_file", `is allowed only with "privkey", "combined" and "pkcs12"`);
  }
  if (what !== "pkcs12" || Object.keys(entry).some(isMisspeltPassword)) return NONE;
  const key = "pkcs12" in entry ? "pkcs12" : "source";
  return error(key, `needs "password_file", a file that contains its password`);
}

/** Errors of the mode of an entry. An invalid mode is no number, and has its diagnostic already. */
function modeErrors(entry: { readonly mode?: unknown }): readonly EntryError[] {
  const { mode } = entry;
  if (typeof mode !== "number" || (mode & 0o007) === 0) return NONE;
  const what = targetKind(entry);
  if (what === undefined || !holdsKey(what)) return NONE;
  const message = `a private key must not be accessible to every user; use "0600" or "0640"`;
  return [{ key: "mode", atValue: true, message }];
}

function explainForm(entry: object): readonly EntryError[] {
  const keys = Object.keys(entry).filter((key) => FORM_KEYS.includes(key));
  const isLong = (key: string): boolean => key === "source" || key === "dest";
  const [what, ...more] = keys.filter((key) => !isLong(key));
  const long: readonly string[] = keys.filter(isLong);
  if (what !== undefined) {
    const second =
      `one entry deploys one file, and "${what}" is set already; make this a separate entry`;
    const mixed =
      `cannot be combined with "${what}"; use either "${what}: PATH" or "source" and "dest"`;
    return [
      ...more.map((key) => ({ key, message: second })),
      ...long.map((key) => ({ key, message: mixed })),
    ];
  }
  // A misspelled key is reported as unknown; do not report it as missing, too.
  if (Object.keys(entry).some((key) => isMisspelt(key, keys))) return [];
  if (long.length === 0) {
    const short = TARGET_KINDS.map((what) => `"${what}"`);
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
  "alias",
];

function isMisspelt(key: string, present: readonly string[]): boolean {
  return !OTHER_KEYS.includes(key) && !present.includes(key) &&
    nearest(key, FORM_KEYS) !== undefined;
}
