import { fireEvent, render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { keepWidths, keptWidths, least, recycled, template, visible } from "../src/parts/columns";
import { Rows } from "../src/state/rows.svelte";
import Table from "./Table.svelte";

type Row = { number: string };
const source = (total: number) => async (skip: number, size: number) => ({
  rows: Array.from({ length: Math.min(size, total - skip) }, (_, at) => ({ number: `I-${skip + at}` })),
  total,
});

async function open(total: number) {
  const rows = new Rows<Row>();
  await rows.ask(source(total));
  const [onopen, onorder] = [vi.fn(), vi.fn()];
  render(Table, { rows, onopen, onorder });
  return { onopen, onorder };
}

test("of a hundred thousand rows a few dozen are drawn, and all are counted", async () => {
  await open(100_000);
  const grid = screen.getByRole("grid", { name: "Items" });
  expect(grid.getAttribute("aria-rowcount")).toBe("100001");
  expect(screen.getAllByRole("row").length).toBeLessThan(40);
});

test("rows are reached and opened with the keyboard alone", async () => {
  const { onopen } = await open(500);
  const grid = screen.getByRole("grid");
  grid.focus();
  await userEvent.keyboard("{ArrowDown}{ArrowDown}{Enter}");
  expect(onopen).toHaveBeenCalledWith({ number: "I-1" });
  const active = document.getElementById(grid.getAttribute("aria-activedescendant") ?? "");
  expect(active?.textContent).toContain("I-1");
});

test("a column is sorted up, then down", async () => {
  const { onorder } = await open(5);
  await userEvent.click(screen.getByRole("button", { name: "Number" }));
  expect(onorder).toHaveBeenLastCalledWith("number");
  expect(screen.getByRole("columnheader").getAttribute("aria-sort")).toBe("ascending");
  await userEvent.click(screen.getByRole("button", { name: "Number" }));
  expect(onorder).toHaveBeenLastCalledWith("number desc");
});

test("a width that somebody chose with the keyboard is remembered", async () => {
  localStorage.clear();
  await open(5);
  await fireEvent.keyDown(screen.getByRole("button", { name: "Number" }), { key: "ArrowRight", altKey: true });
  expect(Object.keys(keptWidths("test"))).toEqual(["number"]);
});

test("an empty list says what it is for", async () => {
  await open(0);
  screen.getByText("Nothing here");
});

test("a search that fails says so in place of the rows of the one before", async () => {
  const rows = new Rows<Row>();
  await rows.ask(source(500));
  const onorder = vi.fn();
  render(Table, { rows, onopen: vi.fn(), onorder });
  await rows.ask(() => Promise.reject({ kind: "refused", message: "no such column", reasons: [] }));
  await screen.findByText("no such column");
  expect(screen.queryByText("I-0")).toBeNull();
  // It may be sorted by another column all the same.
  await userEvent.click(screen.getByRole("button", { name: "Number" }));
  expect(onorder).toHaveBeenLastCalledWith("number");
});

test("what is kept about columns may be damaged without harm", () => {
  localStorage.setItem("columns.items", '{"name": "wide", "price": 120}');
  expect(keptWidths("items")).toEqual({ price: 120 });
  localStorage.setItem("columns.items", "not JSON");
  expect(keptWidths("items")).toEqual({});
  keepWidths("items", { name: 240 });
  expect(keptWidths("items")).toEqual({ name: 240 });
});

test("the column that grows takes what is left, until somebody gives it a width", () => {
  const columns = [{ key: "a", label: "", width: 100, text: () => "" }, { key: "b", label: "", width: 200, grows: true, text: () => "" }];
  expect(template(columns, {})).toBe("100px minmax(200px, 1fr)");
  expect(template(columns, { b: 20 })).toBe("100px 56px");
  expect(least(columns, {})).toBe(300);
});

test("rows are drawn where one looks, and no further than the list goes", () => {
  expect(visible(3600, 360, 36, 100_000)).toEqual({ from: 94, until: 116 });
  expect(visible(0, 360, 36, 4)).toEqual({ from: 0, until: 4 });
});

test("a row stays in its slot while one scrolls past it", () => {
  const [before, after] = [recycled({ from: 94, until: 116 }), recycled({ from: 95, until: 117 })];
  expect([...before].sort((one, other) => one - other)).toEqual(Array.from({ length: 22 }, (_, at) => 94 + at));
  expect(before.filter((index, slot) => after[slot] !== index)).toEqual([94]);
  expect(after).toContain(116);
  expect(recycled({ from: 0, until: 0 })).toEqual([]);
});
