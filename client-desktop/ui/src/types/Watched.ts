export type Watched = { "type": "event", event: unknown, } | { "type": "lost", message: string, } | { "type": "ended", message: string, };
