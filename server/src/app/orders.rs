//! What people do with picking orders.

use super::{App, Caller, Error, Result};
use crate::{
    domain::{carrier::PROVIDERS, configuration::Violation, store::Store},
    warehouse::{
        items,
        orders::{self, PickingOrder},
        picks::{self, NotPicked, Pick},
        places::{self, Division, PlaceIds},
        shipments,
    },
};

/// Units to take for a line of a picking order.
#[derive(Clone, Debug)]
pub struct PickRequest {
    /// Code of the division; may be empty.
    pub division: String,
    /// Number of the picking order.
    pub number: String,
    /// The item to take.
    pub item_number: String,
    /// How many.
    pub units: i64,
    /// Code of the site.
    pub site: String,
    /// Code of the location.
    pub location: String,
    /// What makes the request happen once.
    pub request_id: String,
}

/// What was picked of a picking order leaves the warehouse.
#[derive(Clone, Debug)]
pub struct ShipRequest {
    /// Code of the division; may be empty.
    pub division: String,
    /// Number of the picking order.
    pub number: String,
    /// BigCommerce's code of the provider; may be empty.
    pub provider: String,
    /// The carrier's number; may be empty.
    pub tracking_number: String,
    /// What makes the request happen once.
    pub request_id: String,
}

impl App {
    /// What the numbers of a store's picking orders begin with: unique where stores share a division (OQ-28, H).
    pub async fn order_prefix(&self, store: &Store, place: &PlaceIds) -> Result<String> {
        let divisions = places::divisions(&self.db, Some(store.id)).await?;
        let is_shared =
            divisions.iter().any(|division| division.id == place.division && division.stores.len() > 1);
        Ok(if is_shared { format!("BC-{}-", store.hash) } else { "BC-".to_owned() })
    }

    /// The picking order of a division with a number; in a shared division only one of the caller's own store.
    pub async fn picking_order(
        &self,
        caller: &Caller,
        division: &Division,
        number: &str,
    ) -> Result<PickingOrder> {
        let found = orders::by_number(&self.db, division.id, number).await?;
        let found = found.filter(|order| caller.only_store().is_none_or(|only| only == order.of.0));
        found.ok_or_else(|| Error::NotFound(format!("picking order {number} in division {}", division.code)))
    }

    /// Takes units for an order, once for each request.
    pub async fn pick(&self, caller: &Caller, asked: PickRequest) -> Result<(Division, PickingOrder)> {
        let mut wrong = Vec::new();
        if asked.units < 1 {
            wrong.push(Violation::new("units", "Say how many units were picked, at least 1."));
        }
        if asked.request_id.is_empty() {
            wrong.push(Violation::new(
                "request_id",
                "Send an id of your own, so that a repeat picks nothing more.",
            ));
        }
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        let division = self.division(caller, &asked.division).await?;
        let order = self.picking_order(caller, &division, &asked.number).await?;
        if picks::is_done(&self.db, &asked.request_id).await? {
            return Ok((division, order));
        }
        let site = self.site(&division, &asked.site).await?;
        let location = site.locations.iter().find(|(_, code)| code.eq_ignore_ascii_case(&asked.location));
        let location = location
            .ok_or_else(|| Error::NotFound(format!("location {} in site {}", asked.location, site.code)))?;
        let item = self.item(&division, &asked.item_number).await?;
        let line = line_to_pick(&order, &item, asked.units)?;
        let pick = Pick {
            order: order.id,
            line,
            item: item.id,
            location: location.0,
            units: asked.units,
            actor: caller.name(),
            request_id: asked.request_id,
        };
        let mut tx = self.db.begin().await?;
        // A sync that follows this very order waits, or is seen.
        self.db.lock_store(&mut tx, order.of.0).await?;
        match picks::pick(&self.db, &mut tx, &pick, !site.auto_delete_zero).await? {
            Ok(()) => tx.commit(&self.bus).await?,
            Err(NotPicked::NothingLeft) => {
                return Err(Error::Refused(format!("{} changed meanwhile: look at it again.", order.number)));
            }
            Err(NotPicked::NotThere) => {
                return Err(Error::Refused(format!(
                    "{} / {} has fewer than {} units of {}: pick elsewhere, or count it and adjust its inventory.",
                    site.code, location.1, asked.units, item.number
                )));
            }
        }
        let order = self.picking_order(caller, &division, &asked.number).await?;
        Ok((division, order))
    }

    /// Ships what was picked of an order and not shipped yet, once for each request.
    pub async fn ship(&self, caller: &Caller, asked: ShipRequest) -> Result<(Division, PickingOrder)> {
        let mut wrong = Vec::new();
        if asked.request_id.is_empty() {
            wrong.push(Violation::new(
                "request_id",
                "Send an id of your own, so that a repeat ships nothing more.",
            ));
        }
        if !asked.provider.is_empty() && !PROVIDERS.iter().any(|(code, _)| *code == asked.provider) {
            let codes = PROVIDERS.map(|(code, _)| code).join(", ");
            wrong.push(Violation::new("provider", format!("Use one of {codes}, or leave it empty.")));
        }
        if asked.tracking_number.chars().count() > 50 {
            wrong.push(Violation::new("tracking_number", "Use at most 50 characters."));
        }
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        let division = self.division(caller, &asked.division).await?;
        let order = self.picking_order(caller, &division, &asked.number).await?;
        let (store_id, _, consignment) = order.of;
        if consignment == 0 || order.header.ship_to.is_empty() {
            return Err(Error::Refused(format!(
                "{} is picked up, so there is nothing to ship.",
                order.number
            )));
        }
        let mut tx = self.db.begin().await?;
        // Of two who ship at the same moment, the second one sees what the first has shipped.
        self.db.lock_store(&mut tx, store_id).await?;
        if shipments::is_done(&self.db, &asked.request_id).await? {
            return Ok((division, order));
        }
        let shipped = shipments::shipped_units(&self.db, order.id).await?;
        let left = order.lines.iter().map(|line| {
            (line.line_id, line.picked - shipped.get(&line.line_id).copied().unwrap_or_default())
        });
        let lines: Vec<(i64, i64)> = left.filter(|(_, units)| *units > 0).collect();
        if lines.is_empty() {
            return Err(Error::Refused(format!(
                "Nothing of {} is picked and not shipped yet.",
                order.number
            )));
        }
        let new = shipments::NewShipment {
            store: store_id,
            picking_order: order.id,
            provider: asked.provider,
            tracking_number: asked.tracking_number,
            lines,
            actor: caller.name(),
            request_id: asked.request_id,
        };
        shipments::owe(&self.db, &mut tx, &new).await?;
        tx.commit(&self.bus).await?;
        // Where this fails, the next second asks again.
        self.request_shipments().await?;
        Ok((division, order))
    }

    /// Closes an order with whatever was picked of it.
    pub async fn close_order(
        &self,
        caller: &Caller,
        division: &str,
        number: &str,
    ) -> Result<(Division, PickingOrder)> {
        let division = self.division(caller, division).await?;
        let order = self.picking_order(caller, &division, number).await?;
        let mut tx = self.db.begin().await?;
        self.db.lock_store(&mut tx, order.of.0).await?;
        picks::close(&self.db, &mut tx, order.id).await?;
        tx.commit(&self.bus).await?;
        let order = self.picking_order(caller, &division, number).await?;
        Ok((division, order))
    }
}

/// The line of an order that units of an item are picked for.
fn line_to_pick(order: &PickingOrder, item: &items::Item, units: i64) -> Result<i64> {
    if order.header.state != orders::OrderState::Open {
        let why = if order.header.problem.is_empty() { "it is closed" } else { &order.header.problem };
        return Err(Error::Refused(format!("{} cannot be picked: {why}.", order.number)));
    }
    let mut of_item = order.lines.iter().filter(|line| line.item_id == Some(item.id)).peekable();
    if of_item.peek().is_none() {
        return Err(Error::Refused(format!("{} does not ask for {}.", order.number, item.number)));
    }
    let line = of_item.find(|line| line.ordered - line.picked >= units);
    line.map(|line| line.line_id).ok_or_else(|| {
        Error::Refused(format!("{} asks for fewer than {units} more units of {}.", order.number, item.number))
    })
}
