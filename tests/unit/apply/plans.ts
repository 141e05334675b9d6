/** Hand-made plans, and what comes of carrying them out against the demo server. */
import { apply } from "../../../lib/apply/apply.ts";
import { CommandRunner } from "../../../lib/apply/commands/runner.ts";
import { Writers } from "../../../lib/apply/writers/writers.ts";
import type { ApplyEvent } from "../../../lib/apply/events.ts";
import type { AccessInput } from "../../../lib/apply/session_once.ts";
import type { VaultAccess } from "../../../lib/vault/access/access.ts";
import { LIMITS } from "../../../lib/vault/access/server_access.ts";
import { startDemoServer } from "../../../lib/tools/demo/demo_server.ts";
import type { DeployStep, IssueStep, Plan, Step } from "../../../lib/plan/types.ts";
import type { Drift, FileStep, TargetStep } from "../../../lib/plan/target_types.ts";
import { makeRequest } from "../../support/fixtures.ts";
import { type Directory, makeDirectory } from "../../support/rig.ts";

/** Writers that run programs for these targets in this thread. */
export function localWriters(targets: readonly TargetStep[] = []): Writers {
  const step = { kind: "deploy", certificate: "x", targets, services: [] } as const;
  const steps = [{ ...step, storedSetUsable: true, revocable: false }];
  return new Writers(new CommandRunner({ steps }));
}

type Vault = Awaited<ReturnType<typeof startDemoServer>>;

/** A store, a directory for targets beside it, and a server. */
export interface Rig {
  readonly vault: Vault;
  /** With a directory `store` for the store, and one `ssl` for targets. */
  readonly directory: Directory;
  readonly access: VaultAccess;
  plan(...steps: Step[]): Plan;
  /** Carries out a plan and gives the events, in their order. */
  run(plan: Plan, access?: AccessInput): Promise<ApplyEvent[]>;
}

export async function withRig(
  test: (rig: Rig) => Promise<void>,
  options: Parameters<typeof startDemoServer>[0] = {},
): Promise<void> {
  const vault = await startDemoServer(options);
  using directory = makeDirectory();
  Deno.mkdirSync(directory.at("store"));
  Deno.mkdirSync(directory.at("ssl"));
  const { roleId, secretId } = vault;
  const access: VaultAccess = {
    addresses: [vault.address],
    redirectHosts: [],
    allowHttp: false,
    tls: { authorities: [] },
    credentials: [{ kind: "approle", mount: "approle", roleId, secretId, from: "the test" }],
    proxied: false,
    limits: LIMITS,
    retries: 0,
  };
  const run = async (plan: Plan, by = access) => {
    const events: ApplyEvent[] = [];
    await apply({ plan, access: by }, (event) => events.push(event), new CommandRunner(plan));
    return events;
  };
  const plan = (...steps: Step[]): Plan => ({
    at: new Date(),
    certStore: directory.at("store"),
    certificates: [],
    services: [],
    steps,
  });
  try {
    await test({ vault, directory, access, plan, run });
  } finally {
    await vault.close();
  }
}

export function issueStep(name: string, change: Partial<IssueStep["request"]> = {}): IssueStep {
  return {
    kind: "issue",
    certificate: name,
    due: { reason: "missing", detail: "there is no certificate in the store" },
    request: makeRequest({ commonName: name, ...change }),
    renew: { kind: "duration", seconds: 86_400 },
    spread: 0,
    services: [],
    ifRefused: { entry: "0123", count: 0 },
  };
}

/** Deploys cert and key to `ssl/<name>.crt` and `.key`, both with the given drift. */
export function deployStep(
  directory: Directory,
  name: string,
  drift: readonly Drift[],
  storedSetUsable = false,
): Omit<DeployStep, "targets"> & { readonly targets: readonly FileStep[] } {
  const target = (what: "cert" | "privkey", ending: string, mode: number): FileStep => ({
    what,
    path: directory.at(`ssl/${name}.${ending}`),
    drift,
    mode,
    createDirs: false,
  });
  const targets = [target("cert", "crt", 0o644), target("privkey", "key", 0o600)];
  return {
    kind: "deploy",
    certificate: name,
    storedSetUsable,
    targets,
    services: [],
    revocable: false,
  };
}

/** What matters of setbacks: kind, step, subject and message. */
export function failures(events: readonly ApplyEvent[]): string[][] {
  return events.flatMap((event) =>
    event.kind === "failed" || event.kind === "skipped"
      ? [[event.kind, event.step, event.subject, event.message]]
      : []
  );
}

export function kinds(events: readonly ApplyEvent[]): string[] {
  return events.map(({ kind }) => kind);
}
