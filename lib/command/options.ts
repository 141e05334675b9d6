/** The options of all commands; command_forms.ts says which command takes which. */

export const OPTIONS = {
  config: {
    type: "string",
    short: "c",
    value: "FILE",
    help:
      "the configuration (default: $VCM_CONFIG, /etc/vcm/vcm.yaml; not as root also ./vcm.yaml)",
  },
  force: { type: "boolean", help: "do it though it is not due" },
  "dry-run": { type: "boolean", help: "only show what would be done" },
  all: { type: "boolean", help: "also list certificates that are in order" },
  wait: {
    type: "string",
    value: "DURATION",
    help: 'wait so long for another run that holds the lock, such as "30s" (default: do not wait)',
  },
  "detailed-exitcode": {
    type: "boolean",
    help: "exit with 10 where something was, or would be, changed and nothing failed",
  },
  ascii: { type: "boolean", help: "draw with ASCII alone" },
  vault: { type: "string", value: "URL", help: "address of the server (default: $VAULT_ADDR)" },
  pki: { type: "string", value: "MOUNT", help: 'mount of its PKI engine (default: "pki")' },
  role: { type: "string", value: "ROLE", help: "role at that mount" },
  print: { type: "boolean", help: "print the file and write nothing" },
  permissions: { type: "boolean", help: "also show what run would be allowed to touch" },
  output: { type: "boolean", help: "print the schema of the JSON output, not of the file" },
  uninstall: { type: "boolean", help: "take back what it wrote" },
  yes: { type: "boolean", short: "y", help: "do it without a question" },
  json: { type: "boolean", help: "print the result as JSON" },
  "log-format": {
    type: "string",
    value: "FORMAT",
    values: ["text", "json"],
    help: 'the log on standard error and in log_file: "text", or "json" for a line of JSON each',
  },
  quiet: { type: "boolean", short: "q", help: "print nothing unless something is wrong" },
  verbose: { type: "boolean", short: "v", help: "print every step and every certificate" },
  "no-color": { type: "boolean", help: "print no colours; NO_COLOR does the same" },
  help: { type: "boolean", short: "h", help: "show this help" },
  version: { type: "boolean", help: "show the version" },
} as const;

export type OptionName = keyof typeof OPTIONS;

/** What each command takes that has something to tell. */
export const COMMON: readonly OptionName[] = [
  "json",
  "quiet",
  "verbose",
  "no-color",
  "help",
  "version",
];

/** What each command takes that reads the file. */
export const WITH_FILE: readonly OptionName[] = ["config", ...COMMON];

/** What each command takes. */
export const BARE: readonly OptionName[] = ["help", "version"];
