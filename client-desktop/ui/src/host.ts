// The one file that touches Tauri: what the window may ask of the program around it.

import type { MessageJsonType } from "@bufbuild/protobuf";
import { Channel, invoke } from "@tauri-apps/api/core";
import type { PluginHostService, StatusJson, StreamStatusResponseJson } from "./contract/pluginhost/v1/plugin_host_service_pb";
import type { WarehouseService } from "./contract/pluginhost/v1/warehouse_service_pb";
import type { About } from "./types/About";
import type { Answer } from "./types/Answer";
import type { Failure } from "./types/Failure";
import type { FailureKind } from "./types/FailureKind";
import type { KeptStore } from "./types/KeptStore";
import type { KeyLook } from "./types/KeyLook";
import type { Preferences } from "./types/Preferences";
import type { StoreLook } from "./types/StoreLook";
import type { Watched as Sent } from "./types/Watched";

export type { About, Failure, FailureKind, KeptStore, KeyLook, Preferences, StoreLook };

/** What watching a store brings; what the server says of it is in proto3 JSON. */
export type Watched =
  | Exclude<Sent, { type: "events" | "known" }>
  | { type: "events"; events: StreamStatusResponseJson[] }
  | { type: "known"; status: StatusJson; at: number };

type Methods = (typeof PluginHostService)["method"] & (typeof WarehouseService)["method"];
type Calls = { [Name in keyof Methods as Methods[Name]["methodKind"] extends "unary" ? Capitalize<Name> : never]: Methods[Name] };

/** The name of a call, as the contract spells it. */
export type Call = keyof Calls;
/** What a call takes, in proto3 JSON. */
export type Request<C extends Call> = MessageJsonType<Calls[C]["input"]>;
/** What a call answers, in proto3 JSON. */
export type Response<C extends Call> = MessageJsonType<Calls[C]["output"]>;

/** Asks the server of a store. */
export const call = <C extends Call>(name: string, method: C, request: Request<C>): Promise<Response<C>> =>
  invoke("call", { name, method, request });

/** Reads from the server of a store; while it cannot be reached, what it said last. */
export const read = <C extends Call>(name: string, method: C, request: Request<C>): Promise<Omit<Answer, "said"> & { said: Response<C> }> =>
  invoke("read", { name, method, request });

/** The stores whose keys are kept on this computer. */
export const keptStores = (): Promise<KeptStore[]> => invoke("kept_stores");

/** What a text says as a key, before anything is sent anywhere. */
export const lookAtKey = (text: string): Promise<KeyLook> => invoke("look_at_key", { text });

/** Lets a person choose a file and says what it holds as a key; nothing where no file was chosen. */
export const lookAtKeyFile = (): Promise<KeyLook | null> => invoke("look_at_key_file");

/** Asks the server which store a key belongs to, and keeps nothing; without a text, the key of the file chosen last. */
export const askStore = (text: string | null): Promise<StoreLook> => invoke("ask_store", { text });

/** Tries a key, keeps it, and names its store. */
export const connect = (text: string): Promise<KeptStore> => invoke("connect", { text });

/** Connects with the key of the file that was chosen last. */
export const connectFromFile = (): Promise<KeptStore> => invoke("connect_from_file");

/** Shows this store first from now on. */
export const chooseStore = (name: string): Promise<void> => invoke("choose_store", { name });

/** Forgets a store's key on this computer. */
export const forgetStore = (name: string): Promise<void> => invoke("forget_store", { name });

/** Puts a store's key onto the clipboard without showing it here. */
export const copyKey = (name: string): Promise<void> => invoke("copy_key", { name });

/** The text of a store's key, because a person asked to see it. */
export const showKey = (name: string): Promise<string> => invoke("show_key", { name });

/** What this window should look like. */
export const preferences = (): Promise<Preferences> => invoke("preferences");

/** Keeps how this window should look. */
export const savePreferences = (wanted: Preferences): Promise<void> => invoke("save_preferences", { preferences: wanted });

/** Version, licences, and where keys are kept. */
export const about = (): Promise<About> => invoke("about");

/** Lets a person choose where a text is saved, and says where; nothing where they chose not to. */
export const saveFile = (suggestedName: string, contents: string): Promise<string | null> =>
  invoke("save_file", { suggestedName, contents });

/** Says whether something here would be lost with the window, so that it is not closed before a person is asked. */
export const noteUnsaved = (unsaved: boolean): Promise<void> => invoke("note_unsaved", { unsaved });

/** Ends the program; the server keeps syncing. */
export const leaveProgram = (): Promise<void> => invoke("leave");

/** Watches a store in place of the one watched before. */
export function watch(name: string, onWatched: (watched: Watched) => void): Promise<void> {
  const channel = new Channel<Watched>();
  channel.onmessage = onWatched;
  return invoke("watch", { name, channel });
}

/** What went wrong, in words, whatever was thrown. */
export function failure(thrown: unknown): Failure {
  if (typeof thrown === "object" && thrown !== null && "message" in thrown) {
    const { kind = "failed", message, reasons = [] } = thrown as Partial<Failure>;
    return { kind, message: String(message), reasons };
  }
  return { kind: "failed", message: String(thrown), reasons: [] };
}
