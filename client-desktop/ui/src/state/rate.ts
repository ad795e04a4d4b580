/** How fast something grows, as the average of the last seconds. */
export class Rate {
  #what = "";
  #seen: { at: number; value: number }[] = [];

  /** Units a second of `what`, which has come to `value`. */
  of(what: string, value: number, now: number): number {
    if (what !== this.#what) {
      this.#what = what;
      this.#seen = [];
    }
    this.#seen = [...this.#seen.filter(({ at }) => now - at < 6000), { at: now, value }];
    const first = this.#seen[0];
    if (!first || now - first.at < 500) return 0;
    return Math.max(0, ((value - first.value) / (now - first.at)) * 1000);
  }
}
