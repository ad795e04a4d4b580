import type { Live } from "../../state/live.svelte";

export type Day = { on: string; value: number };

/** What happened on each of the last days, by the store's calendar. */
export class Days {
  orders = $state.raw<Day[]>([]);
  published = $state.raw<Day[]>([]);
  today = $state.raw({ orders: 0, picked: 0, shipped: 0 });

  async read(_live: Live): Promise<void> {}
}
