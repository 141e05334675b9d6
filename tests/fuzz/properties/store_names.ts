/** Any name that a file may give: what is accepted stays in the store, and is one directory or file. */
import assert from "node:assert/strict";
import { posix } from "node:path";
import fc from "fast-check";
import { InvalidValue } from "../../../lib/config/scalars/scalar.ts";
import { certificateName } from "../../../lib/config/scalars/names.ts";
import { file } from "../../../lib/config/scalars/places.ts";
import { serviceName } from "../../../lib/config/scalars/services.ts";
import { serviceIdentity } from "../../../lib/config/service_form.ts";
import * as paths from "../../../lib/store/store_paths.ts";
import { directoryOf } from "../../../lib/text/path.ts";
import { MANAGERS } from "../../../lib/config/types.ts";
import { anyText, anyValue } from "../arbitraries/texts.ts";
import { fuzz } from "../fuzz.ts";

const anyChange = fc.oneof(
  anyText,
  fc.integer({ max: 0xffff, min: 0 }).map((code) => String.fromCharCode(code)),
);

const STORE = "/var/lib/vcm/certs";

const name = fc.oneof(
  anyValue,
  fc.constantFrom(
    "..",
    ".",
    "*",
    "*.a",
    "a/..",
    "..\\x",
    "archive",
    ".lock",
    ".pending",
    "-rf",
    "~",
  ),
  fc.tuple(fc.constantFrom(".new-", ".old-", "../", "*."), anyValue).map((parts) => parts.join("")),
  fc.string({ unit: "grapheme", minLength: 60, maxLength: 260 }),
);

/** Names that differ in one place, or in none. */
const twoNames = fc.tuple(name, anyChange, anyChange, name).map((
  [before, one, other, after],
): [string, string] => [before + one + after, before + other + after]);

/** Bytes of a file name on Linux. */
const LONGEST = 255;

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The path is one step below the directory, and stays so when it is resolved. */
function assertBelow(directory: string, path: string): void {
  assert.equal(posix.resolve(path), path);
  assert.equal(posix.dirname(path), directory);
  assert.ok(!path.includes("\0") && bytesOf(posix.basename(path)).length <= LONGEST, path);
}

export const STORE_NAMES = [
  fuzz("the name of a certificate never leaves the store", name, (text) => {
    const name = certificateName.read(text);
    if (name instanceof InvalidValue) return;
    const directory = paths.storedDirectory(STORE, name);
    const all = [
      directory,
      paths.stagedDirectory(STORE, name),
      paths.retiredDirectory(STORE, name),
    ];
    for (const path of all) assertBelow(STORE, path);
    assertBelow(directory, paths.storedFile(STORE, name, "privkey"));
    assertBelow(`${STORE}/archive/${name}`, paths.archivedDirectory(STORE, name, "0a:1b"));
    const own = [paths.lockFile(STORE), paths.pendingDirectory(STORE), `${STORE}/archive`, ...all];
    assert.equal(new Set(own).size, own.length, "it takes a place that something else has");
  }),
  fuzz("two names of certificates are two directories", twoNames, ([one, other]) => {
    if ([one, other].some((text) => certificateName.read(text) instanceof InvalidValue)) return;
    const same = String(bytesOf(one)) === String(bytesOf(other));
    assert.equal(same, one === other, "the names differ, and their directory does not");
  }),
  fuzz(
    "the pending action of a service never leaves its directory",
    fc.tuple(name, fc.constantFrom(undefined, ...MANAGERS)),
    ([text, manager]) => {
      const name = serviceName.read(text);
      if (name instanceof InvalidValue) return;
      const identity = serviceIdentity({ name, manager }, new Map());
      if (identity === undefined) return;
      const pendingAction = paths.pendingActionFile(STORE, identity.id);
      assertBelow(paths.pendingDirectory(STORE), pendingAction);
    },
  ),
  fuzz("files beside a target are in its directory", name, (text) => {
    const path = file.read(text.startsWith("/") ? text : `/etc/ssl/${text}`);
    if (path instanceof InvalidValue) return;
    assert.equal(posix.resolve(path), path);
    for (const beside of [paths.temporaryFile(path), paths.replacedFile(path)]) {
      assert.equal(posix.resolve(beside), beside);
      assert.equal(posix.dirname(beside), posix.dirname(path));
      assert.equal(directoryOf(beside), directoryOf(path));
      assert.ok(paths.isLeftover(posix.basename(beside)));
    }
  }),
];
