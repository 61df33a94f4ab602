import { type ConnectionProperty, flag, integer, is, text } from "#spi";

/** The properties of groups "Logging" and "Miscellaneous". */
export const miscellaneousProperties: readonly ConnectionProperty[] = [
  flag({
    key: "EnableDebugOutput",
    displayName: "Enable Debug Output",
    group: "Logging",
    description:
      "Record the conversation with the server for a while, secrets masked and bodies cut; read it at GET /v1/connections/{connection}/debug.",
    default: false,
  }),
  integer({
    key: "DebugOutputMinutes",
    displayName: "Debug Output Minutes",
    group: "Logging",
    description: "How long it is recorded, counted from the last change of the connection.",
    default: 30,
    minimum: 1,
    maximum: 1440,
    visible: is("EnableDebugOutput", "true"),
    advanced: true,
  }),
  integer({
    key: "Timeout",
    displayName: "Timeout",
    group: "Miscellaneous",
    description: "Seconds the server may take for each reply; 0 = no limit of its own.",
    default: 60,
    minimum: 0,
    maximum: 600,
  }),
  text({
    key: "EhloName",
    displayName: "EHLO Name",
    group: "Miscellaneous",
    description: "Name by which this service introduces itself to the server.",
    default: "[127.0.0.1]",
    advanced: true,
  }),
];
