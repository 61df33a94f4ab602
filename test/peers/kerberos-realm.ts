import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Testbed } from "./authentication-testbed.ts";
import { untilListening } from "./until-listening.ts";

const realm = "TEST.EXAMPLE";

/** Debian's libfaketime, which shifts the clock of a process it is loaded into; undefined where it is not installed. */
const libfaketime = readdirSync("/usr/lib")
  .map((folder) => path.join("/usr/lib", folder, "faketime/libfaketime.so.1"))
  .find((file) => existsSync(file));

/** Why no KDC can have another time than this machine. */
export const missingForClocks = (): string | undefined =>
  libfaketime === undefined ? "not installed: faketime (test/peers/install-debian.sh)" : undefined;

/** The testbed's first realm, as its administrator sees it. */
export interface KerberosRealm {
  /** Runs statements of kadmin. */
  administer(...statements: readonly string[]): void;
  /** A file with a ticket of alice for so long. */
  ticket(file: string, life: string): void;
  /** A keytab with a key made of this password. */
  keytab(file: string, principal: string, password: string): void;
  /** A second KDC of the realm on this port, its clock ahead by so many hours. */
  startKdc(port: number, hoursAhead: number): Promise<ChildProcess>;
  /** The testbed's web server a second time, on these ports, its clock ahead by so many hours. */
  startServer(ports: { readonly http: number; readonly https: number }, hoursAhead: number): Promise<ChildProcess>;
}

const ahead = (hours: number) => ({
  LD_PRELOAD: libfaketime,
  FAKETIME: `+${hours}h`,
  FAKETIME_DONT_FAKE_MONOTONIC: "1",
});

export function kerberosRealm({ folder, port }: Testbed): KerberosRealm {
  const profile = path.join(folder, "kdc", realm, "kdc.conf");
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", KRB5_CONFIG: path.join(folder, "etc", "krb5-1.conf") };
  const run = (program: string, args: readonly string[], input = ""): void => {
    const { status, stdout, stderr } = spawnSync(program, args, {
      env: { ...env, KRB5_KDC_PROFILE: profile },
      input,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stdout}${stderr}`);
  };
  return {
    administer(...statements) {
      for (const statement of statements) run("kadmin.local", ["-r", realm, "-q", statement]);
    },
    ticket: (file, life) => {
      const keytab = path.join(folder, "keytab", "alice.keytab");
      run("kinit", ["-l", life, "-k", "-t", keytab, "-c", `FILE:${file}`, `alice@${realm}`]);
    },
    keytab: (file, principal, password) => {
      const entry = `addent -password -p ${principal}@${realm} -k 1 -e aes256-cts-hmac-sha1-96`;
      run("ktutil", [], `${entry}\n${password}\nwkt ${file}\nquit\n`);
    },
    async startKdc(second, hoursAhead) {
      const shifted = `${profile}.${second}`;
      const text = readFileSync(profile, "utf8").replaceAll(`:${port("KDC1")}`, `:${second}`);
      writeFileSync(shifted, text);
      const child = spawn("krb5kdc", ["-n", "-r", realm], {
        env: { ...env, ...ahead(hoursAhead), KRB5_KDC_PROFILE: shifted },
        stdio: "ignore",
      });
      await untilListening(second, [child]);
      return child;
    },
    async startServer({ http, https }, hoursAhead) {
      const own = path.join(folder, "ahead");
      mkdirSync(own);
      chmodSync(own, 0o777);
      const conf = readFileSync(path.join(folder, "etc", "httpd.conf"), "utf8")
        .replaceAll(`:${port("HTTP")}`, `:${http}`)
        .replaceAll(`:${port("HTTPS")}`, `:${https}`)
        .replaceAll(`${folder}/run`, own);
      writeFileSync(path.join(own, "httpd.conf"), conf);
      const child = spawn("apache2", ["-f", path.join(own, "httpd.conf"), "-D", "FOREGROUND"], {
        env: { ...env, ...ahead(hoursAhead), KRB5RCACHENAME: "none:" },
        stdio: "ignore",
      });
      await untilListening(http, [child]);
      return child;
    },
  };
}
