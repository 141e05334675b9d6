/** The text of a first configuration: what was answered and found, with a word on each key. Pure. */
import { octal } from "../../text/octal.ts";
import { printable } from "../../text/printable.ts";
import type { Proposal } from "./propose.ts";
import type { Program, SiteNote, UsedFile } from "./types.ts";

/** What the file says of the server. */
export interface ServerAnswers {
  readonly vault: string;
  readonly pki: string;
  readonly role: string;
}

/** Every value has to be one that the configuration takes; any text may stand in a note. */
export function firstFile(
  { vault, pki, role }: ServerAnswers,
  certificates: readonly Proposal[],
  notes: readonly SiteNote[],
): string {
  return [
    "# Which certificates this host has, where they go, and which services load them. Begun by",
    '# "vcm init"; docs/configuration.md and vcm.yaml.example have all that can stand here.',
    "#",
    "#   vcm validate    reads this file alone",
    "#   vcm doctor      tells what would keep a certificate from being issued",
    "#   vcm plan        what a run would do, and why",
    "#   vcm             does it",
    "",
    "config:",
    "  # The server. VAULT_ADDR goes before it.",
    `  vault: ${yaml(vault)}`,
    "  # Where no authority of this host signed its certificate: the CA file that did.",
    '  # vault_ssl_verify: "/etc/vcm/vault-ca.pem"',
    "  # The mount of its PKI engine, and the role there.",
    `  pki: ${yaml(pki)}`,
    `  role: ${yaml(role)}`,
    "  # How to log in: VAULT_TOKEN goes first, then this file (mode 0600), or an AppRole.",
    '  # token_file: "/etc/vcm/token"',
    "  # auth:",
    '  #   method: "approle"',
    '  #   role_id: "5c2f7a9e-0000-0000-0000-000000000000"',
    '  #   secret_id_file: "/etc/vcm/secret-id"',
    "",
    ...certs(certificates),
    ...noteLines(notes),
    "",
  ].join("\n");
}

/** A wildcard may be named by hundreds of sites. */
function places(at: readonly string[]): readonly string[] {
  return at.length > 4 ? [...at.slice(0, 3), `and ${at.length - 3} more places`] : at;
}

/** JSON's strings are YAML's, but for characters that YAML wants written as escapes (1.2, 5.1). */
function yaml(value: string | readonly string[]): string {
  const text = typeof value === "string"
    ? JSON.stringify(value)
    : `[${value.map((entry) => JSON.stringify(entry)).join(", ")}]`;
  return text.replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A text in a comment has to end with its line. */
function comment(text: string): string {
  return `# ${
    printable(text).replace(/[\u2028\u2029\ufeff\ufffe\uffff]/g, "\ufffd").toWellFormed()
  }`;
}

const EXAMPLE = `certs: []
# In place of []:
#   - name: "web.example.com"
#     dns_sans: ["www.example.com"]
#     deploy:
#       - fullchain: "/etc/nginx/ssl/web.crt"
#       - privkey: "/etc/nginx/ssl/web.key"
#     service:
#       - name: "nginx.service"
#         control: "reload"`;

function certs(certificates: readonly Proposal[]): string[] {
  if (certificates.length === 0) return [EXAMPLE];
  return [
    "certs:",
    ...(certificates.some(({ files }) => files.length > 0)
      ? [
        "  # Without owner and group: those of the file that is replaced. Without mode: 0600 for what",
        "  # holds a key, else 0644.",
      ]
      : []),
    ...certificates.flatMap(entry),
  ];
}

function entry(proposal: Proposal): string[] {
  const { name, commonName, dnsSans, ipSans, at, files, programs, remarks } = proposal;
  return [
    "",
    ...places(at).map((place) => `  ${comment(place)}`),
    ...remarks.map((remark) => `  ${comment(remark)}`),
    `  - name: ${yaml(name)}`,
    ...(commonName === undefined ? [] : [`    common_name: ${yaml(commonName)}`]),
    ...(dnsSans.length === 0 ? [] : [`    dns_sans: ${yaml(dnsSans)}`]),
    ...(ipSans.length === 0 ? [] : [`    ip_sans: ${yaml(ipSans)}`]),
    ...deploy(files),
    ...(programs.length === 0 ? [] : ["    service:", ...programs.flatMap(service)]),
  ];
}

function deploy(files: readonly UsedFile[]): string[] {
  if (files.length === 0) return [];
  const lines = files.flatMap(({ what, path, mode, doubt }) => {
    const line = `- ${what}: ${yaml(path)}`;
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
    "        # Judges the new files first; where it fails, the old ones are put back.",
    `        validate: ${yaml(validate)}`,
  ];
}

function noteLines(notes: readonly SiteNote[]): string[] {
  if (notes.length === 0) return [];
  return [
    "",
    "# Seen, and left out:",
    ...notes.map(({ at, message }) => comment(`${at}: ${message}`)),
  ];
}
