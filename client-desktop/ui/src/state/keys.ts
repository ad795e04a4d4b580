/** What a key of one store may do, as the key's text says. */
export type KeyKindWord = "operator" | "monitor";

export const isKeyKind = (kind: string): kind is KeyKindWord => kind === "operator" || kind === "monitor";
