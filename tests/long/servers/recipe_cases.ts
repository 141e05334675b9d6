/** The recipes that are tried with the real servers, and how Debian's packages set these up. */
import { freePort } from "../../support/free_port.ts";
import { pathOfPart } from "../../support/parts.ts";
import { shellWords } from "../../support/shell_words.ts";
import type { RecipeCase } from "./server_host.ts";

const WEB = "docs/recipes/web.md";
const DATA = "docs/recipes/data.md";

export const RECIPES: readonly RecipeCase[] = [
  {
    document: WEB,
    heading: "nginx",
    units: ["nginx"],
    ports: [[443]],
    setUp: ([port]) => `
mkdir -p /etc/nginx/ssl /etc/nginx/sites-enabled /var/log/nginx /var/lib/nginx
cat >/etc/nginx/sites-enabled/web <<'END'
server {
  listen 127.0.0.1:${port} ssl;
  ssl_certificate     /etc/nginx/ssl/web.crt;
  ssl_certificate_key /etc/nginx/ssl/web.key;
}
END`,
  },
  {
    document: WEB,
    heading: "Apache",
    units: ["apache2"],
    ports: [[443]],
    setUp: ([port]) => `
mkdir -p /etc/apache2/ssl /var/log/apache2
cd /etc/apache2
mkdir -p mods-enabled sites-enabled conf-enabled
for mod in mpm_event ssl socache_shmcb mime authz_core authz_host; do
  for end in load conf; do
    test ! -e mods-available/$mod.$end || ln -s ../mods-available/$mod.$end mods-enabled/
  done
done
echo "Listen 127.0.0.1:${port}" >ports.conf
cat >sites-enabled/intranet.conf <<'END'
ServerName intranet.example.com
<VirtualHost 127.0.0.1:${port}>
  SSLEngine on
  SSLCertificateFile /etc/apache2/ssl/intranet.crt
  SSLCertificateKeyFile /etc/apache2/ssl/intranet.key
</VirtualHost>
END`,
  },
  {
    document: WEB,
    heading: "HAProxy",
    units: ["haproxy"],
    ports: [[443]],
    setUp: ([port]) => `
mkdir -p /etc/haproxy/certs /var/lib/haproxy /run/haproxy
# The machine has no log daemon, whose socket the unit mounts.
mkdir -p /etc/systemd/system/haproxy.service.d
printf '[Service]\\nBindReadOnlyPaths=\\n' >/etc/systemd/system/haproxy.service.d/test.conf
cat >>/etc/haproxy/haproxy.cfg <<'END'
frontend shop
  bind 127.0.0.1:${port} ssl crt /etc/haproxy/certs/
END`,
  },
  {
    document: DATA,
    heading: "PostgreSQL",
    units: ["postgresql@15-main"],
    ports: [[5432, "postgres"]],
    setUp: ([port]) => `
mkdir -p /run/postgresql /var/log/postgresql /var/lib/postgresql
chown postgres:postgres /run/postgresql /var/log/postgresql /var/lib/postgresql
rm -rf /etc/postgresql/15 /var/lib/postgresql/15
mkdir -p /etc/postgresql
chown postgres:postgres /etc/postgresql
install -d -o postgres -g postgres /etc/postgresql/ssl
pg_createcluster --port ${port} 15 main -- --no-sync
cat >>/etc/postgresql/15/main/postgresql.conf <<'END'
ssl = on
ssl_cert_file = '/etc/postgresql/ssl/server.crt'
ssl_key_file = '/etc/postgresql/ssl/server.key'
END`,
  },
  {
    document: DATA,
    heading: "MariaDB",
    units: ["mariadb"],
    ports: [[3306, "mysql"]],
    setUp: ([port]) => `
mkdir -p /etc/mysql/ssl /var/lib/mysql
ln -sf mariadb.cnf /etc/mysql/my.cnf
install -d -o mysql -g mysql /run/mysqld
chown mysql:mysql /var/lib/mysql
cat >/etc/mysql/mariadb.conf.d/99-test.cnf <<'END'
[mariadbd]
port = ${port}
bind-address = 127.0.0.1
ssl_cert = /etc/mysql/ssl/server.crt
ssl_key = /etc/mysql/ssl/server.key
END
mariadb-install-db --user=mysql --auth-root-authentication-method=socket >/dev/null`,
  },
  {
    document: DATA,
    heading: "Redis",
    units: ["redis-server"],
    ports: [[6379]],
    setUp: ([port]) => `
chown redis:redis /etc/redis
chmod 2770 /etc/redis
mkdir -p /etc/ssl/redis /var/log/redis /var/lib/redis
chown redis:redis /var/log/redis /var/lib/redis
cat >>/etc/redis/redis.conf <<'END'
port 0
tls-port ${port}
tls-cert-file /etc/ssl/redis/server.crt
tls-key-file /etc/ssl/redis/server.key
tls-ca-cert-file /etc/ssl/redis/ca.crt
unixsocket /run/redis/redis-server.sock
END
chown redis:redis /etc/redis/redis.conf`,
  },
  {
    document: "docs/recipes/messages.md",
    heading: "Postfix and Dovecot",
    units: ["postfix@-", "postfix", "dovecot"],
    ports: [[25, "smtp"], [143, "imap"]],
    setUp: ([smtp, imap]) => `
mkdir -p /etc/ssl/mail
cp /usr/share/postfix/main.cf.debian /etc/postfix/main.cf
cp /usr/share/postfix/master.cf.dist /etc/postfix/master.cf
sed -i 's/^smtp  *inet/127.0.0.1:${smtp} inet/' /etc/postfix/master.cf
cat >>/etc/postfix/main.cf <<'END'
compatibility_level = 3.6
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
smtpd_tls_security_level = may
smtpd_tls_cert_file = /etc/ssl/mail/mail.crt
smtpd_tls_key_file = /etc/ssl/mail/mail.key
END
mkdir -p /var/lib/postfix
chown postfix /var/lib/postfix
cp /usr/share/postfix/main.cf.dist /etc/postfix/main.cf.proto
cp /usr/share/postfix/master.cf.dist /etc/postfix/master.cf.proto
cp /usr/share/postfix/dynamicmaps.cf /usr/share/postfix/makedefs.out /etc/postfix/
postfix set-permissions
cat >/etc/dovecot/dovecot.conf <<'END'
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = </etc/ssl/mail/mail.crt
ssl_key = </etc/ssl/mail/mail.key
passdb {
  driver = static
}
service imap-login {
  inet_listener imap {
    port = ${imap}
  }
  inet_listener imaps {
    port = 0
  }
}
END`,
  },
  {
    document: "docs/recipes/java.md",
    heading: "Tomcat",
    units: ["tomcat10"],
    ports: [[8443]],
    setUp: ([port]) => `
mkdir -p /etc/vcm
(umask 077; echo secret-of-test >/etc/vcm/app.password)
mkdir -p /var/lib/tomcat10/webapps /var/log/tomcat10 /var/cache/tomcat10
chown tomcat:tomcat /var/lib/tomcat10/webapps /var/log/tomcat10 /var/cache/tomcat10
cp -r /usr/share/tomcat10/etc/. /etc/tomcat10/
cp /usr/share/tomcat10/default.template /etc/default/tomcat10
chgrp -R tomcat /etc/tomcat10
cat >/etc/tomcat10/server.xml <<'END'
<Server port="-1"><Service name="Catalina">
  <Connector address="127.0.0.1" port="${port}" SSLEnabled="true">
    <SSLHostConfig>
      <Certificate certificateKeystoreFile="/etc/tomcat10/app.p12" certificateKeystoreType="PKCS12"
        certificateKeystorePassword="secret-of-test" certificateKeyAlias="app.example.com" />
    </SSLHostConfig>
  </Connector>
  <Engine name="Catalina" defaultHost="localhost"><Host name="localhost" /></Engine>
</Service></Server>
END`,
  },
  {
    document: WEB,
    heading: "Caddy",
    units: ["caddy"],
    ports: [[443]],
    setUp: ([port]) => `
mkdir -p /etc/caddy/tls
install -d -o caddy -g caddy /var/lib/caddy
cat >/etc/caddy/Caddyfile <<'END'
{
  admin unix//var/lib/caddy/admin.sock
  auto_https disable_redirects
  default_sni caddy.example.com
}
caddy.example.com:${port} {
  bind 127.0.0.1
  tls /etc/caddy/tls/caddy.crt /etc/caddy/tls/caddy.key
}
END`,
  },
  {
    document: "docs/recipes/tools.md",
    heading: "Prometheus",
    units: ["prometheus"],
    ports: [[9090]],
    setUp: ([port]) => `
mkdir -p /etc/prometheus/tls
install -d -o prometheus -g prometheus /var/lib/prometheus/metrics2
cat >/etc/prometheus/web.yml <<'END'
tls_server_config:
  cert_file: tls/prometheus.crt
  key_file: tls/prometheus.key
END
echo "global: {}" >/etc/prometheus/prometheus.yml
cat >/etc/default/prometheus <<'END'
ARGS="--web.config.file=/etc/prometheus/web.yml --web.listen-address=127.0.0.1:${port}"
END`,
  },
  {
    document: "docs/recipes/messages.md",
    heading: "RabbitMQ",
    units: ["rabbitmq-server"],
    ports: [[5671]],
    // Erlang's own ports would be the same on each host.
    setUp: ([port]) => `
mkdir -p /etc/ssl/rabbitmq /etc/rabbitmq
chown rabbitmq:rabbitmq /etc/rabbitmq
mkdir -p /var/lib/rabbitmq/mnesia /var/log/rabbitmq
chown -R rabbitmq:rabbitmq /var/lib/rabbitmq /var/log/rabbitmq
cat >/etc/rabbitmq/rabbitmq-env.conf <<'END'
NODENAME=rabbit@localhost
DIST_PORT=${freePort()}
export ERL_EPMD_PORT=${freePort()}
END
cat >/etc/rabbitmq/rabbitmq.conf <<'END'
listeners.tcp = none
listeners.ssl.default = 127.0.0.1:${port}
ssl_options.cacertfile = /etc/ssl/rabbitmq/ca.crt
ssl_options.certfile = /etc/ssl/rabbitmq/server.crt
ssl_options.keyfile = /etc/ssl/rabbitmq/server.key
END`,
  },
  {
    document: "docs/recipes/tools.md",
    heading: "Vault and OpenBao",
    units: ["openbao"],
    ports: [[8200]],
    // Debian has no package of it. A sealed server serves its certificate, too.
    setUp: async ([port]) => `
mkdir -p /etc/openbao/tls
install -d -o openbao -g openbao /var/lib/openbao
touch /usr/local/bin/bao
mount --bind ${shellWords(await pathOfPart("openbao"))} /usr/local/bin/bao
cat >/etc/openbao/openbao.hcl <<'END'
disable_mlock = true
storage "file" { path = "/var/lib/openbao" }
listener "tcp" {
  address = "127.0.0.1:${port}"
  tls_cert_file = "/etc/openbao/tls/server.crt"
  tls_key_file = "/etc/openbao/tls/server.key"
}
END
cat >/usr/lib/systemd/system/openbao.service <<'END'
[Service]
Type=notify
User=openbao
ExecStart=/usr/local/bin/bao server -config=/etc/openbao/openbao.hcl
ExecReload=/bin/kill --signal HUP $MAINPID
END`,
  },
];
