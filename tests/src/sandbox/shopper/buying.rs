//! What shoppers order.

use rand::Rng;

use super::{Shopper, room};
use crate::sandbox::store::{Buyer, Goods, Kind, NewLine, NewOrder, Product, Store, status, status_name};

/// How often the shopper looks for something that can be bought before giving up.
const LOOKS: usize = 40;

/// How many of one thing are bought at most.
const GREED: i64 = 3;

impl Shopper {
    pub(super) fn order(&mut self, store: &mut Store) -> Option<String> {
        let cart = self.cart(store, |_| true)?;
        let status = if self.chance(15) { status::AWAITING_PAYMENT } else { status::AWAITING_FULFILLMENT };
        Some(self.place(store, NewOrder::of(cart).in_status(status)))
    }

    pub(super) fn abandon(&mut self, store: &mut Store) -> Option<String> {
        let cart = self.cart(store, |_| true)?;
        let status = if self.chance(50) { status::INCOMPLETE } else { status::PENDING };
        Some(self.place(store, NewOrder::of(cart).in_status(status)))
    }

    pub(super) fn order_to_two(&mut self, store: &mut Store) -> Option<String> {
        let mut cart = self.cart(store, |product| product.kind == Kind::Physical)?;
        let half = cart.len() / 2;
        if half == 0 {
            return None;
        }
        cart[..half].iter_mut().for_each(|line| line.address = 1);
        Some(self.place(store, NewOrder { addresses: 2, ..NewOrder::of(cart) }))
    }

    pub(super) fn order_pickup(&mut self, store: &mut Store) -> Option<String> {
        let location_id = store.surroundings.locations.first()?.id;
        let cart = self.cart(store, |product| product.kind == Kind::Physical)?;
        let status = if self.chance(50) { status::AWAITING_PICKUP } else { status::AWAITING_FULFILLMENT };
        let lines = cart.into_iter().map(|line| line.picked_up_at(location_id));
        Some(self.place(store, NewOrder::of(lines).in_status(status)))
    }

    pub(super) fn order_special(&mut self, store: &mut Store) -> Option<String> {
        let mut cart = self.cart(store, |product| product.kind == Kind::Physical)?;
        match self.random.random_range(0..3) {
            0 => cart.push(NewLine::of(Goods::Custom("Engraving".to_owned()), 1)),
            1 => cart.push(NewLine::of(Goods::GiftCertificate("gift@example.com".to_owned()), 1)),
            _ => {
                let part = cart.pop()?;
                let (Goods::Variant(variant_id), Some(parent)) = (part.goods, cart.last_mut()) else {
                    return None;
                };
                parent.quantity = parent.quantity.min(part.quantity);
                parent.bundle.push((variant_id, 1));
            }
        }
        Some(self.place(store, NewOrder::of(cart)))
    }

    fn place(&mut self, store: &mut Store, order: NewOrder) -> String {
        let customers: Vec<u32> = store.customers().keys().copied().collect();
        let customer = if self.chance(60) { self.pick(&customers) } else { None };
        let buyer = customer.map_or_else(
            || Buyer::Guest(format!("guest{}@example.com", self.random.random_range(1..500))),
            Buyer::Customer,
        );
        let who = match &buyer {
            Buyer::Customer(id) => format!("customer {id}"),
            Buyer::Guest(email) => email.clone(),
        };
        let id = store.place_order(order.by(buyer));
        let order = &store.orders()[&id];
        let lines: Vec<String> =
            order.lines.iter().map(|line| format!("{} × {}", line.quantity, line.name)).collect();
        let way = match (order.consignments.len(), order.pickups.len()) {
            (0, 0) => "with nothing to ship",
            (0, _) => "to be picked up",
            (1, _) => "shipped to one address",
            _ => "shipped to two addresses",
        };
        let status = status_name(order.status);
        format!("Order {id} of {who}, {status}, {way}: {}.", lines.join(", "))
    }

    /// One to four lines of different products that there are enough of.
    fn cart(&mut self, store: &Store, accepts: impl Fn(&Product) -> bool) -> Option<Vec<NewLine>> {
        let wanted = self.random.random_range(1..=4);
        let mut products: Vec<u32> = Vec::new();
        let mut cart = Vec::new();
        for _ in 0..LOOKS {
            if cart.len() == wanted {
                break;
            }
            let product = self.pick_product(store)?;
            let variants: Vec<u32> = product.variants.iter().map(|variant| variant.id).collect();
            let variant_id = self.pick(&variants)?;
            let most = room(store, variant_id).unwrap_or(GREED).min(GREED);
            if most > 0 && product.is_visible && accepts(product) && !products.contains(&product.id) {
                products.push(product.id);
                let quantity = self.random.random_range(1..=most);
                cart.push(NewLine::variant(variant_id, u32::try_from(quantity).ok()?));
            }
        }
        (!cart.is_empty()).then_some(cart)
    }
}
