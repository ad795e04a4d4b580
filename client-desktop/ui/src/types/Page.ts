export type Page = "attention";
