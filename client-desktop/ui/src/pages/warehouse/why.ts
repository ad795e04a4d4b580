import type { ExplainCountResponseJson } from "../../contract/pluginhost/v1/plugin_host_service_pb";
import { figure } from "../../format";
import { words } from "../../words";

export type TermName = "onHand" | "promised" | "buffer" | "sellable";

/** One term of the equation, with the sign before it. */
export type Term = { name: TermName; label: string; value: number; sign: "" | "plus" | "minus" | "equals" };

/** On hand − promised − buffer = can be sold, as the server computed it. */
export function terms({ onHand, promised, safetyBuffer, sellable }: ExplainCountResponseJson): Term[] {
  const { why } = words.warehouse;
  const taken = figure(promised);
  return [
    { name: "onHand", label: why.onHand, value: figure(onHand), sign: "" },
    { name: "promised", label: taken < 0 ? why.added : why.promised, value: Math.abs(taken), sign: taken < 0 ? "plus" : "minus" },
    { name: "buffer", label: why.buffer, value: figure(safetyBuffer), sign: "minus" },
    { name: "sellable", label: why.sellable, value: figure(sellable), sign: "equals" },
  ];
}

/** How what the store shows, what it was told and what can be sold go together; nothing where it is not known. */
export function verdict({ published, inStore, sellable }: ExplainCountResponseJson): "agrees" | "pending" | undefined {
  if (published === undefined) return undefined;
  if (figure(published) !== figure(sellable)) return "pending";
  return inStore !== undefined && figure(inStore) === figure(published) ? "agrees" : undefined;
}
