import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import Notices from "../src/frame/Notices.svelte";
import StoreWindow from "../src/frame/StoreWindow.svelte";
import type { KeptStore, Watched } from "../src/host";
import { show } from "./here";
import { program } from "./program";

let end = () => {};
afterEach(() => end());

test("what was read long ago is said to be, however the line is", async () => {
  const shown = show(Notices, { onadd: () => {} }, { GetServerInfo: () => ({}) });
  end = shown.end;
  expect(screen.queryByText(/last read at/)).toBeNull();
  shown.live.oldest = new Date("2026-03-04T10:00:00Z");
  await screen.findByText(/last read at/);
  shown.live.take({ type: "ended", message: "the key was revoked", kind: "unauthorized", reasons: [] });
  await screen.findByText(/last read at/);
  shown.live.take({ type: "lost", message: "the server can't be reached", kind: "unreachable", reasons: [] });
  await waitFor(() => expect(screen.getAllByText(/last read at/).length).toBe(1));
});

test("nobody leaves a store whose last decision could not be sent", async () => {
  const skip = { resolution: "PARKED_RESOLUTION_SKIP", allowed: true };
  const answers: Record<string, unknown> = {
    ListParkedGroups: { groups: [{ reason: "ITEM_NUMBER_TAKEN", count: "2", explanation: "Taken.", wayOut: "Rename.", allowedResolutions: [skip] }] },
    ListDivisions: {},
  };
  const call = (args: Record<string, unknown>) => {
    const answer = answers[String(args["method"])];
    if (!answer) throw { kind: "unreachable", message: "the server can't be reached", reasons: [] };
    return answer;
  };
  end = program({
    call,
    read: (args) => ({ said: call(args), knownAt: null }),
    watch: ({ channel }) => (channel as { onmessage: (watched: Watched) => void }).onmessage({ type: "events", events: [{ snapshot: { parked: "2" } }] }),
  }).end;
  const stores: KeptStore[] = ["abc12", "def34"].map((name) => ({ name, title: `Store ${name}`, address: "https://example.com", current: false, readsOnly: false, place: "" }));
  const onchoose = vi.fn();
  render(StoreWindow, { name: "abc12", stores, first: "attention", onchoose, onadd: () => {}, onforget: async () => {} });
  const leave = async () => {
    await userEvent.click(screen.getByRole("button", { name: /Store abc12/ }));
    await userEvent.click(await screen.findByRole("menuitemradio", { name: /Store def34/ }));
  };
  await userEvent.click(await screen.findByRole("button", { name: "Skip all" }));
  await leave();
  expect((await screen.findByRole("alert")).textContent).toMatch(/the server can't be reached/);
  expect(onchoose).not.toHaveBeenCalled();
  await leave();
  await waitFor(() => expect(onchoose).toHaveBeenCalledWith("def34"));
});
