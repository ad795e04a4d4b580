import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import Find from "../src/frame/Find.svelte";
import Decide from "../src/pages/attention/Decide.svelte";
import Combo from "../src/parts/Combo.svelte";
import { show } from "./here";

let end = () => {};
afterEach(() => {
  end();
  vi.restoreAllMocks();
});

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

test("Enter before the answer links nothing that merely contains the typed text", async () => {
  const { ListItems, answer } = items();
  const shown = show(Decide, { kind: "link" as const, name: "product 112", onclose: () => {}, onlink: () => {}, onnumber: () => {} }, { ListItems });
  end = shown.end;
  const [box, link] = [screen.getByRole("combobox"), screen.getByRole("button", { name: "Link" })];
  await userEvent.click(box);
  await userEvent.keyboard("T-1{Enter}");
  await answer("T-1", "T-10", "T-11");
  await screen.findByRole("option", { name: /T-10/ });
  expect(link).toHaveProperty("disabled", true);
  await userEvent.keyboard("{ArrowDown}{Enter}");
  expect(box).toHaveProperty("value", "T-11");
});

test("Enter chooses what is highlighted, and what is moved to is in view", async () => {
  const scrolled = vi.spyOn(Element.prototype, "scrollIntoView");
  const onchange = vi.fn();
  render(Combo, { value: "", options: ["Berlin", "Chicago", "Chihuahua"].map((zone) => ({ value: zone, label: zone })), onchange, "aria-label": "Time Zone" });
  await userEvent.type(screen.getByRole("combobox"), "chi{ArrowDown}");
  expect(scrolled.mock.contexts.at(-1)).toBe(screen.getByRole("option", { name: "Chihuahua" }));
  await userEvent.keyboard("{Enter}");
  expect(onchange).toHaveBeenCalledWith("Chihuahua");
});

test("Enter in the search opens nothing that merely contains the typed text, until it is pressed again", async () => {
  const { ListItems, answer } = items();
  const onclose = vi.fn();
  const shown = show(Find, { pages: ["overview", "items"], onclose }, { ListItems, ListPickingOrders: () => ({}), ListCustomers: () => ({}) });
  end = shown.end;
  await userEvent.type(screen.getByRole("combobox"), "57{Enter}");
  await answer("57", "157", "570");
  await waitFor(() => expect(screen.getByRole("option", { name: /157/ }).getAttribute("aria-selected")).toBe("true"));
  expect(onclose).not.toHaveBeenCalled();
  await userEvent.keyboard("{Enter}");
  expect(shown.navigation.place).toEqual({ page: "items", id: "157" });
});

test("a search that could not be read does not say that nothing is there", async () => {
  const shown = show(Find, { pages: ["overview", "items"], onclose: () => {} }, {});
  end = shown.end;
  await userEvent.type(screen.getByRole("combobox"), "tent");
  await screen.findByText(/Not everything could be read/);
  expect(screen.queryByText(/Nothing found/)).toBeNull();
});
