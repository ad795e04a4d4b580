import type { Part } from "./Part";
export type About = { version: string, licence: string, keys: string, parts: Array<Part>, };
