import { expect, test } from "vitest";
import type { ConfigurationJson } from "../src/contract/pluginhost/v1/configuration_pb";
import { compare, differing, Draft, jsonName } from "../src/pages/basic/draft.svelte";

const saved: ConfigurationJson = { revision: "3", defaultSite: "HQ", syncIntervalMinutes: 15, autoSync: true, safetyBuffer: "0" };

test("what proto3 JSON leaves out is no change", () => {
  expect(differing({ revision: "1" }, { revision: "2", endOfDay: false, safetyBuffer: "0", stockSites: [] })).toEqual([]);
});

test("an empty order number prefix is something else than the usual one", () => {
  expect(differing({}, { orderNumberPrefix: "" })).toEqual(["orderNumberPrefix"]);
});

test("only what was changed is sent, on top of the revision that was read", () => {
  const draft = new Draft();
  draft.load(saved);
  draft.set({ syncIntervalMinutes: 30 });
  draft.set({ defaultSite: "EAST" });
  draft.set({ defaultSite: "HQ" });
  expect(draft.request()).toEqual({ configuration: { revision: "3", syncIntervalMinutes: 30 }, updateMask: "syncIntervalMinutes" });
});

test("the ends of the active hours are sent together, whichever was changed", () => {
  const draft = new Draft();
  draft.load({ revision: "3", activeFrom: "08:00", activeUntil: "20:00" });
  draft.set({ activeUntil: "22:00" });
  expect(draft.request()).toEqual({
    configuration: { revision: "3", activeFrom: "08:00", activeUntil: "22:00" },
    updateMask: "activeUntil,activeFrom",
  });
});

test("a field that is emptied is sent as changed", () => {
  const draft = new Draft();
  draft.load({ revision: "3", orderNumberPrefix: "X-" });
  draft.set({ orderNumberPrefix: undefined } as unknown as ConfigurationJson);
  expect(draft.request()).toEqual({ configuration: { revision: "3" }, updateMask: "orderNumberPrefix" });
});

test("reading again keeps what was changed and nothing else", () => {
  const draft = new Draft();
  draft.load(saved);
  draft.set({ syncIntervalMinutes: 30 });
  draft.load({ ...saved, revision: "4", defaultSite: "EAST" }, draft.base);
  expect(draft.now).toMatchObject({ revision: "4", defaultSite: "EAST", syncIntervalMinutes: 30 });
  draft.discard();
  expect(draft.changed).toEqual([]);
});

test("a stale revision is a comparison: what both changed collides, what one changed does not", () => {
  const mine = { ...saved, syncIntervalMinutes: 30, defaultSite: "EAST" };
  const theirs = { ...saved, revision: "4", syncIntervalMinutes: 60, autoSync: false };
  const byField = Object.fromEntries(compare(saved, mine, theirs).map((difference) => [difference.field, difference]));
  expect(byField.syncIntervalMinutes).toMatchObject({ was: 15, mine: 30, theirs: 60, collides: true });
  expect(byField.defaultSite).toMatchObject({ mine: "EAST", theirs: "HQ", collides: false });
  expect(byField.autoSync).toMatchObject({ mine: true, theirs: false, collides: false });
  expect(compare(saved, mine, { ...mine, revision: "4" })).toEqual([]);
});

test("a field is named as the contract's JSON names it", () => {
  expect(jsonName("stock_decreased_when_order_placed")).toBe("stockDecreasedWhenOrderPlaced");
});
