import { figure } from "../../format";
import { failure, type Failure } from "../../host";
import type { Live } from "../../state/live.svelte";

export type Day = { on: string; value: number };

/** What happened on each of the last days, by the store's calendar; undefined until it is known. */
export class Days {
  orders = $state.raw<Day[] | undefined>();
  published = $state.raw<Day[] | undefined>();
  today = $state.raw<{ orders: number; picked: number; shipped: number } | undefined>();
  failed = $state.raw<Failure | undefined>();

  async read(live: Live): Promise<void> {
    try {
      const { days = [], today } = await live.read("GetOverview", { days: 30 });
      this.orders = days.map(({ date = "", orders }) => ({ on: date, value: figure(orders) }));
      this.published = days.map(({ date = "", countsPublished }) => ({ on: date, value: figure(countsPublished) }));
      this.today = { orders: figure(today?.came), picked: figure(today?.picked), shipped: figure(today?.shipped) };
      this.failed = undefined;
    } catch (thrown) {
      this.failed = failure(thrown);
    }
  }
}
