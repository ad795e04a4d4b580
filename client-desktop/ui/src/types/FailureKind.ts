export type FailureKind = "invalid" | "refused" | "stale" | "notFound" | "unauthorized" | "forbidden" | "unreachable" | "untrusted" | "outdated" | "failed";
