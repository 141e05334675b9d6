/** Shapes of the documents that hold no plan. */
import type { Diagnostic } from "../../../config/diagnostic.ts";
import type { CheckResult } from "../../../report/check_result.ts";
import {
  type DemoCommand,
  type DemoDocument,
  type DoctorDocument,
  type ErrorDocument,
  type HelpDocument,
  type InstallDocument,
  LAYOUT,
  type RevokeDocument,
  type ValidateDocument,
  type VersionDocument,
} from "../../../report/documents.ts";
import {
  always,
  COUNT,
  FLAG,
  list,
  map,
  maybe,
  MODE,
  only,
  TEXT,
  TEXTS,
  TIME,
  words,
} from "./shape.ts";

/** The key that all documents have. */
export const layout = always(
  "Version of the layout: another one where a key means something else, or is gone.",
  only(LAYOUT),
);

export const VALIDATE = map<ValidateDocument>({
  layout,
  file: always("The file, as it was named.", TEXT),
  certificates: always("How many certificates it has.", COUNT),
  targets: always("How many targets they have.", COUNT),
  services: always("How many services they have.", COUNT),
});

export const DOCTOR = map<DoctorDocument>({
  layout,
  results: always(
    "What was found, in the order in which it was looked at.",
    list(map<CheckResult>({
      verdict: always(
        "Whether it keeps certificates from being issued, or may do so.",
        words(["ok", "warning", "problem"]),
      ),
      subject: always("An address, a path of the API, or what else was looked at.", TEXT),
      detail: always("What was found, for people.", TEXT),
      remedy: maybe("What to do, or a text to paste, for people.", TEXT),
    })),
  ),
});

export const REVOKE = map<RevokeDocument>({
  layout,
  results: always(
    "What came of each name.",
    list(map<RevokeDocument["results"][number]>({
      name: always("Name of the certificate.", TEXT),
      done: always("Whether it is revoked.", FLAG),
      message: always("What was done, or why it was not, for people.", TEXT),
    })),
  ),
});

type InstalledFile = InstallDocument["files"][number];

export const INSTALL = map<InstallDocument>({
  layout,
  done: always("Whether it was done, or only shown.", FLAG),
  files: always(
    "The units.",
    list(map<InstalledFile>({
      path: always("Its path.", TEXT),
      state: always(
        "What is done with it; one that others wrote is kept.",
        words(["written", "unchanged", "removed", "kept", "absent"]),
      ),
      text: maybe("What is to lie there.", TEXT),
    })),
  ),
  store: maybe("A directory that is made for the store.", TEXT),
  commands: always("Programs that are run, with their arguments, in their order.", list(TEXTS)),
  dropIns: always("Files of others that add to the units, and stay.", TEXTS),
  nextRun: maybe("When the timer runs it next.", TIME),
  cron: maybe(
    "What is to be written by hand where there is no systemd.",
    map<NonNullable<InstallDocument["cron"]>>({
      path: always("Its path.", TEXT),
      text: always("What is to lie there.", TEXT),
    }),
  ),
});

export const DEMO = map<DemoDocument>({
  layout,
  directory: always("The directory in which all was done, and which is left.", TEXT),
  commands: always(
    "What the tour ran, in its order.",
    list(map<DemoCommand>({
      command: always("The command.", TEXT),
      status: always("Its exit status.", COUNT),
      expected: always("The exit status that the tour says it ends with.", COUNT),
      requests: always("How many requests the practice Vault got from it.", COUNT),
    })),
  ),
  files: always(
    "What lies on disk at the end.",
    list(map<DemoDocument["files"][number]>({
      path: always("Its path, below the directory.", TEXT),
      mode: always("Its mode.", MODE),
      size: always("Its size in bytes.", COUNT),
    })),
  ),
});

export const VERSION = map<VersionDocument>({
  layout,
  version: always("The version of vcm.", TEXT),
  deno: always("The version of the Deno that it runs on.", TEXT),
});

type CommandHelp = HelpDocument["commands"][number];

export const HELP = map<HelpDocument>({
  layout,
  commands: always(
    "All commands, or the one that was asked for.",
    list(map<CommandHelp>({
      name: always("Its name.", TEXT),
      summary: always("What it does, for people.", TEXT),
      details: always("What a person should know before running it, for people.", TEXT),
      takesNames: always("Whether names of certificates narrow it.", FLAG),
      words: maybe("Words of which it takes one; absent where it takes none.", TEXTS),
      options: always(
        "The options that it takes.",
        list(map<CommandHelp["options"][number]>({
          name: always("The option, without dashes.", TEXT),
          short: maybe("The same as one letter.", TEXT),
          value: maybe("What its value is; absent where it takes none.", TEXT),
          help: always("What it does, for people.", TEXT),
        })),
      ),
      examples: always(
        "Command lines that work.",
        list(map<CommandHelp["examples"][number]>({
          line: always("The command line.", TEXT),
          does: always("What it does, for people.", TEXT),
        })),
      ),
    })),
  ),
});

const PROBLEM = map<Diagnostic>({
  file: maybe("The included file that it is in; absent for the main file.", TEXT),
  line: maybe("The line, from 1 on; absent where the mistake has no place.", COUNT),
  column: maybe("The column, from 1 on.", COUNT),
  key: always("Path of the key, as in `certs[0].ttl`; empty for the whole file.", TEXT),
  message: always("What is wrong, and what would be right, for people.", TEXT),
});

export const ERROR = map<ErrorDocument>({
  layout,
  error: always(
    "Why the command could not be carried out.",
    map<ErrorDocument["error"]>({
      message: always("What is wrong, for people.", TEXT),
      problems: maybe("The mistakes of the configuration, where it is that.", list(PROBLEM)),
    }),
  ),
});
