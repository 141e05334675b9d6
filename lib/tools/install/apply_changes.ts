/** Shows changes, asks, applies them and reports: for `vcm install` and `--uninstall`. */
import { type Changes, changesData, changesText, isInOrder } from "./install_text.ts";
import type { InstallDocument } from "../../report/documents.ts";
import { installJson } from "../../report/json.ts";
import { EXIT_OK, EXIT_USAGE } from "../../report/verdict.ts";
import type { Host } from "../../command/host.ts";
import { type Arguments, UsageError } from "../../command/parse_arguments.ts";

export interface ChangeRun {
  readonly question: string;
  readonly carryOut: () => Promise<void>;
  /** The final message. */
  readonly report: () => Promise<
    { readonly text: string; readonly json?: Pick<InstallDocument, "nextRun"> }
  >;
}

/** Returns the exit status. Throws UsageError, or an error of `carryOut`. */
export async function applyChanges(
  changes: Changes,
  { question, carryOut, report }: ChangeRun,
  args: Arguments,
  host: Host,
): Promise<number> {
  const say = (text: string) => {
    if (!args.json && !(args.quiet && args.yes)) host.out(text);
  };
  const inOrder = isInOrder(changes);
  if (!inOrder && args.json && !args.yes && !args.dryRun) {
    throw new UsageError("No questions with --json: pass --yes too", "install");
  }
  say(changesText(changes));
  if (!inOrder && args.dryRun) {
    if (args.json) host.out(installJson(changesData(changes, false)));
    return EXIT_OK;
  }
  if (!inOrder) {
    requireRoot(host);
    if (!agrees(question, args, host)) {
      say("Nothing was changed\n");
      return EXIT_USAGE;
    }
    await carryOut();
  }
  const { text, json } = await report();
  if (args.json) host.out(installJson({ ...changesData(changes, true), ...json }));
  say(`${text}\n`);
  return EXIT_OK;
}

function requireRoot(host: Host): void {
  if (host.uid() === 0) return;
  throw new Error(
    `Cannot change units as user ${host.uid()}: units belong to root; run it as root, or run "vcm ` +
      "" +
      'install --dry-run" to see what it would do',
  );
}

function agrees(question: string, args: Arguments, host: Host): boolean {
  if (args.yes) return true;
  if (host.canAsk) return host.ask(question);
  throw new UsageError(
    "No terminal to ask on: pass --yes to do this without a question; nothing was changed",
    "install",
  );
}
