import { guidOf } from "../../mailboxes/index.ts";
import { type GraphCall, type GraphResult, jsonBody } from "../call.ts";
import { answerEntity } from "../collection.ts";
import { findPerson, userShape } from "../entities/user.ts";
import { GraphError, resourceNotFound } from "../errors.ts";
import type { JsonObject } from "../schema/validate-body.ts";
import { routes } from "./route.ts";

/** The licence of the tenant: Office 365 E3 with its part that makes mailboxes. */
const plans = [
  { servicePlanId: "efb87545-963c-4e0d-99df-69c6916d9eb0", servicePlanName: "EXCHANGE_S_ENTERPRISE" },
  { servicePlanId: "5dbe027f-2339-4123-9542-606e4d348a72", servicePlanName: "SHAREPOINTENTERPRISE" },
] as const;
const sku = { skuId: "6fd2c87f-b296-42f0-b197-1e91e994b900", skuPartNumber: "ENTERPRISEPACK" } as const;
const seats = 25;

type Assigned = { readonly skuId: string; readonly disabledPlans: readonly string[] };

/** Licences of the tenant and of its users. */
export const licenceRoutes = routes("users.read", "users.write", {
  "GET subscribedSkus": (call) => tenantLicences(call),
  "GET licenseDetails": (call) => details(call),
  "POST assignLicense": (call) => assign(call),
});

function propertiesOf(call: GraphCall): Record<string, unknown> {
  const person = findPerson(call, call.owner?.objectId ?? call.ownerKey ?? "");
  if (person?.account === undefined) throw resourceNotFound(call.ownerKey ?? "");
  return call.service.directory.user(person.account);
}

const assignedTo = (properties: Record<string, unknown>): readonly Assigned[] =>
  (properties["assignedLicenses"] as readonly Assigned[] | undefined) ?? [];

function tenantLicences(call: GraphCall): GraphResult {
  const { accounts } = call.service.organisation;
  const used = accounts.filter((account) => assignedTo(call.service.directory.user(account)).length > 0).length;
  const value = [
    {
      ...sku,
      id: `${guidOf("tenant")}_${sku.skuId}`,
      capabilityStatus: "Enabled",
      appliesTo: "User",
      consumedUnits: used,
      prepaidUnits: { enabled: seats, suspended: 0, warning: 0, lockedOut: 0 },
      servicePlans: plans.map((plan) => ({ ...plan, provisioningStatus: "Success", appliesTo: "User" })),
    },
  ];
  return { status: 200, body: { "@odata.context": `${call.base}/$metadata#subscribedSkus`, value } };
}

function details(call: GraphCall): GraphResult {
  const value = assignedTo(propertiesOf(call)).map(({ skuId, disabledPlans }) => ({
    ...sku,
    id: skuId,
    servicePlans: plans.map((plan) => ({
      ...plan,
      provisioningStatus: disabledPlans.includes(plan.servicePlanId) ? "Disabled" : "Success",
      appliesTo: "User",
    })),
  }));
  return { status: 200, body: { "@odata.context": `${call.base}/$metadata#users('x')/licenseDetails`, value } };
}

function assign(call: GraphCall): Promise<GraphResult> {
  const body = jsonBody(call) as JsonObject;
  const { addLicenses: add, removeLicenses: remove } = body as { addLicenses?: Assigned[]; removeLicenses?: string[] };
  if (add === undefined || remove === undefined) throw refused("Both addLicenses and removeLicenses are needed.");
  const properties = propertiesOf(call);
  if (typeof properties["usageLocation"] !== "string")
    throw refused("License assignment cannot be done for user with invalid usage location.");
  const unknown = add.find(({ skuId }) => skuId !== sku.skuId);
  if (unknown !== undefined) throw refused(`License ${unknown.skuId} does not correspond to a valid company License.`);
  const wrong = add
    .flatMap(({ disabledPlans }) => disabledPlans)
    .find((id) => !plans.some((plan) => plan.servicePlanId === id));
  if (wrong !== undefined) throw refused(`License plan ${wrong} is not part of the license.`);
  const names = add.map(({ skuId }) => skuId);
  const kept = assignedTo(properties).filter(({ skuId }) => !names.includes(skuId) && !remove.includes(skuId));
  properties["assignedLicenses"] = [...kept, ...add];
  const person = findPerson(call, call.owner?.objectId ?? call.ownerKey ?? "");
  if (person === undefined) throw resourceNotFound(call.ownerKey ?? "");
  return answerEntity(userShape, person, call);
}

const refused = (text: string): GraphError => new GraphError(400, "Request_BadRequest", text);
