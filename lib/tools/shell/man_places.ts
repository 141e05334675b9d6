/** Files and variables of the manual page. A test compares them with the sources. */
import { DEFAULT_CERT_STORE } from "../../config/defaults.ts";
import { LOCAL_FILE, SYSTEM_FILE } from "../../config/load.ts";

/** Paths and their descriptions. */
export const FILES: readonly (readonly [path: string, what: string])[] = [
  [SYSTEM_FILE, "The configuration. --config or VCM_CONFIG names another one."],
  [LOCAL_FILE, `The configuration of users other than root, if there is no ${SYSTEM_FILE}.`],
  [
    DEFAULT_CERT_STORE,
    "The store, with a directory for each certificate, unless the configuration names another one.",
  ],
  [`${DEFAULT_CERT_STORE}/archive`, "Revoked and earlier sets."],
  [`${DEFAULT_CERT_STORE}/.lock`, "The lock, which one run at a time holds."],
  ["/etc/vcm/environment", "Variables for the unit and for cron, such as credentials."],
  ["/etc/systemd/system/vcm.service", "The unit that install writes, with vcm.timer beside it."],
  ["~/.vault-token", "A token, used if no other login method is configured."],
];

/** Variables with the prefix VAULT_. Each can also have the prefix BAO_, which takes precedence. */
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

/** Variables of the environment and their descriptions. */
export const VARIABLES: readonly (readonly [names: string, what: string])[] = [
  ["VCM_CONFIG", "The configuration, unless --config names it."],
  ["VCM_*", "Others that the configuration uses, such as ${VCM_SITE}."],
  [
    VAULT_VARIABLES.map((name) => `VAULT_${name}`).join(", "),
    "As for the vault command. They override the configuration. Each can also begin with BAO_, " +
    "which takes precedence.",
  ],
  ["CREDENTIALS_DIRECTORY", "The directory in which systemd puts the credentials of a unit."],
  ["SSL_CERT_FILE, SSL_CERT_DIR", "The host's CA certificates, if they are not in a usual place."],
  ["HTTP_PROXY, HTTPS_PROXY, ALL_PROXY", "The proxy to the server; also in lower case."],
  ["HOME", "The directory of .vault-token."],
  ["NO_COLOR", "If not empty, print no colors."],
  ["LC_ALL, LC_CTYPE, LANG", "If they name UTF-8, tables are drawn with characters beyond ASCII."],
  [
    "SSLKEYLOGFILE",
    "The runtime writes TLS secrets to this file. While it is set, VCM contacts no server.",
  ],
  ["JOURNAL_STREAM", "Tells that standard error is systemd's journal, which takes levels."],
];
