import type { PickingLineJson, PickingOrderActionJson, PickingOrderJson, AllowedPickingOrderActionJson } from "../../contract/pluginhost/v1/warehouse_service_pb";
import { figure } from "../../format";

/** The lines that are picked; a kit is nothing but its parts. */
export const picks = ({ lines = [] }: PickingOrderJson): PickingLineJson[] => lines.filter(({ isKit }) => !isKit);

/** Units of an order in all, or of one item of it. */
export function sums(order: PickingOrderJson, itemNumber?: string): { ordered: number; picked: number; shipped: number } {
  const lines = picks(order).filter((line) => itemNumber === undefined || line.itemNumber === itemNumber);
  const sum = (field: "ordered" | "picked" | "shipped") => lines.reduce((all, line) => all + figure(line[field]), 0);
  return { ordered: sum("ordered"), picked: sum("picked"), shipped: sum("shipped") };
}

export const leftOf = (line: PickingLineJson): number => Math.max(0, figure(line.ordered) - figure(line.picked));

export const allowed = (order: PickingOrderJson | undefined, action: PickingOrderActionJson): AllowedPickingOrderActionJson | undefined =>
  order?.allowedActions?.find((one) => one.action === action);

/** What somebody scanned or typed: a number of units before a star, then what is on the label. */
export function scanned(text: string): { units: number; code: string } {
  const [, times, rest] = /^\s*(\d{1,6})\s*\*\s*(\S.*)$/.exec(text) ?? [];
  return times && rest ? { units: Math.max(1, Number(times)), code: rest.trim() } : { units: 1, code: text.trim() };
}

/** The line that a code means: by item number, SKU or UPC, one that still wants units first. */
export function lineOf(lines: PickingLineJson[], code: string, upcs: ReadonlyMap<string, string>): PickingLineJson | undefined {
  const wanted = code.toLocaleLowerCase();
  const fits = lines.filter(({ itemNumber = "", sku = "", isKit }) =>
    itemNumber && !isKit && [itemNumber, sku, upcs.get(itemNumber) ?? ""].some((known) => known.toLocaleLowerCase() === wanted),
  );
  return fits.find((line) => leftOf(line) > 0) ?? fits[0];
}
