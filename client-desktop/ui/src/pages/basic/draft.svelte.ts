import type { ConfigurationJson } from "../../contract/pluginhost/v1/configuration_pb";

/** A field of the configuration, as proto3 JSON spells it. */
export type FieldName = keyof ConfigurationJson;

const outputOnly = ["revision", "savedAt", "savedBy"] as const satisfies FieldName[];

/** A field that can be set. */
export type Settable = Exclude<FieldName, (typeof outputOnly)[number]>;

/** The ends of the active hours are one value of two fields: the server takes both or neither. */
const hours: FieldName[] = ["activeFrom", "activeUntil"];

/** The same field in proto3 JSON. */
export const jsonName = (field: string): FieldName => field.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()) as FieldName;

/** Whether two values are the same; what is absent in proto3 JSON is empty, zero or false. */
export function same(one: unknown, other: unknown): boolean {
  const plain = (value: unknown): unknown =>
    value === undefined || value === "" || value === false || value === 0 || value === "0" || (Array.isArray(value) && value.length === 0) ? null : value;
  return JSON.stringify(plain(one)) === JSON.stringify(plain(other));
}

/** The fields in which two configurations differ. */
export function differing(one: ConfigurationJson, other: ConfigurationJson): FieldName[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)] as FieldName[]);
  return [...names].filter((name) => !(outputOnly as readonly FieldName[]).includes(name) && (name === "orderNumberPrefix" ? one[name] !== other[name] : !same(one[name], other[name])));
}

/** One field that was changed on one side or on both. */
export type Difference = { field: FieldName; was: unknown; mine: unknown; theirs: unknown; collides: boolean };

/** What two people changed since both read the same configuration. */
export function compare(base: ConfigurationJson, mine: ConfigurationJson, theirs: ConfigurationJson): Difference[] {
  const [changedByMe, changedByThem] = [differing(base, mine), differing(base, theirs)];
  return [...new Set([...changedByMe, ...changedByThem])]
    .filter((field) => !same(mine[field], theirs[field]))
    .map((field) => ({
      field, was: base[field], mine: mine[field], theirs: theirs[field],
      collides: changedByMe.includes(field) && changedByThem.includes(field),
    }));
}

/** What is being changed and not saved yet. */
export class Draft {
  base = $state.raw<ConfigurationJson>({});
  now = $state.raw<ConfigurationJson>({});
  readonly changed = $derived(differing(this.base, this.now));

  /** Takes over what is saved, and keeps what was changed since. */
  load(saved: ConfigurationJson, since = this.now): void {
    const kept = Object.fromEntries(differing(since, this.now).map((field) => [field, this.now[field]]));
    this.base = saved;
    this.now = { ...saved, ...kept };
  }

  set(changes: ConfigurationJson): void {
    const next = { ...this.now, ...changes };
    for (const [field, value] of Object.entries(changes)) if (value === undefined) delete next[field as FieldName];
    this.now = next;
  }

  discard(): void {
    this.now = this.base;
  }

  /** The changes as Configure takes them. */
  request(): { configuration: ConfigurationJson; updateMask: string } {
    const one = hours.some((field) => this.changed.includes(field));
    const fields = one ? [...new Set([...this.changed, ...hours])] : this.changed;
    const values = Object.fromEntries(fields.filter((field) => this.now[field] !== undefined).map((field) => [field, this.now[field]]));
    return { configuration: { ...values, revision: this.base.revision ?? "0" }, updateMask: fields.join(",") };
  }
}
