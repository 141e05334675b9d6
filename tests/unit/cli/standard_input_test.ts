/** The configuration from standard input, by the program as it is run. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { makeDirectory } from "../../support/rig.ts";

const CONFIG = `config: {vault: "https://v:8200", pki: p, role: r}
certs: [{name: a.example.com}]
`;

/** Runs VCM from its sources. @param input Absent: standard input is empty. */
async function vcm(line: string, input = "", cwd?: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", "--no-check", "-P=vcm", MAIN, ...line.split(" ")],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    ...(cwd !== undefined && { cwd }),
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

const MAIN = fileURLToPath(import.meta.resolve("../../../main.ts"));

Deno.test("each name of standard input reads the configuration from a pipe", async () => {
  for (const name of ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"]) {
    const { code, out, err } = await vcm(`validate --config ${name}`, CONFIG);
    assert.deepEqual([code, err], [0, ""], name);
    assert.match(out, /^-: no errors; 1 certificate,/);
  }
});

Deno.test("a diagnostic of standard input has its line, and an empty pipe says what to add", async () => {
  const wrong = await vcm("validate -c -", CONFIG.replace("role: r", "rolle: r"));
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /^error: -:1:\d+ config\.rolle: /);
  assert.match((await vcm("validate -c -")).err, /^error: -:1:1: is empty; add at least "certs"/);
});

Deno.test("what standard input includes is relative to the current directory", async () => {
  using directory = makeDirectory();
  directory.write("more.yaml", "certs: [{name: b.example.com}]\n", 0o600);
  const text = CONFIG.replace("certs: ", "include: more.yaml\ncerts: ");
  const { code, out, err } = await vcm("validate -c -", text, directory.path);
  assert.deepEqual([code, err], [0, ""]);
  assert.match(out, /2 certificates/);
});

Deno.test("commands that need a file say so", async () => {
  assert.match(
    (await vcm("install --dry-run --config -", CONFIG)).err,
    /^error: A scheduled run cannot read the configuration from standard input: pass --config FILE/,
  );
  assert.match(
    (await vcm("init --yes -c -")).err,
    /^error: A file cannot be written to standard in/,
  );
});
