import { extendedPath } from "./properties.ts";
import { element, leaf, type Xml } from "./write-xml.ts";

/*
 * Every created item carries a property of our own with an id made for this row: should the server's answer be lost, the
 * item can be found again, and is not created twice. The property set belongs to this product alone.
 */
const propertySetId = "5e6c1a0f-8f43-4c3e-9d57-0a6a1f0b7c52";
const propertyName = "RowId";

/** Path of the property, for shapes and restrictions. */
export const recognitionPath = (): Xml => extendedPath(propertySetId, propertyName);

/** `t:ExtendedProperty` with the row's id. */
export const recognitionProperty = (rowId: string): Xml =>
  element("t:ExtendedProperty", undefined, recognitionPath(), leaf("t:Value", rowId));

/** Items of one batch, whose row ids begin with the batch's id. */
export const recognitionRestriction = (batchId: string): Xml =>
  element(
    "m:Restriction",
    undefined,
    element(
      "t:Contains",
      { ContainmentMode: "Prefixed", ContainmentComparison: "Exact" },
      recognitionPath(),
      element("t:Constant", { Value: batchId }),
    ),
  );
