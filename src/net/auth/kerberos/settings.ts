import { resolveSrv } from "node:dns/promises";
import { type ConnectorError, type FileAccess, invalidProperty, type KerberosOptions } from "#spi";
import { type DialParts, permittedAddresses } from "../../dial.ts";
import { failure } from "../../failures.ts";
import { authority, canonicalHost } from "../../hosts.ts";
import { nobody } from "../../observe.ts";
import { withinTime } from "../../resolve.ts";

/** A realm and where its KDCs are, as address and port. */
export interface Realm {
  readonly name: string;
  readonly kdcs: readonly Place[];
}

/** An address or name, and a port. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** Everything a Kerberos process is started with; names checked, files inside their folders, KDCs allowed by egress. */
export interface KerberosSettings {
  /** Absent: the machine's own configuration. */
  readonly realms: readonly Realm[];
  readonly principal: string | undefined;
  readonly keytab: string | undefined;
  readonly ticketCache: string | undefined;
}

/** What a service ticket is asked for. */
export interface Service {
  /** `HTTP@host`: the only form npm kerberos 7.0.0 understands on Unix. */
  readonly name: string;
  readonly host: string;
  /** The realm the host is in, when that is said. */
  readonly realm: string | undefined;
}

const realmPattern = /^[A-Za-z0-9._-]{1,255}$/;
const principalPattern = /^[^\s\p{Cc}@\\]{1,255}$/u;
const kdcPort = 88;

/** Checks the options and looks the KDCs up. */
export async function kerberosSettings(
  options: KerberosOptions,
  dial: DialParts,
  files: FileAccess,
): Promise<KerberosSettings> {
  const { name, realm } = principalOf(options);
  const realms = [
    ...(await realmsOf("KerberosRealm", realm, options.kdc, dial)),
    ...(await realmsOf("KerberosServiceRealm", options.serviceRealm, options.serviceKdc, dial)),
  ];
  const file = (path: string | undefined) => (path === undefined ? undefined : files.resolve(path));
  return {
    realms: realms.filter((one, at) => realms.findIndex((other) => other.name === one.name) === at),
    principal: name === undefined || realm === undefined ? name : `${name}@${realm}`,
    keytab: await file(options.keytabFile),
    ticketCache: await file(options.ticketCache),
  };
}

/** `user`, `user@realm` and `DOMAIN\user`; a realm that is set wins over the one in the name. */
function principalOf({ user, realm }: KerberosOptions): { name: string | undefined; realm: string | undefined } {
  if (realm !== undefined && !realmPattern.test(realm)) throw invalidRealm("KerberosRealm");
  if (user === undefined || user === "") return { name: undefined, realm };
  const bare = user.slice(user.lastIndexOf("\\") + 1);
  const [name = "", suffix, ...more] = bare.split("@");
  if (!principalPattern.test(name) || more.length > 0)
    throw invalidProperty("User", "The user is no Kerberos principal.");
  if (suffix !== undefined && !realmPattern.test(suffix)) throw invalidRealm("User");
  return { name, realm: realm ?? suffix?.toUpperCase() };
}

const invalidRealm = (property: string): ConnectorError =>
  invalidProperty(property, "A Kerberos realm has letters, digits, dots and hyphens only.");

async function realmsOf(property: string, realm: string | undefined, kdc: string | undefined, dial: DialParts) {
  if (realm === undefined) {
    if (kdc === undefined) return [];
    throw invalidProperty(property, "A KDC is set, but not the realm it is for.");
  }
  if (!realmPattern.test(realm)) throw invalidRealm(property);
  const given = kdc === undefined ? await announced(realm, dial) : kdc.split(",").map(kdcOf);
  const kdcs = await Promise.all(given.map(({ host, port }) => checkedKdc(host, port, dial)));
  return [{ name: realm, kdcs: kdcs.flat() }];
}

function kdcOf(text: string): Place {
  const [, host = text.trim(), port] = /^\s*(\[[^\]]+\]|[^:\s]+):(\d{1,5})\s*$/.exec(text) ?? [];
  return { host: canonicalHost(host), port: port === undefined ? kdcPort : Number(port) };
}

/** libkrb5 connects by itself, so it is given addresses that were checked, not names. */
async function checkedKdc(host: string, port: number, dial: DialParts): Promise<Place[]> {
  const addresses = await permittedAddresses(host, port, { ...dial, observer: nobody }, false);
  return addresses.map((address) => ({ host: address, port }));
}

/** The KDCs a realm announces in DNS; looked up here, so that they too come under the egress rules. */
async function announced(realm: string, { limits }: DialParts): Promise<readonly Place[]> {
  const missing = () =>
    failure("KERBEROS_KDC_UNREACHABLE", `DNS names no KDC for the realm ${realm}; set KerberosKDC.`);
  const found = await withinTime(resolveSrv(`_kerberos._tcp.${realm}`), limits.dnsMs, missing).catch(() => []);
  if (found.length === 0) throw missing();
  const sorted = found.sort((one, other) => one.priority - other.priority || other.weight - one.weight);
  return sorted.slice(0, 4).map(({ name, port }) => ({ host: canonicalHost(name), port }));
}

/** KerberosSPN (`HTTP/host` or `HTTP/host@REALM`), or HTTP and the host connected to. */
export function serviceOf({ spn, serviceRealm }: KerberosOptions, host: string): Service {
  const [, service = "HTTP", named = host, realm = serviceRealm] =
    /^([A-Za-z][\w-]*)\/([^@/\s]+)(?:@([^@\s]+))?$/.exec(spn ?? `HTTP/${host}`) ?? [];
  const isReadable = spn === undefined || /^[A-Za-z][\w-]*\/[^@/\s]+(?:@[^@\s]+)?$/.test(spn);
  if (!isReadable || (realm !== undefined && !realmPattern.test(realm))) {
    throw invalidProperty("KerberosSPN", "KerberosSPN has the form HTTP/host or HTTP/host@REALM.");
  }
  const target = canonicalHost(named);
  return { name: `${service}@${target}`, host: target, realm };
}

const kdcLine = ({ host, port }: Place): string => `        kdc = ${authority(host, port)}`;

/** The krb5.conf of one configuration: these realms and nothing else. */
export function krb5Conf({ realms }: KerberosSettings, services: readonly Service[]): string {
  const [home] = realms;
  const others = realms.slice(1);
  return [
    "[libdefaults]",
    ...(home === undefined ? [] : [`    default_realm = ${home.name}`]),
    "    dns_lookup_kdc = false",
    "    dns_lookup_realm = false",
    // The service's name must be the one that was given, not what DNS makes of it.
    "    dns_canonicalize_hostname = false",
    "    rdns = false",
    "    udp_preference_limit = 1",
    "[realms]",
    ...realms.flatMap(({ name, kdcs }) => [`    ${name} = {`, ...kdcs.map(kdcLine), "    }"]),
    "[domain_realm]",
    ...services.map(({ host, realm }) => `    ${host} = ${realm ?? home?.name ?? ""}`),
    // A trust between two realms goes straight from one to the other, not over realms above them.
    "[capaths]",
    ...(home === undefined
      ? []
      : others.flatMap(({ name }) => [`    ${home.name} = {`, `        ${name} = .`, "    }"])),
    "",
  ].join("\n");
}
