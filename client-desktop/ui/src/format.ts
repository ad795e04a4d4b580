// Numbers, money and time as this computer's user writes them; time is the store's, and says so.

type Figure = string | number | bigint | undefined;

const whole = new Intl.NumberFormat();
const compact = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });
const signed = new Intl.NumberFormat(undefined, { signDisplay: "exceptZero" });
const share = new Intl.NumberFormat(undefined, { style: "percent" });

/** A figure as a number; proto3 JSON has 64-bit numbers as text and leaves zeroes out. */
export const figure = (value: Figure): number => Number(value ?? 0);

/** A count, for example 12,408. */
export const count = (value: Figure): string => whole.format(figure(value));

/** A count where there is little room, for example 12.4K. */
export const short = (value: Figure): string => compact.format(figure(value));

/** A change, with its sign. */
export const change = (value: Figure): string => signed.format(figure(value));

/** A part of a whole, for example 42 %. */
export const percent = (part: number): string => share.format(part);

/** Making a format takes longer than using it; null for a currency that nobody knows. */
const currencies = new Map<string, Intl.NumberFormat | null>();

/** An amount of money; empty where it is unknown. */
export function money(amount: string | undefined, currency: string | undefined): string {
  if (!amount) return "";
  if (!currency) return amount;
  let format = currencies.get(currency);
  if (format === undefined) {
    try {
      format = new Intl.NumberFormat(undefined, { style: "currency", currency });
    } catch {
      format = null;
    }
    currencies.set(currency, format);
  }
  return format ? format.format(Number(amount)) : `${amount} ${currency}`;
}

const made = new Map<string, Intl.DateTimeFormat>();

/** A format in a store's time zone; the computer's own where the zone is not known to it. */
export function clock(zone: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${Object.values(options).join()} ${Object.keys(options).join()}`;
  let format = made.get(key);
  if (!format) {
    try {
      format = new Intl.DateTimeFormat(undefined, zone ? { ...options, timeZone: zone } : options);
    } catch {
      format = new Intl.DateTimeFormat(undefined, options);
    }
    made.set(key, format);
  }
  return format;
}

const timeOnly: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
const dayMonth: Intl.DateTimeFormatOptions = { day: "numeric", month: "short" };
const isoDay: Intl.DateTimeFormatOptions = { year: "numeric", month: "2-digit", day: "2-digit" };

/** The local day of an instant as 2026-03-04. */
export function day(at: Date, zone: string | undefined): string {
  const parts = new Map(clock(zone, { ...isoDay, calendar: "gregory", numberingSystem: "latn" }).formatToParts(at).map((part) => [part.type, part.value]));
  return `${parts.get("year")}-${parts.get("month")}-${parts.get("day")}`;
}

/** The time of day in a store's zone. */
export const time = (at: string | undefined, zone: string | undefined): string =>
  at ? clock(zone, timeOnly).format(new Date(at)) : "";

/** Words for days that are near; the rest is the user's format. */
export type NearDays = { today: (time: string) => string; yesterday: (time: string) => string; tomorrow: (time: string) => string };

/** An instant in a store's zone, as short as it is clear. */
export function moment(at: string | undefined, zone: string | undefined, near: NearDays, now = new Date()): string {
  if (!at) return "";
  const instant = new Date(at);
  const hour = clock(zone, timeOnly).format(instant);
  const [on, today] = [day(instant, zone), day(now, zone)];
  // Between calendar days, for a day may have 23 hours, or 25.
  const days = (Date.parse(on) - Date.parse(today)) / 86_400_000;
  if (days === 0) return near.today(hour);
  if (days === -1) return near.yesterday(hour);
  if (days === 1) return near.tomorrow(hour);
  const year = on.slice(0, 4) === today.slice(0, 4) ? {} : { year: "numeric" as const };
  return clock(zone, { ...dayMonth, ...year, ...timeOnly }).format(instant);
}

/** An instant in full, for whoever asks. */
export const exactly = (at: string | undefined, zone: string | undefined): string =>
  at ? clock(zone, { dateStyle: "full", timeStyle: "long" }).format(new Date(at)) : "";

/** A calendar day such as 2026-03-04. */
export const date = (on: string): string => clock("UTC", { weekday: "short", ...dayMonth }).format(new Date(`${on}T00:00:00Z`));

/** The short name of a zone at this moment, for example CST. */
export function zoneName(zone: string | undefined): string {
  const parts = clock(zone, { timeZoneName: "short" }).formatToParts(new Date());
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "";
}

/** Milliseconds between two instants; up to now where the second is missing. */
export const between = (from: string | undefined, until: string | undefined, now = Date.now()): number =>
  from ? Math.max(0, (until ? new Date(until).getTime() : now) - new Date(from).getTime()) : 0;

const units = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]] as const;

/** A length of time in its largest units, for example 2 min 5 s. */
export function duration(ms: number, most: 1 | 2 = 2): string {
  const format = (value: number, unit: (typeof units)[number][0]) =>
    new Intl.NumberFormat(undefined, { style: "unit", unit, unitDisplay: "short" }).format(value);
  if (ms < 1000) return `< ${format(1, "second")}`;
  let left = Math.round(ms / 1000);
  const parts: string[] = [];
  for (const [unit, seconds] of units) {
    const value = Math.floor(left / seconds);
    left -= value * seconds;
    if (value > 0) parts.push(format(value, unit));
    // The second unit is the next smaller one, or none: 2 h, not 2 h 5 s.
    else if (parts.length > 0) break;
    if (parts.length === most) break;
  }
  return parts.join(" ");
}
