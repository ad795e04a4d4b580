import { count } from "../format";
import type { IconName } from "../parts/Icon.svelte";
import type { Live } from "../state/live.svelte";
import type { Place } from "../state/navigation.svelte";
import { words } from "../words";

/** Something that was found, and where it is shown. */
export type Found = { group: string; icon: IconName; title: string; detail: string; place: Place };

/** How many of each kind are shown. */
const FEW = 6;

/** Items, orders and customers in which a text occurs; a part that cannot be read is left out, and said to be. */
export async function find(live: Live, division: string, text: string): Promise<{ found: Found[]; unread: boolean }> {
  const some = { division, search: text, pageSize: FEW };
  let unread = false;
  const none = () => {
    unread = true;
    return [];
  };
  const [items, orders, customers] = await Promise.all([
    live.read("ListItems", some).then(({ items = [] }) => items, none),
    live.read("ListPickingOrders", some).then(({ pickingOrders = [] }) => pickingOrders, none),
    live.read("ListCustomers", some).then(({ customers = [] }) => customers, none),
  ]);
  const found = [
    ...items.map(({ itemNumber = "", name = "", onHand }): Found => ({
      group: words.find.items, icon: "items", title: itemNumber, detail: `${name} · ${count(onHand)}`, place: { page: "items", id: itemNumber },
    })),
    ...orders.map(({ number = "", customer = "", state = "PICKING_ORDER_STATE_UNSPECIFIED" }): Found => ({
      group: words.find.orders, icon: "orders", title: number, detail: `${customer} · ${words.warehouse.orderStates[state]}`, place: { page: "orders", id: number },
    })),
    ...customers.map(({ customerId = "", name = "", email = "" }): Found => ({
      group: words.find.customers, icon: "customers", title: name || email, detail: email, place: { page: "customers", id: customerId },
    })),
  ];
  return { found, unread };
}
