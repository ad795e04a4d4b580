//! What people do with picking orders.

use super::{App, Caller, Error, Result};
use crate::{
    db::Tx,
    domain::{
        carrier::{PROVIDERS, provider_in},
        configuration::{Configuration, ShipmentRule, Violation},
        picking::{OrderAction, OrderState},
        store::{Store, StoreId},
    },
    warehouse::{
        changes::{self, Change, ChangeKind, Origin},
        items, order_states,
        orders::{self, PickingOrder, differences},
        picks::{self, NotPicked, Pick},
        places::{self, Division},
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
    /// What the parcel says, where the pick brings about a shipment.
    pub parcel: Parcel,
    /// What makes the request happen once.
    pub request_id: String,
}

/// What a parcel says of its way.
#[derive(Clone, Debug, Default)]
pub struct Parcel {
    /// BigCommerce's code of the provider; may be empty.
    pub provider: String,
    /// The carrier's number; may be empty.
    pub tracking_number: String,
}

/// What was picked of a picking order leaves the warehouse.
#[derive(Clone, Debug)]
pub struct ShipRequest {
    /// Code of the division; may be empty.
    pub division: String,
    /// Number of the picking order.
    pub number: String,
    /// What the parcel says.
    pub parcel: Parcel,
    /// What makes the request happen once.
    pub request_id: String,
}

impl Parcel {
    fn violations(&self) -> Vec<Violation> {
        let mut wrong = Vec::new();
        if !self.provider.is_empty() && !PROVIDERS.iter().any(|(code, _)| *code == self.provider) {
            let codes = PROVIDERS.map(|(code, _)| code).join(", ");
            wrong.push(Violation::new("provider", format!("Use one of {codes}, or leave it empty.")));
        }
        if self.tracking_number.chars().count() > 50 {
            wrong.push(Violation::new("tracking_number", "Use at most 50 characters."));
        }
        wrong
    }
}

impl App {
    /// What the numbers of a store's picking orders begin with: unique where stores share a division (OQ-28, H).
    pub async fn order_prefix(&self, store: &Store, values: &Configuration, division: i64) -> Result<String> {
        if let Some(prefix) = &values.order_prefix {
            return Ok(prefix.clone());
        }
        let divisions = places::divisions(&self.db, Some(store.id)).await?;
        let is_shared = divisions.iter().any(|one| one.id == division && one.stores.len() > 1);
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

    /// A picking order as it is now, which nobody else changes until the transaction ends.
    async fn locked(&self, tx: &mut Tx, order: &PickingOrder) -> Result<PickingOrder> {
        self.db.lock_store(tx, order.of.0).await?;
        let of_order = orders::of_orders(tx, order.of.0, vec![order.of.1]).await?;
        let found = of_order.into_iter().find(|one| one.id == order.id);
        found.ok_or_else(|| Error::NotFound(format!("picking order {}", order.number)))
    }

    /// Takes units for an order, once for each request.
    pub async fn pick(&self, caller: &Caller, asked: PickRequest) -> Result<(Division, PickingOrder)> {
        let mut wrong = asked.parcel.violations();
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
        let mut tx = self.db.begin().await?;
        // A sync that follows this very order waits, or is seen; so is whoever picks of it at the same moment.
        let order = self.locked(&mut tx, &order).await?;
        if picks::is_done(&self.db, &own_id(order.of.0, &asked.request_id)).await? {
            return Ok((division, order));
        }
        let site = self.site(&division, &asked.site).await?;
        let location = site.locations.iter().find(|(_, code)| code.eq_ignore_ascii_case(&asked.location));
        let location = location
            .ok_or_else(|| Error::NotFound(format!("location {} in site {}", asked.location, site.code)))?;
        let item = self.item(&division, &asked.item_number).await?;
        let line = line_to_pick(&order, &item, asked.units)?;
        let pick = Pick {
            store: order.of.0,
            order: order.id,
            line,
            item: item.id,
            location: location.0,
            units: asked.units,
            actor: caller.name(),
            request_id: own_id(order.of.0, &asked.request_id),
        };
        match picks::pick(&self.db, &mut tx, &pick, !site.auto_delete_zero).await? {
            Ok(left) => {
                let mut after = order.clone();
                after
                    .lines
                    .iter_mut()
                    .filter(|one| one.line_id == line)
                    .for_each(|one| one.picked += asked.units);
                orders::complete_kits(&mut after.lines);
                let closes = after.is_picked();
                if closes {
                    after.header.state = OrderState::Closed;
                }
                let field = format!("on hand in {} / {}", site.code, location.1);
                let stock = Change::of(
                    ChangeKind::Inventory,
                    &item.number,
                    &field,
                    (left + asked.units).to_string(),
                    left.to_string(),
                );
                let changes = stock.into_iter().chain(differences(Some(&order), &after)).collect();
                self.note_changes(&mut tx, caller, division.id, order.of.0, changes).await?;
                self.owe(&mut tx, caller, &after, closes, (&asked.parcel, &pick.request_id)).await?;
                tx.commit(&self.bus).await?;
                self.request_shipments().await?;
            }
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
        let mut wrong = asked.parcel.violations();
        if asked.request_id.is_empty() {
            wrong.push(Violation::new(
                "request_id",
                "Send an id of your own, so that a repeat ships nothing more.",
            ));
        }
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        let division = self.division(caller, &asked.division).await?;
        let order = self.picking_order(caller, &division, &asked.number).await?;
        let mut tx = self.db.begin().await?;
        // Of two who ship at the same moment, the second one sees what the first has shipped.
        let order = self.locked(&mut tx, &order).await?;
        if shipments::is_done(&self.db, &own_id(order.of.0, &asked.request_id)).await? {
            return Ok((division, order));
        }
        let unshipped = shipments::unshipped(&mut tx, order.id).await?;
        check(OrderAction::Ship, &order, !unshipped.is_empty())?;
        let request_id = own_id(order.of.0, &asked.request_id);
        self.owe_shipment(&mut tx, caller, &order, (&asked.parcel, &request_id)).await?;
        tx.commit(&self.bus).await?;
        // Where this fails, the next second asks again.
        self.request_shipments().await?;
        Ok((division, order))
    }

    /// Owes the store what a pick, or the end of an order, is to bring about as configured (OQ-30, amendment I).
    async fn owe(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        order: &PickingOrder,
        closes: bool,
        (parcel, request_id): (&Parcel, &str),
    ) -> Result<()> {
        let saved = self.db.configuration(order.of.0).await?;
        let values = saved.map(|saved| saved.values).unwrap_or_default();
        if closes {
            let of = (order.of.0, order.of.1);
            order_states::owe_completed(&self.db, tx, of, values.pickup_rule).await?;
        }
        if order.is_pickup() {
            return Ok(());
        }
        let now = match values.shipment_rule {
            ShipmentRule::OnClose => closes,
            ShipmentRule::EachPick => true,
            ShipmentRule::ByHand => false,
        };
        if now {
            let request_id = format!("{request_id}/shipment");
            self.owe_shipment(tx, caller, order, (parcel, &request_id)).await?;
        }
        Ok(())
    }

    /// Writes down a shipment of what is picked and not shipped, if anything is.
    async fn owe_shipment(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        order: &PickingOrder,
        (parcel, request_id): (&Parcel, &str),
    ) -> Result<()> {
        let provider = match parcel.provider.as_str() {
            "" => provider_in(&order.header.method),
            provider => provider,
        };
        let parcel = (provider, parcel.tracking_number.as_str());
        let by = (caller.name(), request_id.to_owned());
        let change = shipments::owe_picked(&self.db, tx, order, parcel, by).await?;
        let division = orders::division_of(tx, order.id).await?;
        self.note_changes(tx, caller, division, order.of.0, change.into_iter().collect()).await
    }

    /// Keeps the history of what a person changed.
    pub(super) async fn note_changes(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        division: i64,
        store: StoreId,
        changes: Vec<Change>,
    ) -> Result<()> {
        let origin = Origin { division, store: Some(store), actor: caller.name(), run: None };
        Ok(changes::note(&self.db, tx, &origin, changes).await?)
    }

    /// Closes an order with whatever was picked of it.
    pub async fn close_order(
        &self,
        caller: &Caller,
        (division, number): (&str, &str),
        parcel: &Parcel,
    ) -> Result<(Division, PickingOrder)> {
        let wrong = parcel.violations();
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        let division = self.division(caller, division).await?;
        let order = self.picking_order(caller, &division, number).await?;
        let to = (OrderAction::Close, OrderState::Closed, "");
        self.give_state(caller, &division, &order, to, Some(parcel)).await
    }

    /// Opens an order again that a person closed or cancelled.
    pub async fn reopen_order(
        &self,
        caller: &Caller,
        division: &str,
        number: &str,
    ) -> Result<(Division, PickingOrder)> {
        let division = self.division(caller, division).await?;
        let order = self.picking_order(caller, &division, number).await?;
        self.give_state(caller, &division, &order, (OrderAction::Reopen, OrderState::Open, ""), None).await
    }

    /// Cancels an order of which nothing is picked; the store's order stays as it is, and its goods stay promised.
    pub async fn cancel_order(
        &self,
        caller: &Caller,
        division: &str,
        number: &str,
    ) -> Result<(Division, PickingOrder)> {
        let division = self.division(caller, division).await?;
        let order = self.picking_order(caller, &division, number).await?;
        let to = (OrderAction::Cancel, OrderState::Cancelled, "it was cancelled here");
        self.give_state(caller, &division, &order, to, None).await
    }

    /// Gives an order a state by hand; with a parcel, what was picked of it may be owed to the store.
    async fn give_state(
        &self,
        caller: &Caller,
        division: &Division,
        order: &PickingOrder,
        (action, state, problem): (OrderAction, OrderState, &str),
        parcel: Option<&Parcel>,
    ) -> Result<(Division, PickingOrder)> {
        let mut tx = self.db.begin().await?;
        let order = self.locked(&mut tx, order).await?;
        if order.header.state == state {
            return Ok((division.clone(), order));
        }
        check(action, &order, false)?;
        picks::set_state(&self.db, &mut tx, order.id, (state, problem)).await?;
        let mut after = order.clone();
        (after.header.state, after.header.problem) = (state, problem.to_owned());
        let changes = differences(Some(&order), &after);
        self.note_changes(&mut tx, caller, division.id, order.of.0, changes).await?;
        if let Some(parcel) = parcel {
            let request_id = format!("close/{}/{}", order.id, self.db.clock.now().as_millisecond());
            self.owe(&mut tx, caller, &order, true, (parcel, &request_id)).await?;
        }
        tx.commit(&self.bus).await?;
        self.request_shipments().await?;
        Ok((division.clone(), self.picking_order(caller, division, &order.number).await?))
    }
}

/// The id of a request among those of all stores: two stores may use the same.
fn own_id(store: StoreId, request_id: &str) -> String {
    format!("{}/{request_id}", store.0)
}

/// Refuses what cannot be done with an order as it is.
fn check(action: OrderAction, order: &PickingOrder, has_unshipped: bool) -> Result<()> {
    match action.obstacle(order.standing(has_unshipped)) {
        Some(obstacle) => Err(Error::NotReady(vec![obstacle])),
        None => Ok(()),
    }
}

/// The line of an order that units of an item are picked for.
fn line_to_pick(order: &PickingOrder, item: &items::Item, units: i64) -> Result<i64> {
    check(OrderAction::Pick, order, false)?;
    let mut of_item =
        order.lines.iter().filter(|line| line.item_id == Some(item.id) && !line.is_kit).peekable();
    if of_item.peek().is_none() {
        if order.lines.iter().any(|line| line.item_id == Some(item.id)) {
            let message = format!("{} is a kit: pick its parts, and it is complete with them.", item.number);
            return Err(Error::Refused(message));
        }
        return Err(Error::Refused(format!("{} does not ask for {}.", order.number, item.number)));
    }
    let line = of_item.find(|line| line.ordered - line.picked >= units);
    line.map(|line| line.line_id).ok_or_else(|| {
        Error::Refused(format!("{} asks for fewer than {units} more units of {}.", order.number, item.number))
    })
}
