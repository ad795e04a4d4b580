import type { ReportExceptionJson, ReportJson } from "../contract/pluginhost/v1/run_pb";
import { failure, type Failure } from "../host";
import type { Live } from "../state/live.svelte";
import { words } from "../words";

/** A run's report, read when somebody looks at it. */
export class Report {
  report = $state.raw<ReportJson | undefined>();
  failed = $state.raw<Failure | undefined>();
  reading = $state(true);

  async read(live: Live, runId: string): Promise<void> {
    this.reading = true;
    try {
      this.report = (await live.read("GetReport", { runId })).report;
      this.failed = undefined;
    } catch (thrown) {
      const went = failure(thrown);
      this.report = undefined;
      this.failed = went.kind === "notFound" ? undefined : went;
    } finally {
      this.reading = false;
    }
  }
}

/** Every exception of a report, page by page. */
export async function allExceptions(live: Live, runId: string, reason = ""): Promise<ReportExceptionJson[]> {
  const all: ReportExceptionJson[] = [];
  let pageToken = "";
  do {
    const page = await live.read("ListReportExceptions", { runId, reason, pageSize: 1000, pageToken });
    all.push(...(page.exceptions ?? []));
    pageToken = page.nextPageToken ?? "";
  } while (pageToken);
  return all;
}

/** A report as rows for a table calculation. */
export function reportRows(report: ReportJson, exceptions: ReportExceptionJson[]): string[][] {
  const { csv } = words.activity;
  return [
    [csv.check, csv.store, csv.warehouse, csv.agrees, csv.explanation],
    ...(report.checks ?? []).map(({ name = "", store = "0", warehouse = "0", agrees, explanation = "" }) => [
      name, store, warehouse, agrees ? words.yes : words.no, explanation,
    ]),
    [],
    [csv.reason, csv.record, csv.detail],
    ...exceptions.map(({ reason = "", record = "", detail = "" }) => [reason, record, detail]),
  ];
}
