import type { StatusJson } from "../../contract/pluginhost/v1/plugin_host_service_pb";
import type { RunJson } from "../../contract/pluginhost/v1/run_pb";

/** Runs that wait for a person: the newest of their kind, held or failed, with nothing of the kind under way. */
export function troubles(status: StatusJson | undefined): RunJson[] {
  if (!status) return [];
  const open = [status.running, ...(status.queued ?? [])];
  const ended = [status.lastEndOfDay, status.lastSync, status.last].filter((run) => run !== undefined);
  const unique = ended.filter((run, at) => ended.findIndex(({ runId }) => runId === run.runId) === at);
  return unique.filter(
    (run) => (run.state === "RUN_STATE_HELD" || run.state === "RUN_STATE_FAILED") && !run.dryRun && !open.some((other) => other?.kind === run.kind),
  );
}
