//! What shoppers do, and the people of the store.

use super::{
    history::Shop,
    model::{Good, Model},
    places::PLACES,
    step::Step,
};
use crate::sandbox::store::{
    Level, NewLine, NewOrder, NewShipment, OptionValue, Product, StockBehavior, Store, Tracking, Variant,
};

/// The states people move orders to.
const STATES: [u8; 6] = [11, 7, 12, 9, 13, 6];

/// Fills the store: its goods, the orders that are open already, and the model with both.
pub(super) fn open(shop: Shop, store: &mut Store) -> Model {
    let settings = &mut store.surroundings.inventory_settings;
    settings.update_stock_behavior = if shop.deducts_when_placed {
        StockBehavior::OrderPlaced
    } else {
        StockBehavior::OrderCompletedOrShipped
    };
    store.surroundings.shipping_moves_status = shop.shipping_moves_status;
    let mut model = Model { deducts_when_placed: shop.deducts_when_placed, ..Model::default() };
    model.choose(shop);
    for number in 0..shop.goods {
        let units = i64::from((shop.shelf + number * 3) % 10);
        let sku = format!("SKU-{}", Model::name(usize::from(number)));
        let pooled = shop.pooled > 0 && number % 3 == shop.pooled - 1;
        appear(store, &mut model, (&sku, pooled), units, units);
    }
    for number in 0..shop.open {
        let step = Step::Order { good: number, units: 1 + number, shape: number % 2 };
        happen(step, store, &mut model);
        let begun = model.orders.last().map(|order| (order.id, order.lines[0].clone()));
        // The second one has been begun by hand, before anybody thought of a warehouse.
        if let Some((id, line)) = begun
            && number == 1
            && model.goods[line.good].shelf[0] > 0
            && store.ship(id, NewShipment::of(line.consignment, [(line.id, 1)])).is_ok()
        {
            model.orders[1].lines[0].before = 1;
            model.goods[line.good].shelf[0] -= 1;
        }
    }
    model.look(store);
    model
}

/// Puts a product on sale, with one variant or with two that share a count.
fn appear(store: &mut Store, model: &mut Model, (sku, pooled): (&str, bool), in_store: i64, shelf: i64) {
    let name = format!("Product {}", Model::name(model.goods.len()));
    let mut new = Product::new(name, sku);
    let levels = vec![Level::counted(in_store)];
    if pooled {
        let size = |id: u32, label: &str| OptionValue {
            option_id: 1,
            id,
            option: "Size".into(),
            label: label.into(),
        };
        let variant =
            |id: u32, label: &str| Variant::new(format!("{sku}-{label}")).with_value(size(id, label));
        new = new.with_variants(vec![variant(1, "S"), variant(2, "L")]).tracked(Tracking::Product);
        new.levels = levels;
    } else {
        new.variants[0].levels = levels;
    }
    let product = store.insert_product(new);
    let variants = store.shelf().product(product).into_iter().flat_map(|product| &product.variants);
    let variants = variants.map(|variant| variant.id).collect();
    let mut places = [0; PLACES];
    places[0] = shelf;
    model.goods.push(Good { product, variants, shelf: places, ..Good::default() });
}

/// Lets something happen in the store; says what it was, unless there was nothing for it to happen to.
pub(super) fn happen(step: Step, store: &mut Store, model: &mut Model) -> Option<String> {
    // People see what has been sent meanwhile: what they do to such an order, nobody else can explain.
    model.look(store);
    let told = change(step, store, model);
    model.look(store);
    told
}

fn change(step: Step, store: &mut Store, model: &mut Model) -> Option<String> {
    match step {
        Step::Order { good, units, shape } => Some(order(store, model, (good, units, shape))),
        Step::Unpaid { good, units, verified } => {
            let good = on_sale(model, good)?;
            let variant = model.goods[good].variants[0];
            let status = if verified == 0 { 7 } else { 12 };
            let new = NewOrder::paid([(variant, u32::from(units) + 1)]).in_status(status);
            let id = place(store, model, new);
            let name = Model::name(good);
            Some(format!("a shopper orders {} of {name} and has not paid yet: order {id}", units + 1))
        }
        Step::Edit { order, line, units } => {
            let order = open_order(model, order)?;
            let line = usize::from(line) % model.orders[order].lines.len();
            let (id, known) = (model.orders[order].id, model.orders[order].lines[line].clone());
            let quantity = (i64::from(units) + 1).max(known.sent + known.refunded).max(1);
            if quantity == known.quantity {
                return None;
            }
            store.edit_order(id, |order| {
                for line in order.lines.iter_mut().filter(|line| line.id == known.id) {
                    line.quantity = u32::try_from(quantity).unwrap_or(1);
                }
            });
            let name = Model::name(known.good);
            Some(format!("order {id} is changed from {} to {quantity} of {name}", known.quantity))
        }
        Step::Cancel { order } => {
            let id = model.orders[open_order(model, order)?].id;
            store.cancel(id);
            Some(format!("order {id} is cancelled"))
        }
        Step::Refund { order, line, units } => {
            let order = open_order(model, order)?;
            let line = usize::from(line) % model.orders[order].lines.len();
            let (id, line) = (model.orders[order].id, model.orders[order].lines[line].clone());
            let units = i64::from(units + 1).min(line.quantity - line.sent - line.refunded);
            if units < 1 {
                return None;
            }
            store.refund(id, line.id, u32::try_from(units).ok()?).ok()?;
            model.goods[line.good].refunded = true;
            Some(format!("{units} of {} of order {id} are refunded", Model::name(line.good)))
        }
        Step::Status { order, to } => {
            let order = open_order(model, order)?;
            let id = model.orders[order].id;
            let to = STATES[usize::from(to) % STATES.len()];
            store.set_status(id, to);
            // It keeps what it has deducted; whether it ever did, the order does not say.
            if to == 6 && !model.orders[order].seen {
                model.let_drift(order);
            }
            Some(format!("order {id} is moved to status {to}"))
        }
        Step::Collect { order } => {
            let order = open_order(model, order)?;
            let known = &mut model.orders[order];
            if !known.lines.iter().all(|line| line.pickup && line.picked == line.wanted()) {
                return None;
            }
            known.collected = true;
            store.set_status(known.id, 10);
            Some(format!("a shopper comes for order {}", known.id))
        }
        Step::Reopen { order } => {
            let cancelled =
                |order: &&super::model::Order| order.status == 5 && !order.archived && !order.put_back;
            let found: Vec<u32> = model.orders.iter().filter(cancelled).map(|order| order.id).collect();
            let id = *found.get(usize::from(order).checked_rem(found.len())?)?;
            store.set_status(id, 11);
            // The store takes again what had left before the warehouse was connected; nobody there knows of it.
            let order = model.orders.iter().position(|order| order.id == id)?;
            if model.orders[order].lines.iter().any(|line| line.before > 0) {
                model.let_drift(order);
            }
            Some(format!("order {id}, which was cancelled, is wanted after all"))
        }
        Step::Archive { order } => {
            let order = open_order(model, order)?;
            let id = model.orders[order].id;
            store.edit_order(id, |order| order.is_deleted = true);
            if !model.orders[order].seen {
                model.let_drift(order);
            }
            Some(format!("order {id} is archived"))
        }
        Step::Count { good, units } => {
            let good = on_sale(model, good)?;
            let (name, variant) = (Model::name(good), model.goods[good].variants[0]);
            let before = store.stock(variant, 1).unwrap_or_default();
            store.set_stock(variant, 1, i64::from(units));
            let good = &mut model.goods[good];
            (good.counted, good.may_drift) = (true, true);
            good.recounted += i64::from(units) - before;
            Some(format!("somebody sets the store's count of {name} to {units}"))
        }
        Step::Appear { kind } => {
            let number = model.goods.len();
            let sku = if kind == 1 { "SKU-A".to_owned() } else { format!("SKU-{}", Model::name(number)) };
            if number >= 8 {
                return None;
            }
            appear(store, model, (&sku, kind == 2), 5, 0);
            let variants = if kind == 2 { " and two variants" } else { "" };
            Some(format!("product {} appears, with SKU {sku}{variants}", Model::name(number)))
        }
        Step::Rename { good } => {
            let good = on_sale(model, good)?;
            let sku = format!("NEW-{}-{}", Model::name(good), store.clock().now().as_millisecond());
            store.edit_product(model.goods[good].product, |product| {
                product.sku.clone_from(&sku);
                let is_alone = product.variants.len() == 1;
                for (number, variant) in product.variants.iter_mut().enumerate() {
                    variant.sku = if is_alone { sku.clone() } else { format!("{sku}-{number}") };
                }
            });
            Some(format!("the SKU of {} becomes {sku}", Model::name(good)))
        }
        Step::Vanish { good } => {
            let good = on_sale(model, good)?;
            store.delete_product(model.goods[good].product);
            model.goods[good].vanished = true;
            Some(format!("product {} vanishes", Model::name(good)))
        }
        _ => None,
    }
}

fn order(store: &mut Store, model: &mut Model, (good, units, shape): (u8, u8, u8)) -> String {
    let selling: Vec<usize> = (0..model.goods.len()).filter(|good| !model.goods[*good].vanished).collect();
    let Some(first) = selling.len().checked_sub(1).map(|last| usize::from(good) % (last + 1)) else {
        return "nothing is on sale".to_owned();
    };
    let pick = |offset: usize| selling[(first + offset) % selling.len()];
    // Of two variants that share a count, the number of units chooses one.
    let variant = |good: usize, number: u32| {
        let variants = &model.goods[good].variants;
        variants[number as usize % variants.len()]
    };
    let units = u32::from(units) + 1;
    // Good, units and address of each line.
    let lines: Vec<(usize, u32, usize)> = match shape {
        1 | 6 => vec![(pick(0), units, 0), (pick(1), 1, 0)],
        2 => vec![(pick(0), units, 0), (pick(1), 2, 1)],
        3 => vec![(pick(0), units, 0), (pick(1), 2, 0), (pick(2), 1, 0)],
        4 => vec![(pick(0), units, 0), (pick(0), 1, 1)],
        _ => vec![(pick(0), units, 0)],
    };
    let mut new = NewOrder::paid([]);
    new.addresses = 1 + lines.iter().map(|(.., address)| *address).max().unwrap_or_default();
    let is_pickup = matches!(shape, 5 | 6);
    let line = |&(good, quantity, address): &(usize, u32, usize)| {
        let line = NewLine { address, ..NewLine::variant(variant(good, quantity), quantity) };
        if is_pickup { line.picked_up_at(1) } else { line }
    };
    new.lines = lines.iter().map(line).collect();
    let words: Vec<String> =
        lines.iter().map(|(good, units, _)| format!("{units} of {}", Model::name(*good))).collect();
    let where_to = match (is_pickup, new.addresses > 1) {
        (true, _) => " and will come for it",
        (_, true) => " to two addresses",
        _ => "",
    };
    if is_pickup {
        new = new.in_status(8);
    }
    let id = place(store, model, new);
    format!("a shopper orders {}{where_to}: order {id}", words.join(", "))
}

fn place(store: &mut Store, model: &mut Model, new: NewOrder) -> u32 {
    let id = store.place_order(new);
    model.placed(&store.orders()[&id]);
    id
}

/// Goods that the store sells.
fn on_sale(model: &Model, good: u8) -> Option<usize> {
    let good = usize::from(good) % model.goods.len();
    Some(good).filter(|good| !model.goods[*good].vanished)
}

/// An order that people still change.
fn open_order(model: &Model, order: u8) -> Option<usize> {
    let order = usize::from(order).checked_rem(model.orders.len())?;
    let known = &model.orders[order];
    (known.is_promised() && !known.put_back && !known.lines.is_empty()).then_some(order)
}
