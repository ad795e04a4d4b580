import { cleanup, render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import StoreWindow from "../src/frame/StoreWindow.svelte";
import type { Watched } from "../src/host";
import Adjust from "../src/pages/warehouse/Adjust.svelte";
import OrderPanel from "../src/pages/warehouse/OrderPanel.svelte";
import { show, type Answers } from "./here";
import { program } from "./program";

let end = () => {};
afterEach(() => end());

const lost = { kind: "unreachable", message: "the server can't be reached", reasons: [] };
const refused = { kind: "refused", message: "the site is closed", reasons: [] };

/** Throws what is in the list, one after the other, and then answers. */
const after = (failures: unknown[], answer: unknown) => () => {
  const thrown = failures.shift();
  if (thrown) throw thrown;
  return answer;
};
const ids = (shown: ReturnType<typeof show>, of: string) => shown.called.filter(({ method }) => method === of).map(({ request }) => request["requestId"]);

const shelves: Answers = {
  ListSites: () => ({ sites: [{ site: "HQ", locations: ["A-01"] }] }),
  ListInventory: () => ({ records: [{ site: "HQ", location: "A-01", onHand: "9" }] }),
  ListItems: ({ itemNumber }) => ({ items: [{ itemNumber }] }),
};

async function adjust(failures: unknown[]) {
  const shown = show(Adjust, { itemNumber: "TENT-2", round: 0, onadjusted: () => {} }, { ...shelves, AdjustInventory: after(failures, { record: { onHand: "11" } }) });
  end = shown.end;
  await waitFor(() => expect(screen.getByLabelText("Location")).toHaveProperty("value", "HQ / A-01"));
  const type = async (change: string, reason: string) => {
    await userEvent.clear(screen.getByLabelText("Add or take away"));
    await userEvent.type(screen.getByLabelText("Add or take away"), change);
    await userEvent.clear(screen.getByLabelText("Why"));
    await userEvent.type(screen.getByLabelText("Why"), reason);
  };
  const press = async () => {
    const before = ids(shown, "AdjustInventory").length;
    await userEvent.click(screen.getByRole("button", { name: "Adjust" }));
    await waitFor(() => expect(ids(shown, "AdjustInventory").length).toBe(before + 1));
    await waitFor(() => expect(screen.getByRole("button", { name: "Adjust" })).toHaveProperty("disabled", false));
  };
  return { shown, type, press };
}

test("an adjustment whose answer was lost is sent again as the same one, and the next one is another", async () => {
  const { shown, type, press } = await adjust([lost]);
  await type("2", "Found");
  await press();
  await press();
  await type("2", "Found");
  await press();
  const [first, second, third] = ids(shown, "AdjustInventory");
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

test("an adjustment that was refused or is changed after a lost answer is another one", async () => {
  const { shown, type, press } = await adjust([refused, lost]);
  await type("2", "Found");
  await press();
  await press();
  await type("3", "Found");
  await press();
  expect(new Set(ids(shown, "AdjustInventory")).size).toBe(3);
});

const order = {
  number: "BC-101", state: "PICKING_ORDER_STATE_OPEN",
  allowedActions: [{ action: "PICKING_ORDER_ACTION_PICK", allowed: true }, { action: "PICKING_ORDER_ACTION_SHIP", allowed: true }],
  lines: [{ lineId: "1", itemNumber: "TENT-2", name: "Tent", ordered: "2" }, { lineId: "2", itemNumber: "LAMP-1", name: "Lamp", ordered: "2" }],
};

async function pack(answers: Answers, onclose = () => {}) {
  const shown = show(OrderPanel, { number: "BC-101", onclose }, {
    ...shelves, GetPickingOrder: () => ({ pickingOrder: order }), ListChanges: () => ({}), ...answers,
  });
  end = shown.end;
  const scan = await screen.findByLabelText("Scan or type an item number");
  await screen.findAllByText("HQ / A-01: 9");
  return { shown, scan };
}

test("scans whose answers were lost are the same picks when they are scanned again", async () => {
  const { shown, scan } = await pack({ PickItem: after([lost, lost], { pickingOrder: order }) });
  for (const code of ["TENT-2", "LAMP-1", "TENT-2", "LAMP-1", "TENT-2"]) await userEvent.type(scan, `${code}{Enter}`);
  await waitFor(() => expect(ids(shown, "PickItem").length).toBe(5));
  const [tent, lamp, ...again] = ids(shown, "PickItem");
  expect(again.slice(0, 2)).toEqual([tent, lamp]);
  expect(new Set([tent, lamp, again[2]]).size).toBe(3);
});

test("a shipment whose answer was lost is sent again as the same one", async () => {
  const { shown } = await pack({ ShipPickingOrder: after([lost], { pickingOrder: order }) });
  const ship = screen.getByRole("button", { name: "Ship" });
  await userEvent.click(ship);
  await waitFor(() => expect(ship).toHaveProperty("disabled", false));
  await userEvent.click(ship);
  await waitFor(() => expect(ids(shown, "ShipPickingOrder").length).toBe(2));
  expect(new Set(ids(shown, "ShipPickingOrder")).size).toBe(1);
});

test("the answer to a scan takes nobody out of another field", async () => {
  let answer = (_: unknown) => {};
  const { scan } = await pack({ PickItem: () => new Promise((resolve) => (answer = resolve)) });
  await userEvent.type(scan, "TENT-2{Enter}");
  const tracking = screen.getByLabelText("Tracking number");
  await userEvent.type(tracking, "1Z9");
  answer({ pickingOrder: order });
  await screen.findByText(/Picked 1 unit/);
  await userEvent.keyboard("99");
  expect(tracking).toHaveProperty("value", "1Z999");

  (document.activeElement as HTMLElement).blur();
  await userEvent.click(screen.getAllByRole("button", { name: "Pick one" })[0]!);
  answer({ pickingOrder: order });
  await waitFor(() => expect(document.activeElement).toBe(scan));
});

/** Answers that are given when the test says so, one after the other. */
function held() {
  const open: { resolve: (answer: unknown) => void; reject: (thrown: unknown) => void }[] = [];
  const next = async () => {
    await waitFor(() => expect(open.length).toBeGreaterThan(0));
    return open.shift()!;
  };
  return { ask: () => new Promise((resolve, reject) => open.push({ resolve, reject })), next };
}
const picked = (tents: string, lamps = "0") => ({ ...order, lines: [{ ...order.lines[0], picked: tents }, { ...order.lines[1], picked: lamps }] });
const ended = { type: "events" as const, events: [{ run: { runId: "9", state: "RUN_STATE_COMPLETE" as const } }] };

test("nothing overtakes the picks of an order that wait", async () => {
  const picks = held();
  const { scan } = await pack({ PickItem: picks.ask });
  const ship = screen.getByRole("button", { name: "Ship" });
  await userEvent.type(scan, "TENT-2{Enter}LAMP-1{Enter}");
  expect(ship).toHaveProperty("disabled", true);
  (await picks.next()).resolve({ pickingOrder: picked("1") });
  const last = await picks.next();
  expect(ship).toHaveProperty("disabled", true);
  last.resolve({ pickingOrder: picked("1", "1") });
  await waitFor(() => expect(ship).toHaveProperty("disabled", false));
});

test("picks go on when their panel is closed, and what fails of them is told", async () => {
  const picks = held();
  const { shown, scan } = await pack({ PickItem: picks.ask });
  await userEvent.type(scan, "TENT-2{Enter}LAMP-1{Enter}WHAT{Enter}");
  const first = await picks.next();
  cleanup();
  first.reject(refused);
  (await picks.next()).resolve({ pickingOrder: picked("0", "1") });
  await waitFor(() => expect(shown.undo.failed?.text).toBe("Picked 1 unit of TENT-2 for BC-101 · Picked 1 unit of WHAT for BC-101"));
  expect(shown.undo.failed?.failure.message).toBe("No line of this order asks for WHAT.");
});

test("nobody leaves a store before its picks are done", async () => {
  const picks = held();
  const answers: Answers = {
    ...shelves, GetPickingOrder: () => ({ pickingOrder: order }), ListPickingOrders: () => ({ pickingOrders: [order], total: "1" }),
    ListChanges: () => ({}), ListDivisions: () => ({}), GetConfiguration: () => ({}), ListStores: () => ({}), PickItem: picks.ask,
  };
  const call = ({ method, request }: Record<string, unknown>) => answers[String(method)]!(request as Record<string, unknown>);
  let leaving = () => {};
  const commands = program({
    call, read: async (args) => ({ said: await call(args), knownAt: null }), note_unsaved: () => null, leave: () => null, about: () => ({ version: "" }),
    watch: ({ channel }) => {
      const { onmessage } = channel as { onmessage: (watched: Watched) => void };
      onmessage({ type: "events", events: [{ snapshot: {} }] });
      leaving = () => onmessage({ type: "leaving" });
    },
  });
  end = commands.end;
  const asked = (command: string) => commands.asked.filter((one) => one.command === command).map(({ args }) => args);
  render(StoreWindow, { name: "abc12", stores: [], first: "orders", onchoose: () => {}, onadd: () => {}, onforget: async () => {} });
  await userEvent.click(await screen.findByText("BC-101"));
  await userEvent.type(await screen.findByLabelText("Scan or type an item number"), "TENT-2{Enter}");
  const pick = await picks.next();
  await waitFor(() => expect(asked("note_unsaved").at(-1)).toEqual({ unsaved: true }));
  leaving();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked("leave")).toEqual([]);
  pick.resolve({ pickingOrder: order });
  await waitFor(() => expect(asked("leave").length).toBe(1));
});

test("the last pick is confirmed, and the keys of the panel still work", async () => {
  const onclose = vi.fn();
  const done = { ...picked("2", "2"), state: "PICKING_ORDER_STATE_CLOSED", allowedActions: [] };
  const { scan } = await pack({ PickItem: () => ({ pickingOrder: done }) }, onclose);
  await userEvent.type(scan, "2*LAMP-1{Enter}");
  await screen.findByText("Picked 2 units of LAMP-1 · Everything is picked");
  expect(screen.queryByLabelText("Scan or type an item number")).toBeNull();
  await userEvent.keyboard("{Escape}");
  expect(onclose).toHaveBeenCalledOnce();
});

const wider = { ...order, lines: [...order.lines, { lineId: "3", itemNumber: "ROPE", name: "Rope", ordered: "1" }] };

test("a scan waits for the shelves only where it needs them", async () => {
  let isDown = false;
  const slow: Answers = { ListItems: () => (isDown ? new Promise(() => {}) : {}) };
  const { shown, scan } = await pack({ ...slow, GetPickingOrder: () => ({ pickingOrder: isDown ? wider : order }), PickItem: () => ({}) });
  isDown = true;
  shown.live.take(ended);
  await screen.findByText("5 units to pick");
  const place = screen.getByRole("combobox", { name: "From" });
  await userEvent.click(place);
  await userEvent.keyboard("A-01{Enter}");
  await userEvent.type(scan, "TENT-2{Enter}");
  await waitFor(() => expect(ids(shown, "PickItem").length).toBe(1));
});

test("a pick that is refused is not taken from where nothing lies again", async () => {
  let at = "A-01";
  const { shown, scan } = await pack({
    ListInventory: () => ({ records: [{ site: "HQ", location: at, onHand: "9" }] }),
    PickItem: after([refused], { pickingOrder: picked("1") }),
  });
  at = "B-02";
  for (const _ of [1, 2]) await userEvent.type(scan, "TENT-2{Enter}");
  await screen.findByText(/Picked 1 unit/);
  expect(shown.called.filter(({ method }) => method === "PickItem").map(({ request }) => request["location"])).toEqual(["A-01", "B-02"]);
});

test("a unit that is scanned after a lost pick turned out to be done is another one", async () => {
  let now = order as object;
  const { shown, scan } = await pack({ GetPickingOrder: () => ({ pickingOrder: now }), PickItem: after([lost], { pickingOrder: picked("2") }) });
  await userEvent.type(scan, "TENT-2{Enter}");
  await screen.findByText(lost.message);
  now = picked("1");
  shown.live.take(ended);
  await screen.findByText("3 units to pick");
  await userEvent.type(scan, "TENT-2{Enter}");
  await screen.findByText(/Picked 1 unit/);
  expect(new Set(ids(shown, "PickItem")).size).toBe(2);
});

test("what was read before a pick does not stand over it", async () => {
  const reads = held();
  let isHeld = false;
  const { shown, scan } = await pack({ GetPickingOrder: () => (isHeld ? reads.ask() : { pickingOrder: order }), PickItem: () => ({ pickingOrder: picked("1") }) });
  isHeld = true;
  shown.live.take(ended);
  const old = await reads.next();
  await userEvent.type(scan, "TENT-2{Enter}");
  await screen.findByText("3 units to pick");
  old.resolve({ pickingOrder: order });
  (await reads.next()).resolve({ pickingOrder: picked("1", "1") });
  await screen.findByText("2 units to pick");
});

test("an order that is cancelled stays so while that can be undone, whatever is read", async () => {
  const cancel = { action: "PICKING_ORDER_ACTION_CANCEL", allowed: true };
  const { shown } = await pack({ GetPickingOrder: () => ({ pickingOrder: { ...order, allowedActions: [...order.allowedActions, cancel] } }) });
  await userEvent.click(screen.getByRole("button", { name: "Cancel order" }));
  await screen.findByText("Cancelled");
  const reads = () => shown.called.filter(({ method }) => method === "GetPickingOrder").length;
  const before = reads();
  shown.live.take(ended);
  await waitFor(() => expect(reads()).toBe(before + 1));
  await new Promise((resolve) => setTimeout(resolve));
  screen.getByText("Cancelled");
  expect(screen.queryByLabelText("Scan or type an item number")).toBeNull();
  shown.undo.undo(shown.undo.pending[0]!.id);
  await screen.findByLabelText("Scan or type an item number");
});

test("a kit is neither picked nor counted beside its parts", async () => {
  const kit = { lineId: "3", itemNumber: "CAMP", name: "Camp", ordered: "1", isKit: true };
  const { shown, scan } = await pack({ GetPickingOrder: () => ({ pickingOrder: { ...order, lines: [kit, ...order.lines] } }) });
  screen.getByText("4 units to pick");
  await userEvent.type(scan, "CAMP{Enter}");
  await screen.findByText("No line of this order asks for CAMP.");
  expect(shown.called.some(({ request }) => request["itemNumber"] === "CAMP")).toBe(false);
});
