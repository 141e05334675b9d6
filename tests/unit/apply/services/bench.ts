/** Stored sets that are deployed again, and services that are scripts: plans that need no server. */
import { apply } from "../../../../lib/apply/apply.ts";
import { CommandRunner } from "../../../../lib/apply/commands/runner.ts";
import type { ApplyEvent } from "../../../../lib/apply/events.ts";
import type { DeployStep, Plan, ServiceStep, Step } from "../../../../lib/plan/types.ts";
import { type Directory, makeDirectory } from "../../../support/rig.ts";
import { deployStep } from "../plans.ts";

export interface Bench extends Disposable {
  /** With a directory `store` for the store, one `ssl` for targets, and `log`. */
  readonly directory: Directory;
  /** Puts a set into the store that differs from what is deployed, and plans to deploy it. */
  deploy(name: string, services: readonly string[]): DeployStep;
  /** Writes a script, and gives its path. */
  script(name: string, lines: string): string;
  /** A command that writes a word into `log`, and then does what the lines say. */
  logs(word: string, lines?: string): readonly string[];
  /** Words in `log`, in their order. */
  log(): string[];
  run(...steps: readonly Step[]): Promise<ApplyEvent[]>;
}

export function makeBench(): Bench {
  const directory = makeDirectory();
  for (const name of ["store", "ssl", "bin"]) Deno.mkdirSync(directory.at(name));
  directory.write("log", "");
  const script = (name: string, lines: string) => {
    directory.write(`bin/${name}`, `#!/bin/sh\n${lines}\n`, 0o700);
    return directory.at(`bin/${name}`);
  };
  return {
    directory,
    deploy: (name, services) => {
      for (const [what, ending] of [["cert", "crt"], ["privkey", "key"]]) {
        directory.write(`store/${name}/${what}.pem`, `new ${what} of ${name}\n`);
        directory.write(`ssl/${name}.${ending}`, `old ${what} of ${name}\n`);
      }
      return {
        ...deployStep(directory, name, [{ kind: "content" }], true),
        services,
        revocable: true,
      };
    },
    script,
    logs: (word, lines = "") => [script(word, `echo ${word} >> ${directory.at("log")}\n${lines}`)],
    log: () => directory.read("log").split("\n").filter((word) => word !== ""),
    run: async (...steps) => {
      const plan: Plan = {
        at: new Date(),
        certStore: directory.at("store"),
        certificates: [],
        services: [],
        steps,
      };
      const events: ApplyEvent[] = [];
      const access = { problem: "no server" };
      const commands = new CommandRunner(plan);
      await apply({ plan, access }, (event) => events.push(event), commands);
      return events;
    },
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  };
}

/** A service that is a command, and loads the new files of some certificates. */
export function commandStep(
  service: string,
  certificates: readonly string[],
  command: readonly string[],
  change: Partial<ServiceStep> = {},
): ServiceStep {
  return {
    kind: "service",
    service,
    action: { manager: "command", command },
    pending: {
      reason: "deployed",
      detail: `it loads the new files of ${certificates.join(", ")}`,
    },
    certificates,
    about: { certificates, files: certificates.map((name) => `/etc/ssl/${name}.crt`) },
    validate: [],
    probes: [],
    timeout: 20,
    settle: 2,
    ...change,
  };
}
