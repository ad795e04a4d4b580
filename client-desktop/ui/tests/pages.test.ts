import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import Attention from "../src/pages/attention/Attention.svelte";
import Synchronization from "../src/pages/cart/Synchronization.svelte";
import Basic from "../src/pages/basic/Basic.svelte";
import OrderPanel from "../src/pages/warehouse/OrderPanel.svelte";
import Combo from "../src/parts/Combo.svelte";
import { show } from "./here";

let end = () => {};
afterEach(() => end());

const skip = { resolution: "PARKED_RESOLUTION_SKIP", allowed: true };
const group = { reason: "ITEM_NUMBER_TAKEN", count: "2", explanation: "Another product already has this item number.", wayOut: "Give one of them another SKU.", allowedResolutions: [skip] };
const record = { parkedId: "7", kind: "PHASE_KIND_PRODUCTS", record: "product 112, SKU TENT-2", explanation: `${group.explanation} (TENT-2 is product 90)`, allowedResolutions: [skip] };

test("a parked record that is skipped is out of sight at once, and nothing is sent when it is undone", async () => {
  const shown = show(Attention, {}, { ListParkedGroups: () => ({ groups: [group] }), ListParkedRecords: () => ({ parkedRecords: [record] }) });
  end = shown.end;
  await userEvent.click(await screen.findByRole("button", { name: "Show records" }));
  await screen.findByText("TENT-2 is product 90");
  await userEvent.click(screen.getByRole("button", { name: "Skip" }));
  await waitFor(() => expect(screen.queryByText("product 112, SKU TENT-2")).toBeNull());
  shown.undo.undo(shown.undo.pending[0]!.id);
  await screen.findByText("product 112, SKU TENT-2");
  expect(shown.called.some(({ method }) => method === "ResolveParkedRecord")).toBe(false);
});

test("all records of one cause are decided at once", async () => {
  const shown = show(Attention, {}, { ListParkedGroups: () => ({ groups: [group] }), ResolveParkedRecord: () => ({ resolved: "2" }) });
  end = shown.end;
  await userEvent.click(await screen.findByRole("button", { name: "Skip all" }));
  await shown.undo.flush();
  expect(shown.called.find(({ method }) => method === "ResolveParkedRecord")?.request).toEqual({ reason: "ITEM_NUMBER_TAKEN", skip: true });
});

const fields = [
  { field: "sync_interval_minutes", label: "Sync Interval", explanation: "Minutes between two auto syncs.", group: "Auto sync" },
  { field: "safety_buffer", label: "Safety Buffer", explanation: "Units that are never offered.", group: "Stock" },
];
const configuration = { revision: "3", syncIntervalMinutes: 15, safetyBuffer: "1", savedBy: "Ann" };

test("what somebody else saved meanwhile is a comparison, and each field is chosen", async () => {
  let saved: Record<string, unknown> = configuration;
  const shown = show(
    Basic, {},
    {
      GetConfiguration: () => ({ configuration: saved, fields }),
      ListDivisions: () => ({}),
      Configure: ({ configuration: wanted, validateOnly }) => {
        const { revision } = wanted as { revision: string };
        if (validateOnly) return { fields };
        if (revision !== saved["revision"]) throw { kind: "stale", message: "somebody else has saved meanwhile", reasons: [] };
        return { configuration: (saved = { ...saved, ...(wanted as object), revision: "5" }) };
      },
      GetStatus: () => ({ status: { configurationRevision: "5" } }),
    },
    { configurationRevision: "3" },
  );
  end = shown.end;
  const interval = await screen.findByLabelText("Sync Interval");
  await userEvent.clear(interval);
  await userEvent.type(interval, "30");
  saved = { ...configuration, revision: "4", syncIntervalMinutes: 60, safetyBuffer: "2", savedBy: "Bob" };
  await userEvent.click(screen.getByRole("button", { name: "Save Configuration" }));

  const dialog = await screen.findByRole("dialog");
  within(dialog).getByText(/Bob saved/);
  expect(within(dialog).getByRole("radio", { name: "Sync Interval, Yours: 30" })).toHaveProperty("checked", true);
  expect(within(dialog).getByRole("radio", { name: "Safety Buffer, Theirs: 2" })).toHaveProperty("checked", true);
  await userEvent.click(within(dialog).getByRole("button", { name: "Save my choice" }));
  await waitFor(() => expect(saved).toMatchObject({ revision: "5", syncIntervalMinutes: 30, safetyBuffer: "2" }));
});

test("a scan that ends with Enter picks one unit from where most of them lie", async () => {
  const order = {
    number: "BC-101", state: "PICKING_ORDER_STATE_OPEN", allowedActions: [{ action: "PICKING_ORDER_ACTION_PICK", allowed: true }],
    lines: [{ lineId: "1", itemNumber: "TENT-2", name: "Tent", ordered: "2" }],
  };
  const shown = show(OrderPanel, { number: "BC-101", onclose: () => {} }, {
    GetPickingOrder: () => ({ pickingOrder: order }),
    ListSites: () => ({ sites: [{ site: "HQ", locations: ["A-01", "B-02"] }] }),
    ListInventory: () => ({ records: [{ site: "HQ", location: "A-01", onHand: "1" }, { site: "HQ", location: "B-02", onHand: "9" }] }),
    ListItems: () => ({ items: [{ itemNumber: "TENT-2", upc: "0123456789012" }] }),
    ListChanges: () => ({}),
    PickItem: () => ({ pickingOrder: { ...order, lines: [{ ...order.lines[0], picked: "1" }] } }),
  });
  end = shown.end;
  const scan = await screen.findByLabelText("Scan or type an item number");
  await screen.findByText("HQ / A-01: 1 · HQ / B-02: 9");
  await userEvent.type(scan, "0123456789012{Enter}");
  await screen.findByText("Picked 1 unit of TENT-2 · 1 unit to pick");
  expect(shown.called.find(({ method }) => method === "PickItem")?.request).toMatchObject({ itemNumber: "TENT-2", units: "1", site: "HQ", location: "B-02" });
  await userEvent.type(scan, "LAMP{Enter}");
  await screen.findByText("No line of this order asks for LAMP.");
});

test("a scan reads what could not be read before, and what cannot be read of other items stands in nobody's way", async () => {
  const order = {
    number: "BC-101", state: "PICKING_ORDER_STATE_OPEN", allowedActions: [{ action: "PICKING_ORDER_ACTION_PICK", allowed: true }],
    lines: [{ lineId: "1", itemNumber: "TENT", name: "Tent", ordered: "2" }, { lineId: "2", itemNumber: "LAMP", name: "Lamp", ordered: "1" }],
  };
  let isDown = true;
  const failing = { kind: "failed", message: "not now", reasons: [] };
  const shown = show(OrderPanel, { number: "BC-101", onclose: () => {} }, {
    GetPickingOrder: () => ({ pickingOrder: order }),
    ListSites: () => ({ sites: [{ site: "HQ", locations: ["A-01"] }] }),
    ListInventory: ({ itemNumber }) => {
      if (isDown || itemNumber === "LAMP") throw failing;
      return { records: [{ site: "HQ", location: "A-01", onHand: "9" }] };
    },
    ListItems: ({ itemNumber }) => {
      if (isDown) throw failing;
      return { items: [{ itemNumber, upc: itemNumber === "TENT" ? "0123456789012" : "" }] };
    },
    ListChanges: () => ({}),
    PickItem: () => ({ pickingOrder: { ...order, lines: [{ ...order.lines[0], picked: "1" }, order.lines[1]] } }),
  });
  end = shown.end;
  const scan = await screen.findByLabelText("Scan or type an item number");
  await waitFor(() => expect(shown.called.filter(({ method }) => method === "ListItems").length).toBe(2));
  await userEvent.type(scan, "0123456789012{Enter}");
  await screen.findByText("not now");
  isDown = false;
  await userEvent.type(scan, "0123456789012{Enter}");
  await screen.findByText("Picked 1 unit of TENT · 2 units to pick");
  expect(shown.called.find(({ method }) => method === "PickItem")?.request).toMatchObject({ itemNumber: "TENT", site: "HQ", location: "A-01" });
  await userEvent.type(scan, "LAMP{Enter}");
  await screen.findByText("not now");
  expect(shown.called.filter(({ method }) => method === "PickItem").length).toBe(1);
});

test("two scans in quick succession are two picks, in their order", async () => {
  const order = {
    number: "BC-101", state: "PICKING_ORDER_STATE_OPEN", allowedActions: [{ action: "PICKING_ORDER_ACTION_PICK", allowed: true }],
    lines: [{ lineId: "1", itemNumber: "TENT-2", name: "Tent", ordered: "2" }, { lineId: "2", itemNumber: "LAMP-1", name: "Lamp", ordered: "1" }],
  };
  const shown = show(OrderPanel, { number: "BC-101", onclose: () => {} }, {
    GetPickingOrder: () => ({ pickingOrder: order }),
    ListSites: () => ({ sites: [{ site: "HQ", locations: ["A-01"] }] }),
    ListInventory: () => ({ records: [{ site: "HQ", location: "A-01", onHand: "9" }] }),
    ListItems: ({ itemNumber }) => ({ items: [{ itemNumber }] }),
    ListChanges: () => ({}),
    PickItem: () => new Promise((resolve) => setTimeout(() => resolve({ pickingOrder: order }), 50)),
  });
  end = shown.end;
  const scan = await screen.findByLabelText("Scan or type an item number");
  await screen.findAllByText("HQ / A-01: 9");
  await userEvent.type(scan, "TENT-2{Enter}LAMP-1{Enter}WHAT{Enter}");
  await screen.findByText("No line of this order asks for WHAT.");
  const picked = shown.called.filter(({ method }) => method === "PickItem").map(({ request }) => request["itemNumber"]);
  expect(picked).toEqual(["TENT-2", "LAMP-1"]);
});

test("a record that is tried again in vain is back in sight once its run has ended", async () => {
  const retry = { resolution: "PARKED_RESOLUTION_RETRY", allowed: true } as const;
  const again = { ...record, allowedResolutions: [retry] };
  const run = { runId: "12", kind: "RUN_KIND_SYNC", state: "RUN_STATE_RUNNING" } as const;
  let status: Record<string, unknown> = { running: run };
  const shown = show(Attention, {}, {
    ListParkedGroups: () => ({ groups: [group] }),
    ListParkedRecords: () => ({ parkedRecords: [again] }),
    ResolveParkedRecord: () => ({ run }),
    GetStatus: () => ({ status }),
  });
  end = shown.end;
  await userEvent.click(await screen.findByRole("button", { name: "Show records" }));
  await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
  await shown.undo.flush();
  expect(screen.queryByText("product 112, SKU TENT-2")).toBeNull();
  status = {};
  shown.live.take({ type: "events", events: [{ run: { ...run, state: "RUN_STATE_COMPLETE_WITH_PARKED" } }] });
  await screen.findByText("product 112, SKU TENT-2");
});

test("a preview counts for nothing done", async () => {
  const kind = "RUN_KIND_SYNCHRONIZE_PRODUCTS";
  const done = { runId: "3", kind, state: "RUN_STATE_COMPLETE", endedAt: "2026-03-04T10:00:00Z", phases: [{ counts: { created: "4" } }] };
  const preview = { ...done, runId: "4", dryRun: true, phases: [{ counts: { created: "1204" } }] };
  const action = { action: "ACTION_SYNCHRONIZE_PRODUCTS", offered: true, allowed: true, label: "Synchronize Products" } as const;
  let runs: unknown[] = [preview];
  const shown = show(Synchronization, {}, { ListRuns: () => ({ runs }) }, { allowedActions: [action] });
  end = shown.end;
  await screen.findByText(/Preview .*1,204 created/);
  screen.getByText("Not run yet");
  runs = [done, preview];
  shown.live.take({ type: "events", events: [{ run: { ...done, state: "RUN_STATE_COMPLETE", kind } }] });
  await screen.findByText(/Last .*4 created/);
});

test("a list is searched and chosen from with the keyboard alone", async () => {
  const onchange = vi.fn();
  const options = ["Berlin", "Chicago", "Chihuahua"].map((zone) => ({ value: zone, label: zone }));
  render(Combo, { value: "Berlin", options, onchange, "aria-label": "Time Zone" });
  const box = screen.getByRole("combobox", { name: "Time Zone" });
  box.focus();
  await userEvent.keyboard("chi");
  expect(screen.getAllByRole("option").map((option) => option.textContent?.trim())).toEqual(["Chicago", "Chihuahua"]);
  await userEvent.keyboard("{ArrowDown}{Enter}");
  expect(onchange).toHaveBeenCalledWith("Chihuahua");
  expect(box.getAttribute("aria-expanded")).toBe("false");
});
