import { type OptionName, OPTIONS } from "./options.ts";

/** An option, for help, the manual page and completion. */
export interface OptionFacts {
  readonly name: OptionName;
  readonly short?: string;
  /** The placeholder of its value, `FILE`; absent if it takes none. */
  readonly value?: string;
  /** The possible values, if there are few. */
  readonly values?: readonly string[];
  readonly help: string;
}

/** The option's entry of the table. */
export function optionFacts(name: OptionName): OptionFacts {
  return { name, ...OPTIONS[name] };
}

/** All options, in the table's order. */
export function allOptions(): readonly OptionFacts[] {
  return (Object.keys(OPTIONS) as OptionName[]).map(optionFacts);
}
