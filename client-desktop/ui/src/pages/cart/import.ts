import type { ConfigurationJson } from "../../contract/pluginhost/v1/configuration_pb";
import type { StatusJson } from "../../contract/pluginhost/v1/plugin_host_service_pb";
import type { PhaseKindJson, RunJson } from "../../contract/pluginhost/v1/run_pb";

const phases: PhaseKindJson[] = ["PHASE_KIND_PRODUCTS", "PHASE_KIND_INVENTORY", "PHASE_KIND_CARRIERS"];

/** How far the one import of a store is: the run that matters, and when it was done for ever. */
export function importState(status: StatusJson | undefined): { run: RunJson | undefined; done: { at: string; runId: string } | undefined } {
  const runs = [status?.running, ...(status?.queued ?? []), status?.last];
  const run = runs.find((run) => run?.kind === "RUN_KIND_IMPORT" && !run.dryRun);
  const flags = (status?.oneTimeFlags ?? []).filter(({ phase }) => phase && phases.includes(phase));
  const newest = flags.toSorted((a, b) => (a.setAt ?? "").localeCompare(b.setAt ?? "")).at(-1);
  const done = flags.length === phases.length && newest ? { at: newest.setAt ?? "", runId: newest.runId ?? "" } : undefined;
  return { run, done };
}

/** Where imported goods go, for example "MAIN / HQ / A-01"; empty until all is chosen. */
export function placeWords(configuration: ConfigurationJson | undefined): string {
  const { defaultDivision, defaultSite, defaultLocation } = configuration ?? {};
  return defaultDivision && defaultSite && defaultLocation ? `${defaultDivision} / ${defaultSite} / ${defaultLocation}` : "";
}
