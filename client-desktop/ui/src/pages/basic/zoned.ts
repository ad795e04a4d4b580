// A date and time as an input has it, in a store's time zone.

import { clock } from "../../format";

const DAY_MS = 86_400_000;

/** What a zone's clock shows at an instant, as YYYY-MM-DDTHH:MM. */
export function localAt(at: number, zone: string | undefined): string {
  const parts = new Map(
    clock(zone, {
      hourCycle: "h23", calendar: "gregory", numberingSystem: "latn",
      year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
    }).formatToParts(at).map((part) => [part.type, part.value]),
  );
  return `${parts.get("year")}-${parts.get("month")}-${parts.get("day")}T${parts.get("hour")}:${parts.get("minute")}`;
}

/** Now, or some time from now, on a zone's clock. */
export const localNow = (zone: string | undefined, later = 0): string => localAt(Date.now() + later, zone);

/** The first instant at which a zone's clock shows this; in an hour that is skipped, one just before it. */
export function inZone(local: string, zone: string | undefined): string | undefined {
  if (!/^\d{4,}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(local)) return undefined;
  const wanted = Date.parse(`${local}:00Z`);
  if (Number.isNaN(wanted)) return undefined;
  const ahead = (at: number) => Date.parse(`${localAt(at, zone)}:00Z`) - at;
  // The clock may change in between, and shows some times twice and others never.
  const [first, second] = [wanted - DAY_MS, wanted + DAY_MS].map((near) => wanted - ahead(near)).sort((one, other) => one - other) as [number, number];
  const shown = [first, second].find((at) => localAt(at, zone) === local);
  return new Date(shown ?? first).toISOString();
}
