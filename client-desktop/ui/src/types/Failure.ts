export type Failure = { message: string, reasons: Array<string>, };
