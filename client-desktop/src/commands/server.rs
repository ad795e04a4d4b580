//! What the server is asked for.

use prost_reflect::DynamicMessage;
use serde_json::Value;
use tauri::{AppHandle, ipc::Channel};

use crate::{failure::Failure, hosted::State, watching::Watched};

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

/// Shows the window what happens in a store, from a snapshot on.
#[tauri::command]
pub(crate) async fn watch(
    app: AppHandle,
    hosted: State<'_>,
    name: String,
    channel: Channel<Watched>,
) -> Result<(), Failure> {
    let client = hosted.client(&name).await?;
    hosted.watching.show(name.clone(), channel);
    hosted.watching.begin(&app, &name, client);
    Ok(())
}
