import type { PickingOrderJson } from "../contract/pluginhost/v1/warehouse_service_pb";
import { failure, type Failure, type Request } from "../host";
import type { Live } from "./live.svelte";

/** A picking order as it is known, and what is under way for it, whether or not anybody looks at it. */
export class KnownOrder {
  readonly which: { division: string; number: string };
  failed = $state.raw<Failure | undefined>();
  /** Whether it is to be cancelled, and the server has not heard of it. */
  isCancelled = $state(false);
  /** Picks that wait for their turn or their answer. */
  waiting = $state(0);
  /** Picks whose answers were lost, by what was scanned, and how many units of the item were picked then. */
  readonly lost = new Map<string, { request: Request<"PickItem">; picked: number }>();
  #said = $state.raw<PickingOrderJson | undefined>();
  #turn: Promise<unknown> = Promise.resolve();
  #reads = 0;
  #changes = 0;
  readonly #began: (turn: Promise<unknown>) => void;

  constructor(which: { division: string; number: string }, began: (turn: Promise<unknown>) => void) {
    this.which = which;
    this.#began = began;
  }

  /** Whether nothing would be forgotten with it. */
  get isIdle(): boolean {
    return this.waiting === 0 && !this.isCancelled && this.lost.size === 0;
  }

  /** The order as the server said last, without what it has not heard of. */
  get order(): PickingOrderJson | undefined {
    if (!this.#said || !this.isCancelled) return this.#said;
    return { ...this.#said, state: "PICKING_ORDER_STATE_CANCELLED", allowedActions: [] };
  }

  async read(live: Live): Promise<void> {
    const [read, change] = [++this.#reads, this.#changes];
    const isLast = () => read === this.#reads;
    try {
      const { pickingOrder } = await live.read("GetPickingOrder", this.which);
      if (!isLast()) return;
      // What was read may be older than a change that was answered meanwhile.
      if (change !== this.#changes) return await this.read(live);
      this.#said = pickingOrder;
      this.failed = undefined;
    } catch (thrown) {
      if (isLast()) this.failed = failure(thrown);
    }
  }

  /** Takes in what a change answered. */
  took(order: PickingOrderJson | undefined): void {
    if (!order) return;
    this.#changes++;
    this.#said = order;
  }

  /** Does a thing after those before it. */
  inTurn(work: () => Promise<void>): Promise<void> {
    this.waiting++;
    const turn = this.#turn.then(work).finally(() => this.waiting--);
    this.#turn = turn.catch(() => {});
    this.#began(turn);
    return turn;
  }
}

/** The picking orders that were opened, and their picks that the server has not answered. */
export class KnownOrders {
  #orders = new Map<string, KnownOrder>();
  #turns = $state.raw<readonly Promise<boolean>[]>([]);

  get isWaiting(): boolean {
    return this.#turns.length > 0;
  }

  order(division: string, number: string): KnownOrder {
    const key = JSON.stringify([division, number]);
    let known = this.#orders.get(key);
    if (!known) {
      for (const [other, { isIdle }] of this.#orders) if (isIdle) this.#orders.delete(other);
      known = new KnownOrder({ division, number }, (turn) => this.#began(turn));
      this.#orders.set(key, known);
    }
    return known;
  }

  /** Waits until nothing waits any more, and says whether all of it was done. */
  async settled(): Promise<boolean> {
    let isDone = true;
    while (this.isWaiting) isDone = (await Promise.all(this.#turns)).every(Boolean) && isDone;
    return isDone;
  }

  #began(turn: Promise<unknown>): void {
    const done: Promise<boolean> = turn.then(() => true, () => false).finally(() => (this.#turns = this.#turns.filter((other) => other !== done)));
    this.#turns = [...this.#turns, done];
  }
}
