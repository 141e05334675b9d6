/** A person at a terminal of the machine: each answer is typed once its question is on the screen. */
import { waitUntil } from "../support/wait_until.ts";
import { inMachine } from "./nginx_host.ts";
import type { Scene } from "./scene.ts";

/** A question, or its begin, and what is typed without the Enter. */
export type Turn = readonly [question: string, answer: string];

/** Runs a command line at a terminal. Returns its exit status, and what the terminal showed. */
export async function typeAnswers(
  scene: Scene,
  line: string,
  turns: readonly Turn[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly screen: string }> {
  const directory = await Deno.makeTempDir({ dir: scene.directory });
  const [keys, log] = [`${directory}/keys`, `${directory}/screen`];
  await inMachine(scene, "mkfifo", keys);
  const read = async () =>
    (await Deno.readTextFile(log).catch(() => "")).replaceAll("\r", "").replace(/^Script .*\n/, "");
  const script = `script -qefc "$1" "$2" <"$3" >/dev/null`;
  const running = scene.machine.exec(["sh", "-c", script, "sh", line, log, keys], { env });
  using keyboard = await Deno.open(keys, { write: true });
  let from = 0;
  for (const [question, answer] of turns) {
    await waitUntil(`"${question}" is asked`, 60, async () => {
      const at = (await read()).indexOf(question, from);
      if (at < 0) return undefined;
      from = at + question.length;
      return true;
    });
    await keyboard.write(new TextEncoder().encode(`${answer}\n`));
  }
  const { code } = await running;
  return { code, screen: await read() };
}
