import { failure, type Failure } from "../host";

/** How long somebody may take a thing back. */
export const UNDO_MS = 10_000;

/** Something that will be sent once nobody has taken it back. */
export type Pending = { id: number; text: string; until: number };

/** Sends what was decided ten seconds later, so that it can be taken back before anybody hears of it. */
export class Undo {
  pending = $state.raw<Pending[]>([]);
  failed = $state.raw<{ text: string; failure: Failure } | undefined>();
  #sends = new Map<number, { timer: ReturnType<typeof setTimeout>; send: () => Promise<void>; back: () => void }>();
  #next = 1;

  /** Shows a thing as done at once and sends it later; `back` takes it back where it is undone or fails. */
  later(text: string, send: () => Promise<void>, back: () => void): void {
    const id = this.#next++;
    const timer = setTimeout(() => void this.#send(id), UNDO_MS);
    this.#sends.set(id, { timer, send, back });
    this.pending = [...this.pending, { id, text, until: Date.now() + UNDO_MS }];
  }

  /** Takes a thing back. */
  undo(id: number): void {
    const entry = this.#take(id);
    entry?.back();
  }

  /** Sends everything that waits at once. */
  async flush(): Promise<void> {
    await Promise.all(this.pending.map(({ id }) => this.#send(id)));
  }

  #take(id: number) {
    const entry = this.#sends.get(id);
    if (entry) clearTimeout(entry.timer);
    this.#sends.delete(id);
    this.pending = this.pending.filter((pending) => pending.id !== id);
    return entry;
  }

  async #send(id: number): Promise<void> {
    const text = this.pending.find((pending) => pending.id === id)?.text ?? "";
    const entry = this.#take(id);
    try {
      await entry?.send();
    } catch (thrown) {
      entry?.back();
      this.failed = { text, failure: failure(thrown) };
    }
  }
}
