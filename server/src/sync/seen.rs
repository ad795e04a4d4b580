//! Counts are accepted at once and shown later (facts section 7): what was sent last is waited for.

use std::time::Duration;

use tokio::time::Instant;

use super::{Error, Result, Work};

/// How many of the counts are looked at: the store takes them over in the order in which it accepted them.
const LOOKED_AT: usize = 50;

/// A count that was sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    /// The product and the variant.
    pub(super) of: (i64, i64),
    /// What the store showed before.
    pub(super) before: i64,
    /// What was sent.
    pub(super) quantity: i64,
}

/// Waits until the store shows what was sent; false when it does not for as long as a write may leave traces.
pub(super) async fn is_shown(work: &Work, sent: &[Sent]) -> Result<bool> {
    let last = &sent[sent.len().saturating_sub(LOOKED_AT)..];
    if last.is_empty() || work.dry_run {
        return Ok(true);
    }
    let variants: Vec<i64> = last.iter().map(|sent| sent.of.1).collect();
    let began = Instant::now();
    let mut pause = Duration::from_millis(250);
    loop {
        let rows = work.api.inventory_of(&variants).await?;
        let shows = |sent: &Sent| {
            let row = rows.iter().find(|row| (row.product_id, row.variant_id) == sent.of);
            let here = row?.on_hand.iter().find(|(at, _)| *at == work.configuration.store_location_id);
            here.map(|(_, units)| *units)
        };
        if are_shown(last, shows) {
            return Ok(true);
        }
        if began.elapsed() > work.patience.settled() {
            return Ok(false);
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => pause = (pause * 2).min(Duration::from_secs(5)),
            () = work.stop.cancelled() => return Err(Error::Stopped),
        }
    }
}

/// Whether most counts are nearer to what was sent than to what was there before: shoppers go on buying meanwhile.
fn are_shown(sent: &[Sent], shows: impl Fn(&Sent) -> Option<i64>) -> bool {
    let is_shown = |sent: &&Sent| {
        let shows = shows(sent).unwrap_or_default();
        shows.abs_diff(sent.quantity) < shows.abs_diff(sent.before)
    };
    sent.iter().filter(is_shown).count() * 2 > sent.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_shown_when_most_are_nearer_to_what_was_sent() {
        let sent = |before, quantity| Sent { of: (1, 1), before, quantity };
        let shown = |before, quantity, shows| are_shown(&[sent(before, quantity)], |_| Some(shows));
        assert!(shown(5, 20, 20));
        assert!(shown(5, 20, 17), "three were sold since");
        assert!(!shown(5, 20, 5));
        assert!(!shown(5, 20, 2), "three were sold, and the count is on its way");
        let two = [sent(5, 20), sent(8, 9)];
        assert!(!are_shown(&two, |sent| Some(sent.before)));
        assert!(are_shown(&two, |sent| Some(sent.quantity)));
        assert!(are_shown(&[sent(0, 3)], |_| Some(3)));
    }
}
