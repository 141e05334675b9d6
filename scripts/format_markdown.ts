import { runDeno } from "./command.ts";
import { ROOT } from "./project.ts";

/** A document as `deno fmt` has it. Needs to run Deno. */
export async function formatMarkdown(text: string): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ".md" });
  try {
    await Deno.writeTextFile(path, text);
    await runDeno(["fmt", "--quiet", "--config", `${ROOT}deno.json`, path], { cwd: ROOT });
    return await Deno.readTextFile(path);
  } finally {
    await Deno.remove(path);
  }
}
