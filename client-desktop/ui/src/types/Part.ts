export type Part = { name: string, version: string, licence: string, };
