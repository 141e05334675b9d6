import { runDeno } from "../../scripts/command.ts";
import { filesBelow } from "../../scripts/files_below.ts";
import { ROOT } from "../../scripts/project.ts";
import { applyDiff, readRecipes, type Recipe } from "../support/recipes.ts";
import { passed, type Step } from "./step.ts";

const DOCUMENT = "CONTRIBUTING.md";

/** What the commands of the recipes read. */
const COPIED = [
  ...["lib", "tests", "scripts", "docs", "main.ts", "deno.json", "deno.lock", "vcm.yaml.example"],
  ...["README.md", "SECURITY.md", "CHANGELOG.md", DOCUMENT],
];

/** What a newcomer does first. */
export const recipes: Step = {
  name: "recipes",
  title:
    `each recipe of ${DOCUMENT} is applied to a copy, is formatted, lints, compiles, and passes`,
  async run() {
    const all = readRecipes(await Deno.readTextFile(`${ROOT}${DOCUMENT}`));
    for (const recipe of all) {
      console.log(recipe.title);
      await tryRecipe(recipe);
    }
    return passed(`${all.length} recipes applied`);
  },
};

async function tryRecipe({ title, diff, commands }: Recipe): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "vcm-recipe-" });
  try {
    const files = (await Promise.all(COPIED.map((path) => filesBelow(path)))).flat();
    for (const path of files) await copy(path, directory);
    const texts = applyDiff(diff, (path) => {
      return files.includes(path) ? Deno.readTextFileSync(`${directory}/${path}`) : undefined;
    });
    for (const [path, text] of texts) await Deno.writeTextFile(`${directory}/${path}`, text);
    for (const command of ["deno fmt --check lib tests", "deno lint", "deno check", ...commands]) {
      await runDeno(command.split(" ").slice(1), { cwd: directory });
    }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new Error(`${DOCUMENT}, "${title}": ${problem}`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function copy(path: string, directory: string): Promise<void> {
  const to = `${directory}/${path}`;
  await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
  await Deno.copyFile(`${ROOT}${path}`, to);
}
