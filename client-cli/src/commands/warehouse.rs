//! `items`, `inventory`, `carriers`, `customers`, `divisions` and `adjust`: the warehouse as it is.

use plugin_host_proto::client::{self, request_id};
use plugin_host_proto::json;
use plugin_host_proto::v1::{
    AdjustInventoryRequest, Carrier, Customer, Division, InventoryRecord, Item, ListCarriersRequest,
    ListCustomersRequest, ListDivisionsRequest, ListInventoryRequest, ListItemsRequest, ListSitesRequest,
    ListUomsRequest, Site, Uom,
};

use crate::args::Paging;
use crate::error::Error;
use crate::output::json::{AsJson, plain};
use crate::output::{Column, Table};
use crate::session::Session;
use crate::text::{Zone, number, on_off};

#[derive(Debug, clap::Args)]
pub(crate) struct DivisionArgs {
    /// Code of the division, where the key sees several
    #[arg(long, value_name = "CODE")]
    division: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SearchArgs {
    /// Only items whose number or name contains this
    search: Option<String>,
    /// What to sort by: `item_number`, name or `on_hand`; with " desc" the other way round
    #[arg(long, value_name = "ORDER")]
    sort: Option<String>,
    #[command(flatten)]
    division: DivisionArgs,
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CustomersArgs {
    /// Only customers whose name, company or e-mail address contains this
    search: Option<String>,
    #[command(flatten)]
    division: DivisionArgs,
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example: plugin-host adjust TENT-2 -1 --site HQ --location A-01 --reason \"torn\"")]
pub(crate) struct AdjustArgs {
    /// Number of the item
    item: String,
    /// Units to add, or to take away: +5, -2
    #[arg(allow_negative_numbers = true, value_parser = change)]
    change: i64,
    /// Code of the site
    #[arg(long, value_name = "CODE")]
    site: String,
    /// Code of the location
    #[arg(long, value_name = "CODE")]
    location: String,
    /// Why; kept in the history
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    division: DivisionArgs,
    /// Makes repeats harmless: the same id changes nothing twice
    #[arg(long, value_name = "ID")]
    request_id: Option<String>,
}

/// Lists items.
pub(crate) async fn items(args: SearchArgs, session: &mut Session<'_, '_>) -> Result<(), Error> {
    let (division, search) = (args.division.division.unwrap_or_default(), args.search.unwrap_or_default());
    let order_by = args.sort.unwrap_or_default();
    let items = session
        .pages(&args.paging, async |client, page_size, page_token| {
            let (division, search) = (division.clone(), search.clone());
            let request = ListItemsRequest {
                division,
                search,
                page_size,
                page_token,
                order_by: order_by.clone(),
                ..ListItemsRequest::default()
            };
            let answer = client::read(client.warehouse(), request, async |mut service, request| {
                service.list_items(request).await
            });
            let answer = answer.await?;
            Ok((answer.items, answer.next_page_token))
        })
        .await?;
    session.output.list(&items, "no items", items_table)
}

fn items_table(items: &[Item]) -> Table {
    let mut table = Table::new(vec![
        Column::text("item"),
        Column::text("name"),
        Column::text("uom"),
        Column::text("upc"),
        Column::Number("price"),
        Column::text("currency"),
        Column::Number("on hand"),
    ]);
    for item in items {
        table.row([
            &item.item_number,
            &item.name,
            &item.uom,
            &item.upc,
            &item.price,
            &item.currency,
            &number(item.on_hand),
        ]);
    }
    table
}

/// Lists inventory records.
pub(crate) async fn inventory(args: SearchArgs, session: &mut Session<'_, '_>) -> Result<(), Error> {
    let (division, search) = (args.division.division.unwrap_or_default(), args.search.unwrap_or_default());
    let order_by = args.sort.unwrap_or_default();
    let records = session
        .pages(&args.paging, async |client, page_size, page_token| {
            let (division, search) = (division.clone(), search.clone());
            let request = ListInventoryRequest {
                division,
                search,
                page_size,
                page_token,
                order_by: order_by.clone(),
                ..ListInventoryRequest::default()
            };
            let answer = client::read(client.warehouse(), request, async |mut service, request| {
                service.list_inventory(request).await
            });
            let answer = answer.await?;
            Ok((answer.records, answer.next_page_token))
        })
        .await?;
    session.output.list(&records, "no inventory", inventory_table)
}

/// The warehouse belongs to no single store, so that its times are shown in UTC.
fn inventory_table(records: &[InventoryRecord]) -> Table {
    let zone = Zone::of("UTC");
    let mut table = Table::new(vec![
        Column::text("item"),
        Column::text("name"),
        Column::text("site"),
        Column::text("location"),
        Column::Number("on hand"),
        Column::text("uom"),
        Column::text(format!("changed at ({})", zone.name())),
    ]);
    for record in records {
        table.row([
            &record.item_number,
            &record.name,
            &record.site,
            &record.location,
            &number(record.on_hand),
            &record.uom,
            &zone.time(record.changed_at.as_ref()),
        ]);
    }
    table
}

/// Lists carriers with their shipping methods.
pub(crate) async fn carriers(args: DivisionArgs, session: &mut Session<'_, '_>) -> Result<(), Error> {
    let request = ListCarriersRequest { division: args.division.unwrap_or_default() };
    let answer = client::read(session.client.warehouse(), request, async |mut service, request| {
        service.list_carriers(request).await
    });
    let carriers = answer.await?.carriers;
    session.output.list(&carriers, "no carriers", carriers_table)
}

fn carriers_table(carriers: &[Carrier]) -> Table {
    let mut table = Table::new(["division", "carrier", "method", "zones"].map(Column::text).into());
    for carrier in carriers {
        if carrier.methods.is_empty() {
            table.row([&carrier.division, &carrier.name, "", ""]);
        }
        for method in &carrier.methods {
            table.row([&carrier.division, &carrier.name, &method.name, &method.zones.join(", ")]);
        }
    }
    table
}

/// Lists customers.
pub(crate) async fn customers(args: CustomersArgs, session: &mut Session<'_, '_>) -> Result<(), Error> {
    let (division, search) = (args.division.division.unwrap_or_default(), args.search.unwrap_or_default());
    let customers = session
        .pages(&args.paging, async |client, page_size, page_token| {
            let (division, search) = (division.clone(), search.clone());
            let request = ListCustomersRequest {
                division,
                search,
                page_size,
                page_token,
                ..ListCustomersRequest::default()
            };
            let answer = client::read(client.warehouse(), request, async |mut service, request| {
                service.list_customers(request).await
            });
            let answer = answer.await?;
            Ok((answer.customers, answer.next_page_token))
        })
        .await?;
    session.output.list(&customers, "no customers", customers_table)
}

fn customers_table(customers: &[Customer]) -> Table {
    let mut table = Table::new(vec![
        Column::Number("customer"),
        Column::text("store"),
        Column::Number("id in store"),
        Column::text("name"),
        Column::text("company"),
        Column::text("e-mail"),
        Column::text("phone"),
        Column::text("address"),
    ]);
    for customer in customers {
        let in_store = match customer.store_customer_id {
            0 => "guest".to_owned(),
            id => id.to_string(),
        };
        table.row([
            &customer.customer_id.to_string(),
            &customer.store_id,
            &in_store,
            &customer.name,
            &customer.company,
            &customer.email,
            &customer.phone,
            &customer.address.lines().collect::<Vec<_>>().join(", "),
        ]);
    }
    table
}

/// A division with everything that belongs to it.
struct Whole {
    division: Division,
    sites: Vec<Site>,
    uoms: Vec<Uom>,
}

impl AsJson for Whole {
    fn as_json(&self) -> std::io::Result<Vec<u8>> {
        let mut line = serde_json::to_value(json::of(&self.division))?;
        line["sites"] =
            self.sites.iter().map(json::of).map(serde_json::to_value).collect::<Result<_, _>>()?;
        line["uoms"] = self.uoms.iter().map(json::of).map(serde_json::to_value).collect::<Result<_, _>>()?;
        plain(&line)
    }
}

/// Lists divisions with their sites, locations and units of measure.
pub(crate) async fn divisions(session: &mut Session<'_, '_>) -> Result<(), Error> {
    let warehouse = || session.client.warehouse();
    let read = client::read(warehouse(), ListDivisionsRequest {}, async |mut service, request| {
        service.list_divisions(request).await
    });
    let mut all = Vec::new();
    for division in read.await?.divisions {
        let sites = ListSitesRequest { division: division.division.clone() };
        let sites =
            client::read(warehouse(), sites, async |mut service, request| service.list_sites(request).await);
        let uoms = ListUomsRequest { division: division.division.clone() };
        let uoms =
            client::read(warehouse(), uoms, async |mut service, request| service.list_uoms(request).await);
        all.push(Whole { sites: sites.await?.sites, uoms: uoms.await?.uoms, division });
    }
    session.output.list(&all, "no divisions", divisions_table)
}

fn divisions_table(all: &[Whole]) -> Table {
    let heads = ["division", "stores", "uoms", "site", "locations", "auto delete 0"];
    let mut table = Table::new(heads.map(Column::text).into());
    for Whole { division, sites, uoms } in all {
        let uoms: Vec<_> =
            uoms.iter().map(|uom| format!("{} ({})", uom.uom, number(uom.each_count))).collect();
        let first = [division.division.clone(), division.store_ids.join(", "), uoms.join(", ")];
        let mut heads = std::iter::once(first).chain(std::iter::repeat_with(Default::default));
        let rest: Vec<[String; 3]> = match sites.as_slice() {
            [] => vec![Default::default()],
            sites => sites.iter().map(site_cells).collect(),
        };
        for site in rest {
            table.row(heads.next().into_iter().flatten().chain(site));
        }
    }
    table
}

fn site_cells(site: &Site) -> [String; 3] {
    [site.site.clone(), site.locations.join(", "), on_off(site.auto_delete_zero_quantity).to_owned()]
}

/// Changes an on-hand quantity.
pub(crate) async fn adjust(args: AdjustArgs, session: &mut Session<'_, '_>) -> Result<(), Error> {
    let request = AdjustInventoryRequest {
        division: args.division.division.unwrap_or_default(),
        site: args.site,
        location: args.location,
        item_number: args.item,
        change: args.change,
        reason: args.reason,
        request_id: args.request_id.unwrap_or_else(request_id),
    };
    let answer = session.client.warehouse().adjust_inventory(request).await?.into_inner();
    if session.output.is_json() {
        return session.output.json(&answer);
    }
    session.output.table(&inventory_table(answer.record.as_slice()))
}

fn change(text: &str) -> Result<i64, String> {
    match text.parse::<i64>() {
        Ok(0) => Err("a change of 0 changes nothing".to_owned()),
        Ok(change) => Ok(change),
        Err(_) => Err("use a whole number with its sign: +5 or -2".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_has_a_sign_and_is_not_zero() {
        assert_eq!([change("+5"), change("-2"), change("7")], [Ok(5), Ok(-2), Ok(7)]);
        assert!(["0", "+0", "1.5", "five", ""].into_iter().all(|text| change(text).is_err()));
    }

    #[test]
    fn a_customer_is_one_line_and_a_guest_is_called_one() {
        let customer = Customer {
            customer_id: 12,
            store_id: "abc12".to_owned(),
            name: "Ada Lovelace".to_owned(),
            address: "1 Ockham Park\nSurrey".to_owned(),
            ..Customer::default()
        };
        let known = Customer { store_customer_id: 7, ..customer.clone() };
        let text = customers_table(&[customer, known]).render(None, false);
        assert!(text.contains("12  abc12        guest  Ada Lovelace"), "{text}");
        assert!(text.contains("12  abc12            7  Ada Lovelace"), "{text}");
        assert!(text.contains("1 Ockham Park, Surrey"), "{text}");
    }

    #[test]
    fn a_division_is_named_once_above_its_sites() {
        let site = |code: &str| Site {
            site: code.to_owned(),
            locations: vec!["A-01".to_owned(), "A-02".to_owned()],
            ..Site::default()
        };
        let division = Division { division: "MAIN".to_owned(), store_ids: vec!["abc12".to_owned()] };
        let uoms = vec![Uom { uom: "EA".to_owned(), each_count: 1, ..Uom::default() }];
        let sites = vec![site("HQ"), site("WEST")];
        let text = divisions_table(&[Whole { division, sites, uoms }]).render(None, false);
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[1], ["MAIN", "abc12", "EA", "(1)", "HQ", "A-01,", "A-02", "off"]);
        assert_eq!(lines[2], ["WEST", "A-01,", "A-02", "off"]);
    }
}
