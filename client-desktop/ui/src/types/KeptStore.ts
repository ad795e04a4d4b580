export type KeptStore = { name: string, title: string, address: string, current: boolean, };
