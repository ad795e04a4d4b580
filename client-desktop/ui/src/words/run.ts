import type { CountsJson, PhaseJson, RunJson } from "../contract/pluginhost/v1/run_pb";
import { count, figure, moment } from "../format";
import type { Tone } from "../parts/tone";
import { activity } from "./activity";
import { attention } from "./attention";
import { common } from "./common";

const fields = ["created", "updated", "unchanged", "skipped", "parked"] as const;

/** How many records were read. */
export const read = (counts: CountsJson | undefined): number => fields.reduce((sum, field) => sum + figure(counts?.[field]), 0);

/** The counts of all phases of a run together. */
export function total(run: RunJson): Record<(typeof fields)[number], number> {
  const sum = (field: (typeof fields)[number]) => (run.phases ?? []).reduce((all, { counts }) => all + figure(counts?.[field]), 0);
  return { created: sum("created"), updated: sum("updated"), unchanged: sum("unchanged"), skipped: sum("skipped"), parked: sum("parked") };
}

/** Counts in words; what is zero is left out unless it matters. */
export function countWords(counts: CountsJson | undefined): string {
  return fields.map((field) => (figure(counts?.[field]) > 0 ? `${count(counts?.[field])} ${common.counts[field]}` : "")).filter(Boolean).join(" · ");
}

/** What a run is called. */
export function runName(run: RunJson): string {
  // A newer server may know kinds that this window does not.
  const kind = activity.runKinds[run.kind ?? "RUN_KIND_UNSPECIFIED"] ?? activity.runKinds.RUN_KIND_UNSPECIFIED;
  return run.dryRun ? activity.dryRunOf(kind) : kind;
}

export const isEnded = (run: RunJson | undefined): boolean =>
  run !== undefined && run.state !== "RUN_STATE_QUEUED" && run.state !== "RUN_STATE_RUNNING";

/** What came of a run in a few words. */
export function runResult(run: RunJson, zone: string | undefined): string {
  if (run.state === "RUN_STATE_HELD") return excessWords(run, zone).join(", ") || attention.heldText;
  if (run.state === "RUN_STATE_FAILED") return run.problem ?? "";
  const { created, updated, parked } = total(run);
  const said = countWords({ created: String(created), updated: String(updated), parked: String(parked) });
  return said || (isEnded(run) ? activity.nothing : "");
}

/** What is more than usual about an End of Day. */
export function excessWords({ excess }: RunJson, zone: string | undefined): string[] {
  return [
    figure(excess?.zeroes) > 0 ? attention.zeroes(count(excess?.zeroes), count(excess?.selling)) : "",
    figure(excess?.units) > 0 ? attention.units(count(excess?.units)) : "",
    figure(excess?.drifted) > 0 ? attention.drifted(count(excess?.drifted)) : "",
    excess?.restoredTo ? attention.restored(moment(excess.restoredTo, zone, common.near)) : "",
  ].filter(Boolean);
}

export function runTone({ state }: RunJson): Tone {
  switch (state) {
    case "RUN_STATE_RUNNING": return "accent";
    case "RUN_STATE_COMPLETE": return "good";
    case "RUN_STATE_COMPLETE_WITH_PARKED":
    case "RUN_STATE_HELD": return "warn";
    case "RUN_STATE_FAILED": return "bad";
    default: return "plain";
  }
}

/** The phase a run is at. */
export const phaseNow = (run: RunJson): PhaseJson | undefined =>
  run.phases?.find((phase) => phase.state === "PHASE_STATE_RUNNING") ?? run.phases?.find((phase) => phase.state === "PHASE_STATE_WAITING");

export const phaseName = (phase: PhaseJson): string => activity.phases[phase.kind ?? "PHASE_KIND_UNSPECIFIED"];
