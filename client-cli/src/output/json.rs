//! Messages as JSON, also those of a newer server.

use std::io;

use plugin_host_proto::{FILE_DESCRIPTOR_SET, v1};
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, FieldDescriptor, Kind, Value};
use serde::Serialize;

/// What can be printed as a line of JSON.
pub(crate) trait AsJson {
    /// The line, without its end.
    fn as_json(&self) -> io::Result<Vec<u8>>;
}

macro_rules! messages {
    ($($message:ident)*) => {
        $(impl AsJson for v1::$message {
            fn as_json(&self) -> io::Result<Vec<u8>> {
                of_message(self, concat!("pluginhost.v1.", stringify!($message)))
            }
        })*

        #[cfg(test)]
        const NAMES: &[&str] = &[$(concat!("pluginhost.v1.", stringify!($message))),*];
    };
}

messages! {
    AdjustInventoryResponse AuditEntry Carrier Change ConfigurationField ConfigureResponse ConnectStoreResponse
    CreateDivisionResponse CreateLocationResponse CreateSiteResponse CreateUomResponse Customer EndOfDayResponse
    ExplainCountResponse GetConfigurationResponse GetReportResponse GetRunResponse ImportResponse InventoryRecord
    IssueKeyResponse Item Key ParkedGroup ParkedRecord PickingOrder ReconcileResponse ReportException ResetOneTimeFlagResponse
    ResolveParkedRecordResponse RotateKeyResponse Run SetSyncCursorResponse Status Store StreamStatusResponse
    SyncResponse SynchronizeResponse UpdateSiteResponse
}

/// Something that is no message of the contract.
pub(crate) fn plain(value: &impl Serialize) -> io::Result<Vec<u8>> {
    Ok(serde_json::to_vec(value)?)
}

fn of_message<M: Message + Default + Serialize>(message: &M, name: &str) -> io::Result<Vec<u8>> {
    match plain(message) {
        // The generated code refuses a choice it does not know, where proto3 JSON has its number.
        Err(refusal) => with_unknown_choices(message, name).unwrap_or(Err(refusal)),
        line => line,
    }
}

/// Prints the message without the choices that are unknown here, and puts their numbers in.
fn with_unknown_choices<M: Message + Default + Serialize>(
    message: &M,
    name: &str,
) -> Option<io::Result<Vec<u8>>> {
    let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).ok()?;
    let bytes = message.encode_to_vec();
    let mut known = DynamicMessage::decode(pool.get_message_by_name(name)?, bytes.as_slice()).ok()?;
    let mut unknown = Vec::new();
    take_out(&mut known, "", &mut unknown);
    let mut json = serde_json::to_value(known.transcode_to::<M>().ok()?).ok()?;
    for (path, number) in unknown {
        let (parent, name) = path.rsplit_once('/')?;
        match json.pointer_mut(parent)? {
            serde_json::Value::Object(fields) => {
                fields.insert(name.to_owned(), number.into());
            }
            serde_json::Value::Array(values) => *values.get_mut(name.parse::<usize>().ok()?)? = number.into(),
            _ => return None,
        }
    }
    Some(plain(&json))
}

fn take_out(message: &mut DynamicMessage, at: &str, unknown: &mut Vec<(String, i32)>) {
    for (field, value) in message.fields_mut() {
        take_out_of_value(&field, value, format!("{at}/{}", field.json_name()), unknown);
    }
}

fn take_out_of_value(
    field: &FieldDescriptor,
    value: &mut Value,
    at: String,
    unknown: &mut Vec<(String, i32)>,
) {
    match value {
        Value::Message(message) => take_out(message, &at, unknown),
        Value::List(values) => {
            for (position, value) in values.iter_mut().enumerate() {
                take_out_of_value(field, value, format!("{at}/{position}"), unknown);
            }
        }
        Value::EnumNumber(number) => {
            if let Kind::Enum(choices) = field.kind()
                && choices.get_value(*number).is_none()
            {
                unknown.push((at, *number));
                *number = 0;
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use plugin_host_proto::v1::stream_status_response::Change;
    use plugin_host_proto::v1::{
        Configuration, GetConfigurationResponse, Phase, PhaseKind, Run, RunKind, Status, StreamStatusResponse,
    };
    use serde_json::json;

    use super::*;

    fn printed(message: &impl AsJson) -> serde_json::Value {
        serde_json::from_slice(&message.as_json().unwrap()).unwrap()
    }

    #[test]
    fn every_message_that_is_printed_is_in_the_contract() {
        let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap();
        for name in NAMES {
            assert!(pool.get_message_by_name(name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_choice_of_a_newer_server_is_printed_as_its_number() {
        let phase = |kind: i32, state| Phase { kind, state, ..Phase::default() };
        let run = Run {
            run_id: 7,
            kind: 4711,
            state: -5,
            asked_at: Some(pbjson_types::Timestamp { seconds: 0, nanos: 0 }),
            phases: vec![phase(PhaseKind::Products.into(), 99), phase(98, 2)],
            ..Run::default()
        };
        let status = Status { running: Some(run), ..Status::default() };
        let event = StreamStatusResponse {
            number: 3,
            severity: 8,
            change: Some(Change::Snapshot(status)),
            ..StreamStatusResponse::default()
        };
        assert_eq!(
            printed(&event),
            json!({"number": "3", "severity": 8, "snapshot": {"running": {
            "runId": "7", "kind": 4711, "state": -5, "askedAt": "1970-01-01T00:00:00+00:00", "phases": [
                {"kind": "PHASE_KIND_PRODUCTS", "state": 99},
                {"kind": 98, "state": "PHASE_STATE_RUNNING"},
            ]}}})
        );
    }

    #[test]
    fn an_unknown_choice_in_a_list_keeps_its_place() {
        let configuration =
            Configuration { create_item_number_using: vec![1, 77, 2], ..Configuration::default() };
        let answer = GetConfigurationResponse {
            configuration: Some(configuration),
            ..GetConfigurationResponse::default()
        };
        assert_eq!(
            printed(&answer)["configuration"]["createItemNumberUsing"],
            json!(["ITEM_NUMBER_RULE_SKU", 77, "ITEM_NUMBER_RULE_PRODUCT_ID"])
        );
    }

    #[test]
    fn what_is_known_is_printed_as_ever() {
        let run = Run { kind: RunKind::Import.into(), ..Run::default() };
        assert_eq!(run.as_json().unwrap(), plain(&run).unwrap());
    }
}
