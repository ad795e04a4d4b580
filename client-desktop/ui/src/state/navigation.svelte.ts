import type { Guard } from "./guard.svelte";

export const pages = [
  "overview", "attention", "activity", "items", "inventory", "orders", "customers", "carriers",
  "cart", "basic", "synchronization", "preferences",
] as const;

export type Page = (typeof pages)[number];

/** Where somebody is: a page, and what is open on it. */
export type Place = { page: Page; id?: string | undefined; field?: string | undefined };

/** Where somebody is, and where they came from. */
export class Navigation {
  place = $state.raw<Place>({ page: "overview" });
  #before: Place[] = [];
  readonly #guard: Guard;

  constructor(guard: Guard, first: Place = { page: "overview" }) {
    this.#guard = guard;
    this.place = first;
  }

  /** Goes to a page, unless something there is not saved and the person wants to stay. */
  async go(place: Place): Promise<void> {
    if (place.page !== this.place.page && !(await this.#guard.mayLeave())) return;
    this.#before = [...this.#before.slice(-49), this.place];
    this.place = place;
  }

  /** Opens or closes something on the page that is shown. */
  open(id: string | undefined): void {
    this.place = { page: this.place.page, id };
  }

  async back(): Promise<void> {
    const before = this.#before.at(-1);
    if (!before || (before.page !== this.place.page && !(await this.#guard.mayLeave()))) return;
    this.#before = this.#before.slice(0, -1);
    this.place = before;
  }
}
