import type { Secret } from "#spi";
import type { CertificateOptions } from "./certificate.ts";

/** How the application proves itself to the identity provider. */
export type ClientCredential =
  | { readonly kind: "none" }
  | { readonly kind: "secret"; readonly secret: Secret }
  | { readonly kind: "certificate"; readonly certificate: CertificateOptions };
