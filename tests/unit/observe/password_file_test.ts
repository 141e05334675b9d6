import assert from "node:assert/strict";
import { readPassword } from "../../../lib/observe/password_file.ts";
import { errorOf, makeFolder } from "../../support/rig.ts";

Deno.test("readPassword() gives the line of a file without its end, spaces and all", () => {
  using folder = makeFolder();
  const texts = { "hunter2\n": "hunter2", "hunter2": "hunter2", " a b \r\n": " a b ", "~": "~" };
  for (const [text, password] of Object.entries(texts)) {
    folder.write("password", text);
    assert.equal(readPassword(folder.at("password")).reveal(), password);
  }
  assert.equal(String(readPassword(folder.at("password"))), "[redacted]");
});

Deno.test("readPassword() follows a link", () => {
  using folder = makeFolder();
  folder.write("password", "hunter2\n");
  Deno.symlinkSync("password", folder.at("link"));
  assert.equal(readPassword(folder.at("link")).reveal(), "hunter2");
});

Deno.test("readPassword() does not use what its group or others can open", () => {
  using folder = makeFolder();
  const path = folder.at("password");
  for (const [mode, who] of [[0o640, "its group"], [0o604, "every user"]] as const) {
    folder.write("password", "hunter2\n", mode);
    assert.equal(
      errorOf(() => readPassword(path)).message,
      `"${path}" holds a secret and is open to ${who} (mode 0${mode.toString(8)}), so it is not ` +
        `used; cure: chmod 600 ${path}`,
    );
  }
});

Deno.test("readPassword() says what is wrong with a file, and never what it holds", () => {
  using folder = makeFolder();
  const path = folder.at("password");
  const odd = `The password file "${path}" holds more than one line, or characters that are not ` +
    "printable ASCII; make it one line of letters, digits and signs";
  const empty = `The password file "${path}" is empty; write the password into it, in one line`;
  const texts = { "": empty, "\n": empty, "hunter2\nb\n": odd, "hunter2\n\n": odd, "hünter2": odd };
  for (const [text, message] of Object.entries({ ...texts, "hunter2\0": odd, "hunter\t2": odd })) {
    folder.write("password", text);
    assert.equal(errorOf(() => readPassword(path)).message, message, JSON.stringify(text));
  }
});

Deno.test("readPassword() says why a file cannot be read, and what to do", () => {
  using folder = makeFolder();
  const remedy = "; write the password into it, in one line, with mode 0600";
  assert.equal(
    errorOf(() => readPassword(folder.at("none"))).message,
    `Cannot read the password file "${folder.at("none")}": no such file or directory${remedy}`,
  );
  assert.equal(
    errorOf(() => readPassword(folder.path)).message,
    `Cannot read the password file "${folder.path}": is a directory${remedy}`,
  );
});
