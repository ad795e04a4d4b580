import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import Connect from "../src/frame/Connect.svelte";
import { program, type Commands } from "./program";

const key = { problem: "", kind: "monitor", address: "https://plugins.example:7443", fingerprint: "ada7 a1cb 62c1 99ef" };
const store = { name: "abc12", title: "Acme Outdoor", address: key.address, current: true };
let end = () => {};
afterEach(() => end());

function open(commands: Commands) {
  const onconnected = vi.fn();
  const running = program(commands);
  end = running.end;
  render(Connect, { problem: undefined, onconnected, onback: undefined });
  return { ...running, onconnected };
}
const connect = () => screen.getByRole("button", { name: "Connect" });

test("a key is judged as it is typed, and only a whole one can be used", async () => {
  const looks = ({ text }: Record<string, unknown>) => (text === "phk1m_whole" ? key : { ...key, problem: "this key is missing 4 characters" });
  const { onconnected } = open({ look_at_key: looks, connect: () => store });
  await userEvent.type(screen.getByLabelText("Store Key"), "phk1m_who");
  await screen.findByText("this key is missing 4 characters.");
  expect(connect()).toHaveProperty("disabled", true);
  await userEvent.type(screen.getByLabelText("Store Key"), "le");
  await screen.findByText("ada7 a1cb 62c1 99ef");
  screen.getByText("Look at one store, change nothing");
  await userEvent.click(connect());
  await waitFor(() => expect(onconnected).toHaveBeenCalledWith(store));
});

test("Enter connects once the key is whole, and does nothing before", async () => {
  const looks = ({ text }: Record<string, unknown>) => (text === "phk1m_whole" ? key : { ...key, problem: "this key is missing 4 characters" });
  const { asked, onconnected } = open({ look_at_key: looks, connect: () => store });
  await userEvent.type(screen.getByLabelText("Store Key"), "phk1m_who{Enter}");
  await screen.findByText("this key is missing 4 characters.");
  await userEvent.type(screen.getByLabelText("Store Key"), "le");
  await screen.findByText("ada7 a1cb 62c1 99ef");
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(onconnected).toHaveBeenCalledWith(store));
  expect(asked.filter(({ command }) => command === "connect").map(({ args }) => args)).toEqual([{ text: "phk1m_whole" }]);
});

test("what a server refuses is said with its reasons, and the key stays", async () => {
  open({
    look_at_key: () => key,
    connect: () => {
      throw { kind: "unauthorized", message: "the key was revoked", reasons: [] };
    },
  });
  await userEvent.type(screen.getByLabelText("Store Key"), "phk1m_whole");
  await userEvent.click(connect());
  expect((await screen.findByRole("alert")).textContent).toContain("the key was revoked");
  expect((screen.getByLabelText("Store Key") as HTMLTextAreaElement).value).toBe("phk1m_whole");
});

test("the key of a file never enters the window", async () => {
  const { asked, onconnected } = open({ look_at_key_file: () => key, connect_from_file: () => store });
  await userEvent.click(screen.getByRole("button", { name: "Open from a file…" }));
  await screen.findByText("ada7 a1cb 62c1 99ef");
  await userEvent.click(connect());
  await waitFor(() => expect(onconnected).toHaveBeenCalled());
  expect(asked.map(({ command }) => command)).toEqual(["look_at_key_file", "connect_from_file"]);
});
