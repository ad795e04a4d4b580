// The one file that touches Tauri: what the window may ask of the program around it.

import { Channel, invoke } from "@tauri-apps/api/core";
import type { GetStatusResponseJson, ImportResponseJson, StatusJson, StreamStatusResponseJson } from "./contract/pluginhost/v1/plugin_host_service_pb";
import type { RunJson } from "./contract/pluginhost/v1/run_pb";
import type { Failure } from "./types/Failure";
import type { KeptStore } from "./types/KeptStore";
import type { KeyLook } from "./types/KeyLook";
import type { Watched } from "./types/Watched";

export type { Failure, KeptStore, KeyLook };

/** An update of a store's status; an event is in proto3 JSON. */
export type Update = Extract<Watched, { type: "lost" | "ended" }> | { type: "event"; event: StreamStatusResponseJson };

/** The stores whose keys are kept on this computer. */
export const keptStores = (): Promise<KeptStore[]> => invoke("kept_stores");

/** What a text says as a key, before anything is sent anywhere. */
export const lookAtKey = (text: string): Promise<KeyLook> => invoke("look_at_key", { text });

/** Tries a key, keeps it, and names its store. */
export const connect = (text: string): Promise<KeptStore> => invoke("connect", { text });

/** A store as it is now. */
export const readStatus = (name: string): Promise<StatusJson> =>
  invoke<GetStatusResponseJson>("call", { name, method: "GetStatus", request: {} }).then(({ status }) => status ?? {});

/** Asks for an import; a second press joins the first. */
export const startImport = (name: string): Promise<RunJson> =>
  invoke<ImportResponseJson>("call", { name, method: "Import", request: {} }).then(({ run }) => run ?? {});

/** Watches a store in place of the one watched before. */
export function watch(name: string, onUpdate: (update: Update) => void): Promise<void> {
  const channel = new Channel<Watched>();
  channel.onmessage = (watched) => {
    if (watched.type === "events") for (const event of watched.events) onUpdate({ type: "event", event: event as StreamStatusResponseJson });
    else if (watched.type !== "asked") onUpdate(watched);
  };
  return invoke("watch", { name, channel });
}

/** What went wrong, in words, whatever was thrown. */
export function failure(thrown: unknown): Failure {
  if (typeof thrown === "object" && thrown !== null && "message" in thrown) {
    return { kind: "failed", reasons: [], ...(thrown as { message: string }) };
  }
  return { kind: "failed", message: String(thrown), reasons: [] };
}
