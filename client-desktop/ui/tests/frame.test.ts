import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { createRawSnippet } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import Notices from "../src/frame/Notices.svelte";
import StoreWindow from "../src/frame/StoreWindow.svelte";
import StatusBar from "../src/frame/StatusBar.svelte";
import type { KeptStore, Watched } from "../src/host";
import SidePanel from "../src/parts/SidePanel.svelte";
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

/** A window whose server can be read and not be told anything. */
async function decided() {
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
  let watched = (_: Watched) => {};
  const commands = program({
    call,
    read: (args) => ({ said: call(args), knownAt: null }),
    watch: ({ channel }) => {
      watched = (channel as { onmessage: (watched: Watched) => void }).onmessage;
      watched({ type: "events", events: [{ snapshot: { parked: "2" } }] });
    },
    note_unsaved: () => null,
    leave: () => null,
  });
  end = commands.end;
  const stores: KeptStore[] = ["abc12", "def34"].map((name) => ({ name, title: `Store ${name}`, address: "https://example.com", current: false, readsOnly: false, place: "" }));
  const [onchoose, onadd] = [vi.fn(), vi.fn()];
  render(StoreWindow, { name: "abc12", stores, first: "attention", onchoose, onadd, onforget: async () => {} });
  await userEvent.click(await screen.findByRole("button", { name: "Skip all" }));
  const asked = (command: string) => commands.asked.filter((one) => one.command === command).map(({ args }) => args);
  return { onchoose, onadd, asked, hear: (heard: Watched) => watched(heard), leaving: () => watched({ type: "leaving" }) };
}

test("nobody leaves a store whose last decision could not be sent", async () => {
  const { onchoose } = await decided();
  const leave = async () => {
    await userEvent.click(screen.getByRole("button", { name: /Store abc12/ }));
    await userEvent.click(await screen.findByRole("menuitemradio", { name: /Store def34/ }));
  };
  await leave();
  expect((await screen.findByRole("alert")).textContent).toMatch(/the server can't be reached/);
  expect(onchoose).not.toHaveBeenCalled();
  await leave();
  await waitFor(() => expect(onchoose).toHaveBeenCalledWith("def34"));
});

test("the program knows what would be lost, and ends only when nothing is", async () => {
  const { asked, leaving } = await decided();
  const noted = () => asked("note_unsaved").map(({ unsaved }) => unsaved);
  await waitFor(() => expect(noted()).toEqual([false, true]));
  leaving();
  await screen.findByText(/the server can't be reached/);
  expect(asked("leave")).toEqual([]);
  await waitFor(() => expect(noted()).toEqual([false, true, true, false]));
  leaving();
  await waitFor(() => expect(asked("leave").length).toBe(1));
});

test("nobody leaves for another key either while a decision could not be sent", async () => {
  const { onadd, hear } = await decided();
  hear({ type: "ended", message: "the key was revoked", kind: "unauthorized", reasons: [] });
  const another = await screen.findByRole("button", { name: "Paste another key" });
  await userEvent.click(another);
  await screen.findByText(/the server can't be reached/);
  expect(onadd).not.toHaveBeenCalled();
  await userEvent.click(another);
  await waitFor(() => expect(onadd).toHaveBeenCalledOnce());
});

test("what was decided stays decided on the way to another page and back", async () => {
  await decided();
  await userEvent.click(screen.getByRole("button", { name: "Overview" }));
  await screen.findByRole("heading", { name: "Overview" });
  await userEvent.click(screen.getByRole("button", { name: /^Needs attention/ }));
  await screen.findByText("Nothing needs you");
  expect(screen.queryByRole("button", { name: "Skip all" })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Undo" }));
  await screen.findByRole("button", { name: "Skip all" });
});

test("an End of Day that was held or failed does not look done", async () => {
  const bar = (state: "RUN_STATE_HELD" | "RUN_STATE_FAILED" | "RUN_STATE_COMPLETE") => {
    const shown = show(StatusBar, {}, {}, { lastEndOfDay: { runId: "9", kind: "RUN_KIND_END_OF_DAY", state, endedAt: "2020-03-04T10:00:00Z" } });
    end = shown.end;
  };
  bar("RUN_STATE_HELD");
  await screen.findByText(/^End of Day held .*, waits for approval · switched off$/);
  bar("RUN_STATE_FAILED");
  await screen.findByText(/^End of Day failed .* · switched off$/);
  bar("RUN_STATE_COMPLETE");
  await screen.findByText(/^End of Day (?!held|failed).* · switched off$/);
});

test("Esc in a dialog of a panel leaves the panel open", async () => {
  const onclose = vi.fn();
  render(SidePanel, { title: "TENT-2", onclose, children: createRawSnippet(() => ({ render: () => '<dialog open><input aria-label="Tracking number"></dialog>' })) });
  await userEvent.type(screen.getByLabelText("Tracking number"), "{Escape}");
  expect(onclose).not.toHaveBeenCalled();
  screen.getByRole("heading", { name: "TENT-2" }).focus();
  await userEvent.keyboard("{Escape}");
  expect(onclose).toHaveBeenCalledOnce();
});
