/** Shows changes, asks, applies them and reports: for `vcm install` and `--uninstall`. */
import type { Host } from "../../command/host.ts";
import { InterruptedError, Interruption } from "../../command/interruption.ts";
import { type Arguments, UsageError } from "../../command/parse_arguments.ts";
import { explainFailure } from "../../host/command_output.ts";
import { parseTimestamp } from "../../host/units.ts";
import type { InstallDocument } from "../../report/documents/tools.ts";
import { installJson } from "../../report/json.ts";
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE } from "../../report/exit_status.ts";
import { lockStore } from "../../store/lock.ts";
import { type Changes, changesData, changesText, isInOrder } from "./install_text.ts";
import type { ServiceHost } from "./service_host.ts";
import { TIMER } from "./units_text.ts";

export interface ChangeRun {
  readonly question: string;
  /** The final message. */
  readonly report: () => Promise<
    { readonly text: string; readonly json?: Pick<InstallDocument, "nextRun"> }
  >;
}

/** Returns the exit status. Throws UsageError, StoreError, or Error that says what is already done. */
export async function applyChanges(
  changes: Changes,
  { question, report }: ChangeRun,
  args: Arguments,
  host: Host,
  on: ServiceHost,
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
    await carryOutChanges(changes, on);
  }
  const { text, json } = await report();
  if (args.json) host.out(installJson({ ...changesData(changes, true), ...json }));
  say(`${text}\n`);
  return EXIT_OK;
}

function requireRoot(host: Host): void {
  if (host.uid() === 0) return;
  throw new Error(
    `Cannot change units as user ${host.uid()}: units belong to root; run it as root, or run ` +
      '"vcm install --dry-run" to see what it would do',
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

/** Throws Error that says what is already done, or StoreError. */
async function carryOutChanges(changes: Changes, on: ServiceHost): Promise<void> {
  const { first, files, store, then } = changes;
  const done: string[] = [];
  using interruption = new Interruption();
  const call = async (command: readonly string[]) => {
    const why = await interruption.look();
    if (why === undefined) {
      const result = await on.systemctl(command.slice(1)).catch((error) => {
        if (interruption.status === undefined) throw error;
      });
      if (result?.code === 0) return;
      if (result !== undefined && interruption.status === undefined) {
        const failure = `"${command.join(" ")}" ${explainFailure(result, 60)}`;
        throw new Error(`${failure}; already done: ${listed(done)}`);
      }
    }
    const message = `Not finished, because ${interruption.stop.why}; already done: ` +
      `${listed(done)}; to finish it, run the same command again`;
    throw new InterruptedError(message, interruption.status ?? EXIT_FAILED);
  };
  if (store !== undefined) lockStore(store)[Symbol.dispose]();
  for (const command of first) await call(command);
  for (const { path, state, after } of files) {
    if (state === "written") await on.write(path, after ?? "");
    if (state === "removed") on.remove(path);
    if (state === "written" || state === "removed") done.push(`${path} is ${state}`);
  }
  for (const command of then) await call(command);
}

function listed(done: readonly string[]): string {
  return done.length === 0 ? "nothing" : done.join(", ");
}

/** When the timer starts the next run. */
export async function nextRun(on: ServiceHost): Promise<Date | undefined> {
  const { stdout } = await on.systemctl([
    "show",
    "--value",
    "--property=NextElapseUSecRealtime",
    TIMER,
  ]);
  const at = parseTimestamp(stdout);
  return at === 0 ? undefined : new Date(at);
}
