//! Lists that people sort, search and scroll through: any part of a hundred thousand rows.

use sqlx::any::AnyRow;

use super::{Db, Result, Row, Value, bulk::bind};

/// Something a list can be sorted by. The rows of a division in that order are an index, so that a part in the middle
/// costs no sorting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// What requests call it.
    pub name: &'static str,
    /// The column, or an expression.
    column: &'static str,
    is_text: bool,
    /// Whether the column's own order is the other way round.
    is_reversed: bool,
}

impl Order {
    /// By a text column.
    pub(crate) const fn text(name: &'static str, column: &'static str) -> Self {
        Self { name, column, is_text: true, is_reversed: false }
    }

    /// By a number.
    pub(crate) const fn number(name: &'static str, column: &'static str) -> Self {
        Self { name, column, is_text: false, is_reversed: false }
    }

    /// The other way round.
    pub(crate) const fn reversed(self) -> Self {
        Self { is_reversed: true, ..self }
    }
}

/// Where a part of a list ended: what its last row is sorted by, and the row's own numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What it is sorted by.
    pub sorted_by: String,
    /// The row's own numbers.
    pub ids: Vec<i64>,
}

/// The part of a list that is asked for.
#[derive(Clone, Debug)]
pub struct Part {
    /// What the list is sorted by.
    pub order: Order,
    /// Whether that is turned round.
    pub is_descending: bool,
    /// Where an earlier part ended; none for the beginning.
    pub after: Option<Place>,
    /// Rows to leave out from there.
    pub skip: i64,
    /// At most this many rows.
    pub limit: i64,
}

/// A part of a list.
#[derive(Clone, Debug)]
pub struct Listed<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// How many rows the whole list has.
    pub total: i64,
    /// Where the part ended; none when it is empty.
    pub end: Option<Place>,
}

/// Tables, and which of their rows belong to a list.
pub(crate) struct Source {
    /// The tables.
    pub(crate) from: &'static str,
    /// The conditions, whose `?` are the values.
    pub(crate) conditions: String,
    /// The values.
    pub(crate) values: Vec<Value>,
}

/// The rows of a list: what is read, and from where.
pub(crate) struct Rows {
    /// The columns to read, with the row's own numbers among them.
    pub(crate) columns: &'static str,
    /// The names of the row's own numbers.
    pub(crate) ids: &'static [&'static str],
    /// Where they are read.
    pub(crate) source: Source,
    /// Where they are counted, if that is cheaper elsewhere.
    pub(crate) counted: Option<Source>,
    /// Whether few rows are expected among many that are looked at: those are sorted rather than all walked in order.
    pub(crate) is_searched: bool,
}

impl<T> Listed<T> {
    /// The same part with other rows.
    pub(crate) fn with<U>(self, rows: Vec<U>) -> Listed<U> {
        Listed { rows, total: self.total, end: self.end }
    }
}

impl Db {
    /// A part of a list.
    pub(crate) async fn listed(&self, rows: &Rows, part: &Part) -> Result<Listed<AnyRow>> {
        let Source { from, conditions, values } = rows.counted.as_ref().unwrap_or(&rows.source);
        let count = self.statement(&format!("SELECT COUNT(*) AS total FROM {from} WHERE {conditions}"));
        let count = values.iter().cloned().fold(count, bind);
        let (total, found) = futures::try_join!(self.row(count), self.part(rows, part))?;
        let total = total.map_or(Ok(0), |row| Row(&row, "total").int("total"))?;
        let end = found.last().map(|last| part.place(rows, last)).transpose()?;
        Ok(Listed { rows: found, total, end })
    }

    async fn part(&self, rows: &Rows, part: &Part) -> Result<Vec<AnyRow>> {
        let Rows { columns, ids, source: Source { from, conditions, values: given }, .. } = rows;
        let column = part.order.column;
        // No index knows the order of what an operation makes of a column.
        let sorted_by = match (rows.is_searched, part.order.is_text) {
            (false, _) => column.to_owned(),
            (true, true) => format!("{column} || ''"),
            (true, false) => format!("{column} + 0"),
        };
        let (after, values) = part.beyond(ids);
        let (up, down) = if part.is_descending { ("DESC", "ASC") } else { ("ASC", "DESC") };
        let sorting = if part.order.is_reversed { down } else { up };
        let ids = ids.join(&format!(" {up}, "));
        let sql = format!(
            "SELECT * FROM (SELECT {columns}, {sorted_by} AS sorted_by FROM {from} WHERE {conditions}) AS listed \
             {after} ORDER BY sorted_by {sorting}, {ids} {up} LIMIT ? OFFSET ?"
        );
        let statement = given.iter().cloned().chain(values).fold(self.statement(&sql), bind);
        self.rows(statement.bind(part.limit).bind(part.skip)).await
    }
}

impl Part {
    /// The condition that leaves out what an earlier part had, with its values.
    fn beyond(&self, ids: &[&str]) -> (String, Vec<Value>) {
        let Some(Place { sorted_by, ids: numbers }) = &self.after else { return (String::new(), Vec::new()) };
        let value = if self.order.is_text {
            Value::from(sorted_by.clone())
        } else {
            Value::from(sorted_by.parse::<i64>().unwrap_or_default())
        };
        let (beyond, before) = if self.is_descending { ("<", ">") } else { (">", "<") };
        let names = ids.join(", ");
        let marks = vec!["?"; ids.len()].join(", ");
        let numbers = numbers.iter().copied().map(Value::from);
        if self.order.is_reversed {
            let condition =
                format!("WHERE (sorted_by {before} ? OR (sorted_by = ? AND ({names}) {beyond} ({marks})))");
            return (condition, [value.clone(), value].into_iter().chain(numbers).collect());
        }
        let condition = format!("WHERE (sorted_by, {names}) {beyond} (?, {marks})");
        (condition, [value].into_iter().chain(numbers).collect())
    }

    fn place(&self, rows: &Rows, row: &AnyRow) -> Result<Place> {
        let row = Row(row, rows.source.from);
        let sorted_by =
            if self.order.is_text { row.text("sorted_by")? } else { row.int("sorted_by")?.to_string() };
        let ids = rows.ids.iter().map(|id| row.int(id)).collect::<Result<_>>()?;
        Ok(Place { sorted_by, ids })
    }
}
