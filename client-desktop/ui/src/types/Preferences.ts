import type { Theme } from "./Theme";
export type Preferences = { theme: Theme, notifications: boolean, };
