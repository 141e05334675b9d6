/**
 * Checks what entries name on this host: directories, owners and files, by the plan of a run that
 * nobody carries out; and the programs that a run starts. Changes nothing.
 */
import { type CertificateSpec, type Config, entriesOf } from "../../config/types.ts";
import { readInfo } from "../../host/read.ts";
import { programPaths } from "../../host/run_command.ts";
import { observe } from "../../observe/observe.ts";
import { plan } from "../../plan/plan.ts";
import { severityOf } from "../../plan/warnings.ts";
import { type CheckResult, found } from "../../report/check_result.ts";
import { count } from "../../report/paint.ts";
import { shellWord } from "../../text/quote.ts";
import { explained } from "./remedy.ts";

/** Needs what a plan needs; probes nothing. */
export async function examineEntries(
  config: Config,
  specs: readonly CertificateSpec[],
  now: Date,
): Promise<CheckResult[]> {
  const trust = config.trust.map((spec) => ({ ...spec, services: [] }));
  const asked = { ...config, certificates: specs.map(withoutServices), trust };
  const made = plan(asked, entriesOf(asked), await observe(asked, now), now);
  const results = made.certificates.flatMap(({ name, blocked, warnings }) => {
    const fix = `correct the entry in ${shellWord(config.file)}; to see it whole: vcm plan ${
      shellWord(name)
    }`;
    return [
      ...blocked.map(({ message }) => explained("problem", name, message, fix)),
      ...warnings.map((warning) => {
        const verdict = severityOf(warning) === "notice" ? "warning" : "problem";
        return explained(verdict, name, warning.message, fix);
      }),
    ];
  });
  const targets = entriesOf(asked).flatMap(({ targets }) => targets);
  if (results.length === 0 && targets.length > 0) {
    const detail = `directories and owners of ${count(targets.length, "target")} are in order`;
    results.push(found("ok", "targets", detail));
  }
  return [...results, ...examinePrograms(config, specs)];
}

/** Their units are checked on their own. */
function withoutServices(spec: CertificateSpec): CertificateSpec {
  return { ...spec, services: [] };
}

function examinePrograms(config: Config, specs: readonly CertificateSpec[]): CheckResult[] {
  const { login } = config.vault;
  const services = specs.flatMap(({ services }) => services);
  const named = [
    ...services.flatMap(({ id, command, validate }) => [
      [id, "command", command?.[0]] as const,
      [id, "validate", validate?.[0]] as const,
    ]),
    ["login", "jwt_command", login?.kind === "jwt" ? login.jwtCommand?.[0] : undefined] as const,
  ];
  const known = new Set<string>();
  return named.flatMap(([subject, key, program]) => {
    if (program === undefined || known.has(`${subject} ${key}`)) return [];
    known.add(`${subject} ${key}`);
    const problem = programProblem(program);
    if (problem === undefined) return [];
    const look = program.includes("/")
      ? `ls -l ${shellWord(program)}`
      : `command -v ${shellWord(program)}`;
    const fix = `install it, or correct "${key}" in ${shellWord(config.file)}; to look: ${look}`;
    return [found("problem", subject, `"${key}" runs "${program}", ${problem}`, fix)];
  });
}

/** Why a program cannot be run; undefined: it can. */
function programProblem(program: string): string | undefined {
  const there = programPaths(program).filter((path) => readInfo(path).kind !== "absent");
  if (there.length === 0) return "which is not on this host";
  return there.some(isExecutable) ? undefined : "which is not an executable file";
}

function isExecutable(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && ((mode ?? 0o111) & 0o111) !== 0;
  } catch {
    return false; // A link that leads nowhere, or that this user may not follow.
  }
}
