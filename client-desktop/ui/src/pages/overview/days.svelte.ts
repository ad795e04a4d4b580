import { figure } from "../../format";
import type { Live } from "../../state/live.svelte";

export type Day = { on: string; value: number };

/** What happened on each of the last days, by the store's calendar. */
export class Days {
  orders = $state.raw<Day[]>([]);
  published = $state.raw<Day[]>([]);
  today = $state.raw({ orders: 0, picked: 0, shipped: 0 });

  async read(live: Live): Promise<void> {
    try {
      const { days = [], today } = await live.read("GetOverview", { days: 30 });
      this.orders = days.map(({ date = "", orders }) => ({ on: date, value: figure(orders) }));
      this.published = days.map(({ date = "", countsPublished }) => ({ on: date, value: figure(countsPublished) }));
      this.today = { orders: figure(today?.came), picked: figure(today?.picked), shipped: figure(today?.shipped) };
    } catch {
      // What is shown was true a moment ago; the status bar says how the line is.
    }
  }
}
