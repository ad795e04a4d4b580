export type Reason = { code: string, message: string, field: string, };
