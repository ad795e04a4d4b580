//! What the server is asked for.

use prost_reflect::DynamicMessage;
use serde::Serialize;
use serde_json::{Value, value::RawValue};
use tauri::{AppHandle, ipc::Channel};
use ts_rs::TS;

use crate::{
    failure::{Failure, FailureKind},
    hosted::State,
    known::Said,
    watching::Watched,
};

/// What was read from a server.
#[derive(Debug, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    /// What it said, in proto3 JSON.
    #[ts(type = "unknown")]
    said: Box<RawValue>,
    /// When it said so, in milliseconds since 1970, where it was not asked now.
    #[ts(type = "number | null")]
    known_at: Option<i64>,
}

impl Answer {
    fn known(Said { at, said }: Said) -> Self {
        Self { said, known_at: Some(at) }
    }
}

/// Makes a call of the daily services, in proto3 JSON.
#[tauri::command]
pub(crate) async fn call(
    hosted: State<'_>,
    name: String,
    method: String,
    request: Value,
) -> Result<DynamicMessage, Failure> {
    Ok(hosted.client(&name).await?.call(&method, request).await?)
}

/// Reads from the server of a store; while it can't be reached, what it said last.
///
/// Until the store is heard from, what is known is answered at once: then everything is read again.
#[tauri::command]
pub(crate) async fn read(
    hosted: State<'_>,
    name: String,
    method: String,
    request: Value,
) -> Result<Answer, Failure> {
    let question = format!("{method} {request}");
    let known = hosted.known.answer(&name, &question);
    if let Some(known) = known.clone()
        && hosted.watching.waits_for(&name)
    {
        return Ok(Answer::known(known));
    }
    match hosted.client(&name).await?.call(&method, request).await {
        Ok(answer) => {
            let answer = Said::now(&answer)?;
            hosted.known.keep(&name, &question, answer.clone());
            Ok(Answer { said: answer.said, known_at: None })
        }
        Err(error) => match (Failure::from(error), known) {
            (Failure { kind: FailureKind::Unreachable, .. }, Some(known)) => Ok(Answer::known(known)),
            (failure, _) => Err(failure),
        },
    }
}

/// Shows the window what happens in a store, from a snapshot on.
#[tauri::command]
pub(crate) async fn watch(
    app: AppHandle,
    hosted: State<'_>,
    name: String,
    channel: Channel<Watched>,
) -> Result<(), Failure> {
    let client = hosted.client(&name).await?;
    if let Some(Said { at, said: status }) = hosted.known.status(&name) {
        // Fails when the window is gone.
        let _ = channel.send(Watched::Known { status, at });
    }
    hosted.watching.show(name.clone(), channel);
    hosted.watching.begin(&app, &name, client);
    Ok(())
}
