//! Requests that may be sent twice: the first answer is kept.

use super::{Db, Result, Row, Tx};
use crate::domain::store::StoreId;

impl Db {
    /// What an earlier request with this id led to.
    pub async fn request_outcome(
        &self,
        store: StoreId,
        method: &str,
        request_id: &str,
    ) -> Result<Option<String>> {
        if request_id.is_empty() {
            return Ok(None);
        }
        let statement = self
            .statement("SELECT outcome FROM requests WHERE store_id = ? AND method = ? AND request_id = ?")
            .bind(store.0)
            .bind(method.to_owned())
            .bind(request_id.to_owned());
        self.row(statement).await?.map(|row| Row(&row, "requests").text("outcome")).transpose()
    }

    /// Keeps what a request led to, in the transaction that did it; a conflict when its twin was faster.
    pub async fn keep_request(
        &self,
        tx: &mut Tx,
        store: StoreId,
        method: &str,
        request_id: &str,
        outcome: String,
    ) -> Result<()> {
        if request_id.is_empty() {
            return Ok(());
        }
        let statement = tx
            .statement(
                "INSERT INTO requests (store_id, method, request_id, outcome, at) VALUES (?, ?, ?, ?, ?)",
            )
            .bind(store.0)
            .bind(method.to_owned())
            .bind(request_id.to_owned())
            .bind(outcome)
            .bind(self.clock.now().as_millisecond());
        tx.execute(statement).await.map(drop)
    }

    /// Forgets requests from before an instant; nobody repeats one that late.
    pub async fn forget_requests(&self, before: jiff::Timestamp) -> Result<u64> {
        let statement = self.statement("DELETE FROM requests WHERE at < ?").bind(before.as_millisecond());
        Ok(statement.execute(&self.writer).await?.rows_affected())
    }
}
