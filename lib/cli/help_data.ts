import type { HelpDocument } from "../report/documents.ts";
import type { Command } from "../command/commands.ts";
import { optionFacts } from "../command/option_facts.ts";

/** What the command table says, for programs. */
export function helpData(commands: readonly Command[]): HelpDocument["commands"] {
  return commands.map(({ name, summary, details, takesNames, words, options, examples }) => ({
    name,
    summary,
    details,
    takesNames,
    ...(words && { words }),
    options: options.map((option) => {
      const { short, value, help } = optionFacts(option);
      return { name: option, ...(short && { short }), ...(value && { value }), help };
    }),
    examples: examples.map(([line, does]) => ({ line, does })),
  }));
}
