import { screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import Adjust from "../src/pages/warehouse/Adjust.svelte";
import OrderPanel from "../src/pages/warehouse/OrderPanel.svelte";
import { show, type Answers } from "./here";

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
  ListItems: ({ search }) => ({ items: [{ itemNumber: search }] }),
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

async function pack(answers: Answers) {
  const shown = show(OrderPanel, { number: "BC-101", onclose: () => {} }, {
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
