//! `configure`: what the user decides for the store.

use clap::ValueEnum;
use pbjson_types::FieldMask;
use plugin_host_proto::client;
use plugin_host_proto::v1::{
    Configuration, ConfigureRequest, GetConfigurationRequest, GetConfigurationResponse, ItemNumberRule,
    StockDecrease,
};

use crate::args::Switch;
use crate::error::Error;
use crate::output::{Column, Output, Table};
use crate::session::{Session, request_id};
use crate::text::{Zone, escape, number, on_off};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Action {
    /// Show the configuration and what is missing for an import
    Show {
        /// Also ask BigCommerce for its locations
        #[arg(long)]
        store_locations: bool,
    },
    /// Change what is named here and leave the rest
    ///
    /// Reads the configuration, changes it, and saves it only if nobody else has saved meanwhile.
    #[command(after_help = "Example: plugin-host configure set --auto-sync on --active-hours 08:00-20:00")]
    Set(Box<Changes>),
}

#[derive(Debug, Default, clap::Args)]
#[group(required = true, multiple = true)]
pub(crate) struct Values {
    /// Division that items, inventory and carriers go into
    #[arg(long, value_name = "CODE")]
    default_division: Option<String>,
    /// Unit of measure of new items
    #[arg(long, value_name = "CODE")]
    default_uom: Option<String>,
    /// Site that inventory goes into
    #[arg(long, value_name = "CODE")]
    default_site: Option<String>,
    /// Location that inventory goes into
    #[arg(long, value_name = "CODE")]
    default_location: Option<String>,
    /// BigCommerce location whose stock is kept in step; 1 is the default one
    #[arg(long, value_name = "ID")]
    store_location: Option<i64>,
    /// How item numbers are made: the first choice, then what to use where it is blank
    #[arg(long, value_enum, value_delimiter = ',', num_args = 1.., value_name = "RULE,RULE")]
    create_item_number_using: Option<Vec<Rule>>,
    /// Whether the store lowers its stock when an order is placed
    #[arg(long, value_enum, value_name = "WHEN")]
    stock_decreased: Option<Decrease>,
    /// Whether auto sync runs
    #[arg(long, value_enum, value_name = "SWITCH")]
    auto_sync: Option<Switch>,
    /// Minutes between auto syncs
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..=1440))]
    sync_interval_minutes: Option<i32>,
    /// When auto sync runs, in the store's time: HH:MM-HH:MM, or all-day
    #[arg(long, value_parser = active_hours, value_name = "HOURS")]
    active_hours: Option<ActiveHours>,
    /// Whether End of Day runs
    #[arg(long, value_enum, value_name = "SWITCH")]
    end_of_day: Option<Switch>,
    /// When End of Day runs, in the store's time
    #[arg(long, value_parser = time_of_day, value_name = "HH:MM")]
    end_of_day_time: Option<String>,
    /// Time zone of these times, for example Europe/Berlin
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Changes {
    #[command(flatten)]
    values: Values,
    /// Save only if this is still the revision; otherwise the one that was just read
    #[arg(long, value_name = "N")]
    expect_revision: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Rule {
    Sku,
    ProductId,
    Upc,
    ProductName,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Decrease {
    Follow,
    On,
    Off,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct ActiveHours {
    from: String,
    until: String,
}

/// Shows or changes the configuration.
pub(crate) async fn run(action: Action, session: &mut Session<'_, '_>) -> Result<(), Error> {
    match action {
        Action::Show { store_locations } => {
            let answer = read(session, store_locations).await?;
            show(&answer, session.output)
        }
        Action::Set(changes) => set(*changes, session).await,
    }
}

async fn read(
    session: &Session<'_, '_>,
    with_store_locations: bool,
) -> Result<GetConfigurationResponse, Error> {
    let request = GetConfigurationRequest { store_id: session.store_id.clone(), with_store_locations };
    let read = client::read(session.client.plugin_host(), request, async |mut service, request| {
        service.get_configuration(request).await
    });
    Ok(read.await?)
}

async fn set(changes: Changes, session: &mut Session<'_, '_>) -> Result<(), Error> {
    let read = read(session, false).await?.configuration.unwrap_or_default();
    let (mut configuration, paths) = patch(changes.values);
    configuration.revision = changes.expect_revision.unwrap_or(read.revision);
    let request = ConfigureRequest {
        store_id: session.store_id.clone(),
        configuration: Some(configuration),
        update_mask: Some(FieldMask { paths }),
        request_id: request_id(),
    };
    let saved = session.client.plugin_host().configure(request).await?.into_inner();
    if session.output.is_json() {
        return session.output.json(&saved);
    }
    let revision = saved.configuration.as_ref().map_or(0, |configuration| configuration.revision);
    session.output.note(&format!("saved as revision {revision}"));
    session.output.table(&pairs(&saved.configuration.unwrap_or_default()))
}

/// The values to save, and the names of those that change.
fn patch(values: Values) -> (Configuration, Vec<String>) {
    let mut configuration = Configuration::default();
    let mut paths = Vec::new();
    macro_rules! take {
        ($field:ident = $value:expr) => {
            if let Some(value) = $value {
                configuration.$field = value;
                paths.push(stringify!($field).to_owned());
            }
        };
    }
    take!(default_division = values.default_division);
    take!(default_uom = values.default_uom);
    take!(default_site = values.default_site);
    take!(default_location = values.default_location);
    take!(store_location_id = values.store_location);
    take!(
        create_item_number_using = values
            .create_item_number_using
            .map(|rules| rules.into_iter().map(|rule| ItemNumberRule::from(rule).into()).collect())
    );
    take!(
        stock_decreased_when_order_placed =
            values.stock_decreased.map(|decrease| StockDecrease::from(decrease).into())
    );
    take!(auto_sync = values.auto_sync.map(Switch::is_on));
    take!(sync_interval_minutes = values.sync_interval_minutes);
    let (from, until) = values.active_hours.map(|hours| (hours.from, hours.until)).unzip();
    take!(active_from = from);
    take!(active_until = until);
    take!(end_of_day = values.end_of_day.map(Switch::is_on));
    take!(end_of_day_time = values.end_of_day_time);
    take!(time_zone = values.time_zone);
    (configuration, paths)
}

fn show(answer: &GetConfigurationResponse, output: &mut Output<'_>) -> Result<(), Error> {
    if output.is_json() {
        return output.json(answer);
    }
    output.table(&pairs(&answer.configuration.clone().unwrap_or_default()))?;
    if !answer.store_locations.is_empty() {
        output.line("")?;
        let mut table = Table::new(vec![
            Column::Number("store location"),
            Column::text("label"),
            Column::text("enabled"),
        ]);
        for location in &answer.store_locations {
            let id = location.store_location_id.to_string();
            table.row([id.as_str(), &location.label, if location.enabled { "yes" } else { "no" }]);
        }
        output.table(&table)?;
    }
    if !answer.missing.is_empty() {
        output.line("\nmissing for an import:")?;
        for reason in &answer.missing {
            output.line(&format!("  - {}", escape(&reason.message)))?;
        }
        for hint in crate::error::hints(tonic::Code::FailedPrecondition, &answer.missing) {
            output.note(&format!("hint: {hint}"));
        }
    }
    Ok(())
}

fn pairs(configuration: &Configuration) -> Table {
    let zone = Zone::of(&configuration.time_zone);
    let rules: Vec<_> = configuration.create_item_number_using().map(rule_words).collect();
    let hours = match (configuration.active_from.as_str(), configuration.active_until.as_str()) {
        ("", "") => "the whole day".to_owned(),
        (from, until) => format!("{from} to {until}"),
    };
    let saved = match configuration.revision {
        0 => "not saved yet: these are the defaults".to_owned(),
        revision => format!(
            "{revision}, saved {} by {}",
            zone.time_in_words(configuration.saved_at.as_ref()),
            configuration.saved_by
        ),
    };
    let chosen = |code: &str| if code.is_empty() { "(not chosen)".to_owned() } else { code.to_owned() };
    let mut table = Table::of_pairs();
    table.row(["Revision", &saved]);
    table.row(["Default Division", &chosen(&configuration.default_division)]);
    table.row(["Default UOM", &chosen(&configuration.default_uom)]);
    table.row(["Default Site", &chosen(&configuration.default_site)]);
    table.row(["Default Location", &chosen(&configuration.default_location)]);
    table.row(["Store location", &number(configuration.store_location_id)]);
    table.row(["Create Item Number Using", &rules.join(", then ")]);
    table.row(["Stock decreased when order placed", decrease_words(configuration)]);
    table.row(["Auto sync", on_off(configuration.auto_sync)]);
    table.row(["Sync interval", &format!("{} min", configuration.sync_interval_minutes)]);
    table.row(["Active hours", &hours]);
    table.row(["End of Day", on_off(configuration.end_of_day)]);
    table.row(["End of Day Processing Time", &chosen(&configuration.end_of_day_time)]);
    table.row(["Time zone", &configuration.time_zone]);
    table
}

impl From<Rule> for ItemNumberRule {
    fn from(rule: Rule) -> ItemNumberRule {
        match rule {
            Rule::Sku => ItemNumberRule::Sku,
            Rule::ProductId => ItemNumberRule::ProductId,
            Rule::Upc => ItemNumberRule::Upc,
            Rule::ProductName => ItemNumberRule::ProductName,
        }
    }
}

impl From<Decrease> for StockDecrease {
    fn from(decrease: Decrease) -> StockDecrease {
        match decrease {
            Decrease::Follow => StockDecrease::FollowStore,
            Decrease::On => StockDecrease::On,
            Decrease::Off => StockDecrease::Off,
        }
    }
}

fn rule_words(rule: ItemNumberRule) -> &'static str {
    match rule {
        ItemNumberRule::Unspecified => "unknown",
        ItemNumberRule::Sku => "SKU",
        ItemNumberRule::ProductId => "product id",
        ItemNumberRule::Upc => "UPC",
        ItemNumberRule::ProductName => "product name",
    }
}

fn decrease_words(configuration: &Configuration) -> &'static str {
    match configuration.stock_decreased_when_order_placed() {
        StockDecrease::Unspecified => "unknown",
        StockDecrease::FollowStore => "follow the store",
        StockDecrease::On => "on",
        StockDecrease::Off => "off",
    }
}

fn active_hours(text: &str) -> Result<ActiveHours, String> {
    if text == "all-day" {
        return Ok(ActiveHours { from: String::new(), until: String::new() });
    }
    let (from, until) = text.split_once('-').ok_or("use HH:MM-HH:MM, or all-day")?;
    Ok(ActiveHours { from: time_of_day(from)?, until: time_of_day(until)? })
}

fn time_of_day(text: &str) -> Result<String, String> {
    let time = jiff::civil::Time::strptime("%H:%M", text);
    match time {
        Ok(_) if text.len() == 5 => Ok(text.to_owned()),
        _ => Err("use HH:MM between 00:00 and 23:59".to_owned()),
    }
}

#[cfg(test)]
mod tests;
