import { failure, type Failure } from "../host";

/** Rows are read this many at a time. */
export const PAGE = 100;

/** Some rows of a list, from one index on, and how many there are in all. */
export type Part<T> = { rows: T[]; total: number };

/** Reads a part of a list. */
export type Read<T> = (skip: number, size: number) => Promise<Part<T>>;

/** How many rows there are: as many as were said, and no less than have come. */
const atLeast = <T>({ rows, total }: Part<T>, page: number): number => Math.max(total, rows.length && page * PAGE + rows.length);

/** A long list of which only the parts that are looked at are read. */
export class Rows<T> {
  total = $state(0);
  failed = $state.raw<Failure | undefined>();
  /** True until the first part of a question has come. */
  asking = $state(true);
  #pages = $state.raw<ReadonlyMap<number, T[]>>(new Map());
  #read: Read<T> | undefined;
  #asked = new Set<number>();
  #question = 0;

  /** Asks another question; what is shown stays until its answer comes. */
  async ask(read: Read<T>): Promise<void> {
    const question = ++this.#question;
    this.#read = read;
    this.#asked = new Set([0]);
    this.asking = true;
    try {
      const part = await read(0, PAGE);
      if (question !== this.#question) return;
      this.#pages = new Map([[0, part.rows]]);
      this.total = atLeast(part, 0);
      this.failed = undefined;
    } catch (thrown) {
      if (question !== this.#question) return;
      this.failed = failure(thrown);
    } finally {
      if (question === this.#question) this.asking = false;
    }
  }

  /** Reads again what is shown, for it may have changed. */
  async again(): Promise<void> {
    const read = this.#read;
    if (!read) return;
    const question = this.#question;
    const pages = [...this.#pages.keys()].slice(-4);
    if (pages.length === 0) return this.ask(read);
    try {
      const parts = await Promise.all(pages.map(async (page) => [page, await read(page * PAGE, PAGE)] as const));
      if (question !== this.#question) return;
      this.#asked = new Set(pages);
      this.#pages = new Map(parts.map(([page, part]) => [page, part.rows]));
      this.total = Math.max(...parts.map(([page, part]) => atLeast(part, page)));
      this.failed = undefined;
    } catch {
      // What is shown was true a moment ago; the status bar says how the line is.
    }
  }

  /** The row with this index, where it has come. */
  at(index: number): T | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Reads what is missing between two indices. */
  need(from: number, until: number): void {
    const last = Math.floor(Math.max(0, until - 1) / PAGE);
    for (let page = Math.floor(from / PAGE); page <= last; page++) {
      if (page * PAGE < this.total && !this.#asked.has(page)) void this.#page(page);
    }
  }

  async #page(page: number): Promise<void> {
    const question = this.#question;
    this.#asked.add(page);
    try {
      const part = await this.#read?.(page * PAGE, PAGE);
      if (question !== this.#question || !part) return;
      this.#pages = new Map([...this.#pages, [page, part.rows]]);
      this.total = atLeast(part, page);
    } catch (thrown) {
      if (question !== this.#question) return;
      this.#asked.delete(page);
      this.failed = failure(thrown);
    }
  }
}
