import { ConnectorError, type Value } from "#spi";
import { member } from "../graph/errors.ts";
import { segment } from "../graph/mailbox.ts";
import type { GraphWork } from "./graph-work.ts";

interface Plan {
  readonly id: string;
  readonly name: string;
  readonly isOn: boolean;
}

/** A licence of the tenant or of a user, with its service plans. */
interface Licence {
  readonly skuId: string;
  readonly plans: readonly Plan[];
  readonly free: number;
}

const list = (value: Value | undefined): readonly Value[] => (Array.isArray(value) ? (value as readonly Value[]) : []);

/** Service plans that make a mailbox; others of Exchange add to one. */
const makesMailbox = ({ name }: Plan): boolean => /^EXCHANGE_S_(?:STANDARD|ENTERPRISE|DESKLESS|ESSENTIALS)/.test(name);

function licenceOf(found: Value): Licence {
  const units = Number(member(member(found, "prepaidUnits"), "enabled") ?? 0);
  return {
    skuId: String(member(found, "skuId")),
    free: units - Number(member(found, "consumedUnits") ?? 0),
    plans: list(member(found, "servicePlans")).map((plan) => ({
      id: String(member(plan, "servicePlanId")),
      name: String(member(plan, "servicePlanName")),
      isOn: member(plan, "provisioningStatus") !== "Disabled",
    })),
  };
}

async function licencesAt(work: GraphWork, path: string): Promise<readonly Licence[]> {
  const found: Licence[] = [];
  for await (const items of work.pages(path)) found.push(...items.map(licenceOf));
  return found;
}

const ofUser = (work: GraphWork, user: string) => licencesAt(work, `/users/${segment(user)}/licenseDetails`);

async function assign(work: GraphWork, user: string, skuId: string, disabledPlans: readonly string[]): Promise<void> {
  const body = { addLicenses: [{ skuId, disabledPlans }], removeLicenses: [] };
  await work.json({ method: "POST", path: `/users/${segment(user)}/assignLicense`, body, repeatable: true });
}

const offOf = ({ plans }: Licence): readonly string[] => plans.filter(({ isOn }) => !isOn).map(({ id }) => id);

/** Gives a user Exchange: switched on in a licence there is, else by the licence named or one with free seats. */
export async function assignExchange(work: GraphWork, user: string, wanted: string | undefined): Promise<void> {
  const own = (await ofUser(work, user)).find(
    ({ skuId, plans }) => plans.some(makesMailbox) && (wanted === undefined || skuId === wanted),
  );
  if (own !== undefined) {
    const mailbox = own.plans.filter(makesMailbox).map(({ id }) => id);
    const off = offOf(own).filter((id) => !mailbox.includes(id));
    await assign(work, user, own.skuId, off);
    return;
  }
  const skuId = wanted ?? (await freeLicence(work));
  await assign(work, user, skuId, []);
}

async function freeLicence(work: GraphWork): Promise<string> {
  const found = (await licencesAt(work, "/subscribedSkus")).find(
    ({ plans, free }) => free > 0 && plans.some((plan) => makesMailbox(plan) && plan.isOn),
  );
  if (found !== undefined) return found.skuId;
  throw new ConnectorError(
    "CONFLICT",
    "The tenant has no licence with Exchange and a free seat: buy one, take one from somebody, or name licenseSkuId.",
    { target: "licenseSkuId" },
  );
}

/** Takes Exchange from a user: switched off in every licence that has it. */
export async function removeExchange(work: GraphWork, user: string): Promise<void> {
  const licences = (await ofUser(work, user)).filter(({ plans }) =>
    plans.some((plan) => makesMailbox(plan) && plan.isOn),
  );
  if (licences.length === 0) {
    throw new ConnectorError("NOT_FOUND", `${user} has no licence with Exchange: there is no mailbox to disable.`, {
      target: "user",
    });
  }
  for (const licence of licences) {
    const mailbox = licence.plans.filter(makesMailbox).map(({ id }) => id);
    await assign(work, user, licence.skuId, [...new Set([...offOf(licence), ...mailbox])]);
  }
}
