/**
 * `deno task record`: writes docs/screen.svg, what a terminal shows of real runs of the compiled
 * program. A test records again, and fails where today's program shows something else.
 */
import { BINARY } from "./compile.ts";
import { runDeno } from "./command.ts";
import { ROOT } from "./project.ts";
import { drawScreen } from "./record/draw_screen.ts";
import { type Line, linesOnScreen } from "./record/lines_on_screen.ts";
import { makeSite } from "./record/site.ts";

/** The picture. */
export const PICTURE = `${ROOT}docs/screen.svg`;

/** What it shows, for who cannot see it; README.md says the same. */
export const DESCRIPTION =
  "A terminal: vcm plan shows what would be done for four certificates, and why: one is about to " +
  "expire, one is missing, one has a key that every user may read; vcm run does it, and reloads " +
  "nginx; vcm status shows a table of all four in order.";

/** Of the terminal. */
export const COLUMNS = 88;

/** Command lines, and how they end. */
const SESSION = [["plan", 0], ["run", 0], ["status", 0]] as const;

if (import.meta.main) {
  try {
    await runDeno(["run", "-A", "scripts/compile.ts"], { cwd: ROOT });
    await Deno.writeTextFile(PICTURE, await record(BINARY));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}

/** Returns the picture of a session with the binary. Needs root, namespaces and nginx. */
export async function record(binary: string): Promise<string> {
  if (Deno.uid() !== 0) {
    throw new Error(`Cannot record: expected to be root, got user id ${Deno.uid()}`);
  }
  await using site = await makeSite(binary);
  const lines: Line[] = [];
  for (const [command, expected] of SESSION) {
    const { code, written } = await site.run([command], COLUMNS);
    if (code !== expected) {
      throw new Error(
        `Cannot record: expected "vcm ${command}" to end with ${expected}, got ${code}:\n${written}`,
      );
    }
    if (lines.length > 0) lines.push([[]]);
    lines.push(typed(`vcm ${command}`), ...linesOnScreen(written, COLUMNS));
  }
  return drawScreen(lines, COLUMNS, DESCRIPTION);
}

function typed(command: string): Line {
  return [[{ text: "$ ", look: "" }, { text: command, look: "bold" }]];
}
