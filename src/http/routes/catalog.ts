import { callOf } from "../call.ts";
import { listPage } from "../list-page.ts";
import type { HttpParts } from "../parts.ts";
import { procedureParam, procedureView, schemaQuery, tableParam, tableView } from "../schemas/catalog.ts";
import { connectionParams, connectorParams, noQuery, pageOf, pageQuery } from "../schemas/common.ts";
import type { Server } from "../server.ts";

const tags = ["Catalogue"];
const access = ["designer", "operator", "agent", "auditor"] as const;
/** Agents know connectors and test connections; what a connection offers is for those who work with it. */
const connectionAccess = ["designer", "operator", "auditor"] as const;
const listQuery = pageQuery.extend(schemaQuery.shape);

/** The static catalogue of a connector. */
function connectorCatalog(app: Server, { cases }: HttpParts): void {
  const { catalog } = cases;
  app.get(
    "/v1/connectors/:connector/tables",
    {
      config: { access },
      schema: {
        operationId: "listConnectorTables",
        tags,
        summary: "List the tables of a connector",
        params: connectorParams,
        querystring: listQuery,
        response: { 200: pageOf(tableView) },
      },
    },
    async (request) => listPage(catalog.tables(request.params.connector, request.query.schema), request.query),
  );
  app.get(
    "/v1/connectors/:connector/tables/:table",
    {
      config: { access },
      schema: {
        operationId: "getConnectorTable",
        tags,
        summary: "Read a table of a connector",
        params: connectorParams.extend(tableParam),
        querystring: schemaQuery,
        response: { 200: tableView },
      },
    },
    async ({ params, query }) => catalog.table(params.connector, params.table, query.schema),
  );
  app.get(
    "/v1/connectors/:connector/procedures",
    {
      config: { access },
      schema: {
        operationId: "listConnectorProcedures",
        tags,
        summary: "List the procedures of a connector",
        params: connectorParams,
        querystring: listQuery,
        response: { 200: pageOf(procedureView) },
      },
    },
    async (request) => listPage(catalog.procedures(request.params.connector, request.query.schema), request.query),
  );
  app.get(
    "/v1/connectors/:connector/procedures/:procedure",
    {
      config: { access },
      schema: {
        operationId: "getConnectorProcedure",
        tags,
        summary: "Read a procedure of a connector",
        params: connectorParams.extend(procedureParam),
        querystring: schemaQuery,
        response: { 200: procedureView },
      },
    },
    async ({ params, query }) => catalog.procedure(params.connector, params.procedure, query.schema),
  );
}

/** What one connection offers: its schema and platform decide. */
function connectionCatalog(app: Server, { cases }: HttpParts): void {
  const { catalog } = cases;
  app.get(
    "/v1/connections/:connection/tables",
    {
      config: { access: connectionAccess },
      schema: {
        operationId: "listTables",
        tags,
        summary: "List the tables of a connection",
        params: connectionParams,
        querystring: pageQuery,
        response: { 200: pageOf(tableView) },
      },
    },
    async (request) =>
      listPage(await catalog.connectionTables(callOf(request), request.params.connection), request.query),
  );
  app.get(
    "/v1/connections/:connection/tables/:table",
    {
      config: { access: connectionAccess },
      schema: {
        operationId: "getTable",
        tags,
        summary: "Read a table of a connection",
        description: "Columns with type, key, readOnly, operators, sortable and read cost.",
        params: connectionParams.extend(tableParam),
        querystring: noQuery,
        response: { 200: tableView },
      },
    },
    async (request) => {
      const { connection, table } = request.params;
      return catalog.connectionTable(callOf(request), connection, table);
    },
  );
  app.get(
    "/v1/connections/:connection/procedures",
    {
      config: { access: connectionAccess },
      schema: {
        operationId: "listProcedures",
        tags,
        summary: "List the procedures of a connection",
        params: connectionParams,
        querystring: pageQuery,
        response: { 200: pageOf(procedureView) },
      },
    },
    async (request) =>
      listPage(await catalog.connectionProcedures(callOf(request), request.params.connection), request.query),
  );
  app.get(
    "/v1/connections/:connection/procedures/:procedure",
    {
      config: { access: connectionAccess },
      schema: {
        operationId: "getProcedure",
        tags,
        summary: "Read a procedure of a connection",
        params: connectionParams.extend(procedureParam),
        querystring: noQuery,
        response: { 200: procedureView },
      },
    },
    async (request) => {
      const { connection, procedure } = request.params;
      return catalog.connectionProcedure(callOf(request), connection, procedure);
    },
  );
}

/** Tables and procedures, of connectors and of connections. */
export function catalogRoutes(app: Server, parts: HttpParts): void {
  connectorCatalog(app, parts);
  connectionCatalog(app, parts);
}
