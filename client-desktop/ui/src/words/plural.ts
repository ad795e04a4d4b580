import { count, figure } from "../format";

const rules = new Intl.PluralRules("en-GB");

/** A count with its noun, for example "1 item" or "12,408 items". */
export const plural = (value: string | number | undefined, one: string, many: string): string =>
  `${count(value)} ${rules.select(figure(value)) === "one" ? one : many}`;
