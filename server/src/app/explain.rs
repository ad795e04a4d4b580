//! Why this number: everything that makes up the count the store shall show for an item.

use jiff::Timestamp;

use super::{App, Caller, Result};
use crate::{
    bigcommerce::Urgency,
    domain::{
        catalog::Tracking,
        configuration::{OpenOrders, StockDecrease},
        stock::DayEnd,
        store::Store,
    },
    warehouse::{
        counts, items,
        places::{self, Division},
        promised::{self, PromisedTo, Whose},
        stock,
    },
};

/// Why an item has its count.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The item's number.
    pub number: String,
    /// Its name.
    pub name: String,
    /// Site, location, units, and whether they count.
    pub places: Vec<(String, String, i64, bool)>,
    /// Which orders take away from it, or add to it.
    pub orders: Vec<PromisedTo>,
    /// What it amounts to.
    pub end: DayEnd,
    /// What the store was told last, when, and what it shows as far as is known.
    pub told: (Option<i64>, Option<Timestamp>, Option<i64>),
    /// Why no count is sent; empty where one is.
    pub not_sent: String,
}

impl App {
    /// Explains the count of an item of a store's division.
    pub async fn explain(&self, caller: &Caller, store: &Store, number: &str) -> Result<Explanation> {
        let saved = self.db.configuration(store.id).await?;
        let values = saved.map(|saved| saved.values).unwrap_or_default();
        let place = self.resolve_place(store, &values).await?;
        let division = self.division(caller, &values.division).await?;
        let item = self.item(&division, number).await?;
        let deducts_when_placed = match values.stock_decrease {
            StockDecrease::On => true,
            StockDecrease::Off => false,
            StockDecrease::FollowStore => {
                let api = self.api.store(&store.hash, self.db.token(store).await?, Urgency::Interactive);
                let deducts = api.settings().await?.decreases_when_placed;
                self.db.note_deduction(store, deducts).await?;
                deducts
            }
        };
        let mut others = division.stores.clone();
        others.retain(|other| values.open_orders == OpenOrders::Division && *other != store.id);
        let whose = Whose { store: store.id, deducts_when_placed, others };
        let all = promised::promised(&self.db, &whose, Some(item.id)).await?;
        let orders = promised::promised_to(&self.db, &whose, item.id).await?;
        let places = self.units_by_place(&division, item.id, &place.counted).await?;
        let on_hand = places.iter().filter(|(.., counts)| *counts).map(|(_, _, units, _)| units).sum();
        let own = item.bindings.iter().find(|binding| binding.0 == store.id);
        let told = match own {
            Some((_, product, variant, ..)) => counts::told(&self.db, store.id, (*product, *variant)).await?,
            None => (None, None, None),
        };
        let not_sent = match own {
            None => "it stands for nothing in this store",
            Some((.., Tracking::None)) => "the store does not track its stock",
            Some(_) if items::is_orphaned(&self.db, store.id, item.id).await? => {
                "its product is gone from the store"
            }
            Some(_) => "",
        };
        Ok(Explanation {
            number: item.number,
            name: item.fields.name,
            places,
            orders,
            end: DayEnd {
                on_hand,
                reserved: all.reserved(item.id),
                unsent: all.unsent(item.id),
                buffer: values.safety_buffer,
            },
            told,
            not_sent: not_sent.to_owned(),
        })
    }

    async fn units_by_place(
        &self,
        division: &Division,
        item: i64,
        counted: &[i64],
    ) -> Result<Vec<(String, String, i64, bool)>> {
        let units = stock::by_location(&self.db, item).await?;
        let mut found = Vec::new();
        for site in places::sites(&self.db, division.id).await? {
            for (id, code) in &site.locations {
                if let Some((_, on_hand)) = units.iter().find(|(location, _)| location == id) {
                    found.push((site.code.clone(), code.clone(), *on_hand, counted.contains(id)));
                }
            }
        }
        Ok(found)
    }
}
