import { type ConnectionProperty, file, text } from "#spi";

/** The properties of group "Schema". */
export const schemaProperties: readonly ConnectionProperty[] = [
  file({
    key: "Location",
    displayName: "Location",
    group: "Schema",
    description: "Folder of schema files.",
    advanced: true,
    effect: { none: "Tables are built in; there are no schema files." },
  }),
  text({
    key: "BrowsableSchemas",
    displayName: "Browsable Schemas",
    group: "Schema",
    description: "Restrict which schemas are listed.",
    advanced: true,
    effect: { none: "A connection has one schema, the one of property Schema." },
  }),
  text({
    key: "Tables",
    displayName: "Tables",
    group: "Schema",
    description: "Restrict which tables are listed (comma list).",
    advanced: true,
  }),
  text({
    key: "Views",
    displayName: "Views",
    group: "Schema",
    description: "Restrict which views are listed (comma list).",
    advanced: true,
  }),
];
