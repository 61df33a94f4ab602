import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

/** Is Debian's postfix there, and may this process start one (it drops root's rights itself)? */
export const hasPostfix = existsSync("/usr/sbin/postfix") && process.getuid?.() === 0;

export interface PostfixServer {
  readonly port: number;
  /** Mails in the mailbox of `bob@mail.test`, as postfix delivered them. */
  delivered(): readonly Buffer[];
  stop(): void;
}

const idOf = (name: string): number => {
  const [, , uid] =
    readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .find((line) => line.startsWith(`${name}:`))
      ?.split(":") ?? [];
  return Number(uid);
};

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A postfix of its own folders: STARTTLS, one mailbox, mails up to a megabyte. */
export async function startPostfix(certificate: {
  readonly cert: string;
  readonly key: string;
}): Promise<PostfixServer> {
  const base = mkdtempSync(path.join(tmpdir(), "postfix-"));
  chmodSync(base, 0o755);
  const port = await freePort();
  const folder = (name: string, owner?: number): string => {
    const made = path.join(base, name);
    mkdirSync(made, { mode: 0o755 });
    if (owner !== undefined) chownSync(made, owner, owner);
    return made;
  };
  const postfix = idOf("postfix");
  const [config, queue, data, mail] = [
    folder("config"),
    folder("queue"),
    folder("data", postfix),
    folder("mail", postfix),
  ];
  writeFileSync(path.join(base, "tls.pem"), `${certificate.key}\n${certificate.cert}\n`, { mode: 0o600 });
  const settings = {
    compatibility_level: "3.6",
    queue_directory: queue,
    data_directory: data,
    maillog_file: path.join(base, "log"),
    maillog_file_prefixes: base,
    inet_interfaces: "127.0.0.1",
    inet_protocols: "ipv4",
    myhostname: "mail.test",
    mydestination: "",
    smtpd_tls_chain_files: path.join(base, "tls.pem"),
    smtpd_tls_security_level: "encrypt",
    smtpd_relay_restrictions: "reject_unauth_destination",
    virtual_mailbox_domains: "mail.test",
    virtual_mailbox_base: mail,
    virtual_mailbox_maps: "inline:{bob@mail.test=bob/}",
    virtual_uid_maps: `static:${postfix}`,
    virtual_gid_maps: `static:${postfix}`,
    message_size_limit: "1000000",
    mailbox_size_limit: "0",
    virtual_mailbox_limit: "0",
    smtputf8_enable: "yes",
    alias_maps: "",
    mynetworks: "127.0.0.0/8",
  };
  const main = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  writeFileSync(path.join(config, "main.cf"), main.join(""));
  writeFileSync(path.join(config, "master.cf"), masterOf(port));
  run("postfix", "-c", config, "post-install", "create-missing");
  run("postfix", "-c", config, "start");
  await listening(port);
  return {
    port,
    delivered: () => {
      const inbox = path.join(mail, "bob", "new");
      return existsSync(inbox) ? readdirSync(inbox).map((name) => readFileSync(path.join(inbox, name))) : [];
    },
    stop: () => {
      run("postfix", "-c", config, "stop");
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** The services a delivery needs, without chroot. */
const masterOf = (port: number): string =>
  [
    `127.0.0.1:${port} inet n - n - - smtpd`,
    "pickup unix n - n 60 1 pickup",
    "cleanup unix n - n - 0 cleanup",
    "qmgr unix n - n 300 1 qmgr",
    "tlsmgr unix - - n 1000? 1 tlsmgr",
    "rewrite unix - - n - - trivial-rewrite",
    "bounce unix - - n - 0 bounce",
    "defer unix - - n - 0 bounce",
    "trace unix - - n - 0 bounce",
    "verify unix - - n - 1 verify",
    "proxymap unix - - n - - proxymap",
    "proxywrite unix - - n - 1 proxymap",
    "smtp unix - - n - - smtp",
    "relay unix - - n - - smtp",
    "showq unix n - n - - showq",
    "error unix - - n - - error",
    "retry unix - - n - - error",
    "discard unix - - n - - discard",
    "local unix - n n - - local",
    "virtual unix - n n - - virtual",
    "lmtp unix - - n - - lmtp",
    "anvil unix - - n - 1 anvil",
    "scache unix - - n - 1 scache",
    "postlog unix-dgram n - n - 1 postlogd",
    "",
  ].join("\n");

function run(command: string, ...args: readonly string[]): void {
  const { status, stderr, stdout } = spawnSync(command, args, { encoding: "utf8", cwd: "/" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${status} ${stdout} ${stderr}`);
}

/** Waits, by asking the system's own client, until somebody listens. */
async function listening(port: number): Promise<void> {
  const probe = `until (: </dev/tcp/127.0.0.1/${port}) 2>/dev/null; do read -t 0.1 <> <(:) || :; done`;
  const child = spawn("timeout", ["20", "bash", "-c", probe], { stdio: "ignore" });
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`postfix does not listen on ${port}`);
}
