/**
 * Checks what the policy allows beyond paths: the parameters of a request, and response wrapping. The
 * server decides in the end; a test compares the two.
 */
import type { CertificateSpec } from "../../config/types.ts";
import { requestFor, requestPath } from "../../plan/request.ts";
import { type CheckResult, found } from "../../report/check_result.ts";
import { formatDuration } from "../../text/duration.ts";
import { VaultError } from "../../vault/errors.ts";
import { bodyOf } from "../../vault/pki/pki.ts";
import type { VaultSession } from "../../vault/session/session.ts";
import { ALL_RIGHTS } from "../../vault/session/token_paths.ts";
import { WRAP_SECONDS } from "../../vault/session/wrapping.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Only problems, what a run does differently, and what cannot be checked.
 *
 * @param paths Those that the policy allows.
 */
export async function examineLimits(
  session: VaultSession,
  specs: readonly CertificateSpec[],
  paths: readonly string[],
): Promise<CheckResult[]> {
  const rights = paths.length === 0 ? undefined : await readRights(session);
  if (rights === undefined || rights["root"] === true) return [];
  const byPath = Map.groupBy(specs, (spec) => requestPath(requestFor(spec)));
  return paths.flatMap((path) => {
    const rule = findRule(rights, path);
    const users = byPath.get(path) ?? [];
    if (rule === undefined) {
      const sent = [...new Set(users.flatMap((spec) => parametersOf(spec).map(([name]) => name)))];
      const detail = "whether the policy limits parameters cannot be read; VCM sends: ";
      return [found("ok", path, detail + sent.join(", "))];
    }
    return [
      ...users.flatMap((spec) => checkParameters(path, spec, rule)),
      ...checkWrapping(path, rule),
    ];
  });
}

/** Undefined if the server does not tell; empty if the policy does not allow it. */
async function readRights(session: VaultSession): Promise<Fields | undefined> {
  try {
    return (await session.read(ALL_RIGHTS)).data;
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    return error.status === 403 ? {} : undefined;
  }
}

/** What is sent for a certificate. The signing request is made only for a run. */
function parametersOf(spec: CertificateSpec): [string, unknown][] {
  const request = requestFor(spec);
  const csr = request.key.origin === "local" ? "…" : undefined;
  return Object.entries(bodyOf(request, csr)).filter(([, value]) => value !== undefined);
}

/** The rule of a path: the exact one, or of the longest prefix. The server lists none with "+". */
function findRule(rights: Fields, path: string): Fields | undefined {
  const exact = fieldsOf(rights["exact_paths"])[path];
  if (exact !== undefined) return fieldsOf(exact);
  const [best] = Object.entries(fieldsOf(rights["glob_paths"]))
    .filter(([prefix]) => path.startsWith(prefix))
    .sort(([a], [b]) => b.length - a.length);
  return best && fieldsOf(best[1]);
}

function checkParameters(path: string, spec: CertificateSpec, rule: Fields): CheckResult[] {
  const body = parametersOf(spec);
  const refused = body.flatMap(([name, value]) => {
    const by = refusedBy(name, value, rule);
    return by === undefined ? [] : `${name} (${by})`;
  });
  const names = new Set(body.map(([name]) => name));
  const required = textsOf(rule["required_parameters"]).filter((name) => !names.has(name));
  const problems = [
    ...(refused.length > 0 ? [`refuses ${refused.join(", ")}`] : []),
    ...(required.length > 0
      ? [`requires ${required.join(", ")} (required_parameters), which VCM does not send`]
      : []),
  ];
  if (problems.length === 0) return [];
  const detail = `${spec.name}: the policy ${problems.join(", and ")}`;
  const remedy = `run "bao policy write NAME FILE" with what VCM sends to "${path}": ${
    [...names].join(", ")
  }`;
  return [found("problem", path, detail, remedy)];
}

/** The list of the rule that refuses a parameter, if one does. */
function refusedBy(name: string, value: unknown, rule: Fields): string | undefined {
  const [allowed, denied] = [
    fieldsOf(rule["allowed_parameters"]),
    fieldsOf(rule["denied_parameters"]),
  ];
  const isIn = (list: Fields, key: string) =>
    Object.hasOwn(list, key) && hasValue(list[key], value);
  if (Object.hasOwn(denied, "*") || isIn(denied, name)) return "denied_parameters";
  if (Object.keys(allowed).length === 0 || isIn(allowed, name)) return undefined;
  const listed = Object.hasOwn(allowed, name);
  if (!listed && Object.hasOwn(allowed, "*")) return undefined;
  return listed
    ? `allowed_parameters: other values than ${JSON.stringify(value)}`
    : "allowed_parameters";
}

/** An empty list is any value; a text may have "*" at its ends. */
function hasValue(list: unknown, value: unknown): boolean {
  if (!Array.isArray(list) || list.length === 0) return true;
  return list.some((one) =>
    typeof one === "string" && typeof value === "string"
      ? isGlobOf(one, value)
      : JSON.stringify(one) === JSON.stringify(value)
  );
}

function isGlobOf(pattern: string, text: string): boolean {
  const [, first, middle = "", last] = /^(\*?)(.*?)(\*?)$/s.exec(pattern) ?? [];
  if (first && last) return text.includes(middle);
  if (first) return text.endsWith(middle);
  return last ? text.startsWith(middle) : text === middle;
}

function checkWrapping(path: string, rule: Fields): CheckResult[] {
  const [least, most] = [rule["min_wrapping_ttl"], rule["max_wrapping_ttl"]].map(Number);
  if (!(least || most)) return [];
  const limits = `the policy wants response wrapping, ${
    [
      ...(least ? [`for at least ${formatDuration(least)}`] : []),
      ...(most ? [`for at most ${formatDuration(most)}`] : []),
    ].join(" and ")
  }`;
  const fits = !(least && least > WRAP_SECONDS) && !(most && most < WRAP_SECONDS);
  const used = formatDuration(WRAP_SECONDS);
  return [
    fits
      ? found("ok", path, `${limits}: VCM asks for ${used} and unwraps the answer at once`)
      : found(
        "problem",
        path,
        limits,
        `allow ${used}, which VCM asks for: bao policy write NAME FILE`,
      ),
  ];
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Fields
    : {};
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
