import type { ConfigurationFieldJson } from "../../contract/pluginhost/v1/configuration_pb";
import { controlOf } from "./controls";
import { jsonName, type FieldName } from "./draft.svelte";

/** Fields that are shown together with another one. */
const companions: Partial<Record<FieldName, FieldName>> = { activeUntil: "activeFrom", endOfDayTime: "endOfDay" };

export type FieldGroup = { name: string; explanation: string; fields: ConfigurationFieldJson[] };

/** The fields as the server groups them, in its order; those this window cannot show are left out. */
export function grouped(fields: ConfigurationFieldJson[]): FieldGroup[] {
  const groups = new Map<string, ConfigurationFieldJson[]>();
  for (const field of fields) {
    const name = jsonName(field.field ?? "");
    if (!controlOf(name) || companions[name]) continue;
    const group = field.group ?? "";
    groups.set(group, [...(groups.get(group) ?? []), field]);
  }
  return [...groups].map(([name, fields]) => ({ name, explanation: fields[0]?.groupExplanation ?? "", fields }));
}
