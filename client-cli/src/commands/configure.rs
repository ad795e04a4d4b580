//! `configure`: what the user decides for the store.

mod shown;
mod values;

use pbjson_types::FieldMask;
use plugin_host_proto::client::{self, request_id};
use plugin_host_proto::v1::{
    ConfigureRequest, GetConfigurationRequest, GetConfigurationResponse, GetWebhookSecretRequest,
};

use self::shown::{explanations, pairs};
use self::values::{Values, patch};
use crate::error::Error;
use crate::output::{Column, Output, Table};
use crate::session::Session;
use crate::text::escape;

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
    /// Say what every field means and which option of `configure set` changes it
    Explain,
    /// Print the secret that posts to the notification webhook are signed with
    WebhookSecret,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Changes {
    #[command(flatten)]
    values: Values,
    /// Save only if this is still the revision; otherwise the one that was just read
    #[arg(long, value_name = "N")]
    expect_revision: Option<i64>,
}

/// Shows or changes the configuration.
pub(crate) async fn run(action: Action, session: &mut Session<'_, '_>) -> Result<(), Error> {
    match action {
        Action::Show { store_locations } => {
            let answer = read(session, store_locations).await?;
            show(&answer, session.output)
        }
        Action::Set(changes) => set(*changes, session).await,
        Action::WebhookSecret => {
            let request = GetWebhookSecretRequest { store_id: session.store_id.clone() };
            let answer = session.client.plugin_host().get_webhook_secret(request).await?.into_inner();
            if session.output.is_json() {
                session.output.json(&answer)
            } else {
                session.output.line(&answer.secret)
            }
        }
        Action::Explain => {
            let fields = read(session, false).await?.fields;
            session.output.list(
                &fields,
                "the server explains nothing; it is older than this program",
                explanations,
            )
        }
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
    let read = read(session, false).await?;
    let revision = read.configuration.map_or(0, |configuration| configuration.revision);
    let (mut configuration, paths) = patch(changes.values);
    configuration.revision = changes.expect_revision.unwrap_or(revision);
    let request = ConfigureRequest {
        store_id: session.store_id.clone(),
        configuration: Some(configuration),
        update_mask: Some(FieldMask { paths }),
        request_id: request_id(),
        ..ConfigureRequest::default()
    };
    let saved = session.client.plugin_host().configure(request).await?.into_inner();
    if session.output.is_json() {
        return session.output.json(&saved);
    }
    let revision = saved.configuration.as_ref().map_or(0, |configuration| configuration.revision);
    session.output.note(&format!("saved as revision {revision}"));
    session.output.table(&pairs(&saved.configuration.unwrap_or_default(), &read.fields))
}

fn show(answer: &GetConfigurationResponse, output: &mut Output<'_>) -> Result<(), Error> {
    if output.is_json() {
        return output.json(answer);
    }
    output.table(&pairs(&answer.configuration.clone().unwrap_or_default(), &answer.fields))?;
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

#[cfg(test)]
mod tests;
