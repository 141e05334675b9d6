import { mergeIntoUsr, unpackPackages } from "./debian_packages.ts";
import { fetchOnce, type Part } from "./part.ts";

/** The servers of docs/recipes that Debian ships and tests/long/servers.ts starts. */
const PACKAGES = [
  ...["nginx", "apache2", "haproxy", "postgresql", "mariadb-server", "redis-server"],
  ...["postfix", "dovecot-imapd", "tomcat10", "default-jre-headless"],
  ...["caddy", "prometheus", "rabbitmq-server"],
];

/** Fetches the servers with what they need, about 700 MB, and returns the directory with them. */
export function fetchServers(): Promise<Part> {
  return fetchOnce("servers", async (work) => {
    await unpackPackages(PACKAGES, work, "servers");
    await mergeIntoUsr(`${work}/servers`);
  });
}
