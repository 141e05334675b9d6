import assert from "node:assert/strict";
import { readPassword } from "../../../lib/observe/password_file.ts";
import { errorOf, makeDirectory } from "../../support/rig.ts";

Deno.test("readPassword() gives the line of a file without its end, spaces and all", () => {
  using directory = makeDirectory();
  const texts = { "hunter2\n": "hunter2", "hunter2": "hunter2", " a b \r\n": " a b ", "~": "~" };
  for (const [text, password] of Object.entries(texts)) {
    directory.write("password", text);
    assert.equal(readPassword(directory.at("password")).reveal(), password);
  }
  assert.equal(String(readPassword(directory.at("password"))), "[redacted]");
});

Deno.test("readPassword() follows a link", () => {
  using directory = makeDirectory();
  directory.write("password", "hunter2\n");
  Deno.symlinkSync("password", directory.at("link"));
  assert.equal(readPassword(directory.at("link")).reveal(), "hunter2");
});

Deno.test("readPassword() does not use what its group or others can open", () => {
  using directory = makeDirectory();
  const path = directory.at("password");
  for (const [mode, who] of [[0o640, "its group"], [0o604, "every user"]] as const) {
    directory.write("password", "hunter2\n", mode);
    assert.equal(
      errorOf(() => readPassword(path)).message,
      `"${path}" contains a secret and is open to ${who} (mode 0${
        mode.toString(8)
      }), so it is not ` +
        `used; fix: chmod 600 ${path}`,
    );
  }
});

Deno.test("readPassword() says what is wrong with a file, and never what it holds", () => {
  using directory = makeDirectory();
  const path = directory.at("password");
  const odd =
    `The password file "${path}" contains more than one line, or characters that are not ` +
    "printable ASCII; make it one line of letters, digits and signs";
  const empty = `The password file "${path}" is empty; write the password into it, in one line`;
  const texts = { "": empty, "\n": empty, "hunter2\nb\n": odd, "hunter2\n\n": odd, "hünter2": odd };
  for (const [text, message] of Object.entries({ ...texts, "hunter2\0": odd, "hunter\t2": odd })) {
    directory.write("password", text);
    assert.equal(errorOf(() => readPassword(path)).message, message, JSON.stringify(text));
  }
});

Deno.test("readPassword() says why a file cannot be read, and what to do", () => {
  using directory = makeDirectory();
  const remedy = "; write the password into it, in one line, with mode 0600";
  assert.equal(
    errorOf(() => readPassword(directory.at("none"))).message,
    `Cannot read the password file "${directory.at("none")}": no such file or directory${remedy}`,
  );
  assert.equal(
    errorOf(() => readPassword(directory.path)).message,
    `Cannot read the password file "${directory.path}": is a directory${remedy}`,
  );
});
