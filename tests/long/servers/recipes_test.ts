/** The recipes of docs/recipes with the real servers of Debian. */
import { testsNeeding } from "../../support/tests_needing.ts";
import { RECIPES } from "./recipe_cases.ts";
import { tryRecipe } from "./server_host.ts";

const test = await testsNeeding("openbao", "machine", "servers");

for (const recipe of RECIPES) {
  test(`${recipe.heading} serves a renewed certificate by its recipe`, () => tryRecipe(recipe));
}
