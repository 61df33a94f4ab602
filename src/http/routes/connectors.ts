import { activities, type ConnectorDefinition } from "#spi";
import { callOf } from "../call.ts";
import { listPage } from "../list-page.ts";
import type { HttpParts } from "../parts.ts";
import { connectorParams, noQuery, pageOf, pageQuery } from "../schemas/common.ts";
import { testReport } from "../schemas/connections.ts";
import { connectorView, formSchema, propertiesBody, propertyList, validationReport } from "../schemas/connectors.ts";
import type { Server } from "../server.ts";

const tags = ["Connectors"];
const readers = ["designer", "operator", "agent", "auditor"] as const;

function viewOf(connector: ConnectorDefinition) {
  const self = `/v1/connectors/${encodeURIComponent(connector.name)}`;
  return {
    name: connector.name,
    version: connector.version,
    displayName: connector.displayName,
    description: connector.description,
    schemas: connector.schemas.map(({ name, displayName, description }) => ({ name, displayName, description })),
    activities: [...activities],
    links: {
      self,
      properties: `${self}/properties`,
      connectionSchema: `${self}/connection-schema`,
      validate: `${self}/properties/validate`,
      test: `${self}/test`,
      tables: `${self}/tables`,
      procedures: `${self}/procedures`,
    },
  };
}

/** Installed connectors, their properties, and validation and test of properties that are not saved. */
export function connectorRoutes(app: Server, { cases }: HttpParts): void {
  app.get(
    "/v1/connectors",
    {
      config: { access: readers },
      schema: {
        operationId: "listConnectors",
        tags,
        summary: "List installed connectors",
        querystring: pageQuery,
        response: { 200: pageOf(connectorView) },
      },
    },
    async (request) => listPage(cases.connectors.list().map(viewOf), request.query),
  );
  app.get(
    "/v1/connectors/:connector",
    {
      config: { access: readers },
      schema: {
        operationId: "getConnector",
        tags,
        summary: "Read a connector",
        params: connectorParams,
        querystring: noQuery,
        response: { 200: connectorView },
      },
    },
    async (request) => viewOf(cases.connectors.get(request.params.connector)),
  );
  app.get(
    "/v1/connectors/:connector/properties",
    {
      config: { access: ["designer", "agent", "auditor"] },
      schema: {
        operationId: "listProperties",
        tags,
        summary: "List the connection properties of a connector",
        description:
          "Every property with group, type, default, choices and the rules for visible, required and choices.",
        params: connectorParams,
        querystring: pageQuery,
        response: { 200: propertyList },
      },
    },
    async (request) => {
      const { properties, propertyGroups, jointRules } = cases.connectors.get(request.params.connector);
      return { ...listPage(properties, request.query), groups: [...propertyGroups], jointRules: [...jointRules] };
    },
  );
  app.get(
    "/v1/connectors/:connector/connection-schema",
    {
      config: { access: ["designer", "agent", "auditor"] },
      schema: {
        operationId: "getConnectionSchema",
        tags,
        summary: "Read the JSON Schema of the connection form",
        params: connectorParams,
        querystring: noQuery,
        response: { 200: formSchema },
      },
    },
    async (request) => cases.connectors.connectionSchema(request.params.connector),
  );
  app.put(
    "/v1/connectors/:connector/properties/validate",
    {
      config: { access: ["designer", "agent"] },
      schema: {
        operationId: "validateProperties",
        tags,
        summary: "Check properties without saving or calling anything",
        params: connectorParams,
        querystring: noQuery,
        body: propertiesBody,
        response: { 200: validationReport },
      },
    },
    async (request) => cases.connectors.validate(request.params.connector, request.body.properties),
  );
  app.post(
    "/v1/connectors/:connector/test",
    {
      config: { access: ["designer", "agent"], upstream: true },
      schema: {
        operationId: "testProperties",
        tags,
        summary: "Test properties that are not saved",
        description: "A failed test is a 200 answer: the question was answered.",
        params: connectorParams,
        querystring: noQuery,
        body: propertiesBody,
        response: { 200: testReport },
      },
    },
    async (request) => cases.tests.testUnsaved(callOf(request), request.params.connector, request.body.properties),
  );
}
