/** The schema of `defaults`, for entries of `deploy` and `service` that do not set these keys. */
import * as v from "valibot";
import { readAccount, readBoolean, readMode, readOneOf, readTimeLimit } from "./read_scalars.ts";
import { readWindow } from "./read_window.ts";
import { map, oneOrMore, optional } from "./shapes.ts";
import { COMBINED_ORDERS, TARGET_KINDS } from "../certificate/types.ts";
import { CONTROLS } from "./types.ts";

/** Keys that only one target can have. */
const OF_ONE_TARGET = [
  ...TARGET_KINDS,
  "source",
  "dest",
  "password_file",
  "alias",
  "in_place",
  "overwrite",
];

/** Keys that only one service can have. */
const OF_ONE_SERVICE = [
  "name",
  "manager",
  "signal",
  "pid_file",
  "command",
  "validate",
  "probe",
  "order",
];

let made: ReturnType<typeof makeSchema> | undefined;

/** The schema of `defaults`, made on first use. */
export function defaultsSchema() {
  return made ??= makeSchema();
}

function makeSchema() {
  const deploy = map(
    `a map such as {owner: "www-data"}`,
    {
      owner: optional(readAccount),
      group: optional(readAccount),
      mode: optional(readMode),
      create_dirs: optional(readBoolean),
      order: optional(readOneOf(COMBINED_ORDERS)),
    },
    undefined,
    noDefaults(OF_ONE_TARGET, "deploy"),
  );
  const service = map(
    `a map such as {control: "restart"}`,
    {
      control: optional(readOneOf(CONTROLS)),
      timeout: optional(readTimeLimit),
      window: v.exactOptional(oneOrMore(readWindow)),
    },
    undefined,
    noDefaults(OF_ONE_SERVICE, "service"),
  );
  return map(`a map with the keys "deploy" and "service"`, {
    deploy: v.exactOptional(deploy),
    service: v.exactOptional(service),
  });
}

function noDefaults(keys: readonly string[], list: string): ReadonlyMap<string, string> {
  return new Map(
    keys.map((key) => [key, `cannot be a default; set it in the entries of "${list}"`]),
  );
}
