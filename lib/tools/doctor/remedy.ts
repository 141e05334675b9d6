/** Check results that say how to fix what is wrong. */
import { type CheckResult, found } from "../../report/check_result.ts";

/** A command of VCM, of the server's command line, or of this host. */
export const COMMAND = new RegExp(
  '(?:^|[\\s":])(?:' + [
    "(?:vcm|bao|vault|curl|systemctl|journalctl|docker|podman|openssl|timedatectl) [\\w.-]",
    "(?:chmod|chown|mkdir|useradd|groupadd|ls|mv|rm|cat|sudo) \\S",
    "(?:install|ulimit|command|set|date) -\\w",
    "echo >>",
    "(?:export|unset) [A-Z]",
  ].join("|") + ")",
);

/**
 * The result of a message that may end in its own fix; otherwise the command is the fix.
 *
 * @param command What to type if the message names no command.
 */
export function explained(
  verdict: "warning" | "problem",
  subject: string,
  message: string,
  command: string,
): CheckResult {
  const clauses = message.split("; ");
  const first = clauses.findIndex((clause, index) => index > 0 && COMMAND.test(clause));
  if (first < 0) return found(verdict, subject, message, command);
  const remedy = clauses.slice(first).join("; ").replace(/^fix: /, "");
  return found(verdict, subject, clauses.slice(0, first).join("; "), remedy);
}
