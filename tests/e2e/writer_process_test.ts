/** The process that writes files as another user: it does not block, and ends with its input. */
import { existsSync, readFileSync } from "node:fs";
import { lines } from "../../lib/apply/writers/writer.ts";
import { runQuietly } from "../../scripts/command.ts";
import { straceLibraries } from "../support/fetch_strace.ts";
import { pathOfPart } from "../support/parts.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { waitUntil } from "../support/wait_until.ts";
import { assert } from "./assert.ts";
import { makeUsersPlace, NO_GROUP, USER, type UsersPlace } from "./user_site.ts";

// Root is needed to become somebody else, as it is for a machine.
const test = await testsNeeding("machine");
const traced = await testsNeeding("machine", "strace");

test("a pipe in the place of the user's directory ends a request at once", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("pg", USER);
  await new Deno.Command("mkfifo", { args: ["-m", "0666", place.at("pg/pipe")] }).output();
  const requests = ["sync", "keep", "keep in place", "replace in place", "restore"].map((name) => {
    const path = place.at("pg/pipe");
    const [kind = "", inPlace] = [name.split(" ")[0], name.endsWith("in place")];
    if (kind === "sync") return { do: kind, directory: path };
    return { do: kind, path, inPlace, kept: true, identity: "1:2:3" };
  });
  const writer = startWriter(place, []);
  const answers = await ask(writer, requests);
  assert.equal(answers.length, requests.length);
  assert.equal(answers[0], '{"kind":"failed","code":"ENOTDIR"}');
  assert.equal((await writer.status).code, 0);
});

traced(
  "a writer process ends with its input, though a request waits for a file system",
  async () => {
    await using place = await makeUsersPlace();
    await place.makeDirectory("pg", USER);
    // The user may be unable to enter the directory of the checkout.
    await runQuietly(["cp", "-r", await pathOfPart("strace"), place.at("strace")]);
    const strace = place.at("strace");
    // The file system answers after ten minutes.
    const slow = ["-f", "-qq", "-o", "/dev/null", "-e", "inject=fsync:delay_enter=600s"];
    const writer = startWriter(
      place,
      [`${strace}/usr/bin/strace`, ...slow],
      straceLibraries(strace),
    );
    const made = place.at("pg/.a.crt.vcm-new");
    const content = { encoding: "utf8", data: "x" };
    const file = { path: place.at("pg/a.crt"), content, mode: 0o644, createDirs: false };
    const requests = writer.stdin.getWriter();
    await requests.write(new TextEncoder().encode(`${JSON.stringify({ do: "make", file })}\n`));
    await waitUntil("the request begins", 60, () => Promise.resolve(existsSync(made) || undefined));
    const { pid } = writer;
    const traced = (await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`)).trim();
    await requests.close();
    await waitUntil("the process ends", 60, () => Promise.resolve(hasEnded(traced) || undefined));
    writer.kill("SIGKILL");
    await writer.status;
    await writer.stdout.cancel();
  },
);

/** It may be a zombie until the program that traces it sees its end. */
function hasEnded(pid: string): boolean {
  try {
    return /^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
}

/** Starts a writer process as the user, below another program if there is one. */
function startWriter(
  place: UsersPlace,
  by: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Deno.ChildProcess {
  const [program = "", ...args] = [...by, place.at("vcm"), "write-files-as", String(USER)];
  const options = { clearEnv: true, env: { ...env }, cwd: "/", uid: USER, gid: NO_GROUP };
  return new Deno.Command(program, {
    args,
    ...options,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

/** Sends all requests, then ends the input once all answers are there. */
async function ask(writer: Deno.ChildProcess, requests: readonly unknown[]): Promise<string[]> {
  const input = writer.stdin.getWriter();
  const text = requests.map((request) => `${JSON.stringify(request)}\n`).join("");
  await input.write(new TextEncoder().encode(text));
  const answers: string[] = [];
  for await (const line of lines(writer.stdout, 1_000)) {
    answers.push(line);
    if (answers.length === requests.length) await input.close();
  }
  return answers;
}
