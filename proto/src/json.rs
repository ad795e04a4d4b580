//! Messages as proto3 JSON, by the contract itself, so that nothing of a newer server is refused: a choice that is
//! unknown here is written as its number.

use std::sync::LazyLock;

use prost::{Message, Name};
use prost_reflect::{DescriptorPool, DynamicMessage};

use crate::FILE_DESCRIPTOR_SET;

pub(crate) static CONTRACT: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("the compiler of the contract wrote it")
});

/// The message in a form that serialises as proto3 JSON.
pub fn of<M: Message + Name>(message: &M) -> DynamicMessage {
    let descriptor =
        CONTRACT.get_message_by_name(&M::full_name()).expect("the contract has its own messages");
    DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice())
        .expect("what was encoded just now can be decoded")
}

#[cfg(test)]
mod tests {
    use pbjson_types::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::v1::stream_status_response::Change;
    use crate::v1::{
        Configuration, GetConfigurationResponse, Phase, PhaseKind, Run, Status, StreamStatusResponse,
    };

    fn written<M: Message + Name>(message: &M) -> serde_json::Value {
        serde_json::to_value(of(message)).unwrap()
    }

    #[test]
    fn a_choice_of_a_newer_server_is_written_as_its_number() {
        let phase = |kind: i32, state| Phase { kind, state, ..Phase::default() };
        let run = Run {
            run_id: 7,
            kind: 4711,
            state: -5,
            asked_at: Some(Timestamp { seconds: 0, nanos: 0 }),
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
            written(&event),
            json!({"number": "3", "severity": 8, "snapshot": {"running": {
            "runId": "7", "kind": 4711, "state": -5, "askedAt": "1970-01-01T00:00:00Z", "phases": [
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
            written(&answer)["configuration"]["createItemNumberUsing"],
            json!(["ITEM_NUMBER_RULE_SKU", 77, "ITEM_NUMBER_RULE_PRODUCT_ID"])
        );
    }
}
