import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Guard } from "../src/state/guard.svelte";
import { KnownOrders } from "../src/state/known.svelte";
import { Navigation } from "../src/state/navigation.svelte";
import { Rate } from "../src/state/rate";
import { PAGE, Rows } from "../src/state/rows.svelte";
import { Undo, UNDO_MS } from "../src/state/undo.svelte";
import { compare } from "../src/state/versions.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a decision is sent after ten seconds, and never before", async () => {
  const undo = new Undo();
  const send = vi.fn(async () => {});
  undo.later("Skipped it", send, () => {});
  await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
  expect(send).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(send).toHaveBeenCalledOnce();
  expect(undo.pending).toEqual([]);
});

test("a decision that is taken back is never sent", async () => {
  const undo = new Undo();
  const [send, back] = [vi.fn(async () => {}), vi.fn()];
  undo.later("Skipped it", send, back);
  undo.undo(undo.pending[0]!.id);
  await vi.advanceTimersByTimeAsync(2 * UNDO_MS);
  expect(send).not.toHaveBeenCalled();
  expect(back).toHaveBeenCalledOnce();
});

test("a decision that the server refuses is taken back and said", async () => {
  const undo = new Undo();
  const back = vi.fn();
  undo.later("Skipped it", () => Promise.reject({ message: "it is gone", reasons: [], kind: "notFound" }), back);
  await vi.advanceTimersByTimeAsync(UNDO_MS);
  expect(back).toHaveBeenCalledOnce();
  expect(undo.failed).toMatchObject({ text: "Skipped it", failure: { message: "it is gone" } });
});

test("leaving sends at once what waits", async () => {
  const undo = new Undo();
  const send = vi.fn(async () => {});
  undo.later("one", send, () => {});
  undo.later("two", send, () => {});
  expect(await undo.flush()).toBe(true);
  expect(send).toHaveBeenCalledTimes(2);
});

test("leaving waits for what is being sent, and says when it fails", async () => {
  const undo = new Undo();
  let fail = (_: unknown) => {};
  undo.later("one", () => new Promise((_, reject) => (fail = reject)), () => {});
  await vi.advanceTimersByTimeAsync(UNDO_MS);
  const flushed = undo.flush();
  fail({ message: "the server can't be reached", reasons: [], kind: "unreachable" });
  expect(await flushed).toBe(false);
  expect(await undo.flush()).toBe(true);
});

test("what could not be done and nobody has heard of yet is not covered by the next", async () => {
  const undo = new Undo();
  for (const text of ["one", "two"]) undo.later(text, () => Promise.reject({ message: "it is gone", kind: "notFound" }), () => {});
  await undo.flush();
  expect(undo.failed?.text).toBe("one · two");
});

test("leaving waits for every pick, and says when one fails", async () => {
  const known = new KnownOrders();
  const order = known.order("MAIN", "BC-101");
  expect(known.order("MAIN", "BC-101")).toBe(order);
  const done: string[] = [];
  const pick = (name: string, work = async () => {}) => order.inTurn(() => work().then(() => void done.push(name))).catch(() => {});
  void pick("first", () => new Promise((resolve) => setTimeout(resolve, 1000)));
  void pick("second", () => Promise.reject(new Error("refused")));
  void pick("third");
  expect(known.isWaiting).toBe(true);
  const settled = known.settled();
  await vi.runAllTimersAsync();
  expect(await settled).toBe(false);
  expect(done).toEqual(["first", "third"]);
  expect([known.isWaiting, order.waiting, await known.settled()]).toEqual([false, 0, true]);
});

test("nobody leaves a page with unsaved changes without being asked", async () => {
  const guard = new Guard();
  const navigation = new Navigation(guard);
  let changed = true;
  guard.watch({ isChanged: () => changed, save: async () => !(changed = false), discard: () => (changed = false) });

  const stays = navigation.go({ page: "items" });
  expect(guard.asking).toBe(true);
  await guard.answer("stay");
  await stays;
  expect(navigation.place.page).toBe("overview");

  const leaves = navigation.go({ page: "items" });
  await guard.answer("discard");
  await leaves;
  expect(navigation.place.page).toBe("items");
  await navigation.back();
  expect(navigation.place.page).toBe("overview");
});

test("a save that fails keeps the person where they are", async () => {
  const guard = new Guard();
  guard.watch({ isChanged: () => true, save: async () => false, discard: () => {} });
  const may = guard.mayLeave();
  await guard.answer("save");
  expect(await may).toBe(false);
});

const numbers = (from: number, size: number, total: number) => Array.from({ length: Math.min(size, Math.max(0, total - from)) }, (_, at) => from + at);

test("of a hundred thousand rows only the parts that are looked at are read", async () => {
  const rows = new Rows<number>();
  const read = vi.fn(async (skip: number, size: number) => ({ rows: numbers(skip, size, 100_000), total: 100_000 }));
  await rows.ask(read);
  rows.need(0, 30);
  rows.need(54_390, 54_420);
  rows.need(54_390, 54_420);
  await vi.runAllTimersAsync();
  expect(read.mock.calls.map(([skip]) => skip)).toEqual([0, 54_300, 54_400]);
  expect(rows.at(54_399)).toBe(54_399);
  expect(rows.at(70_000)).toBeUndefined();
});

test("a late answer to an older question changes nothing", async () => {
  const rows = new Rows<string>();
  let answerOld = (_: { rows: string[]; total: number }) => {};
  const old = rows.ask(() => new Promise((resolve) => (answerOld = resolve)));
  await rows.ask(async () => ({ rows: ["new"], total: 1 }));
  answerOld({ rows: ["old"], total: 1 });
  await old;
  expect(rows.at(0)).toBe("new");
});

test("a server that does not say how many there are still shows what it sends", async () => {
  const rows = new Rows<number>();
  await rows.ask(async (skip, size) => ({ rows: numbers(skip, size, PAGE), total: 0 }));
  expect(rows.total).toBe(PAGE);
});

test("a part that cannot be read is asked for again when it is looked at again", async () => {
  const rows = new Rows<number>();
  let broken = true;
  await rows.ask(async (skip, size) => {
    if (skip > 0 && broken) throw { message: "the server can't be reached", kind: "unreachable" };
    return { rows: numbers(skip, size, 500), total: 500 };
  });
  rows.need(200, 210);
  await vi.runAllTimersAsync();
  expect(rows.failed?.kind).toBe("unreachable");
  broken = false;
  rows.need(200, 210);
  await vi.runAllTimersAsync();
  expect(rows.at(205)).toBe(205);
});

test("rows of another question do not stand under one that could not be answered", async () => {
  const rows = new Rows<number>();
  await rows.ask(async (skip, size) => ({ rows: numbers(skip, size, 500), total: 500 }));
  await rows.ask(() => Promise.reject({ message: "the server can't be reached", kind: "unreachable" }));
  expect([rows.total, rows.at(0), rows.failed?.kind, rows.asking]).toEqual([0, undefined, "unreachable", false]);
});

test("reading again reads what is looked at, however many parts were read since it was", async () => {
  const rows = new Rows<number>();
  const read = vi.fn(async (skip: number, size: number) => ({ rows: numbers(skip, size, 1000), total: 1000 }));
  await rows.ask(read);
  for (const from of [200, 300, 400, 500, 600, 190]) rows.need(from, from + 20);
  await vi.runAllTimersAsync();
  read.mockClear();
  await rows.again();
  expect(read.mock.calls.map(([skip]) => skip)).toEqual([100, 200]);
  expect([rows.at(190), rows.at(209)]).toEqual([190, 209]);
});

test("what is scrolled to while it is read again, or before a question is answered, is read", async () => {
  const rows = new Rows<number>();
  const slow = (ms: number) => async (skip: number, size: number) => {
    await new Promise((resolve) => setTimeout(resolve, skip === 0 ? ms : 1));
    return { rows: numbers(skip, size, 1000), total: 1000 };
  };
  for (const begin of [() => rows.ask(slow(10)), () => rows.ask(slow(10)), () => rows.again()]) {
    rows.need(0, 20);
    const read = begin();
    rows.need(500, 520);
    await vi.runAllTimersAsync();
    await read;
    await vi.runAllTimersAsync();
    expect(rows.at(505)).toBe(505);
  }
});

test("a rate is the average of the last seconds of the same phase", () => {
  const rate = new Rate();
  expect(rate.of("1 products", 0, 0)).toBe(0);
  expect(rate.of("1 products", 500, 1000)).toBe(500);
  expect(rate.of("1 inventory", 10, 2000)).toBe(0);
});

test("servers differ when what they can do differs, not by their last number", () => {
  expect([compare("0.2.0", "0.1.9"), compare("0.1.7", "0.1.0"), compare("0.1.0", "1.0.0")]).toEqual(["newer", "same", "older"]);
});
