//! Turns what is in the cart into an order.

use super::cart::{Buyer, Goods, NewLine, NewOrder};
use super::order::{Address, Consignment, Line, LineKind, Order, Pickup};
use super::{Money, Store};

impl Store {
    /// Places an order and takes its stock by the store's own rule; gives its id.
    pub fn place_order(&mut self, new: NewOrder) -> u32 {
        let id = self.orders.last_key_value().map_or(100, |(id, _)| id + 1);
        let placed_at = new.placed_at.unwrap_or_else(|| self.clock.now());
        let (billing, book) = self.addresses_of(&new.buyer);
        let ships = new.lines.iter().any(|line| line.pickup.is_none() && self.brings_things(line));
        let consignments: Vec<Consignment> = (0..if ships { new.addresses } else { 0 })
            .zip(book.iter().cycle())
            .map(|(_, address)| Consignment {
                id: self.child_id(),
                address: address.clone(),
                shipping_method: "Flat Rate".to_owned(),
            })
            .collect();
        let pickups = self.pickups(&new.lines);
        let mut lines = Vec::new();
        for line in &new.lines {
            self.add_line(&mut lines, line, &consignments, &pickups);
        }
        let order = Order {
            id,
            customer_id: match new.buyer {
                Buyer::Customer(id) => id,
                Buyer::Guest(_) => 0,
            },
            status: new.status,
            created_at: placed_at,
            modified_at: placed_at,
            shipped_at: None,
            channel_id: new.channel_id,
            billing,
            consignments,
            pickups,
            lines,
            shipments: Vec::new(),
            customer_message: new.customer_message,
            is_deleted: false,
        };
        self.orders.insert(id, order);
        self.balance_stock(id);
        id
    }

    /// One pickup for each location where something is picked up; a location that is unknown ships instead.
    fn pickups(&mut self, lines: &[NewLine]) -> Vec<Pickup> {
        let mut pickups: Vec<Pickup> = Vec::new();
        for location_id in lines.iter().filter_map(|line| line.pickup) {
            let known = pickups.iter().any(|pickup| pickup.location.id == location_id);
            if let (false, Some(place)) = (known, self.surroundings.place(location_id)) {
                let location = self.surroundings.locations[place].clone();
                pickups.push(Pickup { id: self.child_id(), location });
            }
        }
        pickups
    }

    /// Adds a line, and one for each variant that it brings along.
    fn add_line(
        &mut self,
        lines: &mut Vec<Line>,
        new: &NewLine,
        consignments: &[Consignment],
        pickups: &[Pickup],
    ) {
        let pickup = pickups.iter().find(|pickup| Some(pickup.location.id) == new.pickup);
        let address = consignments.get(new.address).filter(|_| pickup.is_none());
        let bring = |line: Line| match line.kind {
            LineKind::Physical => Line {
                address_id: address.map_or(0, |consignment| consignment.id),
                pickup_id: pickup.map_or(0, |pickup| pickup.id),
                ..line
            },
            _ => line,
        };
        let line = self.line(&new.goods, new.quantity);
        let parent_id = Some(line.id);
        lines.push(bring(line));
        for &(variant_id, each) in &new.bundle {
            let part = self.line(&Goods::Variant(variant_id), each * new.quantity);
            lines.push(bring(Line { parent_id, price: Money::default(), ..part }));
        }
    }

    /// A line that goes nowhere yet.
    fn line(&mut self, goods: &Goods, quantity: u32) -> Line {
        let mut line = Line {
            id: self.child_id(),
            product_id: 0,
            variant_id: None,
            address_id: 0,
            pickup_id: 0,
            parent_id: None,
            name: "Unknown item".to_owned(),
            sku: String::new(),
            kind: LineKind::Physical,
            price: Money::cents(500),
            quantity,
            shipped: 0,
            refunded: 0,
            options: Vec::new(),
            taken: 0,
        };
        match goods {
            Goods::Variant(id) => {
                line.variant_id = Some(*id);
                if let Some((product, variant)) = self.shelf.variant(*id) {
                    let sku = if variant.sku.is_empty() { &product.sku } else { &variant.sku };
                    line.product_id = product.id;
                    line.name.clone_from(&product.name);
                    line.sku.clone_from(sku);
                    line.kind = product.kind.into();
                    line.price = variant.price.unwrap_or(product.price);
                    line.options.clone_from(&variant.values);
                }
            }
            Goods::Custom(name) => line.name.clone_from(name),
            Goods::GiftCertificate(recipient) => {
                "Gift certificate".clone_into(&mut line.name);
                line.kind = LineKind::GiftCertificate { recipient: recipient.clone() };
                line.price = Money::cents(2_500);
            }
        }
        line
    }

    /// Whether a line, or anything it brings along, is a thing.
    fn brings_things(&self, line: &NewLine) -> bool {
        let is_thing = |variant_id: u32| {
            let sold = self.shelf.variant(variant_id);
            sold.is_none_or(|(product, _)| LineKind::from(product.kind) == LineKind::Physical)
        };
        let own = match line.goods {
            Goods::Variant(id) => is_thing(id),
            Goods::Custom(_) => true,
            Goods::GiftCertificate(_) => false,
        };
        own || line.bundle.iter().any(|&(variant_id, _)| is_thing(variant_id))
    }

    /// Whom an order is billed to, and the addresses it may ship to.
    fn addresses_of(&self, buyer: &Buyer) -> (Address, Vec<Address>) {
        let customer = match buyer {
            Buyer::Customer(id) => self.customers.get(id),
            Buyer::Guest(email) => {
                let billing = Address { email: email.clone(), ..Address::of("Jane", "Doe") };
                return (billing.clone(), vec![billing]);
            }
        };
        let Some(customer) = customer else {
            return self.addresses_of(&Buyer::default());
        };
        let with_email = |address: Address| Address { email: customer.email.clone(), ..address };
        let mut book: Vec<Address> =
            customer.addresses.iter().map(|entry| with_email(entry.address.clone())).collect();
        if book.is_empty() {
            let address = Address::of(&customer.first_name, &customer.last_name);
            book.push(with_email(Address { company: customer.company.clone(), ..address }));
        }
        (book[0].clone(), book)
    }
}
