import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import type { Page } from "../src/state/navigation.svelte";
import StoreWindow from "../src/frame/StoreWindow.svelte";
import Asks from "../src/pages/activity/Asks.svelte";
import Attention from "../src/pages/attention/Attention.svelte";
import Overview from "../src/pages/overview/Overview.svelte";
import CustomerPanel from "../src/pages/warehouse/CustomerPanel.svelte";
import { show } from "./here";
import { program } from "./program";

let end = () => {};
afterEach(() => end());

const flags = (["PRODUCTS", "INVENTORY", "CARRIERS"] as const).map((phase) => ({ phase: `PHASE_KIND_${phase}` as const, runId: "1", setAt: "2020-03-04T10:00:00Z" }));
const lists = { ListRuns: () => ({}), ListParkedGroups: () => ({}) };
const tile = (label: string) => screen.getByText(label).parentElement?.textContent;

test("figures that could not be read are no zeroes, until they are", async () => {
  let broken = true;
  const shown = show(Overview, {}, {
    ...lists,
    GetOverview: () => {
      if (broken) throw { kind: "failed", message: "not now", reasons: [] };
      return { today: { came: "3" } };
    },
  }, { oneTimeFlags: flags });
  end = shown.end;
  await screen.findByText("not now");
  expect(tile("Orders today")).toContain("–");
  expect(screen.queryByText("Nothing in these days yet.")).toBeNull();
  broken = false;
  shown.live.take({ type: "events", events: [{ snapshot: shown.live.status! }] });
  await waitFor(() => expect(tile("Orders today")).toContain("3"));
  expect(screen.queryByText("not now")).toBeNull();
});

test("stock that an End of Day did not publish is not shown as published", async () => {
  const shown = show(Overview, {}, { ...lists, GetOverview: () => ({}) }, {
    oneTimeFlags: flags, lastEndOfDay: { runId: "9", kind: "RUN_KIND_END_OF_DAY", state: "RUN_STATE_HELD", endedAt: "2020-03-04T10:00:00Z" },
  });
  end = shown.end;
  expect(tile("Stock published")).toMatch(/Held.*waits for approval since/);
});

test("a run is tried again only where the server would take it, and it says why not", async () => {
  const shown = show(Attention, {}, { ListParkedGroups: () => ({}) }, {
    needs: [{ cause: "CAUSE_IMPORT", message: "The import failed.", failing: true, count: "1", run: { runId: "7", kind: "RUN_KIND_IMPORT", state: "RUN_STATE_FAILED" } }],
    allowedActions: [
      { action: "ACTION_SYNC", offered: true, allowed: true },
      { action: "ACTION_IMPORT", offered: true, reasons: [{ code: "DEFAULT_SITE_MISSING", message: "Choose a Default Site." }] },
    ],
  });
  end = shown.end;
  const retry = await screen.findByRole("button", { name: "Run it again" });
  expect([retry.hasAttribute("disabled"), retry.title]).toEqual([true, "Choose a Default Site."]);
});

test("a run that was asked for opens only where it was asked for", async () => {
  let answer = (_: unknown) => {};
  const sync = { action: "ACTION_SYNC", offered: true, allowed: true, label: "Sync now" } as const;
  const shown = show(Asks, {}, { Sync: () => new Promise((resolve) => (answer = resolve)), GetStatus: () => ({ status: { allowedActions: [sync] } }) }, { allowedActions: [sync] });
  end = shown.end;
  const press = async () => {
    await shown.navigation.go({ page: "activity" });
    await userEvent.click(await screen.findByRole("button", { name: "Sync now" }));
    await waitFor(() => expect(shown.called.at(-1)?.method).toBe("Sync"));
  };
  await press();
  await shown.navigation.go({ page: "items" });
  answer({ run: { runId: "57" } });
  await waitFor(() => expect(screen.getByRole("button", { name: "Sync now" })).toHaveProperty("disabled", false));
  expect(shown.navigation.place).toEqual({ page: "items" });
  await press();
  answer({ run: { runId: "58" } });
  await waitFor(() => expect(shown.navigation.place).toEqual({ page: "activity", id: "58" }));
});

test("a customer's orders that could not be read are said to be, and read again", async () => {
  let broken = true;
  const shown = show(CustomerPanel, { id: "4", row: { customerId: "4", name: "Ann" }, onclose: () => {} }, {
    ListPickingOrders: () => {
      if (broken) throw { kind: "failed", message: "not now", reasons: [] };
      return { pickingOrders: [{ number: "BC-101", customerId: "4", state: "PICKING_ORDER_STATE_OPEN" }] };
    },
  });
  end = shown.end;
  await screen.findByText("not now");
  expect(screen.queryByText("Reading…")).toBeNull();
  broken = false;
  shown.live.take({ type: "events", events: [{ snapshot: shown.live.status! }] });
  await screen.findByText("BC-101");
  expect(screen.queryByText("not now")).toBeNull();
});

/** A window of a store with two divisions. */
function two(first: Page, answers: Record<string, unknown>) {
  const all: Record<string, unknown> = { ListDivisions: { divisions: [{ division: "EAST" }, { division: "WEST" }] }, GetConfiguration: { configuration: { defaultDivision: "EAST" } }, ...answers };
  const call = ({ method }: Record<string, unknown>) => all[String(method)] ?? {};
  const commands = program({
    call,
    read: (args) => ({ said: call(args), knownAt: null }),
    watch: ({ channel }) => (channel as { onmessage: (watched: unknown) => void }).onmessage({ type: "events", events: [{ snapshot: { store: { name: "Acme" } } }] }),
    note_unsaved: () => null,
  });
  end = commands.end;
  render(StoreWindow, { name: "abc12", stores: [], first, onchoose: () => {}, onadd: () => {}, onforget: async () => {} });
}

test("what is open belongs to its division and closes with it", async () => {
  two("customers", { ListCustomers: { customers: [{ customerId: "4", name: "Ann" }], total: "1" } });
  await userEvent.click(await screen.findByText("Ann"));
  await screen.findByRole("complementary", { name: "Ann" });
  await userEvent.click(await screen.findByRole("combobox", { name: "Division" }));
  await userEvent.click(screen.getByRole("option", { name: "WEST" }));
  await waitFor(() => expect(screen.queryByRole("complementary", { name: "Ann" })).toBeNull());
});
