import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Testbed } from "./authentication-testbed.ts";
import { untilListening } from "./until-listening.ts";

const modules = "/usr/lib/apache2/modules";
const needed = ["/usr/sbin/squid", "/usr/lib/squid/negotiate_kerberos_auth", `${modules}/mod_proxy_connect.so`];

/** Why no real proxy asks for a login here. */
export function missingForProxies(): string | undefined {
  const absent = needed.filter((file) => !existsSync(file));
  return absent.length === 0 ? undefined : `not installed: ${absent.join(", ")} (test/peers/install-debian.sh)`;
}

/** Forward proxies: apache asks on one port for each login, squid offers two on its own. */
export interface LoginProxies {
  readonly apache: Readonly<Record<"negotiate" | "ntlm" | "digest" | "basic", number>>;
  /** Negotiate and Digest. */
  readonly squid: number;
  stop(): Promise<void>;
}

/** The user and password of Digest; the others' are the testbed's. */
export const digestUser = { user: "proxyuser", password: "Proxy-pass1" } as const;

const loginLines = (folder: string): Readonly<Record<keyof LoginProxies["apache"], readonly string[]>> => ({
  negotiate: ["AuthType GSSAPI", "GssapiAllowedMech krb5", `GssapiCredStore "keytab:${folder}/keytab/http.keytab"`],
  ntlm: ["AuthType GSSAPI", "GssapiAllowedMech ntlmssp", "GssapiConnectionBound On"],
  digest: ["AuthType Digest", "AuthDigestProvider file", `AuthUserFile "${folder}/proxies/htdigest"`],
  basic: ["AuthType Basic", "AuthBasicProvider file", `AuthUserFile "${folder}/etc/htpasswd"`],
});

function apacheConf(folder: string, ports: LoginProxies["apache"], target: number): string {
  const own = `${folder}/proxies`;
  const loaded = ["mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "auth_basic", "auth_digest"];
  const lines = loginLines(folder);
  const hosts = Object.entries(ports).flatMap(([scheme, port]) => [
    `Listen 127.0.0.1:${port}`,
    `<VirtualHost 127.0.0.1:${port}>`,
    "ServerName localhost",
    "ProxyRequests On",
    `AllowCONNECT ${target}`,
    '<Proxy "*">',
    ...lines[scheme as keyof typeof lines],
    'AuthName "Proxy"',
    "Require valid-user",
    "</Proxy>",
    "</VirtualHost>",
  ]);
  return [
    `ServerRoot "${own}"`,
    "ServerName localhost",
    `PidFile "${own}/httpd.pid"`,
    `DefaultRuntimeDir "${own}"`,
    `Mutex "file:${own}" default`,
    ...(process.getuid?.() === 0 ? ["User www-data", "Group www-data"] : []),
    ...[...loaded, "auth_gssapi", "proxy", "proxy_connect", "socache_shmcb"].map(
      (name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`,
    ),
    `ErrorLog "${own}/error.log"`,
    `CustomLog "${own}/access.log" "%u %>s %r"`,
    "StartServers 1",
    "ServerLimit 1",
    "ThreadsPerChild 32",
    "MaxRequestWorkers 32",
    ...hosts,
    "",
  ].join("\n");
}

function squidConf(folder: string, port: number): string {
  const own = `${folder}/proxies`;
  return [
    `http_port 127.0.0.1:${port}`,
    `pid_filename ${own}/squid.pid`,
    `cache_log ${own}/squid-cache.log`,
    `access_log stdio:${own}/squid-access.log`,
    "cache deny all",
    `coredump_dir ${own}`,
    "shutdown_lifetime 0 seconds",
    "visible_hostname localhost",
    "pinger_enable off",
    ...(process.getuid?.() === 0 ? ["cache_effective_user proxy"] : []),
    `auth_param negotiate program /usr/lib/squid/negotiate_kerberos_auth -k ${own}/squid.keytab -s HTTP/localhost@TEST.EXAMPLE`,
    "auth_param negotiate children 2 startup=1",
    `auth_param digest program /usr/lib/squid/digest_file_auth -c ${own}/htdigest`,
    "auth_param digest children 1 startup=1",
    "auth_param digest realm Proxy",
    "acl known proxy_auth REQUIRED",
    "http_access allow known",
    "http_access deny all",
    "",
  ].join("\n");
}

/** Starts them in the testbed's folder, with its KDC, accounts and certificate. */
export async function startLoginProxies(testbed: Testbed, freePort: () => Promise<number>): Promise<LoginProxies> {
  const { folder } = testbed;
  const own = path.join(folder, "proxies");
  mkdirSync(own);
  const apache = {
    negotiate: await freePort(),
    ntlm: await freePort(),
    digest: await freePort(),
    basic: await freePort(),
  };
  const squid = await freePort();
  const { user, password } = digestUser;
  const hash = createHash("md5").update(`${user}:Proxy:${password}`).digest("hex");
  writeFileSync(path.join(own, "htdigest"), `${user}:Proxy:${hash}\n`);
  writeFileSync(path.join(own, "httpd.conf"), apacheConf(folder, apache, testbed.port("HTTPS")));
  writeFileSync(path.join(own, "squid.conf"), squidConf(folder, squid));
  copyFileSync(path.join(folder, "keytab", "http.keytab"), path.join(own, "squid.keytab"));
  for (const name of ["htdigest", "squid.keytab"]) chmodSync(path.join(own, name), 0o644);
  chmodSync(own, 0o777);
  const env = {
    PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
    KRB5_CONFIG: path.join(folder, "etc", "krb5.conf"),
    KRB5RCACHENAME: "none:",
    NTLM_USER_FILE: path.join(folder, "etc", "ntlm-users"),
    NETBIOS_DOMAIN_NAME: "TESTDOM",
    NETBIOS_COMPUTER_NAME: "PROXY01",
  };
  const start = (program: string, args: readonly string[]) => spawn(program, args, { env, stdio: "ignore" });
  const children = [
    start("/usr/sbin/apache2", ["-f", path.join(own, "httpd.conf"), "-D", "FOREGROUND"]),
    start("/usr/sbin/squid", ["--foreground", "-N", "-f", path.join(own, "squid.conf")]),
  ];
  for (const port of [...Object.values(apache), squid]) await untilListening(port, children);
  return {
    apache,
    squid,
    async stop() {
      for (const child of children) await ended(child);
    },
  };
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}
