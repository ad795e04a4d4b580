//! What is true: the goods on the shelf, what shoppers are owed, and what left the building.
//!
//! It counts physical units and knows nothing of how the server works out what to publish.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    history::Shop,
    places::{PLACES, scope},
};
use crate::sandbox::store::{self, Store};

/// How an order stands with its shopper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is not placed yet.
    Unplaced,
    /// It is paid and wanted now.
    Paid,
    /// The store has given some of the money back and wants the rest; its state says no more than that.
    PartlyRefunded,
    /// It is placed, and the store waits for something.
    Waits,
    /// It was cancelled, declined, refunded or archived.
    Ended,
    /// The store says that all of it has left.
    Done,
}

/// Goods of one kind.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and any of them may be true")]
#[derive(Clone, Debug, Default)]
pub(crate) struct Good {
    /// The product in the store.
    pub(crate) product: u32,
    /// Its variants: one, or two that share a count.
    pub(crate) variants: Vec<u32>,
    /// Units on the shelf, in each place.
    pub(crate) shelf: [i64; PLACES],
    /// Whether the store has it no more.
    pub(crate) vanished: bool,
    /// Whether somebody has changed the store's count since it was last published.
    pub(crate) counted: bool,
    /// By how many units in all.
    pub(crate) recounted: i64,
    /// Whether what an End of Day calls drift may be of their doing.
    pub(crate) may_drift: bool,
    /// Whether anything of it was ever refunded.
    pub(crate) refunded: bool,
    /// Whether the store was told its count, and nothing disturbed that.
    pub(crate) told: bool,
    /// Whether more was promised than is on the shelf, at any time since the store's count was last published.
    pub(crate) short: bool,
}

/// A line of an order.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// Its id in the store.
    pub(crate) id: u32,
    /// The consignment it goes with.
    pub(crate) consignment: u32,
    /// Whether the shopper comes for it.
    pub(crate) pickup: bool,
    /// What is ordered, by its place among the goods.
    pub(crate) good: usize,
    /// Units ordered.
    pub(crate) quantity: i64,
    /// Units whose price was given back.
    pub(crate) refunded: i64,
    /// Units that left before the warehouse was connected.
    pub(crate) before: i64,
    /// Units that the store counts as sent.
    pub(crate) sent: i64,
    /// Units taken from the shelf for it.
    pub(crate) picked: i64,
}

/// An order.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and any of them may be true")]
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// Its id in the store.
    pub(crate) id: u32,
    /// Its state in the store.
    pub(crate) status: u8,
    /// Whether it was archived.
    pub(crate) archived: bool,
    /// Whether a sync that began after it was placed has ended well.
    pub(crate) seen: bool,
    /// Whether picked goods of it were put back on the shelf, which nobody can tell the server.
    pub(crate) put_back: bool,
    /// The consignments whose picking orders the warehouse closed or cancelled by hand.
    pub(crate) closed: BTreeSet<i64>,
    /// Whether the store's people said that the shopper has come for it.
    pub(crate) collected: bool,
    /// Its lines.
    pub(crate) lines: Vec<Line>,
}

/// A shipment that the warehouse has asked for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The order, by its place.
    pub(crate) order: usize,
    /// The consignment.
    pub(crate) consignment: i64,
    /// Line ids and units.
    pub(crate) lines: BTreeMap<i64, i64>,
    /// Whether there ever was a reason for the store not to take it.
    pub(crate) refusable: bool,
}

/// The truth about a store and its warehouse.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    /// Whether the store deducts when an order is placed.
    pub(crate) deducts_when_placed: bool,
    /// Whether the store sells from each place.
    pub(crate) sold_from: [bool; PLACES],
    /// Units of each good that are never offered.
    pub(crate) buffer: i64,
    /// The goods.
    pub(crate) goods: Vec<Good>,
    /// The orders, oldest first.
    pub(crate) orders: Vec<Order>,
    /// The shipments asked for, oldest first.
    pub(crate) asked: Vec<Asked>,
}

impl Good {
    /// Takes note that the store was told a count; says whether people had changed it, and whether it was short.
    pub(crate) fn was_told(&mut self, disturbed: bool, in_doubt: bool) -> (bool, bool) {
        self.told = !disturbed && !in_doubt;
        // What they do while counts are sent may be found by the next End of Day.
        self.may_drift &= disturbed;
        self.recounted = 0;
        (std::mem::take(&mut self.counted), std::mem::take(&mut self.short))
    }
}

impl Line {
    /// Units the shopper is to get from this warehouse, over all time.
    pub(crate) fn wanted(&self) -> i64 {
        (self.quantity - self.refunded - self.before).max(0)
    }

    /// Units that are still to be taken from the shelf.
    pub(crate) fn to_take(&self) -> i64 {
        (self.wanted() - self.picked).max(0)
    }

    /// Units taken from the shelf that the shopper does not want any more.
    pub(crate) fn surplus(&self) -> i64 {
        (self.picked - self.wanted()).max(0)
    }

    /// Units taken from the shelf that the shopper wants and that are not in the store's books as sent.
    fn on_their_way(&self) -> i64 {
        (self.picked.min(self.wanted()) - (self.sent - self.before)).max(0)
    }
}

impl Order {
    /// How it stands with its shopper.
    pub(crate) fn standing(&self) -> Standing {
        match self.status {
            _ if self.archived => Standing::Ended,
            4..=6 => Standing::Ended,
            2 | 10 => Standing::Done,
            0 | 1 => Standing::Unplaced,
            14 => Standing::PartlyRefunded,
            7 | 12 | 13 => Standing::Waits,
            _ => Standing::Paid,
        }
    }

    /// Whether goods are promised to its shopper.
    pub(crate) fn is_promised(&self) -> bool {
        matches!(self.standing(), Standing::Paid | Standing::PartlyRefunded | Standing::Waits)
    }
}

impl Model {
    /// Looks at what people have done to the orders of the store.
    pub(crate) fn look(&mut self, store: &Store) {
        for order in &mut self.orders {
            let Some(now) = store.orders().get(&order.id) else { continue };
            (order.status, order.archived) = (now.status, now.is_deleted);
            for line in &mut order.lines {
                if let Some(now) = now.lines.iter().find(|now| now.id == line.id) {
                    line.quantity = i64::from(now.quantity);
                    line.refunded = i64::from(now.refunded);
                    line.sent = i64::from(now.shipped);
                }
            }
        }
        for good in 0..self.goods.len() {
            self.goods[good].short |= self.to_take(good) + self.buffer > self.on_sale(good);
        }
        for asked in 0..self.asked.len() {
            let refusable = self.is_refusable(&self.asked[asked]);
            self.asked[asked].refusable |= refusable;
        }
    }

    /// Takes note of what the store's people chose.
    pub(crate) fn choose(&mut self, shop: Shop) {
        self.sold_from = scope(shop.scope).sold_from;
        self.buffer = shop.buffer.into();
    }

    /// Takes note of an order that was placed.
    pub(crate) fn placed(&mut self, order: &store::Order) {
        let good = |variant: u32| self.goods.iter().position(|good| good.variants.contains(&variant));
        let lines = order.lines.iter().filter_map(|line| {
            Some(Line {
                id: line.id,
                consignment: line.address_id.max(line.pickup_id),
                pickup: line.pickup_id > 0,
                good: good(line.variant_id?)?,
                quantity: i64::from(line.quantity),
                refunded: i64::from(line.refunded),
                before: i64::from(line.shipped),
                sent: i64::from(line.shipped),
                picked: 0,
            })
        });
        let order = Order {
            id: order.id,
            status: order.status,
            archived: false,
            seen: false,
            put_back: false,
            closed: BTreeSet::new(),
            collected: false,
            lines: lines.collect(),
        };
        self.orders.push(order);
    }

    /// Whatever the store's count of an order's goods does from now on, nobody is told why.
    pub(crate) fn let_drift(&mut self, order: usize) {
        for line in &self.orders[order].lines {
            self.goods[line.good].may_drift = true;
        }
    }

    /// Whether the store may say no to a shipment, with everything that was asked for before it.
    fn is_refusable(&self, asked: &Asked) -> bool {
        let lines = &self.orders[asked.order].lines;
        lines.iter().any(|line| {
            let of_line = |asked: &Asked| asked.lines.get(&i64::from(line.id)).copied().unwrap_or_default();
            let all: i64 = self.asked.iter().map(of_line).sum();
            of_line(asked) > 0 && all > line.quantity - line.refunded - line.before
        })
    }

    /// Units of some goods that the store may show, now that nothing is on its way.
    pub(crate) fn sellable(&self, good: usize) -> i64 {
        let shelf = self.on_sale(good);
        let left = if self.deducts_when_placed {
            shelf - self.to_take(good)
        } else {
            // Such a store shows what is in the building: it deducts what has left by itself.
            shelf + self.promised(good).map(Line::on_their_way).sum::<i64>()
        };
        (left - self.buffer).max(0)
    }

    /// Units of some goods in the places that the store sells from.
    fn on_sale(&self, good: usize) -> i64 {
        self.goods[good]
            .shelf
            .iter()
            .zip(self.sold_from)
            .filter(|(_, sold)| *sold)
            .map(|(units, _)| units)
            .sum()
    }

    /// Units of some goods that are still to be taken from the shelf.
    fn to_take(&self, good: usize) -> i64 {
        self.promised(good).map(Line::to_take).sum()
    }

    fn promised(&self, good: usize) -> impl Iterator<Item = &Line> {
        let promised = self.orders.iter().filter(|order| order.is_promised());
        promised.flat_map(|order| &order.lines).filter(move |line| line.good == good)
    }

    /// The name of some goods in a story.
    pub(crate) fn name(good: usize) -> char {
        char::from(b'A' + u8::try_from(good % 26).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::{BTreeSet, Good, Line, Model, Order, PLACES};

    fn good(shelf: [i64; PLACES]) -> Good {
        Good { product: 1, variants: vec![1], shelf, ..Good::default() }
    }

    fn model(deducts_when_placed: bool, status: u8, line: Line) -> Model {
        let order = Order {
            id: 1,
            status,
            archived: false,
            seen: true,
            put_back: false,
            closed: BTreeSet::new(),
            collected: false,
            lines: vec![line],
        };
        let sold_from = [true, false, true, false];
        Model {
            deducts_when_placed,
            sold_from,
            goods: vec![good([8, 7, 2, 7])],
            orders: vec![order],
            ..Model::default()
        }
    }

    fn line(quantity: i64, refunded: i64, picked: i64, sent: i64) -> Line {
        Line { id: 1, consignment: 1, pickup: false, good: 0, quantity, refunded, before: 0, sent, picked }
    }

    #[test]
    fn what_is_owed_from_the_shelf_is_not_sold_again() {
        assert_eq!(model(true, 11, line(3, 0, 0, 0)).sellable(0), 7);
        assert_eq!(model(true, 12, line(3, 1, 0, 0)).sellable(0), 8);
        assert_eq!(model(true, 11, line(3, 0, 2, 0)).sellable(0), 9);
        assert_eq!(model(true, 5, line(3, 0, 2, 0)).sellable(0), 10);
        assert_eq!(model(true, 0, line(3, 0, 0, 0)).sellable(0), 10);
        assert_eq!(Model { buffer: 2, ..model(true, 11, line(3, 0, 0, 0)) }.sellable(0), 5);
    }

    #[test]
    fn a_store_that_deducts_when_it_ships_shows_what_has_not_left() {
        assert_eq!(model(false, 11, line(3, 0, 0, 0)).sellable(0), 10);
        assert_eq!(model(false, 11, line(3, 0, 2, 0)).sellable(0), 12);
        assert_eq!(model(false, 3, line(3, 0, 2, 2)).sellable(0), 10);
        assert_eq!(model(false, 5, line(3, 0, 2, 0)).sellable(0), 10);
    }
}
