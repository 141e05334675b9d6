/** The rules for `defaults`, which hang on what they are used for. */
import { holdsKey } from "./format.ts";
import type { Finding, KeyPath } from "./key_path.ts";
import type { Draft, File } from "./schema.ts";
import { targetForm } from "./target_form.ts";

/** @param wrong Tells which keys have a finding already. */
export function checkDefaults(file: Draft<File>, wrong: (path: KeyPath) => boolean): Finding[] {
  const mode = file.defaults?.deploy?.mode;
  if (mode === undefined || (mode & 0o007) === 0) return [];
  const keys: KeyPath[] = [];
  for (const [index, certificate] of file.certs?.entries() ?? []) {
    for (const [number, entry] of certificate?.deploy?.entries() ?? []) {
      const at: KeyPath = ["certs", index, "deploy", number];
      if (entry === undefined || entry.mode !== undefined || wrong([...at, "mode"])) continue;
      const form = targetForm(entry);
      if (form !== undefined && holdsKey(form.what)) keys.push([...at, form.key]);
    }
  }
  const [other] = keys;
  if (other === undefined) return [];
  const theirs = keys.length === 1
    ? `"mode" on`
    : `"mode" on ${keys.length} targets, the first of them`;
  const message =
    `a private key must not be accessible to every user; use "0600" or "0640", or set ${theirs}`;
  return [{ path: ["defaults", "deploy", "mode"], message, other }];
}
