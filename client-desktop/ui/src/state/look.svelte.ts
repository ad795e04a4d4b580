import { preferences, savePreferences, type Preferences } from "../host";

/** How this window looks, as kept on this computer. */
export class Look {
  now = $state.raw<Preferences>({ theme: "system", notifications: true });

  async read(): Promise<void> {
    this.#show(await preferences());
  }

  async change(changes: Partial<Preferences>): Promise<void> {
    const wanted = { ...this.now, ...changes };
    this.#show(wanted);
    await savePreferences(wanted);
  }

  #show(look: Preferences): void {
    this.now = look;
    if (look.theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = look.theme;
  }
}

export const look = new Look();
