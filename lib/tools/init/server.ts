/** The server, its mount and its role: from options, the environment, or questions. */
import { InvalidValue, type Reader } from "../../config/invalid_value.ts";
import { readMount, readRole } from "../../config/read_names.ts";
import { isGuarded, readAddress } from "../../config/read_places.ts";
import type { ServerAnswers } from "./first_file.ts";
import type { Host } from "../../command/host.ts";
import { type Arguments, UsageError } from "../../command/parse_arguments.ts";
import { ask, type Person } from "./questions.ts";

/** The mount path in the documentation of Vault. */
const USUAL_MOUNT = "pki";

interface Question {
  readonly flag: "vault" | "pki" | "role";
  readonly text: string;
  readonly read: Reader<string>;
  readonly suggestion: string | undefined;
}

/** @param person Absent if no questions are allowed. Then throws UsageError for missing options. */
export function findServer(args: Arguments, host: Host, person?: Person): ServerAnswers {
  const questions = questionsFor(host);
  const given = questions.map(({ flag, read }) => readFlag(args, flag, read));
  const missing = questions.filter(({ suggestion }, index) =>
    given[index] === undefined && suggestion === undefined
  );
  if (person === undefined && missing.length > 0) {
    const flags = missing.map(({ flag }) => `--${flag} ${flag === "role" ? "ROLE" : "URL"}`);
    throw new UsageError(`No terminal to ask on: pass ${flags.join(" and ")}`, "init");
  }
  const [vault = "", pki = "", role = ""] = questions.map(({ text, read, suggestion }, index) =>
    given[index] ?? (person === undefined ? suggestion : ask(person, text, suggestion, read))
  );
  return { vault, pki, role };
}

function questionsFor(host: Host): Question[] {
  const known = readVault(host.env("BAO_ADDR") || host.env("VAULT_ADDR") || "");
  return [
    {
      flag: "vault",
      text: "Address of Vault or OpenBao",
      read: readVault,
      suggestion: known instanceof InvalidValue ? undefined : known,
    },
    { flag: "pki", text: "Mount of its PKI engine", read: readMount, suggestion: USUAL_MOUNT },
    { flag: "role", text: "Role at that mount", read: readRole, suggestion: undefined },
  ];
}

function readFlag(
  args: Arguments,
  flag: Question["flag"],
  read: Reader<string>,
): string | undefined {
  const text = args[flag];
  if (text === undefined) return undefined;
  const value = read(text);
  if (value instanceof InvalidValue) {
    throw new UsageError(`Option "--${flag}": ${value.message}`, "init");
  }
  return value;
}

/** Accepts what a configuration accepts without further keys. */
function readVault(text: string): string | InvalidValue {
  const address = readAddress(text);
  if (address instanceof InvalidValue || isGuarded(address)) return address;
  return new InvalidValue('sends tokens and keys unencrypted; use "https://"');
}
