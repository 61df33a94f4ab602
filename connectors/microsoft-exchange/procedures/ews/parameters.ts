import type { ColumnType, Parameter, Procedure, Value } from "#spi";
import type { EwsBinding, EwsProcedure } from "../../ews/binding.ts";
import { impersonationTypes } from "../../ews/config.ts";

/** A procedure of schema EWS. */
export type EwsProcedureDefinition = Procedure<EwsBinding>;

export type ParameterOptions = Omit<Parameter, "name" | "type" | "required" | "description">;

export const required = (
  name: string,
  type: ColumnType,
  description: string,
  options: ParameterOptions = {},
): Parameter => ({
  name,
  type,
  required: true,
  description,
  ...options,
});

export const optional = (
  name: string,
  type: ColumnType,
  description: string,
  options: ParameterOptions = {},
): Parameter => ({
  name,
  type,
  required: false,
  description,
  ...options,
});

export const output = (name: string, type: ColumnType, description: string): Parameter =>
  optional(name, type, description);

/** Inputs by which a call acts as another account. */
export const impersonationInputs: readonly Parameter[] = [
  optional("ImpersonationUser", "string", "Account to act as; overrides the connection's."),
  optional("ImpersonationType", "string", "Kind of identifier ImpersonationUser holds.", {
    allowed: impersonationTypes,
  }),
];

/** What the server said, as the reference's procedures answer it. */
export const responseOutputs: readonly Parameter[] = [
  output("ResponseClass", "string", "Success, or Warning."),
  output("ResponseCode", "string", "NoError, or the server's code."),
  output("MessageText", "string", "What the server said."),
];

export const definition = (
  facts: Omit<EwsProcedureDefinition, "binding">,
  run: EwsProcedure["run"],
): EwsProcedureDefinition => ({ ...facts, binding: { kind: "procedure", run } });

export const textInput = (value: Value | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
