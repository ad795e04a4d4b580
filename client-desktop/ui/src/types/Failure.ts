import type { FailureKind } from "./FailureKind";
import type { Reason } from "./Reason";
export type Failure = { kind: FailureKind, message: string, reasons: Array<Reason>, };
