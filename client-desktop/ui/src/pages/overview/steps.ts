import type { StatusJson } from "../../contract/pluginhost/v1/plugin_host_service_pb";
import type { PhaseKindJson } from "../../contract/pluginhost/v1/run_pb";

export type Step = "defaults" | "import" | "auto";

const dataset: PhaseKindJson[] = ["PHASE_KIND_PRODUCTS", "PHASE_KIND_INVENTORY", "PHASE_KIND_CARRIERS"];

/** The steps of a new store that are done: what the server says about its configuration, its dataset and its clock. */
export function doneSteps(status: StatusJson | undefined): ReadonlySet<Step> {
  const reasons = status?.allowedActions?.flatMap(({ reasons = [] }) => reasons) ?? [];
  const lacks = reasons.some(({ code = "", field }) => code === "CONFIGURATION_MISSING" || Boolean(field));
  const flags = new Set(status?.oneTimeFlags?.map(({ phase }) => phase));
  const manual = Boolean(status?.store?.grants?.manualSync);
  const imported = manual ? flags.has("PHASE_KIND_INVENTORY") : dataset.every((phase) => flags.has(phase));
  const done: [Step, boolean][] = [["defaults", Boolean(status) && !lacks], ["import", imported], ["auto", Boolean(status?.nextSyncDueAt)]];
  return new Set(done.filter(([, is]) => is).map(([step]) => step));
}

/** Whether a store has no dataset yet, so that there is nothing to show about it. */
export const isNew = (status: StatusJson | undefined): boolean => !doneSteps(status).has("import");
