import { expect, test } from "vitest";
import type { RunJson } from "../src/contract/pluginhost/v1/run_pb";
import { excessWords, runResult, runTone } from "../src/words/run";
import { importState, placeWords } from "../src/pages/cart/import";
import { terms, verdict } from "../src/pages/warehouse/why";
import { lineOf, scanned } from "../src/pages/warehouse/orders";
import { doneSteps } from "../src/pages/overview/steps";

const run = (state: RunJson["state"], more: Partial<RunJson> = {}): RunJson => ({ runId: "7", kind: "RUN_KIND_IMPORT", ...(state ? { state } : {}), ...more });

test("a run with parked records is never shown as plainly complete", () => {
  expect(runTone(run("RUN_STATE_COMPLETE"))).toBe("good");
  expect(runTone(run("RUN_STATE_COMPLETE_WITH_PARKED"))).toBe("warn");
  const counts = { created: "4703", unchanged: "3", parked: "14" };
  expect(runResult(run("RUN_STATE_COMPLETE_WITH_PARKED", { phases: [{ counts }] }), "UTC")).toBe("4,703 created · 14 parked");
});

test("a held End of Day says what it would have done", () => {
  const excess = { zeroes: "12", selling: "40", restoredTo: "2020-11-24T02:00:00Z" };
  expect(excessWords(run("RUN_STATE_HELD", { excess }), "UTC")).toEqual([
    "12 of 40 selling items would go to zero",
    expect.stringMatching(/^The server was restored from a backup of .*2020.*no count since$/),
  ]);
});

test("the import is done when each of its phases is, whatever ran since", () => {
  const flag = (phase: "PRODUCTS" | "INVENTORY" | "CARRIERS", setAt: string) => ({ phase: `PHASE_KIND_${phase}` as const, runId: "7", setAt });
  const flags = [flag("PRODUCTS", "2026-03-04T10:00:00Z"), flag("INVENTORY", "2026-03-04T10:01:00Z")];
  expect(importState({ oneTimeFlags: flags }).done).toBeUndefined();
  const all = [...flags, flag("CARRIERS", "2026-03-04T10:02:00Z")];
  expect(importState({ oneTimeFlags: all, last: { kind: "RUN_KIND_SYNC" } })).toEqual({ run: undefined, done: { at: "2026-03-04T10:02:00Z", runId: "7" } });
  expect(placeWords({ defaultDivision: "MAIN", defaultSite: "HQ" })).toBe("");
});

test("the equation has the server's numbers, and a negative promise is added", () => {
  const explained = { onHand: "12", promised: "-2", safetyBuffer: "1", sellable: "13" };
  expect(terms(explained).map(({ sign, value }) => [sign, value])).toEqual([["", 12], ["plus", 2], ["minus", 1], ["equals", 13]]);
  expect(verdict({ ...explained, published: "13", inStore: "13" })).toBe("agrees");
  expect(verdict({ ...explained, published: "9", inStore: "9" })).toBe("pending");
  expect(verdict(explained)).toBeUndefined();
});

test("a scan picks one, and a number before a star that many", () => {
  expect(scanned(" TENT-2 ")).toEqual({ units: 1, code: "TENT-2" });
  expect(scanned("3*TENT-2")).toEqual({ units: 3, code: "TENT-2" });
  expect(scanned("2X4-PLANK")).toEqual({ units: 1, code: "2X4-PLANK" });
  expect(scanned("513329061290")).toEqual({ units: 1, code: "513329061290" });
});

test("a code means the line that still wants units, by number, SKU or UPC", () => {
  const lines = [
    { lineId: "1", itemNumber: "TENT-2", ordered: "1", picked: "1" },
    { lineId: "2", itemNumber: "TENT-2", ordered: "2", picked: "1" },
    { lineId: "3", itemNumber: "LAMP", sku: "L-1", ordered: "1" },
    { lineId: "4", sku: "GONE", ordered: "1" },
  ];
  const upcs = new Map([["LAMP", "0123456789012"]]);
  expect(lineOf(lines, "tent-2", upcs)?.lineId).toBe("2");
  expect(lineOf(lines, "0123456789012", upcs)?.lineId).toBe("3");
  expect(lineOf(lines, "l-1", upcs)?.lineId).toBe("3");
  expect(lineOf(lines, "GONE", upcs)).toBeUndefined();
});

test("the steps of a new store are what the server says is missing", () => {
  const reasons = [{ code: "DEFAULT_SITE_MISSING", field: "default_site" }];
  expect([...doneSteps({ allowedActions: [{ action: "ACTION_IMPORT", reasons }] })]).toEqual([]);
  expect([...doneSteps({ allowedActions: [{ action: "ACTION_IMPORT", allowed: true }], nextSyncDueAt: "2026-03-04T10:00:00Z" })]).toEqual(["defaults", "auto"]);
});
