export type KeptStore = { name: string, title: string, address: string, current: boolean, readsOnly: boolean, place: string, };
