import type { RunJson, RunKindJson } from "../contract/pluginhost/v1/run_pb";
import type { ActionJson } from "../contract/pluginhost/v1/store_pb";
import type { Live } from "../state/live.svelte";
import type { Once } from "../state/once";

const manual: Partial<Record<RunKindJson, ActionJson>> = {
  RUN_KIND_SYNCHRONIZE_PRODUCTS: "ACTION_SYNCHRONIZE_PRODUCTS",
  RUN_KIND_IMPORT_INVENTORY: "ACTION_IMPORT_INVENTORY",
  RUN_KIND_SYNCHRONIZE_CARRIERS: "ACTION_SYNCHRONIZE_CARRIERS",
  RUN_KIND_SYNCHRONIZE_CUSTOMERS: "ACTION_SYNCHRONIZE_CUSTOMERS",
  RUN_KIND_SYNCHRONIZE_PICKING_ORDERS: "ACTION_SYNCHRONIZE_PICKING_ORDERS",
};

/** Asks for a run like this one; the server resumes what it can. */
export function again(live: Live, once: Once, { kind = "RUN_KIND_UNSPECIFIED" }: RunJson): Promise<{ run?: RunJson }> {
  switch (kind) {
    case "RUN_KIND_IMPORT": return once.call(live, "Import", {});
    case "RUN_KIND_END_OF_DAY": return once.call(live, "EndOfDay", {});
    case "RUN_KIND_RECONCILIATION": return once.call(live, "Reconcile", {});
    // What is owed to the store goes out with the next sync.
    case "RUN_KIND_SYNC":
    case "RUN_KIND_SHIPMENTS":
    case "RUN_KIND_UNSPECIFIED": return once.call(live, "Sync", {});
    default: return once.call(live, "Synchronize", { action: manual[kind] ?? "ACTION_UNSPECIFIED" });
  }
}
