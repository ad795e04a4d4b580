// Every text of the window, in one place, ready to be translated.

import type { ExcessJson, PhaseJson, PhaseKindJson, RunJson, RunKindJson } from "./contract/pluginhost/v1/run_pb";

const whole = new Intl.NumberFormat();
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** A count as this computer's user writes it; proto3 JSON has 64-bit numbers as text. */
export const count = (value: string | number | undefined): string => whole.format(Number(value ?? 0));

export const when = (at: string | undefined): string => (at ? moment.format(new Date(at)) : "");

export const phaseName: Record<PhaseKindJson, string> = {
  PHASE_KIND_UNSPECIFIED: "",
  PHASE_KIND_PRODUCTS: "Products",
  PHASE_KIND_INVENTORY: "Inventory",
  PHASE_KIND_CARRIERS: "Carriers",
  PHASE_KIND_PICKING_ORDERS: "Orders",
  PHASE_KIND_SHIPMENTS: "Shipments",
  PHASE_KIND_COUNTS: "Counts",
  PHASE_KIND_CUSTOMERS: "Customers",
  PHASE_KIND_COMPARISON: "Comparison",
};

const runName: Record<RunKindJson, string> = {
  RUN_KIND_UNSPECIFIED: "",
  RUN_KIND_IMPORT: "Import",
  RUN_KIND_SYNC: "Sync",
  RUN_KIND_SHIPMENTS: "Sending shipments",
  RUN_KIND_END_OF_DAY: "End of Day",
  RUN_KIND_SYNCHRONIZE_PRODUCTS: "Synchronize Products",
  RUN_KIND_IMPORT_INVENTORY: "Import Inventory",
  RUN_KIND_SYNCHRONIZE_CARRIERS: "Synchronize Carriers",
  RUN_KIND_SYNCHRONIZE_CUSTOMERS: "Synchronize Customers",
  RUN_KIND_SYNCHRONIZE_PICKING_ORDERS: "Synchronize Picking Orders",
  RUN_KIND_RECONCILIATION: "Reconciliation",
};

export const words = {
  title: "Plugin Host",
  lede: "Keeps your BigCommerce store and your warehouse in agreement.",
  storeKey: "Store Key",
  storeKeyHint: "Paste the key you were given. It begins with “phk1” and is all this computer needs.",
  connect: "Connect",
  connecting: "Connecting…",
  server: "Server",
  stores: "Store",
  anotherStore: "Connect another store…",
  back: "Back",
  connected: "Connected",
  connectingTo: "Connecting",
  offline: "Offline: showing what was last known",
  ended: "Not watching",
  importTitle: "Import",
  importLede: "Brings the store’s products, stock and carriers into the warehouse, once.",
  report: (name: string) => `plugin-host report --store ${name}`,
  seeReport: "The verification report:",
  waiting: "waiting",
  done: "done",
  parkedTitle: (parked: string) => `${parked} records need you.`,
  nothingParked: "Nothing needs you.",
};

/** How far a phase is, in words. */
export function phaseState(phase: PhaseJson): string {
  switch (phase.state) {
    case "PHASE_STATE_RUNNING":
      return "";
    case "PHASE_STATE_DONE":
      return words.done;
    case "PHASE_STATE_ALREADY_DONE":
      return "done before";
    default:
      return words.waiting;
  }
}

/** What is more than usual about an End of Day, a sentence each. */
function excessSentences(excess: ExcessJson | undefined): string[] {
  const some = (value: string | number | undefined) => Number(value ?? 0) > 0;
  return [
    some(excess?.zeroes) ? `${count(excess?.zeroes)} of ${count(excess?.selling)} items would go to zero.` : "",
    some(excess?.units) ? `Counts would change by ${count(excess?.units)} units in all.` : "",
    some(excess?.drifted) ? `${count(excess?.drifted)} counts were changed in the store by somebody else.` : "",
  ].filter(Boolean);
}

/** A run in one sentence. */
export function runSentence(run: RunJson): string {
  const kind = run.kind ? runName[run.kind] : "";
  const name = run.dryRun ? `${kind}, dry run` : kind;
  const sum = (field: "created" | "updated" | "parked") =>
    count((run.phases ?? []).reduce((total, phase) => total + Number(phase.counts?.[field] ?? 0), 0));
  const counts = `${sum("created")} created, ${sum("updated")} updated`;
  switch (run.state) {
    case "RUN_STATE_QUEUED":
      return `${name} waits for its turn.`;
    case "RUN_STATE_RUNNING":
      return run.problem ? `${name} is running. ${run.problem}` : `${name} is running.`;
    case "RUN_STATE_COMPLETE":
      return `${name} completed ${when(run.endedAt)}: ${counts}.`;
    case "RUN_STATE_COMPLETE_WITH_PARKED":
      return `${name} ended ${when(run.endedAt)}: ${counts}, ${sum("parked")} parked.`;
    case "RUN_STATE_FAILED":
      return `${name} stopped ${when(run.endedAt)}. ${run.problem ?? ""}`;
    case "RUN_STATE_HELD":
      return [`${name} was held ${when(run.endedAt)}: nothing was sent.`, ...excessSentences(run.excess)].join(" ");
    default:
      return name;
  }
}
