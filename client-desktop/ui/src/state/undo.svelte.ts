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
  #sending = $state.raw<readonly Promise<boolean>[]>([]);
  #next = 1;

  /** Whether something was decided that nobody has heard of yet. */
  get isWaiting(): boolean {
    return this.pending.length > 0 || this.#sending.length > 0;
  }

  /** Shows a thing as done at once and sends it later; `back` takes it back where it is undone or fails. */
  later(text: string, send: () => Promise<void>, back: () => void): void {
    const id = this.#next++;
    const timer = setTimeout(() => this.#send(id), UNDO_MS);
    this.#sends.set(id, { timer, send, back });
    this.pending = [...this.pending, { id, text, until: Date.now() + UNDO_MS }];
  }

  /** Takes a thing back. */
  undo(id: number): void {
    const entry = this.#take(id);
    entry?.back();
  }

  /** Sends everything that waits at once, and says whether all that was not sent before was done. */
  async flush(): Promise<boolean> {
    for (const { id } of this.pending) this.#send(id);
    return (await Promise.all(this.#sending)).every(Boolean);
  }

  /** Says that a thing could not be done; what was said before stays until somebody closes it. */
  tell(text: string, why: Failure): void {
    this.failed = { text: this.failed ? `${this.failed.text} · ${text}` : text, failure: why };
  }

  #take(id: number) {
    const entry = this.#sends.get(id);
    if (entry) clearTimeout(entry.timer);
    this.#sends.delete(id);
    this.pending = this.pending.filter((pending) => pending.id !== id);
    return entry;
  }

  #send(id: number): void {
    const sending: Promise<boolean> = this.#try(id).finally(() => (this.#sending = this.#sending.filter((other) => other !== sending)));
    this.#sending = [...this.#sending, sending];
  }

  /** Says whether it was done. */
  async #try(id: number): Promise<boolean> {
    const text = this.pending.find((pending) => pending.id === id)?.text ?? "";
    const entry = this.#take(id);
    try {
      await entry?.send();
      return true;
    } catch (thrown) {
      entry?.back();
      this.tell(text, failure(thrown));
      return false;
    }
  }
}
