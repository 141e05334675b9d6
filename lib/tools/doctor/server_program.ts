/**
 * Which command line program belongs to a server. Messages name `bao`, because no answer of a run tells
 * the products apart; `sys/health`, which only the doctor asks for, does.
 */
import type { CheckResult } from "../../report/check_result.ts";

/** Both take the same commands. */
export type ServerProgram = "bao" | "vault";

/** The commands of messages. */
const COMMANDS = /\bbao (?=(?:list|operator|patch|policy|print|read|secrets|token|write) )/g;

/** Versions of OpenBao begin with 2. Those of HashiCorp Vault with 2, too, say `enterprise`. */
export function programOf(health: Readonly<Record<string, unknown>>): ServerProgram {
  const isVault = health["enterprise"] !== undefined || /^[01]\./.test(String(health["version"]));
  return isVault ? "vault" : "bao";
}

/** The result with the commands of this program. */
export function nameProgram(result: CheckResult, program: ServerProgram): CheckResult {
  const named = (text: string) => text.replace(COMMANDS, `${program} `);
  const { detail, remedy } = result;
  return {
    ...result,
    detail: named(detail),
    ...(remedy !== undefined && { remedy: named(remedy) }),
  };
}
