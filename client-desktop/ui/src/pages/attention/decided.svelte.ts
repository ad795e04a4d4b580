import { SvelteMap } from "svelte/reactivity";
import type { Live } from "../../state/live.svelte";

/** What somebody decided and the lists do not know yet: groups by reason, records by number. */
export class Decided {
  /** With the run that tries it, once there is one. */
  #marks = new SvelteMap<string, string>();

  has(mark: string): boolean {
    return this.#marks.has(mark);
  }

  add(mark: string): void {
    this.#marks.set(mark, "");
  }

  delete(mark: string): void {
    this.#marks.delete(mark);
  }

  /** Waits for a run, which may leave things as they were. */
  until(mark: string, runId: string): void {
    this.#marks.set(mark, runId);
  }

  /** Lets go of what was tried. */
  settle({ status }: Live): void {
    const open = [status?.running, ...(status?.queued ?? [])].map((run) => run?.runId);
    for (const [mark, runId] of [...this.#marks]) if (runId && !open.includes(runId)) this.delete(mark);
  }
}

const ofAll = new WeakMap<Live, Decided>();

/** What was decided about a store while its window is open; a decision that is not sent yet outlives the page. */
export function decidedOf(live: Live): Decided {
  const decided = ofAll.get(live) ?? new Decided();
  ofAll.set(live, decided);
  return decided;
}
