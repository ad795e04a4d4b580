import { afterEach, expect, test, vi } from "vitest";
import type { StatusJson } from "../src/contract/pluginhost/v1/plugin_host_service_pb";
import { Live } from "../src/state/live.svelte";
import { program } from "./program";

let end = () => {};
afterEach(() => end());

const snapshot: StatusJson = { store: { storeId: "abc12", name: "Acme Outdoor" }, parked: "3" };

function watched() {
  const running = program({ call: () => ({ status: snapshot }) });
  end = running.end;
  const live = new Live("abc12");
  live.take({ type: "events", events: [{ snapshot }] });
  return { live, ...running };
}

test("offline keeps the last known data and since when it is old", () => {
  const { live } = watched();
  live.take({ type: "lost", message: "the server can't be reached", kind: "unreachable", reasons: [] });
  const since = live.asOf;
  live.take({ type: "lost", message: "still not", kind: "unreachable", reasons: [] });
  expect(live.connected).toBe(false);
  expect(live.status?.parked).toBe("3");
  expect(live.asOf).toBe(since);
  live.take({ type: "events", events: [] });
  expect(live.connected).toBe(true);
});

test("what was asked for while the line was lost is asked again, though no event was missed", async () => {
  const { live } = watched();
  live.take({ type: "lost", message: "the server can't be reached", kind: "unreachable", reasons: [] });
  live.oldest = new Date(0);
  const before = live.version;
  live.take({ type: "events", events: [] });
  await vi.waitFor(() => expect(live.version).toBeGreaterThan(before));
  expect(live.oldest).toBeUndefined();
});

test("what needs a person is what the server says, each waiting record counted", () => {
  const { live } = watched();
  const access = { cause: "CAUSE_ACCESS", message: "BigCommerce refuses the access token.", failing: true, count: "1" } as const;
  const parked = { cause: "CAUSE_PARKED", message: "3 records need you.", count: "3" } as const;
  live.take({ type: "events", events: [{ snapshot: { ...snapshot, needs: [access, parked] } }] });
  expect(live.troubles).toEqual([access]);
  expect(live.needing).toBe(4);
});

test("progress moves the run that is running, and a run that ended is not running any more", async () => {
  const { live } = watched();
  live.take({ type: "events", events: [{ run: { runId: "7", kind: "RUN_KIND_SYNC", state: "RUN_STATE_RUNNING" } }] });
  live.take({ type: "events", events: [{ progress: { runId: "7", kind: "RUN_KIND_SYNC", state: "RUN_STATE_RUNNING", phases: [{ expected: "10" }] } }] });
  expect(live.status?.running?.phases?.[0]?.expected).toBe("10");
  const before = live.version;
  live.take({ type: "events", events: [{ run: { runId: "7", kind: "RUN_KIND_SYNC", state: "RUN_STATE_COMPLETE" } }] });
  expect(live.status?.running).toBeUndefined();
  expect(live.status?.last?.runId).toBe("7");
  await vi.waitFor(() => expect(live.version).toBeGreaterThan(before));
  expect(live.run("7")?.state).toBe("RUN_STATE_COMPLETE");
});

test("a thousand events make the window ask twice at most, not a thousand times", async () => {
  const { live, asked } = watched();
  const events = Array.from({ length: 1000 }, (_, at) => ({ run: { runId: String(at), state: "RUN_STATE_COMPLETE" as const } }));
  live.take({ type: "events", events });
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(0));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked.length).toBeLessThanOrEqual(2);
  expect(live.version).toBeLessThanOrEqual(2);
});

test("a key that may only look is known by what the server says", () => {
  const { live } = watched();
  expect(live.readOnly).toBe(false);
  const reasons = [{ code: "READ_ONLY_KEY", message: "This key may only read." }];
  live.take({ type: "events", events: [{ snapshot: { ...snapshot, allowedActions: [{ action: "ACTION_SYNC", offered: true, reasons }] } }] });
  expect(live.readOnly).toBe(true);
});

test("what this computer remembers is shown with its time until the server is heard from", async () => {
  const running = program({ read: () => ({ said: { items: [{ itemNumber: "TENT-2" }] }, knownAt: 500 }) });
  end = running.end;
  const live = new Live("abc12");
  live.take({ type: "known", status: snapshot, at: 1000 });
  expect(live.status?.parked).toBe("3");
  expect((await live.read("ListItems", { search: "tent" })).items).toHaveLength(1);
  live.take({ type: "lost", message: "the server can't be reached", kind: "unreachable", reasons: [] });
  expect(live.asOf).toEqual(new Date(1000));
  expect(live.oldest).toEqual(new Date(500));
  live.take({ type: "events", events: [{ snapshot: { ...snapshot, parked: "4" } }] });
  expect(live.status?.parked).toBe("4");
  expect([live.remembered, live.oldest]).toEqual([undefined, undefined]);
});

test("what is remembered never takes the place of what the server has said", () => {
  const { live } = watched();
  live.take({ type: "known", status: { ...snapshot, parked: "9" }, at: 1000 });
  expect(live.status?.parked).toBe("3");
});

test("a key that was revoked is said to be, even while its stream goes on", async () => {
  const running = program({
    read: () => {
      throw { kind: "unauthorized", message: "this server does not know the key", reasons: [] };
    },
  });
  end = running.end;
  const live = new Live("abc12");
  live.take({ type: "events", events: [{ snapshot }] });
  await expect(live.read("ListItems", {})).rejects.toMatchObject({ kind: "unauthorized" });
  live.take({ type: "events", events: [] });
  expect(live.line).toMatchObject({ state: "ended", why: "this server does not know the key" });
});
