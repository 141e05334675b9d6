/** What the host that the program runs on gives to a file: other files, its names, variables. */
import { fullHostName, shortHostName } from "./host_names.ts";
import { includeFiles } from "./include_files.ts";
import type { Environment } from "./environment.ts";

/** @param file The main file, as it was named. Needs read permission, that to the host's name, and what `env` needs. */
export function hostEnvironment(
  file: string,
  env: (name: string) => string | undefined,
): Environment {
  return {
    variable: (name) => {
      if (name === "HOSTNAME") return shortHostName();
      return name === "FQDN" ? fullHostName() : env(name);
    },
    include: (patterns) => includeFiles(patterns, file),
  };
}
