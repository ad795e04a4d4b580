//! What was asked of the sandbox, for tests that count.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

/// How many single requests are remembered; the counters go on for ever.
const REMEMBERED: usize = 100_000;

/// One request and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// The HTTP method.
    pub method: String,
    /// The path below the store, such as `/v3/catalog/products`.
    pub path: String,
    /// The raw query string.
    pub query: String,
    /// The path with its numbers replaced, such as `/v2/orders/{id}`; empty if the path is unknown.
    pub template: &'static str,
    /// The status sent; 0 when the connection was cut instead.
    pub status: u16,
    /// The body of a write; empty for reads.
    pub body: String,
}

/// A line of the counters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Counter {
    /// The HTTP method.
    pub method: String,
    /// The path with its numbers replaced.
    pub template: &'static str,
    /// The status sent.
    pub status: u16,
    /// How often.
    pub count: u64,
}

/// The counters at one moment.
#[derive(Debug, Clone, Serialize)]
pub struct Counts {
    /// How many requests were answered, or cut.
    pub total: u64,
    /// How many were under way at once, at most.
    pub peak_in_flight: u64,
    /// How many writes to the inventory were under way at once, at most; the store warns against two.
    pub peak_inventory_writes: u64,
    /// How often each method, template and status occurred.
    pub counters: Vec<Counter>,
}

/// The log of one sandbox.
#[derive(Debug, Default)]
pub struct RequestLog {
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    total: u64,
    in_flight: u64,
    peak: u64,
    inventory_writes: u64,
    peak_inventory_writes: u64,
    counters: BTreeMap<(String, &'static str, u16), u64>,
    entries: VecDeque<Entry>,
}

impl RequestLog {
    /// The counters now.
    pub fn counts(&self) -> Counts {
        let book = self.book();
        let counters = book.counters.iter().map(|((method, template, status), &count)| Counter {
            method: method.clone(),
            template,
            status: *status,
            count,
        });
        Counts {
            total: book.total,
            peak_in_flight: book.peak,
            peak_inventory_writes: book.peak_inventory_writes,
            counters: counters.collect(),
        }
    }

    /// How many requests of this method and template were made, whatever became of them.
    pub fn count(&self, method: &str, template: &str) -> u64 {
        let book = self.book();
        let same = |key: &(String, &'static str, u16)| key.0 == method && key.1 == template;
        book.counters.iter().filter(|(key, _)| same(key)).map(|(_, count)| count).sum()
    }

    /// The remembered requests, oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        self.book().entries.iter().cloned().collect()
    }

    /// The remembered requests other than GET, with their bodies.
    pub fn writes(&self) -> Vec<Entry> {
        self.book().entries.iter().filter(|entry| entry.method != "GET").cloned().collect()
    }

    /// Forgets everything but the requests that are under way.
    pub fn clear(&self) {
        let mut book = self.book();
        let (in_flight, inventory_writes) = (book.in_flight, book.inventory_writes);
        *book = Book {
            in_flight,
            peak: in_flight,
            inventory_writes,
            peak_inventory_writes: inventory_writes,
            ..Book::default()
        };
    }

    pub(crate) fn begin(&self, inventory_write: bool) -> InFlight<'_> {
        let mut book = self.book();
        book.in_flight += 1;
        book.peak = book.peak.max(book.in_flight);
        book.inventory_writes += u64::from(inventory_write);
        book.peak_inventory_writes = book.peak_inventory_writes.max(book.inventory_writes);
        InFlight { log: self, inventory_write }
    }

    pub(crate) fn record(&self, entry: Entry) {
        let mut book = self.book();
        book.total += 1;
        *book.counters.entry((entry.method.clone(), entry.template, entry.status)).or_default() += 1;
        if book.entries.len() == REMEMBERED {
            book.entries.pop_front();
        }
        book.entries.push_back(entry);
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request under way, also when its client hangs up.
pub(crate) struct InFlight<'a> {
    log: &'a RequestLog,
    inventory_write: bool,
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let mut book = self.log.book();
        book.in_flight -= 1;
        book.inventory_writes -= u64::from(self.inventory_write);
    }
}
