import type { RunJson, RunKindJson } from "../contract/pluginhost/v1/run_pb";
import type { ActionJson } from "../contract/pluginhost/v1/store_pb";
import type { Live } from "../state/live.svelte";
import type { Once } from "../state/once";

const actions: Record<RunKindJson, ActionJson> = {
  RUN_KIND_UNSPECIFIED: "ACTION_SYNC",
  RUN_KIND_IMPORT: "ACTION_IMPORT",
  RUN_KIND_SYNC: "ACTION_SYNC",
  // What is owed to the store goes out with the next sync.
  RUN_KIND_SHIPMENTS: "ACTION_SYNC",
  RUN_KIND_END_OF_DAY: "ACTION_END_OF_DAY",
  RUN_KIND_RECONCILIATION: "ACTION_RECONCILE",
  RUN_KIND_SYNCHRONIZE_PRODUCTS: "ACTION_SYNCHRONIZE_PRODUCTS",
  RUN_KIND_IMPORT_INVENTORY: "ACTION_IMPORT_INVENTORY",
  RUN_KIND_SYNCHRONIZE_CARRIERS: "ACTION_SYNCHRONIZE_CARRIERS",
  RUN_KIND_SYNCHRONIZE_CUSTOMERS: "ACTION_SYNCHRONIZE_CUSTOMERS",
  RUN_KIND_SYNCHRONIZE_PICKING_ORDERS: "ACTION_SYNCHRONIZE_PICKING_ORDERS",
};

/** What brings a run like this one. */
export const actionOf = ({ kind = "RUN_KIND_UNSPECIFIED" }: RunJson): ActionJson =>
  // A newer server may know kinds that this window does not.
  actions[kind] ?? "ACTION_UNSPECIFIED";

/** Asks for a run like this one; the server resumes what it can. */
export function again(live: Live, once: Once, run: RunJson): Promise<{ run?: RunJson }> {
  const action = actionOf(run);
  switch (action) {
    case "ACTION_IMPORT": return once.call(live, "Import", {});
    case "ACTION_END_OF_DAY": return once.call(live, "EndOfDay", {});
    case "ACTION_RECONCILE": return once.call(live, "Reconcile", {});
    case "ACTION_SYNC": return once.call(live, "Sync", {});
    default: return once.call(live, "Synchronize", { action });
  }
}
