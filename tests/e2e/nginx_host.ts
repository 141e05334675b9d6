/** A machine on which nginx is installed as Debian's packages do it, with one site of its own. */
import { nginxScript } from "../support/fetch_nginx.ts";
import { freePort } from "../support/free_port.ts";
import { pathOfPart } from "../support/parts.ts";
import { makeSelfSigned } from "../support/self_signed.ts";
import { servedCertificate } from "../support/served_certificate.ts";
import { assert } from "./assert.ts";
import type { Scene } from "./scene.ts";

/** Debian's www-data. */
export const NGINX_GROUP = 33;

/**
 * Gives the scene's machine an `/etc` and a `/usr/local/sbin` that are copies of the host's below
 * the scene's directory, and starts nginx there with a self-signed certificate.
 *
 * @returns The port at which it serves.
 */
export async function installNginx(scene: Scene, name: string): Promise<number> {
  const { directory, machine } = scene;
  const nginx = await pathOfPart("nginx");
  const port = freePort();
  await inMachine(scene, "cp", "-a", "/etc", `${directory}/etc`);
  await inMachine(scene, "cp", "-a", `${nginx}/etc/nginx`, `${directory}/etc/`);
  await Deno.mkdir(`${directory}/sbin`);
  await Deno.writeTextFile(
    `${directory}/sbin/nginx`,
    nginxScript(nginx, "-e", `${directory}/error.log`),
    { mode: 0o755 },
  );
  await inMachine(scene, "mount", "--bind", `${directory}/etc`, "/etc");
  await inMachine(scene, "mount", "--bind", `${directory}/sbin`, "/usr/local/sbin");
  await writeSite(directory, name, port);
  await machine.writeUnit("nginx.service", UNIT);
  await scene.systemctl("daemon-reload");
  await scene.systemctl("start", "nginx.service");
  assert.equal((await servedCertificate(port)).issuer, `CN=${name}`);
  return port;
}

const UNIT = `[Service]
Type=forking
PIDFile=/run/nginx.pid
ExecStartPre=/usr/local/sbin/nginx -t -q
ExecStart=/usr/local/sbin/nginx
ExecReload=/usr/local/sbin/nginx -s reload
`;

/** Runs a command in the machine; throws where it fails. */
export async function inMachine(scene: Scene, ...argv: [string, ...string[]]): Promise<string> {
  const { code, stdout, stderr } = await scene.machine.exec(argv);
  assert.equal(code, 0, `${argv.join(" ")}: ${stderr}`);
  return stdout + stderr;
}

/** What an administrator adds to the package's files. */
async function writeSite(directory: string, name: string, port: number): Promise<void> {
  const at = `${directory}/etc/nginx`;
  // The package's logs and temporary files have directories that only its installation makes.
  const conf = await Deno.readTextFile(`${at}/nginx.conf`);
  await Deno.writeTextFile(
    `${at}/nginx.conf`,
    conf.replaceAll("/var/log/nginx", directory).replace(
      "worker_processes auto",
      "worker_processes 1",
    ),
  );
  await Deno.mkdir(`${at}/conf.d`, { recursive: true });
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const paths = kinds.map((kind) => `${kind}_temp_path ${directory}/${kind};\n`);
  await Deno.writeTextFile(`${at}/conf.d/paths.conf`, paths.join(""));
  await Deno.writeTextFile(
    `${at}/sites-available/web`,
    `server {
    listen 127.0.0.1:${port} ssl;
    server_name ${name} www.${name};
    include snippets/web-tls.conf;
    return 200 "ok\\n";
}
`,
  );
  await Deno.writeTextFile(
    `${at}/snippets/web-tls.conf`,
    "ssl_certificate ssl/web.crt;\nssl_certificate_key /etc/nginx/ssl/web.key;\n",
  );
  await Deno.mkdir(`${at}/sites-enabled`, { recursive: true });
  await Deno.symlink("/etc/nginx/sites-available/web", `${at}/sites-enabled/web`);
  const { certificate, key } = await makeSelfSigned(name);
  await Deno.mkdir(`${at}/ssl`);
  await Deno.writeTextFile(`${at}/ssl/web.crt`, certificate);
  await Deno.writeTextFile(`${at}/ssl/web.key`, key);
  await Deno.chmod(`${at}/ssl/web.crt`, 0o644);
  await Deno.chown(`${at}/ssl/web.key`, 0, NGINX_GROUP);
  await Deno.chmod(`${at}/ssl/web.key`, 0o640);
}
