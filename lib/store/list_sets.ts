/** All sets of the store and of its archive, also those that no configuration names. */
import { readDirectory } from "../host/read.ts";
import { archiveDirectory, isSetName } from "./store_paths.ts";

interface SetPlace {
  /** Name of the certificate. */
  readonly name: string;
  readonly directory: string;
}

/** A directory that cannot be read has none; it is reported elsewhere. */
export function listSets(certStore: string): readonly SetPlace[] {
  const archive = archiveDirectory(certStore);
  const current = namesIn(certStore).filter(isSetName)
    .map((name) => ({ name, directory: `${certStore}/${name}` }));
  const archived = namesIn(archive).flatMap((name) =>
    namesIn(`${archive}/${name}`).map((version) => ({
      name,
      directory: `${archive}/${name}/${version}`,
    }))
  );
  return [...current, ...archived];
}

function namesIn(directory: string): readonly string[] {
  const names = readDirectory(directory);
  return names.kind === "present" ? [...names.value] : [];
}
