import type { ServiceEntry } from "../../config/schema.ts";
import type { KeyDocs } from "./key_doc.ts";

/** Keys of an entry of `service`. */
export const SERVICE_DOCS: KeyDocs<ServiceEntry> = {
  name: {
    means: "A systemd unit (`nginx` is `nginx.service`), a container, or any display name.",
    example: "nginx.service",
  },
  manager: { means: "What manages it.", otherwise: "detected", example: "podman" },
  control: {
    means: "How it is made to load new files.",
    example: "reload",
  },
  signal: {
    means: "Signal to send; sets `control` to `signal`.",
    example: "USR1",
  },
  pid_file: {
    means: "File that contains the id of the process to signal.",
    example: "/run/stunnel.pid",
  },
  command: {
    means: "Program and arguments that make it load new files.",
    example: ["rc-service", "gateway", "reload"],
  },
  validate: {
    means: "Program and arguments that validate the new files before the action; if they fail, " +
      "the files are rolled back.",
    example: ["nginx", "-t"],
  },
  probe: { means: "Address at which it serves the certificate.", example: "127.0.0.1:443" },
  timeout: {
    means:
      "Limit for its action, for `validate`, for `command`, and for it to be up after its action.",
    example: "5m",
  },
  settle: {
    means: "How long it must stay up after its action; then the run looks at it again.",
    example: "10s",
  },
  window: {
    means: "Maintenance windows that its actions wait for.",
    otherwise: "the certificate's",
    example: ["Sat 02:00-04:00", "Sun 22:00-24:00"],
  },
  order: {
    means: "Services act in ascending order, after all deployments.",
    example: 10,
  },
};
