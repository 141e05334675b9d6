import assert from "node:assert/strict";
import { unsafeBinary } from "../../../../lib/tools/install/unsafe_binary.ts";
import { makeDirectory } from "../../../support/rig.ts";

/** Only root can make what is root's. */
const test = (name: string, fn: () => void) => Deno.test({ name, fn, ignore: Deno.uid() !== 0 });

const USER = 61001;

/** Why root must not run a program, once something was done to its place. */
function unsafeAfter(harm: (at: (name: string) => string) => void): string | undefined {
  using directory = makeDirectory();
  directory.write("bin/vcm", "", 0o755);
  harm(directory.at);
  return unsafeBinary(directory.at("bin/vcm"))?.replaceAll(directory.path, "FOLDER");
}

function message(why: string, mend: string): string {
  return `Root must not run "FOLDER/bin/vcm": ${why} and can replace it; fix: run "install ` +
    '-m 755 FOLDER/bin/vcm /usr/local/bin/vcm", then "/usr/local/bin/vcm install", or run ' +
    `"${mend}"`;
}

test("unsafeBinary() finds none if only root may replace the program", () => {
  assert.equal(unsafeAfter(() => {}), undefined);
  assert.equal(unsafeAfter((at) => Deno.chmodSync(at("bin"), 0o1777)), undefined);
});

test("unsafeBinary() names who may write to the program or to a directory above it", () => {
  assert.equal(
    unsafeAfter((at) => Deno.chmodSync(at("bin"), 0o777)),
    message('Every user may write to "FOLDER/bin"', "chmod o-w FOLDER/bin"),
  );
  assert.equal(
    unsafeAfter((at) => {
      Deno.chownSync(at(""), 0, 50);
      Deno.chmodSync(at(""), 0o775);
    }),
    message('Group 50 may write to "FOLDER"', "chmod g-w FOLDER"),
  );
  assert.equal(
    unsafeAfter((at) => Deno.chmodSync(at("bin/vcm"), 0o757)),
    message('Every user may write to "FOLDER/bin/vcm"', "chmod o-w FOLDER/bin/vcm"),
  );
});

test("unsafeBinary() names the owner of the program or of a directory above it", () => {
  assert.equal(
    unsafeAfter((at) => Deno.chownSync(at("bin"), USER, USER)),
    message('User "61001" owns "FOLDER/bin"', "chown root FOLDER/bin"),
  );
  assert.equal(
    unsafeAfter((at) => Deno.chownSync(at("bin/vcm"), USER, 0)),
    message('User "61001" owns "FOLDER/bin/vcm"', "chown root FOLDER/bin/vcm"),
  );
  assert.equal(
    unsafeAfter((at) => {
      Deno.chownSync(at("bin/vcm"), USER, 0);
      Deno.chmodSync(at("bin"), 0o1777);
    }),
    message('User "61001" owns "FOLDER/bin/vcm"', "chown root FOLDER/bin/vcm"),
  );
});
