import { count, figure } from "../../format";
import type { Live } from "../../state/live.svelte";
import { words } from "../../words";
import { places } from "./places";

/** What is printed on an item; empty where nothing is. */
async function upcOf(live: Live, division: string, itemNumber: string): Promise<string> {
  let pageToken = "";
  do {
    // The search finds it among all whose numbers or names hold its own.
    const { items = [], nextPageToken = "" } = await live.read("ListItems", { division, search: itemNumber, pageSize: 1000, pageToken });
    const found = items.find((item) => item.itemNumber === itemNumber);
    if (found) return found.upc ?? "";
    pageToken = nextPageToken;
  } while (pageToken);
  return "";
}

/** Where the items of an order lie, and what is printed on them. */
export class Shelves {
  places = $state.raw<string[]>([]);
  upcs = $state.raw<ReadonlyMap<string, string>>(new Map());
  #held = $state.raw<ReadonlyMap<string, ReadonlyMap<string, number>>>(new Map());

  async read(live: Live, division: string, itemNumbers: string[]): Promise<void> {
    const [all, ...items] = await Promise.all([
      places(live, division),
      ...itemNumbers.map(async (itemNumber) => {
        const [{ records = [] }, upc] = await Promise.all([live.read("ListInventory", { division, itemNumber, pageSize: 1000 }), upcOf(live, division, itemNumber)]);
        const held = new Map(records.map(({ site, location, onHand }) => [`${site}/${location}`, figure(onHand)]));
        return { itemNumber, held, upc };
      }),
    ]);
    this.places = all;
    this.#held = new Map(items.map(({ itemNumber, held }) => [itemNumber, held]));
    this.upcs = new Map(items.map(({ itemNumber, upc }) => [itemNumber, upc]));
  }

  /** The units of an item by place. */
  held(itemNumber: string): ReadonlyMap<string, number> {
    return this.#held.get(itemNumber) ?? new Map();
  }

  /** The place with most units of an item. */
  best(itemNumber: string): string | undefined {
    return [...this.held(itemNumber)].sort(([, one], [, other]) => other - one)[0]?.[0] ?? this.places[0];
  }

  /** Where an item lies, in words. */
  words(itemNumber: string): string {
    const held = [...this.held(itemNumber)].filter(([, units]) => units > 0);
    return held.map(([place, units]) => `${place.replace("/", " / ")}: ${count(units)}`).join(" · ") || words.warehouse.why.noPlaces;
  }

  /** Notes that units were taken. */
  take(itemNumber: string, place: string, units: number): void {
    const held = new Map(this.held(itemNumber));
    held.set(place, Math.max(0, (held.get(place) ?? 0) - units));
    this.#held = new Map([...this.#held, [itemNumber, held]]);
  }
}
