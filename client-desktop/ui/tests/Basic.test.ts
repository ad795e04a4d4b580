import { screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import Basic from "../src/pages/basic/Basic.svelte";
import { show } from "./here";

let end = () => {};
afterEach(() => end());

const fields = [
  { field: "sync_interval_minutes", label: "Sync Interval", explanation: "Minutes between two auto syncs.", group: "Auto sync" },
  { field: "safety_buffer", label: "Safety Buffer", explanation: "Units that are never offered.", group: "Stock" },
  { field: "time_zone", label: "Time Zone", explanation: "Whose clock the store goes by.", group: "Stock" },
  { field: "notify_emails", label: "Notify", explanation: "Who gets an e-mail.", group: "Stock" },
];

/** The page with a server whose answers wait until the test lets them go. */
async function open() {
  const server = { saved: { revision: "3", syncIntervalMinutes: 15, safetyBuffer: "1", savedBy: "Ann" } as Record<string, unknown>, held: undefined as Promise<void> | undefined };
  let release = () => {};
  const hold = () => void (server.held = new Promise((resolve) => (release = resolve)));
  const shown = show(
    Basic, {},
    {
      GetConfiguration: async () => {
        await server.held;
        return { configuration: server.saved, fields };
      },
      ListDivisions: () => ({}),
      Configure: async ({ configuration: wanted, validateOnly }) => {
        if (validateOnly) return { fields };
        await server.held;
        return { configuration: (server.saved = { ...server.saved, ...(wanted as object), revision: "4" }) };
      },
      GetStatus: () => ({ status: { configurationRevision: server.saved["revision"] } }),
    },
    { configurationRevision: "3" },
  );
  end = shown.end;
  const interval = await screen.findByLabelText("Sync Interval");
  const buffer = screen.getByLabelText("Safety Buffer");
  const type = async (into: HTMLElement, text: string) => {
    await userEvent.clear(into);
    await userEvent.type(into, text);
  };
  const saves = () => shown.called.filter(({ method, request }) => method === "Configure" && !request["validateOnly"]);
  return { ...shown, server, hold, release: () => release(), interval, buffer, type, saves };
}

test("what is typed while somebody else's save is read stays", async () => {
  const { live, called, server, hold, release, interval, type } = await open();
  hold();
  server.saved = { ...server.saved, revision: "4", syncIntervalMinutes: 60, savedBy: "Bob" };
  const before = called.length;
  live.take({ type: "events", events: [{ snapshot: { configurationRevision: "4" } }] });
  await waitFor(() => expect(called.slice(before).some(({ method }) => method === "GetConfiguration")).toBe(true));
  await type(interval, "30");
  release();
  await waitFor(() => expect(screen.getByRole("button", { name: "Refresh" })).toHaveProperty("disabled", false));
  expect(interval).toHaveProperty("value", "30");
  await userEvent.click(screen.getByRole("button", { name: "Discard" }));
  await waitFor(() => expect(interval).toHaveProperty("value", "60"));
});

test("what is typed while a save is under way stays, and a second save does nothing", async () => {
  const { server, hold, release, interval, buffer, type, saves } = await open();
  await type(interval, "30");
  hold();
  await userEvent.keyboard("{Control>}s{/Control}");
  await userEvent.keyboard("{Control>}s{/Control}");
  await type(buffer, "5");
  release();
  await waitFor(() => expect(server.saved["revision"]).toBe("4"));
  await screen.findByRole("button", { name: "Save Configuration" });
  expect(saves().length).toBe(1);
  expect([interval, buffer].map((field) => (field as HTMLInputElement).value)).toEqual(["30", "5"]);
  expect(server.saved["safetyBuffer"]).toBe("1");
  screen.getByText("1 change not saved");
});

test("refreshing with unsaved changes on top of an older revision is a comparison", async () => {
  const { server, interval, type } = await open();
  await type(interval, "30");
  server.saved = { ...server.saved, revision: "4", syncIntervalMinutes: 60, savedBy: "Bob" };
  await userEvent.click(screen.getByRole("button", { name: "Refresh" }));
  const dialog = await screen.findByRole("dialog");
  within(dialog).getByText(/Bob saved/);
  within(dialog).getByRole("radio", { name: "Sync Interval, Theirs: 60" });
  expect(interval).toHaveProperty("value", "30");
});

test("addresses are saved as they are typed, without leaving their field first", async () => {
  const { server } = await open();
  const notify = screen.getByLabelText("Notify");
  await userEvent.type(notify, "ann@example.com, ");
  expect(notify).toHaveProperty("value", "ann@example.com, ");
  await userEvent.type(notify, "bob@example.com{Control>}s{/Control}");
  await waitFor(() => expect(server.saved["notifyEmails"]).toEqual(["ann@example.com", "bob@example.com"]));
});

test("every time zone is to be chosen once, whether or not this computer counts UTC among them", async () => {
  vi.spyOn(Intl, "supportedValuesOf").mockReturnValue(["America/Chicago", "UTC"]);
  await open();
  vi.restoreAllMocks();
  await userEvent.click(screen.getByRole("combobox", { name: "Time Zone" }));
  expect(screen.getAllByRole("option").map((option) => option.textContent?.trim())).toEqual(["UTC", "America/Chicago"]);
});
