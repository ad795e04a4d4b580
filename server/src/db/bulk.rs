//! Many rows in one statement: the difference between 2 µs and 40 µs a row.

use sqlx::AssertSqlSafe;

use super::{Db, Engine, Result, Statement, Tx};

/// Rows in one statement; larger ones gain nothing on either engine.
const ROWS: usize = 500;

/// One value of a row.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Int(i64),
    MaybeInt(Option<i64>),
    Text(String),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        Self::MaybeInt(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

pub(super) fn bind(statement: Statement, value: Value) -> Statement {
    match value {
        Value::Int(value) => statement.bind(value),
        Value::MaybeInt(value) => statement.bind(value),
        Value::Text(value) => statement.bind(value),
    }
}

/// Inserts rows; `into` is `table (columns)`, `suffix` what follows the values. Returns how many rows were touched.
pub(crate) async fn insert<const N: usize>(
    tx: &mut Tx,
    into: &str,
    rows: Vec<[Value; N]>,
    suffix: &str,
) -> Result<u64> {
    let mut rows = rows.into_iter();
    let mut touched = 0;
    while rows.len() > 0 {
        let chunk: Vec<[Value; N]> = rows.by_ref().take(ROWS).collect();
        let mut sql = String::with_capacity(64 + chunk.len() * N * 6);
        sql.push_str("INSERT INTO ");
        sql.push_str(into);
        sql.push_str(" VALUES ");
        for row in 0..chunk.len() {
            sql.push_str(if row == 0 { "" } else { ", " });
            placeholders(&mut sql, tx.engine, row * N, N);
        }
        sql.push(' ');
        sql.push_str(suffix);
        let statement = chunk.into_iter().flatten().fold(sqlx::query(AssertSqlSafe(sql)), bind);
        touched += tx.execute(statement).await?;
    }
    Ok(touched)
}

/// Reads the rows of `head`, whose `?` are numbers, with `column IN (…)` of the given values after it.
pub(crate) async fn select_in(
    tx: &mut Tx,
    head: &str,
    numbers: &[i64],
    column: &str,
    values: Vec<Value>,
) -> Result<Vec<sqlx::any::AnyRow>> {
    let mut found = Vec::new();
    for statement in statements_in(tx.engine, head, numbers, column, values) {
        found.extend(tx.rows(statement).await?);
    }
    Ok(found)
}

impl Db {
    /// Reads the rows of `head` with `column IN (…)` of some ids after it, outside a transaction.
    pub(crate) async fn rows_in(
        &self,
        head: &str,
        column: &str,
        ids: impl IntoIterator<Item = impl Into<Value>>,
    ) -> Result<Vec<sqlx::any::AnyRow>> {
        let mut found = Vec::new();
        let ids = ids.into_iter().map(Into::into).collect();
        for statement in statements_in(self.engine, head, &[], column, ids) {
            found.extend(self.rows(statement).await?);
        }
        Ok(found)
    }
}

/// Does what `head` says to the rows with `column IN (…)` of the given values.
pub(crate) async fn change_in(
    tx: &mut Tx,
    head: &str,
    numbers: &[i64],
    column: &str,
    values: Vec<Value>,
) -> Result<()> {
    for statement in statements_in(tx.engine, head, numbers, column, values) {
        tx.execute(statement).await?;
    }
    Ok(())
}

/// Numbers as SQL takes them in a list; `-1` stands for none.
pub(crate) fn list_of(ids: impl IntoIterator<Item = i64>) -> String {
    let ids: Vec<String> = ids.into_iter().map(|id| id.to_string()).collect();
    if ids.is_empty() { "-1".to_owned() } else { ids.join(", ") }
}

fn statements_in(
    engine: Engine,
    head: &str,
    numbers: &[i64],
    column: &str,
    values: Vec<Value>,
) -> Vec<Statement> {
    let mut values = values.into_iter();
    let mut statements = Vec::new();
    while values.len() > 0 {
        let chunk: Vec<Value> = values.by_ref().take(1_000).collect();
        let mut sql = engine.sql(head);
        sql.push_str(" AND ");
        sql.push_str(column);
        sql.push_str(" IN ");
        placeholders(&mut sql, engine, numbers.len(), chunk.len());
        let statement = numbers.iter().fold(engine.query(sql), |statement, n| statement.bind(*n));
        statements.push(chunk.into_iter().fold(statement, bind));
    }
    statements
}

/// `(?, ?)`, or `($3, $4)`: numbered parameters are the quadratic case of SQLite and the only one of PostgreSQL.
fn placeholders(sql: &mut String, engine: Engine, before: usize, count: usize) {
    use std::fmt::Write as _;
    sql.push('(');
    for column in 0..count {
        sql.push_str(if column == 0 { "" } else { ", " });
        match engine {
            Engine::Sqlite => sql.push('?'),
            Engine::Postgres => {
                let _ = write!(sql, "${}", before + column + 1);
            }
        }
    }
    sql.push(')');
}
