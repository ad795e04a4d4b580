import { render } from "@testing-library/svelte";
import type { Component } from "svelte";
import type { StatusJson } from "../src/contract/pluginhost/v1/plugin_host_service_pb";
import { Guard } from "../src/state/guard.svelte";
import { Live } from "../src/state/live.svelte";
import { Navigation } from "../src/state/navigation.svelte";
import { Undo } from "../src/state/undo.svelte";
import Here from "./Here.svelte";
import { program, type Commands } from "./program";

/** What the server answers, by call. */
export type Answers = Record<string, (request: Record<string, unknown>) => unknown>;

/** Shows a part of a store's window as if it were connected to a server that answers this. */
export function show<Props extends Record<string, unknown>>(part: Component<Props>, props: Props, answers: Answers, status: StatusJson = {}, commands: Commands = {}) {
  const called: { method: string; request: Record<string, unknown> }[] = [];
  const call = (args: Record<string, unknown>) => {
    const { method, request } = args as { method: string; request: Record<string, unknown> };
    called.push({ method, request });
    const answer = answers[method];
    if (!answer) throw { kind: "outdated", message: `the server does not know ${method}`, reasons: [] };
    return answer(request);
  };
  const { end, asked } = program({ ...commands, call, read: (args) => ({ said: call(args), knownAt: null }) });
  const [live, undo, guard] = [new Live("abc12"), new Undo(), new Guard()];
  const navigation = new Navigation(guard);
  live.take({ type: "events", events: [{ snapshot: { store: { storeId: "abc12", name: "Acme Outdoor", timeZone: "America/Chicago" }, ...status } }] });
  render(Here, { props: { live, undo, guard, navigation, part: part as Component<Record<string, unknown>>, props } });
  return { called, asked, live, undo, navigation, end };
}
