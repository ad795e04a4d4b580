//! Runs and their phases.

use jiff::Timestamp;

use super::{stock::Excess, store::StoreId};

/// The database's number for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(pub i64);

/// One execution for one store.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its number.
    pub id: RunId,
    /// The store it is for.
    pub store: StoreId,
    /// What it does.
    pub kind: RunKind,
    /// Whether it only shows what would happen.
    pub dry_run: bool,
    /// How far it is.
    pub state: RunState,
    /// Who asked for it.
    pub asked_by: String,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When its first phase began.
    pub began_at: Option<Timestamp>,
    /// When it reached its final state.
    pub ended_at: Option<Timestamp>,
    /// Revision of the configuration it uses (OQ-45).
    pub configuration_revision: i64,
    /// What stopped it and what to do; empty when nothing did.
    pub problem: String,
    /// How often it was taken up again.
    pub resumptions: i64,
    /// What a held End of Day would have done.
    pub excess: Option<Excess>,
    /// Its phases, in order.
    pub phases: Vec<Phase>,
}

/// The part of a run for one kind of data.
#[derive(Clone, Debug)]
pub struct Phase {
    /// The kind of data.
    pub kind: PhaseKind,
    /// How far it is.
    pub state: PhaseState,
    /// How far the data has been read, as JSON; empty at the beginning.
    pub cursor: String,
    /// What became of the records.
    pub counts: Counts,
    /// How many records there are to read; 0 while unknown.
    pub expected: i64,
    /// When it began.
    pub began_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl Run {
    /// What became of all its records.
    pub fn counts(&self) -> Counts {
        self.phases.iter().fold(Counts::default(), |mut sum, phase| {
            sum += phase.counts;
            sum
        })
    }
}

/// What a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunKind {
    /// The initial dataset.
    Import,
    /// What changed since the cursor.
    Sync,
    /// What the store is owed.
    Shipments,
    /// Every item's sellable count goes to the store.
    EndOfDay,
    /// Manual Sync: products become items (C13).
    SynchronizeProducts,
    /// Manual Sync: stock becomes inventory, once (C14).
    ImportInventory,
    /// Manual Sync: shipping methods become carriers (C15).
    SynchronizeCarriers,
    /// Manual Sync: customers (C16).
    SynchronizeCustomers,
    /// Manual Sync: orders become picking orders (C17).
    SynchronizePickingOrders,
    /// Everything is read again and both sides are compared.
    Reconciliation,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// It waits for its turn.
    Queued,
    /// A server works on it.
    Running,
    /// It finished and every record was applied.
    Complete,
    /// It finished and some records wait for a person.
    CompleteWithParked,
    /// It stopped.
    Failed,
    /// A person should look first, so it sent nothing (amendment G).
    Held,
}

/// The kind of data of a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PhaseKind {
    /// Products become items.
    Products,
    /// Stock becomes inventory.
    Inventory,
    /// Shipping methods become carriers.
    Carriers,
    /// Orders become picking orders.
    PickingOrders,
    /// Shipments go to the store.
    Shipments,
    /// Counts go to the store.
    Counts,
    /// The store's customers.
    Customers,
    /// Counts of both sides are compared.
    Comparison,
}

/// How far a phase is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhaseState {
    /// It has not begun.
    Waiting,
    /// It is being worked on, or will be resumed.
    Running,
    /// Every record was applied, skipped or parked.
    Done,
    /// An earlier run did it once for ever.
    AlreadyDone,
}

/// What became of records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// New in the warehouse.
    pub created: i64,
    /// Changed in the warehouse.
    pub updated: i64,
    /// Read and found equal.
    pub unchanged: i64,
    /// Left out by a rule.
    pub skipped: i64,
    /// Waiting for a person.
    pub parked: i64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.created += other.created;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.skipped += other.skipped;
        self.parked += other.parked;
    }
}

/// Gives an enum the word the database keeps for each variant, in one place.
macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $type {
            /// The word the database keeps.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The variant of a word, if there is one.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use words;

words!(RunKind {
    Import = "IMPORT",
    Sync = "SYNC",
    Shipments = "SHIPMENTS",
    EndOfDay = "END_OF_DAY",
    SynchronizeProducts = "SYNCHRONIZE_PRODUCTS",
    ImportInventory = "IMPORT_INVENTORY",
    SynchronizeCarriers = "SYNCHRONIZE_CARRIERS",
    SynchronizeCustomers = "SYNCHRONIZE_CUSTOMERS",
    SynchronizePickingOrders = "SYNCHRONIZE_PICKING_ORDERS",
    Reconciliation = "RECONCILIATION",
});
words!(RunState {
    Queued = "QUEUED",
    Running = "RUNNING",
    Complete = "COMPLETE",
    CompleteWithParked = "COMPLETE_WITH_PARKED",
    Failed = "FAILED",
    Held = "HELD",
});
words!(PhaseKind {
    Products = "PRODUCTS",
    Inventory = "INVENTORY",
    Carriers = "CARRIERS",
    PickingOrders = "PICKING_ORDERS",
    Shipments = "SHIPMENTS",
    Counts = "COUNTS",
    Customers = "CUSTOMERS",
    Comparison = "COMPARISON",
});
words!(PhaseState { Waiting = "WAITING", Running = "RUNNING", Done = "DONE", AlreadyDone = "ALREADY_DONE" });

impl RunKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Import,
        Self::Sync,
        Self::Shipments,
        Self::EndOfDay,
        Self::SynchronizeProducts,
        Self::ImportInventory,
        Self::SynchronizeCarriers,
        Self::SynchronizeCustomers,
        Self::SynchronizePickingOrders,
        Self::Reconciliation,
    ];

    /// The five actions of Manual Sync, in the order in which they are safe (spec C13 to C17).
    pub const MANUAL: [Self; 5] = [
        Self::SynchronizeProducts,
        Self::ImportInventory,
        Self::SynchronizeCarriers,
        Self::SynchronizeCustomers,
        Self::SynchronizePickingOrders,
    ];

    /// The kinds that read a whole catalogue: they take minutes and memory where the others take a moment.
    pub const LONG: [Self; 4] =
        [Self::Import, Self::SynchronizeProducts, Self::ImportInventory, Self::Reconciliation];

    /// Its phases, in order; products come before inventory because inventory needs items (spec IT-2).
    pub const fn phases(self) -> &'static [PhaseKind] {
        match self {
            Self::Import => &[PhaseKind::Products, PhaseKind::Inventory, PhaseKind::Carriers],
            // What an order asks for, and who orders, should be there before the order comes.
            Self::Sync => &[PhaseKind::Products, PhaseKind::Customers, PhaseKind::PickingOrders],
            Self::Shipments => &[PhaseKind::Shipments],
            // What is sent changes orders, and orders change counts.
            Self::EndOfDay => &[PhaseKind::Shipments, PhaseKind::PickingOrders, PhaseKind::Counts],
            Self::SynchronizeProducts => &[PhaseKind::Products],
            Self::ImportInventory => &[PhaseKind::Inventory],
            Self::SynchronizeCarriers => &[PhaseKind::Carriers],
            Self::SynchronizeCustomers => &[PhaseKind::Customers],
            Self::SynchronizePickingOrders => &[PhaseKind::PickingOrders],
            Self::Reconciliation => {
                &[PhaseKind::Products, PhaseKind::Customers, PhaseKind::PickingOrders, PhaseKind::Comparison]
            }
        }
    }

    /// Whether it reads what changed since the cursor, rather than everything.
    pub const fn reads_changes(self) -> bool {
        matches!(self, Self::Sync | Self::EndOfDay)
    }

    /// Whether it is taken up again after it failed, because it happens once for each store.
    pub const fn happens_once(self) -> bool {
        matches!(self, Self::Import | Self::ImportInventory)
    }

    /// Whether a phase of it belongs to the initial dataset, and is noted as done for ever.
    pub fn makes_initial(self, phase: PhaseKind) -> bool {
        let initial = Self::Import.phases().contains(&phase);
        initial && (self == Self::Import || Self::MANUAL.contains(&self))
    }
}

impl RunState {
    /// Whether nothing more will happen by itself.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}
