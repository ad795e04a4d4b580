import { count, figure } from "../../format";
import type { Live } from "../../state/live.svelte";
import { words } from "../../words";
import { places } from "./places";

/** Where the items of an order lie, and what is printed on them. */
export class Shelves {
  places = $state.raw<string[]>([]);
  /** What is printed on items; empty where nothing is. */
  upcs = $state.raw<ReadonlyMap<string, string>>(new Map());
  #held = $state.raw<ReadonlyMap<string, ReadonlyMap<string, number>>>(new Map());
  #reads = 0;

  /** Reads all of it; what can be read is taken in even where the rest fails. */
  async read(live: Live, division: string, itemNumbers: string[]): Promise<void> {
    const read = ++this.#reads;
    const take = <T>(answer: Promise<T>, into: (answer: T) => void) =>
      answer.then((came) => {
        if (read === this.#reads) into(came);
      });
    const asked = await Promise.allSettled([
      take(places(live, division), (all) => (this.places = all)),
      ...itemNumbers.flatMap((itemNumber) => [
        take(live.read("ListInventory", { division, itemNumber, pageSize: 1000 }), ({ records = [] }) => {
          const held = new Map(records.map(({ site, location, onHand }) => [`${site}/${location}`, figure(onHand)]));
          this.#held = new Map([...this.#held, [itemNumber, held]]);
        }),
        take(live.read("ListItems", { division, itemNumber, pageSize: 1 }), ({ items = [] }) => {
          this.upcs = new Map([...this.upcs, [itemNumber, items[0]?.upc ?? ""]]);
        }),
      ]),
    ]);
    const failed = asked.find((answer) => answer.status === "rejected");
    if (failed) throw failed.reason;
  }

  /** The units of an item by place. */
  held(itemNumber: string): ReadonlyMap<string, number> {
    return this.#held.get(itemNumber) ?? new Map();
  }

  /** The place with most units of an item, where its places are known. */
  best(itemNumber: string): string | undefined {
    const held = this.#held.get(itemNumber);
    return held && ([...held].sort(([, one], [, other]) => other - one)[0]?.[0] ?? this.places[0]);
  }

  /** Where an item lies, in words; none where that is not known. */
  words(itemNumber: string): string {
    if (!this.#held.has(itemNumber)) return "";
    const held = [...this.held(itemNumber)].filter(([, units]) => units > 0);
    return held.map(([place, units]) => `${place.replace("/", " / ")}: ${count(units)}`).join(" · ") || words.warehouse.why.noPlaces;
  }

  /** Notes that units were taken, where it is known what lies there. */
  take(itemNumber: string, place: string, units: number): void {
    if (!this.#held.has(itemNumber)) return;
    const held = new Map(this.held(itemNumber));
    held.set(place, Math.max(0, (held.get(place) ?? 0) - units));
    this.#held = new Map([...this.#held, [itemNumber, held]]);
  }

  /** Forgets where an item lies, for it does not lie there. */
  forget(itemNumber: string): void {
    this.#held = new Map([...this.#held].filter(([other]) => other !== itemNumber));
  }
}
