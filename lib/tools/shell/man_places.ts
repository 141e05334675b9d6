/** Files and variables that the manual page names; a test holds them against the sources. */
import { DEFAULT_CERT_STORE } from "../../config/defaults.ts";
import { LOCAL_FILE, SYSTEM_FILE } from "../../config/load.ts";

/** Paths, each with what is there. */
export const FILES: readonly (readonly [path: string, what: string])[] = [
  [SYSTEM_FILE, "The configuration. Another one is named by --config or VCM_CONFIG."],
  [LOCAL_FILE, `Where there is no ${SYSTEM_FILE}: the configuration, for others than root.`],
  [
    DEFAULT_CERT_STORE,
    "The store: a directory for each certificate, unless the configuration names another place.",
  ],
  [`${DEFAULT_CERT_STORE}/archive`, "Revoked and earlier sets."],
  [`${DEFAULT_CERT_STORE}/.lock`, "The lock, of which one run at a time holds it."],
  ["/etc/vcm/environment", "Variables for the unit and for cron, such as those with the login."],
  ["/etc/systemd/system/vcm.service", "The unit that install writes, with vcm.timer beside it."],
  ["~/.vault-token", "A token, where there is no other way to log in."],
];

/** What VAULT_ stands before; each has a twin with BAO_, which wins. */
export const VAULT_VARIABLES = [
  "ADDR",
  "NAMESPACE",
  "TOKEN",
  "ROLE_ID",
  "SECRET_ID",
  "WRAPPED_SECRET_ID",
  "CACERT",
  "CAPATH",
  "SKIP_VERIFY",
  "TLS_SERVER_NAME",
  "CLIENT_CERT",
  "CLIENT_KEY",
  "CLIENT_TIMEOUT",
  "MAX_RETRIES",
  "PROXY_ADDR",
  "HTTP_PROXY",
] as const;

/** Variables of the environment, each with what it is for. */
export const VARIABLES: readonly (readonly [names: string, what: string])[] = [
  ["VCM_CONFIG", "The configuration, unless --config names it."],
  ["VCM_*", "Any others that values of the configuration name, as in ${VCM_SITE}."],
  [
    VAULT_VARIABLES.map((name) => `VAULT_${name}`).join(", "),
    "What they are to the command vault. They come before the configuration; each has a twin that " +
    "begins with BAO_, which comes before it.",
  ],
  ["CREDENTIALS_DIRECTORY", "Where systemd puts secrets that it hands to a unit."],
  ["SSL_CERT_FILE, SSL_CERT_DIR", "The host's authorities, where they are in no usual place."],
  ["HTTP_PROXY, HTTPS_PROXY, ALL_PROXY", "The way to the server, also in small letters."],
  ["HOME", "Where .vault-token is looked for."],
  ["NO_COLOR", "Print no colours, where it is not empty."],
  ["LC_ALL, LC_CTYPE, LANG", "Whether tables are drawn with more than ASCII: in UTF-8 they are."],
  [
    "SSLKEYLOGFILE",
    "The runtime writes TLS secrets to this file. While it is set, VCM contacts no server.",
  ],
  ["JOURNAL_STREAM", "Whether standard error is systemd's journal, to which levels are told."],
];
