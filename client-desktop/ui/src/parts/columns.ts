/** A column of a table. */
export type Column<T> = {
  key: string;
  label: string;
  /** Its width before anybody changes it. */
  width: number;
  text: (row: T) => string;
  kind?: "text" | "number" | "code";
  /** What the server sorts by; absent where it cannot. */
  sort?: string;
  /** Takes what room is left. */
  grows?: boolean;
};

export const MIN_WIDTH = 56;
export const MAX_WIDTH = 900;

type Widths = Record<string, number>;

/** The widths somebody gave the columns of a table on this computer. */
export function keptWidths(table: string): Widths {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(`columns.${table}`) ?? "{}");
    if (typeof kept !== "object" || kept === null) return {};
    return Object.fromEntries(Object.entries(kept).filter(([, width]) => typeof width === "number" && Number.isFinite(width)));
  } catch {
    return {};
  }
}

export const keepWidths = (table: string, widths: Widths): void =>
  localStorage.setItem(`columns.${table}`, JSON.stringify(widths));

const widthOf = <T>({ key, width }: Column<T>, widths: Widths): number => Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, widths[key] ?? width));

/** How wide all columns are together, at least. */
export const least = <T>(columns: Column<T>[], widths: Widths): number => columns.reduce((sum, column) => sum + widthOf(column, widths), 0);

/** The columns as a grid has them. */
export function template<T>(columns: Column<T>[], widths: Widths): string {
  return columns
    .map((column) => {
      const px = widthOf(column, widths);
      return column.grows && !(column.key in widths) ? `minmax(${px}px, 1fr)` : `${px}px`;
    })
    .join(" ");
}

/** The rows to draw for a place in a long list, with some to spare on both sides. */
export function visible(top: number, height: number, rowHeight: number, total: number, spare = 6): { from: number; until: number } {
  const from = Math.max(0, Math.floor(top / rowHeight) - spare);
  return { from, until: Math.min(total, Math.ceil((top + height) / rowHeight) + spare) };
}

/** The rows to draw, each in the slot where it was before, so that scrolling changes texts instead of making rows. */
export function recycled({ from, until }: { from: number; until: number }): number[] {
  const slots = until - from;
  return Array.from({ length: slots }, (_, slot) => from + ((slot - (from % slots) + slots) % slots));
}
