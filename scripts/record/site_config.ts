/** The site that is shown: what its vcm.yaml asks for, and how things stand before. */

export const CONFIG = "/etc/vcm/vcm.yaml";
export const TOKEN = "/etc/vcm/token";

/** As Debian's, in short. */
export const NGINX_UNIT = `[Service]
Type=forking
PIDFile=/run/nginx.pid
ExecStart=/usr/local/sbin/nginx
ExecReload=/usr/local/sbin/nginx -s reload
`;

/** A socket takes no port from the host, with which the machine shares its network. */
export const NGINX_CONF = `user www-data;
pid /run/nginx.pid;
events {}
http {
  server {
    listen unix:/run/web.sock ssl;
    ssl_certificate /etc/nginx/ssl/web.crt;
    ssl_certificate_key /etc/nginx/ssl/web.key;
  }
}
`;

/** Directories of the certificates' targets. */
export const TARGETS = ["/etc/nginx/ssl", "/etc/postgresql/ssl", "/etc/openvpn/ssl"];

/** A key that somebody opened up. */
export const OPENED_KEY = "/etc/postgresql/ssl/db.key";

const DAYS = 86_400_000;
const HOURS = 3_600_000;

/** Those that are there, the oldest first, with their ages in milliseconds. */
export const AGES: Readonly<Record<string, number>> = {
  // The half hour is for the time that recording takes.
  "web.myorg.local": 90 * DAYS - 9 * DAYS - 4.5 * HOURS,
  "vpn.myorg.local": 45.5 * DAYS,
  "db.myorg.local": 20.5 * DAYS,
};

/** @param renew When web is renewed. */
export function siteConfig(vault: string, renew: string): string {
  return `config:
  vault: "${vault}"
  token_file: "${TOKEN}"
  pki: "pki"
  role: "web"
  ttl: "90d"
  renew: "30d"
certs:
  - name: "web.myorg.local"
    renew: "${renew}"
    dns_sans: ["api.myorg.local"]
    ip_sans: ["10.1.1.20"]
    service:
      - name: "nginx.service"
        control: "reload"
    deploy:
${pair("/etc/nginx/ssl/web", "www-data")}
  - name: "db.myorg.local"
    deploy:
${pair("/etc/postgresql/ssl/db", "root")}
  - name: "vpn.myorg.local"
    deploy:
${pair("/etc/openvpn/ssl/vpn", "root")}
  - name: "git.myorg.local"
`;
}

function pair(path: string, owner: string): string {
  const rights = (mode: string) =>
    `        owner: "${owner}"\n        group: "${owner}"\n        mode: "${mode}"`;
  return `      - fullchain: "${path}.crt"\n${rights("0644")}\n` +
    `      - privkey: "${path}.key"\n${rights("0600")}`;
}
