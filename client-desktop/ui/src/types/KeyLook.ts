export type KeyLook = { problem: string, kind: string, address: string, fingerprint: string, };
