//! Picking orders: how far they are, and what people may do with them.

use super::{run::words, store::Missing};

/// How far a picking order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderState {
    /// It is to be picked.
    Open,
    /// It waits until what stands in its way is gone.
    OnHold,
    /// Everything was picked, or a person closed it.
    Closed,
    /// The store does not want it any more.
    Cancelled,
}

words!(OrderState { Open = "OPEN", OnHold = "ON_HOLD", Closed = "CLOSED", Cancelled = "CANCELLED" });

/// Something a person can do with a picking order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderAction {
    /// Take units for it.
    Pick,
    /// Ship what was picked.
    Ship,
    /// Close it with whatever was picked.
    Close,
    /// Open it again.
    Reopen,
    /// Cancel it.
    Cancel,
}

/// What of a picking order decides about what may be done with it.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and any of them may be true")]
pub struct Standing<'o> {
    /// Its number.
    pub number: &'o str,
    /// How far it is.
    pub state: OrderState,
    /// Why it is on hold or was cancelled; empty otherwise.
    pub problem: &'o str,
    /// Whether a person closed or cancelled it.
    pub by_hand: bool,
    /// Whether anything of it was picked.
    pub is_begun: bool,
    /// Whether nothing of it is left to pick.
    pub is_picked: bool,
    /// Whether the shopper comes for it.
    pub is_pickup: bool,
    /// Whether something of it is picked and not shipped.
    pub has_unshipped: bool,
}

impl OrderAction {
    /// Every action, in the order of their buttons.
    pub const ALL: [Self; 5] = [Self::Pick, Self::Ship, Self::Close, Self::Reopen, Self::Cancel];

    /// What stands in its way, if anything does.
    pub fn obstacle(self, order: Standing<'_>) -> Option<Missing> {
        let number = order.number;
        let (code, message) = match (self, order.state) {
            (Self::Pick, OrderState::Open) if order.is_picked => {
                ("NOTHING_TO_PICK", format!("{number} has nothing left to pick."))
            }
            (Self::Pick, OrderState::Open) => return None,
            (Self::Pick, _) => {
                let why = if order.problem.is_empty() { "it is closed" } else { order.problem };
                ("NOT_OPEN", format!("{number} cannot be picked: {why}."))
            }
            (Self::Ship, _) if order.is_pickup => {
                ("PICKUP", format!("{number} is picked up, so there is nothing to ship."))
            }
            (Self::Ship, _) if !order.has_unshipped => {
                ("NOTHING_TO_SHIP", format!("Nothing of {number} is picked and not shipped yet."))
            }
            (Self::Close | Self::Cancel, OrderState::Closed) => {
                ("CLOSED", format!("{number} is closed already."))
            }
            (Self::Close | Self::Cancel, OrderState::Cancelled) => {
                ("CANCELLED", format!("{number} is cancelled already."))
            }
            (Self::Cancel, _) if order.is_begun => {
                ("PICKED", format!("Something of {number} is picked: close it, or put the goods back."))
            }
            (Self::Reopen, OrderState::Open | OrderState::OnHold) => {
                ("OPEN", format!("{number} is open already."))
            }
            (Self::Reopen, OrderState::Cancelled) if !order.by_hand => {
                ("ENDED_BY_STORE", format!("{number} was ended by the store."))
            }
            (Self::Reopen, _) if order.is_picked => {
                ("NOTHING_TO_PICK", format!("{number} has nothing left to pick."))
            }
            _ => return None,
        };
        Some(Missing { code, message, field: "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: Standing<'_> = Standing {
        number: "BC-100",
        state: OrderState::Open,
        problem: "",
        by_hand: false,
        is_begun: false,
        is_picked: false,
        is_pickup: false,
        has_unshipped: false,
    };

    fn allowed(order: Standing<'_>) -> Vec<OrderAction> {
        OrderAction::ALL.into_iter().filter(|action| action.obstacle(order).is_none()).collect()
    }

    #[test]
    fn what_may_be_done_with_an_order_follows_from_how_far_it_is() {
        use OrderAction::{Cancel, Close, Pick, Reopen, Ship};
        assert_eq!(allowed(NEW), [Pick, Close, Cancel]);
        assert_eq!(
            allowed(Standing { state: OrderState::OnHold, problem: "no item", ..NEW }),
            [Close, Cancel]
        );
        let begun = Standing { is_begun: true, has_unshipped: true, ..NEW };
        assert_eq!(allowed(begun), [Pick, Ship, Close]);
        assert_eq!(allowed(Standing { is_pickup: true, ..begun }), [Pick, Close]);
        let picked = Standing { is_picked: true, state: OrderState::Closed, ..begun };
        assert_eq!(allowed(picked), [Ship]);
        assert_eq!(allowed(Standing { has_unshipped: false, ..picked }), []);
        assert_eq!(allowed(Standing { state: OrderState::Closed, by_hand: true, ..NEW }), [Reopen]);
        let cancelled = Standing { state: OrderState::Cancelled, ..NEW };
        assert_eq!(allowed(cancelled), [], "the store ended it");
        assert_eq!(allowed(Standing { by_hand: true, ..cancelled }), [Reopen]);
    }

    #[test]
    fn an_order_on_hold_says_why_it_cannot_be_picked() {
        let held = Standing { state: OrderState::OnHold, problem: "the store waits for the payment", ..NEW };
        let why = OrderAction::Pick.obstacle(held).unwrap();
        assert_eq!(why.message, "BC-100 cannot be picked: the store waits for the payment.");
    }
}
