/** Something that was changed and not saved. */
export type Unsaved = { isChanged: () => boolean; save: () => Promise<boolean>; discard: () => void };

/** Keeps what is not saved from being lost on the way out. */
export class Guard {
  #watched = $state.raw<Unsaved | undefined>();
  #answer: ((leave: boolean) => void) | undefined;
  /** Whether somebody is being asked. */
  asking = $state(false);

  /** Watches over something until the returned function is called. */
  watch(unsaved: Unsaved): () => void {
    this.#watched = unsaved;
    return () => {
      if (this.#watched === unsaved) this.#watched = undefined;
    };
  }

  get isChanged(): boolean {
    return this.#watched?.isChanged() ?? false;
  }

  /** Resolves once nothing would be lost, or with false where the person stays. */
  mayLeave(): Promise<boolean> {
    if (!this.isChanged) return Promise.resolve(true);
    this.#answer?.(false);
    this.asking = true;
    return new Promise((resolve) => (this.#answer = resolve));
  }

  async answer(answer: "save" | "discard" | "stay"): Promise<void> {
    const unsaved = this.#watched;
    const leave = answer === "save" ? ((await unsaved?.save()) ?? true) : answer === "discard";
    if (answer === "discard") unsaved?.discard();
    this.asking = false;
    this.#answer?.(leave);
    this.#answer = undefined;
  }
}
