/** What stands under `defaults` is written into the entries that do not say it. */
import { gatherSaid, identityOf, type SaidOfServices } from "./resolve_service.ts";
import type { Defaults, File, ServiceEntry } from "./schema.ts";

/** The same file without `defaults`. The rules have made sure that nothing clashes. */
export function applyDefaults({ defaults = {}, ...file }: File): File {
  const { deploy: ofTargets, service: ofServices } = defaults;
  const said = gatherSaid(file.certs);
  const certs = file.certs.map((certificate) => {
    const { deploy, service } = certificate;
    return {
      ...certificate,
      ...(deploy && ofTargets && { deploy: deploy.map((entry) => ({ ...ofTargets, ...entry })) }),
      ...(service && ofServices && {
        service: service.map((entry) => withDefaults(entry, ofServices, said)),
      }),
    };
  });
  return { ...file, certs };
}

/** What another certificate says of the same service goes before a default. */
function withDefaults(
  entry: ServiceEntry,
  { control, timeout, window }: NonNullable<Defaults["service"]>,
  said: SaidOfServices,
): ServiceEntry {
  const { id, manager } = identityOf(entry, said.managers);
  const known = said.byId.get(id) ?? entry;
  const controlled = known.control !== undefined || known.signal !== undefined ||
    manager === "command" || manager === "pid_file" ||
    (control === "reload" && (manager === "docker" || manager === "podman"));
  return {
    ...entry,
    ...(control !== undefined && !controlled && { control }),
    ...(timeout !== undefined && known.timeout === undefined && { timeout }),
    ...(window !== undefined && known.window === undefined && { window }),
  };
}
