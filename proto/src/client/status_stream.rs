//! Status as one endless stream, over any number of connections.

use std::collections::BTreeMap;
use std::time::Duration;

use tonic::Streaming;

use super::{Authorized, Error};
use crate::v1::plugin_host_service_client::PluginHostServiceClient;
use crate::v1::{ResumePoint, StreamStatusRequest, StreamStatusResponse};

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Watches stores; each new connection goes on where the last one broke off.
#[derive(Debug)]
pub struct StatusStream {
    service: PluginHostServiceClient<Authorized>,
    store_ids: Vec<String>,
    seen: BTreeMap<String, i64>,
    connection: Option<Streaming<StreamStatusResponse>>,
    pause: Option<Duration>,
}

/// What a status stream brings.
#[derive(Debug)]
pub enum Update {
    /// Something happened, or a snapshot.
    Event(Box<StreamStatusResponse>),
    /// The connection is lost; the next call waits a little and connects again.
    Lost(Error),
    /// The connection is there again; what was missed follows, if anything was.
    Resumed,
}

impl StatusStream {
    pub(super) fn new(service: PluginHostServiceClient<Authorized>, store_ids: Vec<String>) -> StatusStream {
        StatusStream { service, store_ids, seen: BTreeMap::new(), connection: None, pause: None }
    }

    /// Waits for the next update; fails only where trying again would not help.
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Result<Update, Error> {
        let error = match self.receive().await {
            Ok(update) => return Ok(update),
            Err(error) => error,
        };
        self.connection = None;
        let pause = self.pause.map_or(FIRST_PAUSE, |pause| pause * 2);
        self.pause = Some(pause.min(LONGEST_PAUSE));
        match error {
            Error::Unreachable(_) | Error::Failed(_) => Ok(Update::Lost(error)),
            Error::NotThisServer(_)
            | Error::Unauthorized(_)
            | Error::Forbidden(_)
            | Error::Outdated
            | Error::Refused { .. } => Err(error),
        }
    }

    async fn receive(&mut self) -> Result<Update, Error> {
        if self.connection.is_none() {
            self.connection = Some(self.open().await?);
            if self.pause.is_some() {
                return Ok(Update::Resumed);
            }
        }
        let event = match &mut self.connection {
            Some(connection) => connection.message().await?,
            None => None,
        };
        let event = event.ok_or_else(|| Error::Failed("the server closed the stream".to_owned()))?;
        self.pause = None;
        if event.number > 0 {
            self.seen.insert(event.store_id.clone(), event.number);
        }
        Ok(Update::Event(Box::new(event)))
    }

    async fn open(&mut self) -> Result<Streaming<StreamStatusResponse>, Error> {
        if let Some(pause) = self.pause {
            // Many clients lose one server at once; they shall not all come back at once.
            tokio::time::sleep(pause.mul_f64(rand::random_range(0.5..1.0))).await;
        }
        let resume_from = self
            .seen
            .iter()
            .map(|(store_id, after_number)| ResumePoint {
                store_id: store_id.clone(),
                after_number: *after_number,
            })
            .collect();
        let request = StreamStatusRequest { store_ids: self.store_ids.clone(), resume_from };
        Ok(self.service.stream_status(request).await?.into_inner())
    }
}

#[cfg(test)]
mod tests;
