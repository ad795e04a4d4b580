//! `orders`: what the warehouse is asked to pick, and picking it.

use plugin_host_proto::client;
use plugin_host_proto::client::request_id;
use plugin_host_proto::v1::{
    CancelPickingOrderRequest, ClosePickingOrderRequest, GetPickingOrderRequest, ListPickingOrdersRequest,
    PickItemRequest, PickingOrder, PickingOrderState, ReopenPickingOrderRequest, ShipPickingOrderRequest,
    ShipmentState,
};

use crate::args::Paging;
use crate::error::Error;
use crate::output::{Column, Table};
use crate::session::Session;
use crate::text::{Zone, escape, number};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Action {
    /// List picking orders, oldest first
    List(ListArgs),
    /// Show one picking order with its lines
    Show(OrderArgs),
    /// Take units of an item for a picking order
    Pick(PickArgs),
    /// Ship what was picked and not shipped yet; the store hears of it
    Ship(ShipArgs),
    /// Close a picking order with whatever was picked of it
    Close(CloseArgs),
    /// Open a picking order again that was closed or cancelled here
    Reopen(OrderArgs),
    /// Cancel a picking order of which nothing is picked; the store's order stays as it is
    Cancel(OrderArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// Only orders whose number or customer contains this
    search: Option<String>,
    /// Only orders in this state
    #[arg(long, value_enum)]
    state: Option<State>,
    /// What to sort by: `ordered_at`, number, customer or state; with " desc" the other way round
    #[arg(long, value_name = "ORDER")]
    sort: Option<String>,
    /// Code of the division, where the key sees several
    #[arg(long, value_name = "CODE")]
    division: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum State {
    Open,
    OnHold,
    Closed,
    Cancelled,
}

#[derive(Debug, clap::Args)]
pub(crate) struct OrderArgs {
    /// Number of the picking order
    number: String,
    /// Code of the division, where the key sees several
    #[arg(long, value_name = "CODE")]
    division: Option<String>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example: plugin-host orders pick BC-1001 TENT-2 1 --site HQ --location A-01")]
pub(crate) struct PickArgs {
    /// Number of the picking order
    number: String,
    /// Number of the item
    item: String,
    /// How many units
    #[arg(value_parser = clap::value_parser!(i64).range(1..))]
    units: i64,
    /// Code of the site they are taken from
    #[arg(long, value_name = "CODE")]
    site: String,
    /// Code of the location they are taken from
    #[arg(long, value_name = "CODE")]
    location: String,
    /// Code of the division, where the key sees several
    #[arg(long, value_name = "CODE")]
    division: Option<String>,
    #[command(flatten)]
    parcel: Parcel,
    /// Makes repeats harmless: the same id picks nothing twice
    #[arg(long, value_name = "ID")]
    request_id: Option<String>,
}

/// How a shipment travels.
#[derive(Debug, clap::Args)]
struct Parcel {
    /// BigCommerce's code of the provider of the shipment: usps, fedex, ups and so on
    #[arg(long, value_name = "CODE")]
    provider: Option<String>,
    /// The carrier's number, with which the shopper can follow the parcel
    #[arg(long, value_name = "NUMBER")]
    tracking: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CloseArgs {
    #[command(flatten)]
    order: OrderArgs,
    #[command(flatten)]
    parcel: Parcel,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: plugin-host orders ship BC-1001 --provider ups --tracking 1Z999AA10123456784"
)]
pub(crate) struct ShipArgs {
    /// Number of the picking order
    number: String,
    #[command(flatten)]
    parcel: Parcel,
    /// Code of the division, where the key sees several
    #[arg(long, value_name = "CODE")]
    division: Option<String>,
    /// Makes repeats harmless: the same id ships nothing twice
    #[arg(long, value_name = "ID")]
    request_id: Option<String>,
}

/// Does what was asked with picking orders.
pub(crate) async fn run(action: Action, session: &mut Session<'_, '_>) -> Result<(), Error> {
    match action {
        Action::List(args) => list(args, session).await,
        Action::Show(OrderArgs { number, division }) => {
            let request = GetPickingOrderRequest { division: division.unwrap_or_default(), number };
            let read = client::read(session.client.warehouse(), request, async |mut service, request| {
                service.get_picking_order(request).await
            });
            show(read.await?.picking_order, session)
        }
        Action::Pick(args) => {
            let request = PickItemRequest {
                division: args.division.unwrap_or_default(),
                number: args.number,
                item_number: args.item,
                units: args.units,
                site: args.site,
                location: args.location,
                request_id: args.request_id.unwrap_or_else(request_id),
                provider: args.parcel.provider.unwrap_or_default(),
                tracking_number: args.parcel.tracking.unwrap_or_default(),
            };
            let answer = session.client.warehouse().pick_item(request).await?.into_inner();
            show(answer.picking_order, session)
        }
        Action::Ship(args) => {
            let request = ShipPickingOrderRequest {
                division: args.division.unwrap_or_default(),
                number: args.number,
                provider: args.parcel.provider.unwrap_or_default(),
                tracking_number: args.parcel.tracking.unwrap_or_default(),
                request_id: args.request_id.unwrap_or_else(request_id),
            };
            let answer = session.client.warehouse().ship_picking_order(request).await?.into_inner();
            show(answer.picking_order, session)
        }
        Action::Close(CloseArgs { order, parcel }) => {
            let request = ClosePickingOrderRequest {
                division: order.division.unwrap_or_default(),
                number: order.number,
                provider: parcel.provider.unwrap_or_default(),
                tracking_number: parcel.tracking.unwrap_or_default(),
            };
            let answer = session.client.warehouse().close_picking_order(request).await?.into_inner();
            show(answer.picking_order, session)
        }
        Action::Reopen(OrderArgs { number, division }) => {
            let request = ReopenPickingOrderRequest { division: division.unwrap_or_default(), number };
            let answer = session.client.warehouse().reopen_picking_order(request).await?.into_inner();
            show(answer.picking_order, session)
        }
        Action::Cancel(OrderArgs { number, division }) => {
            let request = CancelPickingOrderRequest { division: division.unwrap_or_default(), number };
            let answer = session.client.warehouse().cancel_picking_order(request).await?.into_inner();
            show(answer.picking_order, session)
        }
    }
}

async fn list(args: ListArgs, session: &mut Session<'_, '_>) -> Result<(), Error> {
    let (division, search) = (args.division.unwrap_or_default(), args.search.unwrap_or_default());
    let order_by = args.sort.unwrap_or_default();
    let state = match args.state {
        None => PickingOrderState::Unspecified,
        Some(State::Open) => PickingOrderState::Open,
        Some(State::OnHold) => PickingOrderState::OnHold,
        Some(State::Closed) => PickingOrderState::Closed,
        Some(State::Cancelled) => PickingOrderState::Cancelled,
    };
    let orders = session
        .pages(&args.paging, async |client, page_size, page_token| {
            let (division, search) = (division.clone(), search.clone());
            let request = ListPickingOrdersRequest {
                division,
                state: state.into(),
                search,
                page_size,
                page_token,
                order_by: order_by.clone(),
                ..ListPickingOrdersRequest::default()
            };
            let answer = client::read(client.warehouse(), request, async |mut service, request| {
                service.list_picking_orders(request).await
            });
            let answer = answer.await?;
            Ok((answer.picking_orders, answer.next_page_token))
        })
        .await?;
    session.output.list(&orders, "no picking orders", table)
}

fn table(orders: &[PickingOrder]) -> Table {
    let zone = Zone::of("UTC");
    let mut table = Table::new(vec![
        Column::text("order"),
        Column::text("state"),
        Column::text("customer"),
        Column::Number("lines"),
        Column::Number("ordered"),
        Column::Number("picked"),
        Column::text(format!("ordered at ({})", zone.name())),
        Column::text("problem"),
    ]);
    for order in orders {
        table.row([
            &order.number,
            state(order.state()),
            &order.customer,
            &number(i64::try_from(order.lines.len()).unwrap_or(i64::MAX)),
            &number(order.lines.iter().map(|line| line.ordered).sum()),
            &number(order.lines.iter().map(|line| line.picked).sum()),
            &zone.time(order.ordered_at.as_ref()),
            &order.problem,
        ]);
    }
    table
}

fn show(order: Option<PickingOrder>, session: &mut Session<'_, '_>) -> Result<(), Error> {
    let order = order.unwrap_or_default();
    if session.output.is_json() {
        return session.output.json(&order);
    }
    let heading = match order.problem.as_str() {
        "" => format!("{} {}", order.number, state(order.state())),
        problem => format!("{} {}: {}", order.number, state(order.state()), escape(problem)),
    };
    session.output.line(&heading)?;
    for line in order.ship_to.lines() {
        session.output.line(&format!("  {}", escape(line)))?;
    }
    let mut lines = Table::new(vec![
        Column::text("item"),
        Column::text("name"),
        Column::Number("ordered"),
        Column::Number("picked"),
        Column::Number("shipped"),
    ]);
    for line in &order.lines {
        let item = if line.item_number.is_empty() { "(no item)" } else { &line.item_number };
        let [ordered, picked, shipped] = [line.ordered, line.picked, line.shipped].map(number);
        lines.row([item, &line.name, &ordered, &picked, &shipped]);
    }
    session.output.table(&lines)?;
    if order.shipments.is_empty() {
        return Ok(());
    }
    let heads = ["shipment", "provider", "tracking number", "problem"];
    let mut shipments = Table::new(heads.map(Column::text).into());
    for shipment in &order.shipments {
        let state = shipment_state(shipment.state());
        shipments.row([state, &shipment.provider, &shipment.tracking_number, &shipment.problem]);
    }
    session.output.line("")?;
    session.output.table(&shipments)
}

fn shipment_state(state: ShipmentState) -> &'static str {
    match state {
        ShipmentState::Unspecified => "unknown",
        ShipmentState::Owed => "owed to the store",
        ShipmentState::Tried => "not confirmed yet",
        ShipmentState::Sent => "in the store",
        ShipmentState::Refused => "refused by the store",
    }
}

fn state(state: PickingOrderState) -> &'static str {
    match state {
        PickingOrderState::Unspecified => "unknown",
        PickingOrderState::Open => "open",
        PickingOrderState::OnHold => "on hold",
        PickingOrderState::Closed => "closed",
        PickingOrderState::Cancelled => "cancelled",
    }
}
