/** What each program runs in a row, and the files that it finds. */
import { runQuietly } from "../../scripts/command.ts";
import { ROOT } from "../../scripts/project.ts";
import type { OpenBao } from "../support/openbao.ts";
import { exists } from "../support/part.ts";
import { writeTemplates } from "./consul_template.ts";
import { OWNER, writeFleet } from "./fleet.ts";
import type { Command } from "./measure.ts";
import type { Row, Who } from "./rows.ts";

/** Where the bench takes place. */
export interface Site {
  /** Paths of the programs to be measured; VCM and the floor are always there. */
  readonly programs: ReadonlyMap<Who, string>;
  readonly bao: OpenBao;
  /** For all files, on one disk. */
  readonly directory: string;
}

type Args = readonly [string, ...string[]];

/**
 * Prepares a row: after that, each command finds the work of the row. Rows of as many certificates
 * share them, as long as none is to be issued.
 */
export async function prepareRow(row: Row, site: Site): Promise<Map<Who, Command>> {
  const place = `${site.directory}/${row.work === "issue" ? "issue" : "fleet"}-${row.certificates}`;
  const commands = new Map<Who, Command>();
  for (const [who, program] of site.programs) {
    if (who === "floor") {
      commands.set(who, { args: [program] });
    } else if (who === "consul-template") {
      // It cannot deploy again what was lost: it issues.
      if (row.work === "deploy") continue;
      const own = `${place}-templates`;
      const args: Args = [program, "-once", "-config", `${own}.json`];
      if (!await exists(`${own}.json`)) {
        await writeTemplates(`${own}.json`, own, site.bao, row.certificates, OWNER);
        if (row.work === "nothing") await runQuietly(args);
      }
      commands.set(who, withFiles(row, args, own, own));
    } else {
      const file = `${place}.yaml`;
      const args: Args = who === "vcm"
        ? [program, "run", "--quiet", "--config", file]
        : [program, `${ROOT}tests/bench/python_peer.py`, file];
      if (!await exists(file)) {
        await writeFleet(file, place, site.bao, row.certificates);
        if (row.work !== "issue") await runQuietly(args);
      }
      commands.set(who, withFiles(row, args, place, `${place}/targets`));
    }
  }
  return commands;
}

function withFiles(row: Row, args: Args, place: string, targets: string): Command {
  const fills = [targets, row.certificates * 2] as const;
  switch (row.work) {
    case "nothing":
      return { args, fills };
    case "issue":
      return { args, clears: place, fills };
    case "deploy":
      return { args, clears: targets, fills };
  }
}
