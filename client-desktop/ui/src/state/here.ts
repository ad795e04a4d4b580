import { createContext } from "svelte";
import type { Division } from "./division.svelte";
import type { Guard } from "./guard.svelte";
import { KnownOrders } from "./known.svelte";
import type { Live } from "./live.svelte";
import type { Navigation } from "./navigation.svelte";
import type { Undo } from "./undo.svelte";

/** What every page of a store's window has at hand. */
export type Here = { live: Live; navigation: Navigation; undo: Undo; guard: Guard; division: Division; known: KnownOrders };

const [here, set] = createContext<Here>();
export { here };

/** Gives it to every page, with orders of which none is known yet. */
export const setHere = (given: Omit<Here, "known">): Here => set({ ...given, known: new KnownOrders() });
