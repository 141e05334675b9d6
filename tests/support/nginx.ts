import { nginxScript } from "./fetch_nginx.ts";
import { freePort } from "./free_port.ts";
import type { Machine } from "./machine.ts";
import { pathOfPart } from "./parts.ts";
import { waitUntil } from "./wait_until.ts";

/** The files that a server shows its certificate from. */
export interface NginxFiles {
  readonly certificate: string;
  readonly key: string;
}

/** A running nginx. */
export interface Nginx {
  /** Of the loopback address; with TLS only. */
  readonly port: number;
  /** The name of its unit. */
  readonly unit: string;
}

/**
 * Starts nginx as a unit of a machine, with its own files in an empty directory that the test removes.
 * As in Debian's unit, a reload first checks the configuration, and so fails when a certificate
 * cannot be read or its key is another's.
 */
export async function startNginx(
  machine: Machine,
  directory: string,
  files: NginxFiles,
  unit = "nginx.service",
): Promise<Nginx> {
  const nginx = await pathOfPart("nginx");
  const port = freePort();
  await Deno.writeTextFile(`${directory}/nginx.conf`, configuration(directory, port, files));
  // Systemd reads no path with a blank as nginx's own.
  const command = `${directory}/run-nginx`;
  const args = ["-c", `${directory}/nginx.conf`, "-e", `${directory}/error.log`];
  await Deno.writeTextFile(command, nginxScript(nginx, ...args), { mode: 0o755 });
  await machine.writeUnit(
    unit,
    `[Unit]
Description=nginx
[Service]
Type=forking
PIDFile=${directory}/nginx.pid
ExecStart=${command}
ExecReload=${command} -s reload
`,
  );
  await machine.exec(["systemctl", "daemon-reload"]);
  const { code, stderr } = await machine.exec(["systemctl", "start", unit]);
  if (code !== 0) {
    const log = await Deno.readTextFile(`${directory}/error.log`).catch(() => "");
    throw new Error(`Cannot start nginx: ${stderr}${log}`);
  }
  return { port, unit };
}

function configuration(directory: string, port: number, { certificate, key }: NginxFiles): string {
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `user nobody nogroup;
worker_processes 1;
pid ${directory}/nginx.pid;
events {}
http {
  access_log off;
${kinds.map((kind) => `  ${kind}_temp_path ${directory}/${kind};`).join("\n")}
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${certificate};
    ssl_certificate_key ${key};
    return 200 "ok\\n";
  }
}
`;
}

/**
 * Waits until only one worker is left: for a while after a reload an old one still takes
 * connections, and shows its old certificate.
 */
export async function oneWorkerLeft(machine: Machine): Promise<void> {
  await waitUntil("nginx has one worker", 60, async () => {
    const { stdout } = await machine.exec([
      "sh",
      "-c",
      "cat /proc/[0-9]*/cmdline | tr '\\0' '\\n'",
    ]);
    const workers = stdout.split("\n").filter((line) => line.startsWith("nginx: worker process"));
    return workers.length === 1 || undefined;
  });
}
