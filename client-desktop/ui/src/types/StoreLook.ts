export type StoreLook = { storeId: string, name: string, domain: string, };
