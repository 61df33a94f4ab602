/** The test that would fail if the property had no effect: `title` stands in `file` as it is written there. */
export interface Proof {
  readonly file: string;
  readonly title: string;
}

const by =
  (file: string) =>
  (title: string): Proof => ({ file, title });

const effects = by("test/unit/connectors/properties/effects.test.ts");
const service = by("test/service/properties.test.ts");
const oauth = by("test/service/oauth.test.ts");
const schemes = by("test/peers/schemes.peers.test.ts");

/** The best proof of each property in effect, by its key. */
export const propertyProofs: Readonly<Record<string, Proof>> = {
  AuthScheme: schemes("another scheme, or none, is told what the server offers"),
  Schema: effects("Schema chooses the interface"),
  Platform: service("Platform is the version that is asked for"),
  Server: by("test/unit/connectors/properties/config.test.ts")("%s is the endpoint %s"),
  User: schemes("over http"),
  Password: schemes("a wrong password is found at authentication"),
  Office365Environment: effects("Office365Environment %s chooses the services, and their origins alone get tokens"),

  AzureTenant: effects("AzureTenant is the tenant that signs in"),
  AzureEnvironment: effects("AzureEnvironment %s chooses the login, and the services of the same cloud"),

  InitiateOAuth: oauth("a token given from elsewhere works with InitiateOAuth OFF, until it ends"),
  OAuthClientId: oauth("client credentials work, and a registration without roles is told so"),
  OAuthClientSecret: oauth("client credentials work, and a registration without roles is told so"),
  OAuthAccessToken: oauth("a token given from elsewhere works with InitiateOAuth OFF, until it ends"),
  OAuthRefreshToken: oauth("REFRESH renews from a refresh token"),
  OAuthExpiresIn: effects("OAuthExpiresIn and OAuthTokenTimestamp tell the end of the given token"),
  OAuthTokenTimestamp: effects("OAuthExpiresIn and OAuthTokenTimestamp tell the end of the given token"),
  OAuthVerifier: effects("OAuthVerifier is redeemed with its CallbackURL"),
  CallbackURL: service("CallbackURL and Scope are part of the sign-in"),
  OAuthGrantType: service("OAuthGrantType %s gets its own tokens"),
  UserId: service("DefaultUser and UserId name the mailbox of an application"),
  Scope: service("CallbackURL and Scope are part of the sign-in"),

  OAuthJWTCert: effects("OAuthJWTCert is what the application proves itself by"),
  OAuthJWTCertType: effects("OAuthJWTCertType tells how the certificate is read"),
  OAuthJWTCertPassword: effects("OAuthJWTCertPassword opens it"),
  OAuthJWTCertSubject: effects("OAuthJWTCertSubject chooses among several"),

  KerberosKDC: schemes("a wrong password and a dead KDC are told apart"),
  KerberosRealm: schemes("a user of one realm at a service of another"),
  KerberosSPN: schemes("a user of one realm at a service of another"),
  KerberosUser: effects("%s goes to the Kerberos login"),
  KerberosKeytabFile: schemes("a keytab"),
  KerberosServiceRealm: schemes("a user of one realm at a service of another"),
  KerberosServiceKDC: schemes("a user of one realm at a service of another"),
  KerberosTicketCache: schemes("a ticket cache"),

  SSLServerCert: schemes("%s is found at its step"),

  FirewallType: effects("FirewallType TUNNEL goes through it, NONE past it"),
  FirewallServer: effects("FirewallServer is the host that is dialled"),
  FirewallPort: effects("FirewallPort is its port, 0 the usual one"),
  FirewallUser: effects("FirewallUser logs in there"),
  FirewallPassword: effects("FirewallPassword goes with it"),

  UseProxySettings: effects("UseProxySettings takes the agent's own proxy"),
  ProxyAutoDetect: effects("ProxyAutoDetect takes the agent's own proxy even where another is named"),
  ProxyServer: schemes("%s is found at its step"),
  ProxyPort: effects("ProxyPort is its port"),
  ProxyAuthScheme: effects("ProxyAuthScheme %s is how the login is made"),
  ProxyUser: effects("ProxyUser and ProxyPassword are the login"),
  ProxyPassword: schemes("%s is found at its step"),
  ProxySSLType: effects("ProxySSLType %s at port %i: TLS to the proxy %s"),
  ProxyExceptions: effects("ProxyExceptions are reached directly"),

  Tables: service("%s restricts the catalogue"),
  Views: service("%s restricts the catalogue"),

  BatchSize: service("BatchSize decides how many requests the rows of a write take"),
  BodyType: service("BodyType %s is asked for"),
  CustomHeaders: service("CustomHeaders go with it"),
  DefaultUser: service("DefaultUser and UserId name the mailbox of an application"),
  DefaultGroups: service("GroupId and DefaultGroups read the group's calendar"),
  DirectoryRetrievalDepth: service("DirectoryRetrievalDepth decides how deep folders are walked"),
  DisableServerSideFiltering: service("DisableServerSideFiltering sends no condition and answers the same rows"),
  GroupId: service("GroupId and DefaultGroups read the group's calendar"),
  ImpersonationType: service("ImpersonationType %s names the ImpersonationUser"),
  ImpersonationUser: service("ImpersonationType %s names the ImpersonationUser"),
  IncludeContent: service("IncludeContent reads the source of every row"),
  MaxRows: service("MaxRows caps the rows"),
  Pagesize: service("Pagesize decides how many requests the rows take"),
  PoolMaxSize: effects("PoolMaxSize limits the sockets of a connection, never above 8"),
  Readonly: service("Readonly refuses every write and lets reads pass"),
  SupportEnhancedSQL: service("SupportEnhancedSQL off refuses what the server cannot do"),
  Timeout: by("test/service/trouble.test.ts")("is slow"),
};
