import type { UnitFacts } from "../../../../lib/tools/install/unit_facts.ts";

/** A configuration that needs nothing unusual. */
export const FACTS: UnitFacts = {
  binary: "/usr/local/bin/vcm",
  readsHome: false,
  startsContainers: false,
  asksPodman: false,
  validates: false,
  runsCommands: false,
  givesSetIds: false,
  createsDirectories: false,
  writes: ["/etc/nginx/ssl", "/var/lib/vcm/certs"],
  keeps: [],
  limit: 660,
};
