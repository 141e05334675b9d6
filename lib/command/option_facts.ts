import { type OptionName, OPTIONS } from "./options.ts";

/** An option as help, the manual page and completion speak of it. */
export interface OptionFacts {
  readonly name: OptionName;
  readonly short?: string;
  /** What its value is, `FILE`; absent where it takes none. */
  readonly value?: string;
  /** The values that there are, where they are few. */
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
