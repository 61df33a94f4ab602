/** How a token is asked for. */
export type Grant = "code" | "client" | "password" | "managed-identity";

/** The service a token is for, by the schema or protocol that uses it. */
export type ServiceSchema = "EWS" | "MSGraph" | "SMTP";
