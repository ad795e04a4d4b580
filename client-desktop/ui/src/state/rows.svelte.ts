import { failure, type Failure } from "../host";

/** Rows are read this many at a time. */
export const PAGE = 100;

/** Some rows of a list, from one index on, and how many there are in all. */
export type Part<T> = { rows: T[]; total: number };

/** Reads a part of a list. */
export type Read<T> = (skip: number, size: number) => Promise<Part<T>>;

/** How many rows there are: as many as were said, and no less than have come. */
const atLeast = <T>({ rows, total }: Part<T>, page: number): number => Math.max(total, rows.length && page * PAGE + rows.length);

/** The pages between two indices. */
function pagesOf(from: number, until: number): number[] {
  const first = Math.floor(from / PAGE);
  return Array.from({ length: Math.floor(Math.max(from, until - 1) / PAGE) - first + 1 }, (_, at) => first + at);
}

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
  /** What was looked at last. */
  #range: [from: number, until: number] = [0, 0];

  /** Asks another question; what is shown stays until its answer comes, or none does. */
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
      // Rows of another question must not stand under this one.
      this.#pages = new Map();
      this.total = 0;
      this.failed = failure(thrown);
    } finally {
      if (question === this.#question) this.asking = false;
    }
    this.need(...this.#range);
  }

  /** Reads again what is looked at, for it may have changed. */
  async again(): Promise<void> {
    const read = this.#read;
    if (!read) return;
    const question = this.#question;
    if (this.#pages.size === 0) return this.ask(read);
    const pages = pagesOf(...this.#range);
    try {
      const parts = await Promise.all(pages.map(async (page) => [page, await read(page * PAGE, PAGE)] as const));
      if (question !== this.#question) return;
      this.#asked = new Set(pages);
      this.#pages = new Map(parts.map(([page, part]) => [page, part.rows]));
      this.total = Math.max(...parts.map(([page, part]) => atLeast(part, page)));
      this.failed = undefined;
      // Somebody may look somewhere else by now.
      this.need(...this.#range);
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
    this.#range = [from, until];
    if (this.asking) return;
    for (const page of pagesOf(from, until)) {
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
