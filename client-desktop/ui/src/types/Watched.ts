import type { FailureKind } from "./FailureKind";
import type { Page } from "./Page";
import type { Reason } from "./Reason";
export type Watched = { "type": "events", events: Array<unknown>, } | { "type": "lost" } & { kind: FailureKind, message: string, reasons: Array<Reason>, } | { "type": "ended" } & { kind: FailureKind, message: string, reasons: Array<Reason>, } | { "type": "asked", name: string, page: Page, };
