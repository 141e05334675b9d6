/** Compares the variables of scheduled runs with those of this shell. Shows names, never values. */
import type { Host } from "../../command/host.ts";
import { readInfo, readText } from "../../host/read.ts";
import { type CheckResult, found } from "../../report/check_result.ts";
import { openSecret } from "../../host/regular_file.ts";
import { shellWord } from "../../text/quote.ts";
import { explained } from "./remedy.ts";

/** The variables that VCM reads and that decide how it reaches the server. */
const READ =
  /^(?:(?:VCM|VAULT|BAO)_\w+|SSL_CERT_(?:FILE|DIR)|HTTPS?_PROXY|ALL_PROXY|https?_proxy|all_proxy)$/;

export function examineEnvironment(path: string, host: Pick<Host, "env">): CheckResult[] {
  const [text, info] = [readText(path), readInfo(path)];
  if (text.kind === "absent") return [];
  const word = shellWord(path);
  if (text.kind === "unreadable") {
    return [explained("warning", path, text.problem, "sudo vcm doctor")];
  }
  const open = info.kind === "present" ? openSecret(path, info.value.mode ?? 0) : undefined;
  const variables = readVariables(text.value).filter(([name]) => READ.test(name));
  const holdsSecret = variables.some(([name]) => /TOKEN|SECRET|PASSWORD/.test(name));
  const other = variables.filter(([name, value]) => host.env(name) !== value).map(([name]) => name);
  return [
    ...(open !== undefined && holdsSecret
      ? [found("problem", path, "it contains a secret and is open to others", `chmod 600 ${word}`)]
      : []),
    other.length === 0
      ? found("ok", path, "this shell has its variables, as scheduled runs have")
      : found(
        "warning",
        path,
        `scheduled runs read it, and a run by hand does not: ${other.join(", ")} ` +
          `${other.length === 1 ? "is" : "are"} missing or different here`,
        `set -a; . ${word}; set +a; vcm doctor`,
      ),
  ];
}

/** As systemd reads it (systemd.exec(5), `EnvironmentFile=`), as far as one-line values go. */
function readVariables(text: string): (readonly [name: string, value: string])[] {
  return text.split("\n").flatMap((line) => {
    const [, name, value = ""] = /^\s*(?:export\s+)?(\w+)=(.*?)\s*$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, value.replace(/^(["'])(.*)\1$/, "$2")] as const];
  });
}
