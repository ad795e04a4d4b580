import { screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import Find from "../src/frame/Find.svelte";
import Decide from "../src/pages/attention/Decide.svelte";
import { show } from "./here";

let end = () => {};
afterEach(() => end());

/** Items that are answered when the test says so. */
function items() {
  const open = new Map<string, (numbers: string[]) => void>();
  const ListItems = ({ search }: Record<string, unknown>) =>
    search === "" ? { items: [{ itemNumber: "OLD-1" }] } : new Promise((resolve) => open.set(String(search), (numbers) => resolve({ items: numbers.map((itemNumber) => ({ itemNumber })) })));
  const answer = async (search: string, ...numbers: string[]) => {
    await waitFor(() => expect(open.has(search)).toBe(true));
    open.get(search)!(numbers);
  };
  return { ListItems, answer };
}

test("Enter chooses from what fits the typed text, never from an older answer", async () => {
  const { ListItems, answer } = items();
  const onlink = vi.fn();
  const shown = show(Decide, { kind: "link" as const, name: "product 112", onclose: () => {}, onlink, onnumber: () => {} }, { ListItems });
  end = shown.end;
  const box = screen.getByRole("combobox");
  await userEvent.click(box);
  await screen.findByRole("option", { name: /OLD-1/ });
  await userEvent.keyboard("T-1{Enter}");
  await answer("T", "TENT-9");
  expect(screen.queryByRole("option", { name: /OLD-1|TENT-9/ })).toBeNull();
  await answer("T-1", "T-10", "T-1");
  await waitFor(() => expect(box).toHaveProperty("value", "T-1"));
  await userEvent.click(screen.getByRole("button", { name: "Link" }));
  expect(onlink).toHaveBeenCalledWith("T-1");
});

test("Enter in the search waits for what is found", async () => {
  const { ListItems, answer } = items();
  const onclose = vi.fn();
  const shown = show(Find, { pages: ["overview", "items"], onclose }, { ListItems, ListPickingOrders: () => ({}), ListCustomers: () => ({}) });
  end = shown.end;
  await userEvent.type(screen.getByRole("combobox"), "tent");
  await answer("tent", "TENT-1");
  await screen.findByRole("option", { name: /TENT-1/ });
  await userEvent.keyboard("-2{Enter}");
  expect(onclose).not.toHaveBeenCalled();
  expect(screen.queryByRole("option", { name: /TENT-1/ })).toBeNull();
  await answer("tent-2", "TENT-20", "TENT-2");
  await waitFor(() => expect(onclose).toHaveBeenCalledOnce());
  expect(shown.navigation.place).toEqual({ page: "items", id: "TENT-2" });
});
