import type { StatusJson } from "../contract/pluginhost/v1/plugin_host_service_pb";
import type { IconName } from "../parts/Icon.svelte";
import type { Page } from "../state/navigation.svelte";

/** The pages by what a person wants, in the order of the menu. */
export const groups: { name: "main" | "warehouse" | "plugin" | "own"; pages: Page[] }[] = [
  { name: "main", pages: ["overview", "attention", "activity"] },
  { name: "warehouse", pages: ["items", "inventory", "orders", "customers", "carriers"] },
  { name: "plugin", pages: ["cart", "basic", "synchronization"] },
  { name: "own", pages: ["preferences"] },
];

/** The pages a store has: Synchronization belongs to Manual Sync. */
export function shownPages(status: StatusJson | undefined): Page[] {
  const manual = status?.allowedActions?.some(({ action, offered }) => action === "ACTION_SYNCHRONIZE_PRODUCTS" && offered);
  return groups.flatMap(({ pages }) => pages).filter((page) => page !== "synchronization" || manual);
}

export const iconOf = (page: Page): IconName => page;
