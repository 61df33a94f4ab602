import { all, anyOf, type ConnectionProperty, choice, is, not, text } from "#spi";
import { values } from "../../common/choices.ts";
import { asksForToken, isClientGrant, isManagedIdentity, isOAuthFamily, isPasswordGrant } from "./rules.ts";

/** The properties of group "Azure Authentication". */
export const azureProperties: readonly ConnectionProperty[] = [
  text({
    key: "AzureTenant",
    displayName: "Azure Tenant",
    group: "Azure Authentication",
    description: "Tenant id or domain; user default tenant when empty.",
    visible: all(isOAuthFamily, not(isManagedIdentity)),
    required: all(
      asksForToken,
      anyOf(is("AuthScheme", "AzureServicePrincipal", "AzureServicePrincipalCert"), isClientGrant, isPasswordGrant),
    ),
    movesCredentials: true,
  }),
  choice({
    key: "AzureEnvironment",
    displayName: "Azure Environment",
    group: "Azure Authentication",
    description: "National cloud for login endpoints.",
    default: "GLOBAL",
    choices: values("GLOBAL", "CHINA", "USGOVT", "USGOVTHIGH", "USGOVTDOD"),
    visible: isOAuthFamily,
    advanced: true,
    movesCredentials: true,
  }),
];
