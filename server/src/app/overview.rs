//! The last days of a store, for a glance at them.

use jiff::{Timestamp, ToSpan as _, civil::Date};

use super::{App, Result, runs::zone};
use crate::{
    db::SyncCursor,
    domain::{run::PhaseKind, store::Store},
    warehouse::overview::{self, Day, Progress},
};

/// The last days of a store.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The days, oldest first; the last one is today.
    pub days: Vec<(Date, Day)>,
    /// How far today's orders are.
    pub today: Progress,
    /// How far orders have been read.
    pub cursor: Option<SyncCursor>,
    /// The zone the days are meant in.
    pub time_zone: String,
}

impl App {
    /// The last days of a store, today among them.
    pub async fn overview(&self, store: &Store, days: i64) -> Result<Overview> {
        let saved = self.db.configuration(store.id).await?;
        let zone = zone(&saved.map(|saved| saved.values).unwrap_or_default(), store);
        let today = self.db.clock.now().to_zoned(zone.clone()).date();
        // A day begins when the clocks on the wall say so, also where they are changed at midnight.
        let begins = |date: Date| date.to_zoned(zone.clone()).map_or(Timestamp::MAX, |at| at.timestamp());
        let dates: Vec<Date> = (0..days).rev().map(|back| today.saturating_sub(back.days())).collect();
        let mut bounds: Vec<Timestamp> = dates.iter().copied().map(begins).collect();
        let began = bounds.last().copied().unwrap_or_default();
        bounds.push(begins(today.saturating_add(1.day())));
        let figures = overview::days(&self.db, store.id, &bounds).await?;
        Ok(Overview {
            days: dates.into_iter().zip(figures).collect(),
            today: overview::progress(&self.db, store.id, began).await?,
            cursor: self.db.cursor(store.id, PhaseKind::PickingOrders).await?,
            time_zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        })
    }
}
