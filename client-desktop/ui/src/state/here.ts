import { createContext } from "svelte";
import type { Division } from "./division.svelte";
import type { Guard } from "./guard.svelte";
import type { Live } from "./live.svelte";
import type { Navigation } from "./navigation.svelte";
import type { Undo } from "./undo.svelte";

/** What every page of a store's window has at hand. */
export type Here = { live: Live; navigation: Navigation; undo: Undo; guard: Guard; division: Division };

export const [here, setHere] = createContext<Here>();
