/** The options, and the commands with the names, words and options that each takes. */

export const OPTIONS = {
  config: {
    type: "string",
    short: "c",
    value: "FILE",
    help:
      "configuration file (default: $VCM_CONFIG, /etc/vcm/vcm.yaml; if not root also ./vcm.yaml)",
  },
  force: { type: "boolean", help: "do it even if it is not due" },
  "dry-run": { type: "boolean", help: "only show what would be done" },
  all: { type: "boolean", help: "also list certificates that are in order" },
  wait: {
    type: "string",
    value: "DURATION",
    help:
      'how long to wait for another run that holds the lock, such as "30s" (default: do not wait)',
  },
  "detailed-exitcode": {
    type: "boolean",
    help: "exit with 10 if something was or would be changed and nothing failed",
  },
  ascii: { type: "boolean", help: "draw with ASCII characters only" },
  vault: { type: "string", value: "URL", help: "address of the server (default: $VAULT_ADDR)" },
  pki: { type: "string", value: "MOUNT", help: 'mount of its PKI engine (default: "pki")' },
  role: { type: "string", value: "ROLE", help: "role at that mount" },
  ca: {
    type: "string",
    value: "FILE",
    help: "CA of the server's certificate, if this host lacks it",
  },
  "ca-fingerprint": {
    type: "string",
    value: "SHA256",
    help: "trust the CA that the server presents, if this is its fingerprint",
  },
  "auth-method": {
    type: "string",
    value: "METHOD",
    values: ["approle", "token", "cert", "jwt"],
    help: "login of this host",
  },
  "auth-mount": { type: "string", value: "MOUNT", help: "mount of the auth method" },
  "auth-role": { type: "string", value: "ROLE", help: "role of the auth method, for cert and jwt" },
  "role-id": { type: "string", value: "ID", help: "role id of the AppRole" },
  "secret-id-file": { type: "string", value: "FILE", help: "file with its secret id" },
  "wrapped-secret-id-file": {
    type: "string",
    value: "FILE",
    help: "file with the token that wraps its secret id",
  },
  "token-file": { type: "string", value: "FILE", help: "file with a token" },
  "client-cert": { type: "string", value: "FILE", help: "client certificate, for cert" },
  "client-key": { type: "string", value: "FILE", help: "key of the client certificate" },
  "jwt-file": { type: "string", value: "FILE", help: "file with a JWT" },
  "no-doctor": { type: "boolean", help: "do not run vcm doctor at the end" },
  print: { type: "boolean", help: "print the file and write nothing" },
  permissions: { type: "boolean", help: "also show the permissions that run would have" },
  output: { type: "boolean", help: "print the schema of the JSON output, not of the file" },
  "forget-key": { type: "boolean", help: "also remove the private key from store and archive" },
  keep: { type: "boolean", help: "do not remove the directory of the demo" },
  every: {
    type: "string",
    value: "TIME",
    values: ["1m", "2m", "3m", "4m", "5m", "6m", "10m", "12m", "15m", "20m", "30m", "1h"],
    help: "time between two runs, 1m to 1h (default: by the shortest renewal window)",
  },
  uninstall: { type: "boolean", help: "remove what install wrote" },
  yes: { type: "boolean", short: "y", help: "do not ask for confirmation" },
  json: { type: "boolean", help: "print the result as JSON" },
  "log-format": {
    type: "string",
    value: "FORMAT",
    values: ["text", "json"],
    help:
      'log format, on standard error and in log_file: "text", or "json" for one object per line',
  },
  quiet: { type: "boolean", short: "q", help: "print nothing unless something is wrong" },
  verbose: { type: "boolean", short: "v", help: "print every step and every certificate" },
  "no-color": { type: "boolean", help: "print no colors (also set by NO_COLOR)" },
  help: { type: "boolean", short: "h", help: "show this help" },
  version: { type: "boolean", short: "V", help: "show the version" },
} as const;

export type OptionName = keyof typeof OPTIONS;

/** Options of each command that prints a result. */
const COMMON: readonly OptionName[] = [
  "json",
  "quiet",
  "verbose",
  "no-color",
  "help",
  "version",
];

/** Options of each command that reads the configuration file. */
export const WITH_FILE: readonly OptionName[] = ["config", ...COMMON];

/** Options of every command. */
const BARE: readonly OptionName[] = ["help", "version"];

export interface CommandForm {
  readonly name: string;
  readonly takesNames: boolean;
  /** How they are written; absent: `[NAME...]`. */
  readonly usage?: string;
  /** They are names of sets in the store, not of certificates in the file. */
  readonly namesSets?: true;
  /** The words of which it takes exactly one. */
  readonly words?: readonly string[];
  readonly options: readonly OptionName[];
}

export const COMMAND_FORMS = [
  {
    name: "run",
    takesNames: true,
    options: ["dry-run", "wait", "detailed-exitcode", "log-format", ...WITH_FILE],
  },
  { name: "check", takesNames: true, options: ["all", ...WITH_FILE] },
  { name: "status", takesNames: true, options: ["ascii", ...WITH_FILE] },
  {
    name: "plan",
    takesNames: true,
    options: ["all", "permissions", "detailed-exitcode", ...WITH_FILE],
  },
  { name: "issue", takesNames: true, options: ["force", "wait", "log-format", ...WITH_FILE] },
  { name: "deploy", takesNames: true, options: ["force", "wait", "log-format", ...WITH_FILE] },
  { name: "restart", takesNames: true, options: ["force", "wait", "log-format", ...WITH_FILE] },
  {
    name: "init",
    takesNames: true,
    options: [
      "vault",
      "ca",
      "ca-fingerprint",
      "auth-method",
      "auth-mount",
      "auth-role",
      "role-id",
      "secret-id-file",
      "wrapped-secret-id-file",
      "token-file",
      "client-cert",
      "client-key",
      "jwt-file",
      "pki",
      "role",
      "print",
      "no-doctor",
      "yes",
      ...WITH_FILE,
    ],
  },
  { name: "validate", takesNames: false, options: WITH_FILE },
  { name: "schema", takesNames: false, options: ["output", "json", "no-color", "help", "version"] },
  { name: "doctor", takesNames: true, options: WITH_FILE },
  { name: "adopt", takesNames: true, options: ["dry-run", "wait", ...WITH_FILE] },
  { name: "revoke", takesNames: true, options: ["forget-key", "yes", "wait", ...WITH_FILE] },
  {
    name: "rollback",
    takesNames: true,
    usage: "NAME [TIME]",
    options: ["yes", "wait", "log-format", ...WITH_FILE],
  },
  {
    name: "prune",
    takesNames: true,
    namesSets: true,
    options: ["yes", "wait", ...WITH_FILE],
  },
  {
    name: "install",
    takesNames: false,
    options: ["every", "uninstall", "dry-run", "yes", ...WITH_FILE],
  },
  { name: "demo", takesNames: false, options: ["keep", ...COMMON] },
  { name: "completion", takesNames: false, words: ["bash", "zsh", "fish"], options: BARE },
  { name: "man", takesNames: false, options: BARE },
  { name: "names", takesNames: false, options: ["config", ...BARE] },
] as const satisfies readonly CommandForm[];

export type CommandName = typeof COMMAND_FORMS[number]["name"];
