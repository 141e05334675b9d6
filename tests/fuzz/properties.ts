/** All properties that are tried. */
import type { Fuzz } from "./fuzz.ts";
import { CONFIG_READERS } from "./properties/config_readers.ts";
import { CONFIG_SCHEMA } from "./properties/config_schema.ts";
import { CONFIG_TEXT } from "./properties/config_text.ts";
import { CONFIG_VALID } from "./properties/config_valid.ts";
import { HOST_WORDS } from "./properties/host_words.ts";
import { PENDING_ACTIONS } from "./properties/pending_actions.ts";
import { PEM } from "./properties/pem.ts";
import { PID_FILES } from "./properties/pid_files.ts";
import { PLAIN_YAML } from "./properties/plain_yaml.ts";
import { PLANS } from "./properties/plans.ts";
import { STARTTLS_TALKS } from "./properties/starttls.ts";
import { STORE_NAMES } from "./properties/store_names.ts";
import { VAULT_ANSWERS } from "./properties/vault_answers.ts";
import { VAULT_WIRE } from "./properties/vault_wire.ts";
import { WEB_SERVERS } from "./properties/web_servers.ts";

export const PROPERTIES: readonly Fuzz[] = [
  ...CONFIG_TEXT,
  ...CONFIG_VALID,
  ...CONFIG_READERS,
  ...CONFIG_SCHEMA,
  ...PLAIN_YAML,
  ...STORE_NAMES,
  ...PEM,
  ...HOST_WORDS,
  ...PENDING_ACTIONS,
  ...PID_FILES,
  ...STARTTLS_TALKS,
  ...PLANS,
  ...VAULT_ANSWERS,
  ...VAULT_WIRE,
  ...WEB_SERVERS,
];
