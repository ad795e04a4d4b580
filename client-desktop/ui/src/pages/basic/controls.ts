import type { ConfigurationJson } from "../../contract/pluginhost/v1/configuration_pb";
import { words } from "../../words";
import type { FieldName, Settable } from "./draft.svelte";

/** How a field is filled in. */
export type Control =
  | { kind: "place"; of: "division" | "uom" | "site" | "location" }
  | { kind: "storeLocation" | "rules" | "statuses" | "zone" | "sites" | "excluded" | "check" | "time" | "text" | "prefix" | "addresses" }
  | { kind: "number"; min: number; max?: number; unit?: string }
  | { kind: "choice"; values: string[] };

/** Of every field that can be set. */
const controls: Record<Settable, Control> = {
  defaultDivision: { kind: "place", of: "division" },
  defaultUom: { kind: "place", of: "uom" },
  defaultSite: { kind: "place", of: "site" },
  defaultLocation: { kind: "place", of: "location" },
  storeLocationId: { kind: "storeLocation" },
  createItemNumberUsing: { kind: "rules" },
  stockDecreasedWhenOrderPlaced: { kind: "choice", values: ["STOCK_DECREASE_FOLLOW_STORE", "STOCK_DECREASE_ON", "STOCK_DECREASE_OFF"] },
  autoSync: { kind: "check" },
  syncIntervalMinutes: { kind: "number", min: 1, max: 1440, unit: words.configuration.minutes },
  activeFrom: { kind: "time" },
  activeUntil: { kind: "time" },
  endOfDay: { kind: "check" },
  endOfDayTime: { kind: "time" },
  reconciliationTime: { kind: "time" },
  timeZone: { kind: "zone" },
  importedStatusIds: { kind: "statuses" },
  orderNumberPrefix: { kind: "prefix" },
  stockScope: { kind: "choice", values: ["STOCK_SCOPE_DEFAULT_SITE", "STOCK_SCOPE_DEFAULT_LOCATION", "STOCK_SCOPE_SITES", "STOCK_SCOPE_DIVISION"] },
  stockSites: { kind: "sites" },
  excludedLocations: { kind: "excluded" },
  openOrders: { kind: "choice", values: ["OPEN_ORDERS_DIVISION", "OPEN_ORDERS_STORE"] },
  guestRule: { kind: "choice", values: ["GUEST_RULE_BY_EMAIL", "GUEST_RULE_ONE_CUSTOMER"] },
  guestCustomer: { kind: "text" },
  shipmentRule: { kind: "choice", values: ["SHIPMENT_RULE_ON_CLOSE", "SHIPMENT_RULE_EACH_PICK", "SHIPMENT_RULE_BY_HAND"] },
  setOrderStatus: { kind: "check" },
  pickupRule: { kind: "choice", values: ["PICKUP_RULE_LEAVE", "PICKUP_RULE_COMPLETE"] },
  safetyBuffer: { kind: "number", min: 0 },
  holdAtZeroPercent: { kind: "number", min: 1, max: 100, unit: words.configuration.percent },
  holdAtUnits: { kind: "number", min: 0 },
  driftPolicy: { kind: "choice", values: ["DRIFT_POLICY_WAREHOUSE_WINS", "DRIFT_POLICY_HOLD"] },
  notifyEmails: { kind: "addresses" },
  notifyWebhook: { kind: "text" },
  notifyWhen: { kind: "choice", values: ["NOTIFY_WHEN_AT_ONCE", "NOTIFY_WHEN_DAILY"] },
};

export const controlOf = (field: FieldName): Control | undefined => (controls as Partial<Record<FieldName, Control>>)[field];

/** Fields that only mean something beside the value of another. */
export function isIdle(field: FieldName, { guestRule, stockScope }: ConfigurationJson): boolean {
  if (field === "guestCustomer") return guestRule !== "GUEST_RULE_ONE_CUSTOMER";
  if (field === "stockSites") return stockScope !== "STOCK_SCOPE_SITES";
  return false;
}

/** A value as people read it. */
export function valueWords(field: FieldName, value: unknown): string {
  const one = (part: unknown): string => {
    if (field === "importedStatusIds") return words.configuration.statuses[Number(part)] ?? String(part);
    return words.configuration.options[String(part)] ?? String(part);
  };
  if (Array.isArray(value)) return value.map(one).join(", ") || words.none;
  if (controlOf(field)?.kind === "check") return value ? words.configuration.on : words.configuration.off;
  if (value === undefined || value === "") {
    if (controlOf(field)?.kind === "number") return "0";
    return field === "activeFrom" || field === "activeUntil" ? words.configuration.wholeDay : words.none;
  }
  return one(value);
}
