/** Reads YAML. Each kind of text has its parser, and nearly all files need only the small one. */
import { readPlainYaml } from "./plain_yaml.ts";

/** Why the text cannot be parsed, with the zero-based place if the parser knows it. */
export interface YamlError {
  readonly reason: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** The text is nested too deeply for any parser. */
  readonly tooDeep?: boolean;
}

export type YamlReading =
  | { readonly tree: unknown; readonly error?: undefined }
  | { readonly error: YamlError };

/** The tree of the one document in the text, or why there is none; never throws. */
export async function readYaml(text: string): Promise<YamlReading> {
  return readPlainYaml(text) ?? (await import("./whole_yaml.ts")).readWholeYaml(text);
}
