import type { Live } from "./live.svelte";

/** The division whose goods are shown: the store's own, unless somebody looks at another one. */
export class Division {
  all = $state.raw<string[]>([]);
  #chosen = $state("");
  #own = $state("");

  /** Its code; empty until it is known, which the server takes for the only one. */
  get code(): string {
    return this.all.includes(this.#chosen) ? this.#chosen : this.all.includes(this.#own) ? this.#own : (this.all[0] ?? "");
  }

  /** Whether it is the store's own. */
  get isOwn(): boolean {
    return this.code === (this.#own || this.code);
  }

  choose(division: string): void {
    this.#chosen = division;
  }

  async read(live: Live): Promise<void> {
    try {
      const [{ divisions = [] }, { configuration }] = await Promise.all([live.read("ListDivisions", {}), live.read("GetConfiguration", {})]);
      const all = divisions.map(({ division = "" }) => division);
      if (all.join() !== this.all.join()) this.all = all;
      this.#own = configuration?.defaultDivision ?? "";
    } catch {
      // The status bar says how the line is.
    }
  }
}
