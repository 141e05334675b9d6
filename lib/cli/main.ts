/** From arguments to exit status. */
import { EXIT_OK } from "../report/exit_status.ts";
import type { Host } from "../command/host.ts";
import { type Arguments, parseArguments } from "../command/parse_arguments.ts";
import { versionText } from "../command/version.ts";
import { escapeFormat } from "../text/quote.ts";

/** Runs one command line and returns its exit status. Never throws. */
export async function main(args: readonly string[], process: Host): Promise<number> {
  let host = withoutFormats(process);
  let parsed: Arguments | undefined;
  try {
    parsed = parseArguments(args);
    if (host.outIsTerminal || host.errIsTerminal) {
      host = (await import("../command/terminal_host.ts")).terminalHost(host, parsed);
    }
    if (parsed.help) {
      host.out((await import("./help.ts")).helpText(parsed));
      return EXIT_OK;
    }
    if (parsed.version) {
      host.out(await versionText(parsed));
      return EXIT_OK;
    }
    return await dispatch(parsed, host);
  } catch (error) {
    return (await import("./explain.ts")).explain(error, parsed, host, args);
  }
}

/** Escapes the format characters of all names in all that is shown, of which no program has a use. */
function withoutFormats(host: Host): Host {
  const escaped: Partial<Host> = {
    out: (text) => host.out(escapeFormat(text)),
    err: (text) => host.err(escapeFormat(text)),
    ask: (question) => host.ask(escapeFormat(question)),
    openLog: (path) => {
      const write = host.openLog(path);
      return (text) => write(escapeFormat(text));
    },
  };
  // Some properties are asked for when they are needed.
  const whole = Object.defineProperties({} as Host, Object.getOwnPropertyDescriptors(host));
  return Object.assign(whole, escaped);
}

/** Loads only the command that is called. */
async function dispatch(args: Arguments, host: Host): Promise<number> {
  switch (args.command) {
    case "adopt":
      return await (await import("../tools/adopt/adopt.ts")).adopt(args, host);
    case "completion":
      return (await import("../tools/shell/completion.ts")).completion(args, host);
    case "demo":
      return await (await import("../tools/demo/demo.ts")).demo(args, host, main);
    case "doctor":
      return await (await import("../tools/doctor/doctor.ts")).doctor(args, host);
    case "init":
      return await (await import("../tools/init/init.ts")).init(args, host, main);
    case "man":
      return (await import("../tools/shell/man_page.ts")).man(host);
    case "prune":
      return await (await import("../tools/prune/prune.ts")).prune(args, host);
    case "names":
      return await (await import("../tools/shell/names.ts")).names(args, host);
    case "install":
      return await (await import("../tools/install/install.ts")).install(args, host);
    case "revoke":
      return await (await import("../tools/revoke/revoke.ts")).revoke(args, host);
    case "rollback":
      return await (await import("./rollback.ts")).rollbackCommand(args, host);
    case "schema":
      return await (await import("../tools/schema/schema.ts")).schema(args, host);
    case "validate":
      return await (await import("./validate.ts")).validate(args, host);
    case "check":
    case "status":
    case "plan":
      return await (await import("./check.ts")).checkCommand(args, host);
    case "run":
      if (args.dryRun) return await (await import("./check.ts")).checkCommand(args, host);
      return await (await import("./run.ts")).runCommand(args, host);
    case "issue":
    case "deploy":
    case "restart":
      return await (await import("./run.ts")).runCommand(args, host);
  }
}
