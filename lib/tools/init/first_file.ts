/** The text of a first configuration: answers and proposals, with a comment on each key. Pure. */
import { octal } from "../../text/octal.ts";
import { printable } from "../../text/quote.ts";
import type { Login } from "./login.ts";
import type { Proposal } from "./propose.ts";
import type { Program, SiteNote, UsedFile } from "./types.ts";

/** The settings of the server. */
export interface ServerAnswers {
  readonly vault: string;
  /** Path of the file with its CA; absent if the host's CAs are enough. */
  readonly ca?: string;
  readonly namespace?: string;
  readonly serverName?: string;
  readonly login?: Pick<Login, "auth" | "client">;
  readonly pki: string;
  readonly role: string;
}

/** Every value must be valid in the configuration. Notes may contain any text. */
export function firstFile(
  { vault, ca, namespace, serverName, login, pki, role }: ServerAnswers,
  certificates: readonly Proposal[],
  notes: readonly SiteNote[],
): string {
  return [
    "# The certificates of this host, where they are deployed, and the services that load them.",
    '# Written by "vcm init"; docs/configuration.md and vcm.yaml.example describe all keys.',
    "#",
    "#   vcm validate    checks this file",
    "#   vcm doctor      checks the server, the login, the policy and the roles",
    "#   vcm plan        shows what a run would do, and why",
    "#   vcm run         issues certificates, deploys them and reloads the services",
    "",
    "config:",
    "  # The server. VAULT_ADDR takes precedence.",
    `  vault: ${yaml(vault)}`,
    ...(ca === undefined
      ? [
        "  # If this host does not trust the CA of its certificate: the file of that CA.",
        '  # vault_ssl_verify: "/etc/vcm/vault-ca.pem"',
      ]
      : ["  # The CA of its certificate.", `  vault_ssl_verify: ${yaml(ca)}`]),
    ...(serverName === undefined ? [] : [`  tls_server_name: ${yaml(serverName)}`]),
    ...(namespace === undefined ? [] : [`  namespace: ${yaml(namespace)}`]),
    "  # The mount of the PKI secrets engine, and the role.",
    `  pki: ${yaml(pki)}`,
    `  role: ${yaml(role)}`,
    ...loginLines(login),
    "",
    ...certs(certificates),
    ...noteLines(notes),
    "",
  ].join("\n");
}

function loginLines(login: ServerAnswers["login"]): string[] {
  if (login === undefined) {
    return [
      "  # How to log in. The file with the secret has mode 0600.",
      "  # auth:",
      '  #   method: "approle"',
      '  #   role_id: "5c2f7a9e-0000-0000-0000-000000000000"',
      '  #   secret_id_file: "/etc/vcm/secret-id"',
    ];
  }
  const { auth, client } = login;
  return [
    "  # How to log in. VAULT_TOKEN takes precedence.",
    ...(client === undefined ? [] : [
      `  client_cert: ${yaml(client.clientCert)}`,
      `  client_key: ${yaml(client.clientKey)}`,
    ]),
    "  auth:",
    ...Object.entries(auth).map(([key, value]) => `    ${key}: ${yaml(value)}`),
  ];
}

/** Hundreds of sites may name one wildcard certificate. */
function places(at: readonly string[]): readonly string[] {
  return at.length > 4 ? [...at.slice(0, 3), `and ${at.length - 3} more places`] : at;
}

/** JSON strings are valid YAML, except characters that YAML requires to be escaped (1.2, 5.1). */
function yaml(value: string | readonly string[]): string {
  const text = typeof value === "string"
    ? JSON.stringify(value)
    : `[${value.map((entry) => JSON.stringify(entry)).join(", ")}]`;
  return text.replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A text in a comment must stay on its line. */
function comment(text: string): string {
  return `# ${
    printable(text).replace(/[\u2028\u2029\ufeff\ufffe\uffff]/g, "\ufffd").toWellFormed()
  }`;
}

const FILES_EXAMPLE = `
#     deploy:
#       - fullchain: "/etc/nginx/ssl/web.crt"
#       - privkey: "/etc/nginx/ssl/web.key"
#     service:
#       - name: "nginx.service"
#         control: "reload"`;

const EXAMPLE = `certs: []
# For example:
#   - name: "web.example.com"
#     dns_sans: ["www.example.com"]${FILES_EXAMPLE}`;

/** Without files a certificate is only stored. */
const NO_FILES = `    # To deploy it and reload a service, for example:${
  FILES_EXAMPLE.replaceAll("\n#", "\n    #").replaceAll("#     ", "# ")
}`;

const DEFAULTS =
  `  # Owner, group and mode default to those of the replaced file. A new file has mode 0600 if it
  # holds a private key, else 0644.`;

function certs(certificates: readonly Proposal[]): string[] {
  if (certificates.length === 0) return [EXAMPLE];
  // One example is enough.
  const bare = certificates.find(({ files }) => files.length === 0);
  const haveFiles = certificates.some(({ files }) => files.length > 0);
  return [
    "certs:",
    ...(haveFiles ? [DEFAULTS] : []),
    ...certificates.flatMap((one) => entry(one, one === bare)),
  ];
}

function entry(proposal: Proposal, hasExample: boolean): string[] {
  const { name, commonName, dnsSans, ipSans, at, files, programs, remarks } = proposal;
  return [
    "",
    ...places(at).map((place) => `  ${comment(place)}`),
    ...remarks.map((remark) => `  ${comment(remark)}`),
    `  - name: ${yaml(name)}`,
    ...(commonName === undefined ? [] : [`    common_name: ${yaml(commonName)}`]),
    ...(dnsSans.length === 0 ? [] : [`    dns_sans: ${yaml(dnsSans)}`]),
    ...(ipSans.length === 0 ? [] : [`    ip_sans: ${yaml(ipSans)}`]),
    ...(hasExample ? [NO_FILES] : deploy(files)),
    ...(programs.length === 0 ? [] : ["    service:", ...programs.flatMap(service)]),
  ];
}

function deploy(files: readonly UsedFile[]): string[] {
  if (files.length === 0) return [];
  const lines = files.flatMap(({ kind, path, mode, doubt }) => {
    const line = `- ${kind}: ${yaml(path)}`;
    return doubt === undefined
      ? [`      ${line}`, ...(mode === undefined ? [] : [`        mode: ${yaml(octal(mode))}`])]
      : [`      ${comment(line)}`, `      ${comment(`  not written: ${doubt}`)}`];
  });
  return ["    deploy:", ...lines];
}

function service({ unit, validate }: Program): string[] {
  return [
    `      - name: ${yaml(unit)}`,
    '        control: "reload"',
    "        # Validates the new files before the reload; if it fails, they are rolled back.",
    `        validate: ${yaml(validate)}`,
  ];
}

function noteLines(notes: readonly SiteNote[]): string[] {
  if (notes.length === 0) return [];
  return ["", "# Left out:", ...notes.map(({ at, message }) => comment(`${at}: ${message}`))];
}
