import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { type PropertyValues, Secret } from "#spi";
import type { ExchangeConfig } from "../../../../connectors/microsoft-exchange/config.ts";
import { exchangeConnector } from "../../../../connectors/microsoft-exchange/manifest.ts";
import { proxyRules } from "../../../../src/net/proxy-rules.ts";
import { configure } from "../../../../src/runtime/configuration.ts";

const connector = exchangeConnector({
  managedIdentity: { kind: "imds", endpoint: "http://169.254.169.254" },
});
const made = (values: PropertyValues) => configure(connector, values);
const configOf = (values: PropertyValues) => made(values).config as ExchangeConfig;
const optionsOf = (values: PropertyValues) => made(values).options;
const { signal } = new AbortController();
const noFiles = {
  read: () => Promise.reject(new Error("no files here")),
  open: () => Promise.reject(new Error("no files here")),
  writeStream: () => Promise.reject(new Error("no files here")),
  resolve: () => Promise.reject(new Error("no files here")),
  write: () => Promise.reject(new Error("no files here")),
};

const onPremises = {
  Schema: "EWS",
  Platform: "Exchange2013_SP1",
  AuthScheme: "NTLM",
  Server: "mail.corp.example",
  User: "CORP\\ann",
  Password: new Secret("p"),
} as const;
const negotiate = { ...onPremises, AuthScheme: "Negotiate", User: "ann" } as const;
const application = {
  Schema: "MSGraph",
  AuthScheme: "AzureServicePrincipal",
  AzureTenant: "contoso.example",
  OAuthClientId: "client",
  OAuthClientSecret: new Secret("s"),
} as const;
const signIn = {
  Schema: "MSGraph",
  AuthScheme: "AzureAD",
  InitiateOAuth: "GETANDREFRESH",
  AzureTenant: "contoso.example",
  OAuthClientId: "client",
} as const;

/** The address a person is sent to, to sign in. */
async function signInUrl(values: PropertyValues): Promise<URL> {
  const flow = connector.tokens?.(configOf(values), noFiles)?.codeFlow;
  const redirectUri = "https://service.example/v1/oauth/callback";
  return new URL((await flow?.authorizationUrl({ redirectUri, state: "s", codeChallenge: "c" })) ?? "");
}

const ewsOf = (values: PropertyValues) => {
  const config = configOf(values);
  return config.schema === "EWS" ? config.ews : expect.unreachable("not EWS");
};
const graphOf = (values: PropertyValues) => {
  const config = configOf(values);
  return config.schema === "MSGraph" ? config.graph : expect.unreachable("not MSGraph");
};
const kerberosOf = (values: PropertyValues) => {
  const { authentication } = optionsOf({ ...negotiate, ...values });
  return authentication.scheme === "negotiate" ? authentication.kerberos : expect.unreachable("not negotiate");
};
const proxyOf = (values: PropertyValues) => optionsOf({ ...onPremises, ...values }).proxy;
const routeOf = (values: PropertyValues, host = "mail.corp.example") =>
  proxyRules(proxyOf(values), undefined)(host, 443);

describe("Authentication", () => {
  it.each([
    ["NONE", "https://graph.microsoft.com", "https://outlook.office365.com/EWS/Exchange.asmx"],
    ["GLOBAL", "https://graph.microsoft.com", "https://outlook.office365.com/EWS/Exchange.asmx"],
    ["CHINA", "https://microsoftgraph.chinacloudapi.cn", "https://partner.outlook.cn/EWS/Exchange.asmx"],
    ["USGOVTGCC", "https://graph.microsoft.us", "https://outlook.office365.us/EWS/Exchange.asmx"],
    ["USGOVTDOD", "https://dod-graph.microsoft.us", "https://outlook-dod.office365.us/EWS/Exchange.asmx"],
  ])("Office365Environment %s chooses the services, and their origins alone get tokens", (name, graph, ews) => {
    const chosen = { ...application, Office365Environment: name };
    expect(graphOf(chosen).baseUrl).toBe(`${graph}/v1.0`);
    expect(optionsOf(chosen).credentialOrigins).toEqual([graph]);
    const online = { ...chosen, Schema: "EWS", Platform: "Exchange_Online" };
    expect(ewsOf(online).endpoint).toBe(ews);
    expect(optionsOf(online).credentialOrigins).toEqual([new URL(ews).origin]);
  });

  it("Schema chooses the interface", () => {
    expect(configOf(onPremises).schema).toBe("EWS");
    expect(configOf(application).schema).toBe("MSGraph");
    expect(made(application).schema).toBe("MSGraph");
  });

  it("Platform is what the server is taken for, and decides between a server and the cloud", () => {
    expect(ewsOf({ ...onPremises, Platform: "Exchange2010_SP2" }).platform).toBe("Exchange2010_SP2");
    expect(ewsOf({ ...onPremises, Platform: "Exchange_Online" }).endpoint).toMatch(/outlook\.office365\.com/);
    const names = (Platform: string) => connector.tables(configOf({ ...onPremises, Platform })).flatMap(columnNames);
    expect(names("Exchange2007").length).toBeLessThan(names("Exchange2013_SP1").length);
  });
});

const columnNames = ({ columns }: { readonly columns: readonly { readonly name: string }[] }) =>
  columns.map(({ name }) => name);

describe("Azure Authentication", () => {
  it.each([
    ["GLOBAL", "https://login.microsoftonline.com", "https://graph.microsoft.com"],
    ["CHINA", "https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn"],
    ["USGOVT", "https://login.microsoftonline.us", "https://graph.microsoft.us"],
    ["USGOVTHIGH", "https://login.microsoftonline.us", "https://graph.microsoft.us"],
    ["USGOVTDOD", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us"],
  ])("AzureEnvironment %s chooses the login, and the services of the same cloud", async (name, login, graph) => {
    const chosen = { ...signIn, AzureEnvironment: name };
    expect((await signInUrl(chosen)).origin).toBe(login);
    expect(graphOf(chosen).baseUrl).toBe(`${graph}/v1.0`);
  });

  it("AzureTenant is the tenant that signs in", async () => {
    expect((await signInUrl(signIn)).pathname).toBe("/contoso.example/oauth2/v2.0/authorize");
  });
});

describe("OAuth", () => {
  it("CallbackURL is where the browser comes back to, in place of the service's own", () => {
    const own = "https://elsewhere.example/back";
    expect(configOf({ ...signIn, CallbackURL: own }).oauth?.redirectUri).toBe(own);
    const flow = (values: PropertyValues) => connector.tokens?.(configOf(values), noFiles)?.codeFlow;
    expect(flow({ ...signIn, CallbackURL: own })?.redirectUri).toBe(own);
    expect(flow(signIn)).toBeDefined();
    expect(flow(signIn)?.redirectUri).toBeUndefined();
    expect(() => configOf({ ...signIn, CallbackURL: "no address" })).toThrow(
      expect.objectContaining({ target: "CallbackURL" }),
    );
  });

  it("OAuthGrantType is the flow of AuthScheme OAuth", () => {
    const oauth = {
      ...application,
      AuthScheme: "OAuth",
      InitiateOAuth: "GETANDREFRESH",
      User: "ann",
      Password: new Secret("p"),
    };
    const grant = (OAuthGrantType: string) => configOf({ ...oauth, OAuthGrantType }).oauth?.grant;
    expect([grant("CODE"), grant("CLIENT"), grant("PASSWORD")]).toEqual(["code", "client", "password"]);
    expect(configOf(oauth).oauth?.grant).toBe("code");
    expect(graphOf({ ...oauth, OAuthGrantType: "CLIENT" }).appOnly).toBe(true);
    expect(graphOf({ ...oauth, OAuthGrantType: "PASSWORD" }).appOnly).toBe(false);
  });

  it("OAuthVerifier is redeemed with its CallbackURL", () => {
    const pasted = { ...signIn, OAuthVerifier: new Secret("code"), CallbackURL: "https://elsewhere.example/back" };
    expect(configOf(pasted).oauth?.verifier?.reveal()).toBe("code");
    expect(connector.tokens?.(configOf(pasted), noFiles)?.canRenew(undefined)).toBe(true);
    expect(connector.tokens?.(configOf(signIn), noFiles)?.canRenew(undefined)).toBe(false);
  });

  it("OAuthExpiresIn and OAuthTokenTimestamp tell the end of the given token", () => {
    const given = { ...signIn, InitiateOAuth: "OFF", OAuthAccessToken: new Secret("t") };
    const end = (more: PropertyValues) => configOf({ ...given, ...more }).oauth?.given?.expiresAt;
    expect(end({ OAuthTokenTimestamp: 1_000_000, OAuthExpiresIn: 60 })).toBe(1_060_000);
    expect(end({ OAuthTokenTimestamp: 2_000_000, OAuthExpiresIn: 5 })).toBe(2_005_000);
    expect(end({ OAuthExpiresIn: 60 })).toBeUndefined();
  });

  it("Scope replaces the scopes that are asked for", async () => {
    expect(
      (await signInUrl({ ...signIn, Scope: "Mail.Read offline_access" })).searchParams.get("scope")?.split(" "),
    ).toEqual(expect.arrayContaining(["Mail.Read", "offline_access"]));
    expect((await signInUrl({ ...signIn, Scope: "Mail.Read" })).searchParams.get("scope")).not.toMatch(/Calendars/);
    expect((await signInUrl(signIn)).searchParams.get("scope")).toMatch(/Calendars/);
  });
});

describe("JWT OAuth", () => {
  const { OAuthClientSecret: _, ...nameless } = application;
  const certified = { ...nameless, AuthScheme: "AzureServicePrincipalCert", OAuthJWTCert: new Secret("cert") };
  const credential = (more: PropertyValues = {}) => {
    const found = configOf({ ...certified, ...more }).oauth?.credential;
    return found?.kind === "certificate" ? found.certificate : expect.unreachable("no certificate");
  };
  const asked = new Error("the authority is asked");
  const http = { request: () => Promise.reject(asked) };
  /** What comes of asking for a token: reading the certificate fails, or the authority is asked. */
  const renewal = (more: PropertyValues) =>
    connector.tokens?.(configOf({ ...certified, ...more }), noFiles)?.renew(undefined, http as never, signal);
  const pfx = async () => {
    const content = await readFile(new URL("../microsoft-identity/fixtures/aes-256.pfx", import.meta.url));
    return {
      OAuthJWTCert: new Secret(content.toString("base64")),
      OAuthJWTCertType: "PFXBLOB",
      OAuthJWTCertPassword: new Secret("pä55"),
    };
  };
  const isAsked = { cause: asked };
  const isUnreadable = { causeCode: "OAUTH_CERTIFICATE_UNREADABLE" };

  it("OAuthJWTCert is what the application proves itself by", () => {
    expect(credential().value.reveal()).toBe("cert");
    expect(configOf(application).oauth?.credential.kind).toBe("secret");
  });

  it("OAuthJWTCertType tells how the certificate is read", async () => {
    expect(credential().type).toBe("PEMKEY_BLOB");
    expect(credential({ OAuthJWTCertType: "PFXFILE" }).type).toBe("PFXFILE");
    await expect(renewal({ OAuthJWTCertType: "JKSBLOB" })).rejects.toThrow(/JKSBLOB cannot sign/);
    await expect(renewal({ OAuthJWTCertType: "PFXFILE" })).rejects.toMatchObject({
      cause: expect.objectContaining({ message: "no files here" }),
    });
  });

  it("OAuthJWTCertPassword opens it", async () => {
    const right = await pfx();
    await expect(renewal(right)).rejects.toMatchObject(isAsked);
    await expect(renewal({ ...right, OAuthJWTCertPassword: new Secret("no") })).rejects.toMatchObject(isUnreadable);
    expect(credential({ OAuthJWTCertPassword: new Secret("open") }).password?.reveal()).toBe("open");
    expect(credential().password).toBeUndefined();
  });

  it("OAuthJWTCertSubject chooses among several", async () => {
    const absent = { ...(await pfx()), OAuthJWTCertSubject: "CN=somebody else" };
    await expect(renewal(absent)).rejects.toMatchObject(isUnreadable);
    expect(credential({ OAuthJWTCertSubject: "CN=mine" }).subject).toBe("CN=mine");
    expect(credential().subject).toBe("*");
  });
});

describe("Kerberos", () => {
  it.each([
    ["KerberosUser", "user"],
    ["KerberosKDC", "kdc"],
    ["KerberosRealm", "realm"],
    ["KerberosSPN", "spn"],
    ["KerberosServiceRealm", "serviceRealm"],
    ["KerberosServiceKDC", "serviceKdc"],
  ] as const)("%s goes to the Kerberos login", (key, member) => {
    expect(kerberosOf({ [key]: "given" })[member]).toBe("given");
    expect(kerberosOf({})[member]).toBe(member === "user" ? "ann" : undefined);
  });

  it.each([
    ["KerberosKeytabFile", "keytabFile"],
    ["KerberosTicketCache", "ticketCache"],
  ] as const)("%s takes the place of a password", (key, member) => {
    const { Password: _, ...rest } = negotiate;
    const { authentication } = optionsOf({ ...rest, [key]: new Secret("a.file") });
    expect(authentication).toMatchObject({ scheme: "negotiate", kerberos: { [member]: "a.file" } });
  });
});

describe("SSL", () => {
  it("SSLServerCert is what the server must show", () => {
    expect(optionsOf({ ...onPremises, SSLServerCert: "ab:cd" }).tls.serverCert).toBe("ab:cd");
    expect(optionsOf(onPremises).tls.serverCert).toBeUndefined();
  });
});

describe("Firewall", () => {
  const tunnel = { FirewallType: "TUNNEL", FirewallServer: "fw.corp.example" } as const;

  it("FirewallType TUNNEL goes through it, NONE past it", () => {
    expect(routeOf(tunnel)).toMatchObject({ host: "fw.corp.example", tls: false });
    expect(proxyOf({ FirewallType: "NONE", FirewallServer: "fw.corp.example" })).toBeUndefined();
    expect(() => proxyOf({ ...tunnel, FirewallType: "SOCKS4" })).toThrow(/SOCKS/);
  });

  it("FirewallServer is the host that is dialled", () => {
    expect(routeOf({ ...tunnel, FirewallServer: "other" })?.host).toBe("other");
  });

  it("FirewallPort is its port, 0 the usual one", () => {
    expect(routeOf({ ...tunnel, FirewallPort: 3128 })?.port).toBe(3128);
    expect(routeOf({ ...tunnel, FirewallPort: 0 })?.port).toBe(80);
  });

  it("FirewallUser logs in there", () => {
    expect(routeOf({ ...tunnel, FirewallUser: "u" })).toMatchObject({ authentication: "basic", user: "u" });
    expect(routeOf(tunnel)).toMatchObject({ authentication: "none", user: undefined });
  });

  it("FirewallPassword goes with it", () => {
    const login = { ...tunnel, FirewallUser: "u", FirewallPassword: new Secret("fp") };
    expect(routeOf(login)?.password?.reveal()).toBe("fp");
  });
});

describe("Proxy", () => {
  const own = { ProxyServer: "proxy.corp.example" } as const;
  const agent = { url: new Secret("http://agent.example:3128"), exceptions: [] };
  const agentRoute = (values: PropertyValues) => proxyRules(proxyOf(values), agent)("mail.corp.example", 443);

  it("UseProxySettings takes the agent's own proxy", () => {
    expect(agentRoute({ UseProxySettings: true })).toMatchObject({ host: "agent.example", port: 3128 });
    expect(agentRoute({ UseProxySettings: false })).toBeUndefined();
  });

  it("ProxyAutoDetect takes the agent's own proxy even where another is named", () => {
    expect(agentRoute({ ...own, ProxyAutoDetect: true })).toMatchObject({ host: "agent.example" });
    expect(agentRoute({ ...own, ProxyAutoDetect: false })).toMatchObject({ host: "proxy.corp.example" });
  });

  it("ProxyServer is the host that is dialled", () => {
    expect(routeOf(own)?.host).toBe("proxy.corp.example");
  });

  it("ProxyPort is its port", () => {
    expect(routeOf({ ...own, ProxyPort: 8080 })?.port).toBe(8080);
    expect(routeOf(own)?.port).toBe(80);
  });

  it.each([
    ["NONE", "none"],
    ["BASIC", "basic"],
    ["DIGEST", "digest"],
    ["NTLM", "ntlm"],
    ["NEGOTIATE", "negotiate"],
  ])("ProxyAuthScheme %s is how the login is made", (ProxyAuthScheme, authentication) => {
    expect(routeOf({ ...own, ProxyUser: "u", ProxyAuthScheme })?.authentication).toBe(authentication);
  });

  it("ProxyUser and ProxyPassword are the login", () => {
    const route = routeOf({ ...own, ProxyUser: "u", ProxyPassword: new Secret("pp") });
    expect([route?.user, route?.password?.reveal()]).toEqual(["u", "pp"]);
    expect(routeOf(own)?.authentication).toBe("none");
  });

  it.each([
    ["AUTO", 80, false],
    ["AUTO", 443, true],
    ["ALWAYS", 80, true],
    ["NEVER", 443, false],
    ["TUNNEL", 443, false],
  ])("ProxySSLType %s at port %i: TLS to the proxy %s", (ProxySSLType, ProxyPort, tls) => {
    expect(routeOf({ ...own, ProxyPort, ProxySSLType })?.tls).toBe(tls);
  });

  it("ProxyExceptions are reached directly", () => {
    const values = { ...own, ProxyExceptions: "mail.corp.example; *.local" };
    expect(routeOf(values)).toBeUndefined();
    expect(routeOf(values, "a.local")).toBeUndefined();
    expect(routeOf(values, "other.example")?.host).toBe("proxy.corp.example");
  });
});

describe("Schema", () => {
  const listed = (kind: "TABLE" | "VIEW", values: PropertyValues) =>
    connector
      .tables(configOf({ ...onPremises, ...values }))
      .filter((table) => table.kind === kind)
      .map(({ name }) => name);

  it("Tables restricts the tables and leaves the views", () => {
    expect(listed("TABLE", { Tables: "Inbox, calendar" }).toSorted()).toEqual(["Calendar", "Inbox"]);
    expect(listed("VIEW", { Tables: "Inbox" })).toEqual(listed("VIEW", {}));
  });

  it("Views restricts the views and leaves the tables", () => {
    expect(listed("VIEW", { Views: "Rooms" })).toEqual(["Rooms"]);
    expect(listed("TABLE", { Views: "Rooms" })).toEqual(listed("TABLE", {}));
  });
});

describe("Miscellaneous", () => {
  const limitsOf = (values: PropertyValues) => made({ ...onPremises, ...values }).limits;

  it("BatchSize limits the rows of one write, 0 does not", () => {
    expect(limitsOf({ BatchSize: 7 }).batchSize).toBe(7);
    expect(limitsOf({ BatchSize: 0 }).batchSize).toBeUndefined();
  });

  it("BodyType is the form of bodies that is asked for", () => {
    for (const BodyType of ["Best", "HTML", "Text"]) expect(ewsOf({ ...onPremises, BodyType }).bodyType).toBe(BodyType);
  });

  it("DefaultUser is read where no UserId is given", () => {
    expect(graphOf({ ...application, DefaultUser: "d@corp.example" }).userId).toBe("d@corp.example");
    expect(graphOf({ ...application, DefaultUser: "d@corp.example", UserId: "u@corp.example" }).userId).toBe(
      "u@corp.example",
    );
  });

  it("DefaultGroups is read where no GroupId is given, the first of several", () => {
    expect(graphOf({ ...application, DefaultGroups: "g1; g2" }).groupId).toBe("g1");
    expect(graphOf({ ...application, DefaultGroups: "g1", GroupId: "g3" }).groupId).toBe("g3");
  });

  it("GroupId is the group that is read", () => {
    expect(graphOf({ ...application, GroupId: "g" }).groupId).toBe("g");
    expect(graphOf(application).groupId).toBeUndefined();
  });

  it("DirectoryRetrievalDepth is how deep folders are walked, on both schemas", () => {
    for (const DirectoryRetrievalDepth of [1, -1]) {
      expect(ewsOf({ ...onPremises, DirectoryRetrievalDepth }).folderDepth).toBe(DirectoryRetrievalDepth);
      expect(graphOf({ ...application, DirectoryRetrievalDepth }).folderDepth).toBe(DirectoryRetrievalDepth);
    }
    expect(ewsOf(onPremises).folderDepth).toBe(5);
  });

  it("DisableServerSideFiltering keeps conditions on this side", () => {
    expect(limitsOf({ DisableServerSideFiltering: true }).localFiltering).toBe(true);
    expect(limitsOf({}).localFiltering).toBe(false);
  });

  it("ImpersonationType tells what ImpersonationUser is", () => {
    for (const ImpersonationType of ["PrincipalName", "SID", "PrimarySmtpAddress", "SmtpAddress"])
      expect(ewsOf({ ...onPremises, ImpersonationUser: "x", ImpersonationType }).impersonation).toEqual({
        type: ImpersonationType,
        user: "x",
      });
    expect(ewsOf({ ...onPremises, ImpersonationType: "SID" }).impersonation).toBeUndefined();
  });

  it("IncludeContent reads the content of every row", () => {
    expect(ewsOf({ ...onPremises, IncludeContent: true }).includeContent).toBe(true);
    expect(ewsOf(onPremises).includeContent).toBe(false);
  });

  it("MaxRows caps the rows of a query, -1 does not", () => {
    expect(limitsOf({ MaxRows: 3 }).maxRows).toBe(3);
    expect(limitsOf({ MaxRows: 0 }).maxRows).toBe(0);
    expect(limitsOf({ MaxRows: -1 }).maxRows).toBeUndefined();
  });

  it("Pagesize is what one request asks for, at most 1000", () => {
    expect(ewsOf({ ...onPremises, Pagesize: 25 }).pageSize).toBe(25);
    expect(graphOf({ ...application, Pagesize: 25 }).pageSize).toBe(25);
    expect(limitsOf({ Pagesize: 25 }).pageSize).toBe(25);
    expect(limitsOf({ Pagesize: 5000 }).pageSize).toBe(1000);
  });

  it("PoolMaxSize limits the sockets of a connection, never above 8", () => {
    const sockets = (PoolMaxSize: number) => optionsOf({ ...onPremises, PoolMaxSize }).concurrency.perConnection;
    expect([sockets(1), sockets(3), sockets(100), sockets(0)]).toEqual([1, 3, 8, 1]);
  });

  it("Readonly refuses what writes", () => {
    expect(limitsOf({ Readonly: true }).readOnly).toBe(true);
    expect(limitsOf({}).readOnly).toBe(false);
  });

  it("SupportEnhancedSQL allows work the server cannot do", () => {
    expect(limitsOf({}).localWork).toBe(true);
    expect(limitsOf({ SupportEnhancedSQL: false }).localWork).toBe(false);
  });

  it("Timeout is in seconds, 0 is for ever", () => {
    expect([7, 0].map((Timeout) => optionsOf({ ...onPremises, Timeout }).timeoutMs)).toEqual([7000, 0]);
    expect(optionsOf(onPremises).timeoutMs).toBe(60_000);
  });

  it("CustomHeaders go with every request, one a line", () => {
    expect(optionsOf({ ...onPremises, CustomHeaders: "X-One: 1\r\nX-Two: 2" }).headers).toEqual({
      "X-One": "1",
      "X-Two": "2",
    });
  });
});
