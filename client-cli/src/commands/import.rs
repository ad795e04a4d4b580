//! `import`, `sync`, `manual`, `end-of-day` and `reconcile`: ask for a run and watch it.

use plugin_host_proto::client::request_id;
use plugin_host_proto::v1::{
    self, EndOfDayRequest, ImportRequest, ReconcileRequest, SyncRequest, SynchronizeRequest,
};

use super::cursor;
use super::watch::answered;
use crate::Exit;
use crate::error::Error;
use crate::session::Session;

const IMPORT_HELP: &str = "\
An import happens once for each store; an interrupted one goes on where it was. Asking while one runs joins it.
^C ends the watching and not the import.

With --output json: first the server's answer, then each event of the run, last {\"run\": …} in its final state
(of a dry run then also {\"report\": …}).";

const END_OF_DAY_HELP: &str = "\
An End of Day that would change more than is usual is held: it sends nothing and says what it would have done.
Approving it asks for a new one, with the counts of that moment; what exceeds the approval is held again.";

const MANUAL_HELP: &str = "\
The safe order, the first time: products, inventory, carriers, customers, orders. Inventory is imported once.
Only for stores with the feature \"IntelliTrack for BigCommerce Manual Sync\"; `plugin-host status` says what is possible.";

#[derive(Debug, clap::Args)]
#[command(after_help = IMPORT_HELP)]
pub(crate) struct Args {
    /// See what would happen: nothing is kept
    #[arg(long)]
    dry_run: bool,
    /// Ask for the import and don't watch it
    #[arg(long)]
    no_wait: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SyncArgs {
    #[command(subcommand)]
    action: Option<SyncAction>,
    /// See what would happen: nothing is kept and nothing is sent
    #[arg(long)]
    dry_run: bool,
    /// Ask for the sync and don't watch it
    #[arg(long)]
    no_wait: bool,
}

#[derive(Debug, clap::Subcommand)]
enum SyncAction {
    /// Show or change Last Auto Sync Completed On: what changed since then is read next
    Cursor {
        #[command(subcommand)]
        action: cursor::Action,
    },
}

#[derive(Debug, clap::Args)]
#[command(after_help = END_OF_DAY_HELP)]
pub(crate) struct EndOfDayArgs {
    /// See what would happen: nothing is kept and nothing is sent
    #[arg(long, conflicts_with = "approve")]
    dry_run: bool,
    /// Approve what this held End of Day would have done: the number of its run
    #[arg(long, value_name = "RUN", value_parser = clap::value_parser!(i64).range(1..))]
    approve: Option<i64>,
    /// Ask for it and don't watch it
    #[arg(long)]
    no_wait: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = MANUAL_HELP)]
pub(crate) struct ManualArgs {
    /// What to take over from the store
    #[arg(value_enum)]
    what: What,
    /// See what would happen: nothing is kept
    #[arg(long)]
    dry_run: bool,
    /// Ask for it and don't watch it
    #[arg(long)]
    no_wait: bool,
}

/// The actions of Manual Sync, in the safe order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    /// Synchronize Products: products become items
    Products,
    /// Import Inventory: stock becomes inventory, once
    Inventory,
    /// Synchronize Carriers: shipping methods become carriers
    Carriers,
    /// Synchronize Customers
    Customers,
    /// Synchronize Picking Orders: orders become picking orders
    Orders,
}

impl From<What> for v1::Action {
    fn from(what: What) -> v1::Action {
        match what {
            What::Products => v1::Action::SynchronizeProducts,
            What::Inventory => v1::Action::ImportInventory,
            What::Carriers => v1::Action::SynchronizeCarriers,
            What::Customers => v1::Action::SynchronizeCustomers,
            What::Orders => v1::Action::SynchronizePickingOrders,
        }
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct ReconcileArgs {
    /// Ask for it and don't watch it
    #[arg(long)]
    no_wait: bool,
}

/// Asks for an import.
pub(crate) async fn run(args: &Args, session: &mut Session<'_, '_>) -> Result<Exit, Error> {
    let request =
        ImportRequest { store_id: session.store_id.clone(), dry_run: args.dry_run, request_id: request_id() };
    let answer = session.client.plugin_host().import(request).await?.into_inner();
    answered(session, &answer, answer.run.clone(), answer.joined, args.no_wait).await
}

/// Asks for a sync, or shows or changes its cursor.
pub(crate) async fn run_sync(args: SyncArgs, session: &mut Session<'_, '_>) -> Result<Exit, Error> {
    if let Some(SyncAction::Cursor { action }) = args.action {
        // clap's own check would refuse the options of every command, too.
        if args.dry_run || args.no_wait {
            return Err(Error::usage("--dry-run and --no-wait are for a sync, not for its cursor"));
        }
        cursor::run(action, session).await?;
        return Ok(Exit::Complete);
    }
    let request =
        SyncRequest { store_id: session.store_id.clone(), dry_run: args.dry_run, request_id: request_id() };
    let answer = session.client.plugin_host().sync(request).await?.into_inner();
    answered(session, &answer, answer.run.clone(), answer.joined, args.no_wait).await
}

/// Asks for an End of Day.
pub(crate) async fn run_end_of_day(
    args: &EndOfDayArgs,
    session: &mut Session<'_, '_>,
) -> Result<Exit, Error> {
    let request = EndOfDayRequest {
        store_id: session.store_id.clone(),
        approved_run_id: args.approve.unwrap_or_default(),
        dry_run: args.dry_run,
        request_id: request_id(),
    };
    let answer = session.client.plugin_host().end_of_day(request).await?.into_inner();
    answered(session, &answer, answer.run.clone(), answer.joined, args.no_wait).await
}

/// Asks for an action of Manual Sync.
pub(crate) async fn run_manual(args: &ManualArgs, session: &mut Session<'_, '_>) -> Result<Exit, Error> {
    let request = SynchronizeRequest {
        store_id: session.store_id.clone(),
        action: v1::Action::from(args.what).into(),
        dry_run: args.dry_run,
        request_id: request_id(),
    };
    let answer = session.client.plugin_host().synchronize(request).await?.into_inner();
    answered(session, &answer, answer.run.clone(), answer.joined, args.no_wait).await
}

/// Asks for a reconciliation.
pub(crate) async fn run_reconciliation(
    args: &ReconcileArgs,
    session: &mut Session<'_, '_>,
) -> Result<Exit, Error> {
    let request = ReconcileRequest { store_id: session.store_id.clone(), request_id: request_id() };
    let answer = session.client.plugin_host().reconcile(request).await?.into_inner();
    answered(session, &answer, answer.run.clone(), answer.joined, args.no_wait).await
}
