//! Goods, places and people of the warehouse as the contract has them.

use plugin_host_proto::v1;

use super::convert::{self, Wired, same};
use crate::{
    domain::{
        catalog::Tracking,
        store::{Store, StoreId},
    },
    warehouse::{
        changes::{self, ChangeKind},
        customers::Customer,
        items, places, stock,
    },
};

same!(ChangeKind: Item, Inventory, PickingOrder, Customer, Import);

pub(super) fn wire_site(division: &places::Division, site: places::Site) -> v1::Site {
    v1::Site {
        division: division.code.clone(),
        site: site.code,
        auto_delete_zero_quantity: site.auto_delete_zero,
        locations: site.locations.into_iter().map(|(_, code)| code).collect(),
    }
}

pub(super) fn wire_uom(division: &places::Division, uom: places::Uom) -> v1::Uom {
    v1::Uom { division: division.code.clone(), uom: uom.code, each_count: uom.each_count }
}

pub(super) fn wire_record(
    division: &places::Division,
    record: stock::InventoryRecord,
) -> v1::InventoryRecord {
    v1::InventoryRecord {
        division: division.code.clone(),
        site: record.site,
        location: record.location,
        item_number: record.item_number,
        name: record.name,
        uom: record.uom,
        on_hand: record.on_hand,
        changed_at: Some(convert::at(record.changed_at)),
    }
}

/// Ten-thousandths as a decimal without needless zeros, but with cents for prices.
fn decimal(value: Option<i64>, least_places: usize) -> String {
    let Some(value) = value else { return String::new() };
    let sign = if value < 0 { "-" } else { "" };
    let (whole, fraction) = (value.unsigned_abs() / 10_000, value.unsigned_abs() % 10_000);
    let mut digits = format!("{fraction:04}");
    while digits.len() > least_places && digits.ends_with('0') {
        digits.pop();
    }
    if digits.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{digits}") }
}

/// An item, with its bindings to the stores that the caller may know of.
pub(super) fn wire_item(division: &places::Division, item: items::Item, stores: &[Store]) -> v1::Item {
    let binding = |(store, product_id, variant_id, sku, tracking): (StoreId, i64, i64, String, Tracking)| {
        // Another store's bindings are not this key's business, even in a shared division.
        let store_id = stores.iter().find(|known| known.id == store)?.hash.clone();
        Some(v1::Binding { store_id, product_id, variant_id, sku, tracking: tracking.wire() })
    };
    v1::Item {
        division: division.code.clone(),
        item_number: item.number,
        name: item.fields.name,
        uom: item.uom,
        upc: item.fields.upc,
        price: decimal(item.fields.price, 2),
        currency: item.currency,
        weight: decimal(item.fields.weight, 0),
        on_hand: item.on_hand,
        bindings: item.bindings.into_iter().filter_map(binding).collect(),
    }
}

/// A customer, unless it is of a store that the caller does not know of.
pub(super) fn wire_customer(
    division: &places::Division,
    customer: Customer,
    stores: &[Store],
) -> Option<v1::Customer> {
    let store = stores.iter().find(|store| store.id == customer.store)?;
    Some(v1::Customer {
        division: division.code.clone(),
        customer_id: customer.id,
        store_id: store.hash.clone(),
        store_customer_id: customer.shopper.store_customer_id,
        name: customer.shopper.name,
        company: customer.shopper.company,
        email: customer.shopper.email,
        phone: customer.shopper.phone,
        address: customer.shopper.address,
    })
}

/// A change of the division.
pub(super) fn wire_change(kept: changes::Kept) -> v1::Change {
    v1::Change {
        number: kept.number,
        at: Some(convert::at(kept.at)),
        actor: kept.actor,
        run_id: kept.run.map_or(0, |run| run.0),
        kind: kept.change.kind.wire(),
        record: kept.change.record,
        field: kept.change.field,
        old_value: kept.change.old,
        new_value: kept.change.new,
    }
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn prices_keep_their_cents_and_weights_no_needless_zeros() {
        assert_eq!(decimal(Some(199_500), 2), "19.95");
        assert_eq!(decimal(Some(200_000), 2), "20.00");
        assert_eq!(decimal(Some(-5_001), 2), "-0.5001");
        assert_eq!(decimal(Some(20_000), 0), "2");
        assert_eq!(decimal(None, 2), "");
    }
}
