#!/usr/bin/env python3
"""grpc_client.py PORT AUTHORITY_PEM STORE_KEY_FILE: a client that knows nothing of this project but its address.

It is made of the general gRPC packages alone; what there is to call it learns from the server's reflection.
"""

import sys
import uuid

import grpc
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.json_format import MessageToDict
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

port, authority, key_file = sys.argv[1:]
SERVICES = {f"pluginhost.v1.{name}Service" for name in ("Admin", "PluginHost", "Warehouse")}
OURS = "pluginhost.v1.PluginHostService"


def say(what, found):
    print(f"   {what:28} {found}")


def expect(fits, what):
    if not fits:
        sys.exit(f"   WRONG: {what}")


with open(authority, "rb") as file:
    channel = grpc.secure_channel(f"localhost:{port}", grpc.ssl_channel_credentials(file.read()))
with open(key_file, encoding="utf-8") as file:
    metadata = (("authorization", f"Bearer {file.read().strip()}"),)

health = health_pb2_grpc.HealthStub(channel)
for service in ["", *sorted(SERVICES)]:
    state = health.Check(health_pb2.HealthCheckRequest(service=service), timeout=10).status
    say(f'health of {service.rpartition(".")[2] or "the server"}', health_pb2.HealthCheckResponse.ServingStatus.Name(state))
    expect(state == health_pb2.HealthCheckResponse.SERVING, f"health of {service!r}")


def reflected(version):
    """The services that this version of the reflection lists; both versions have the same messages."""
    ask = channel.stream_stream(
        f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )
    answer = next(iter(ask(iter([reflection_pb2.ServerReflectionRequest(list_services="")]), timeout=10)))
    return {service.name for service in answer.list_services_response.service}


for version in ("v1", "v1alpha"):
    listed = reflected(version)
    expect(SERVICES <= listed, f"reflection {version} lists {sorted(listed)}")
    say(f"reflection {version}", ", ".join(sorted(name.rpartition(".")[2] for name in listed & SERVICES)))

pool = descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
service = pool.FindServiceByName(OURS)


def call(name, _stream=False, _metadata=metadata, **fields):
    method = service.methods_by_name[name]
    request = message_factory.GetMessageClass(method.input_type)(**fields)
    kind = channel.unary_stream if _stream else channel.unary_unary
    rpc = kind(
        f"/{OURS}/{name}",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=message_factory.GetMessageClass(method.output_type).FromString,
    )
    return rpc(request, metadata=_metadata, timeout=120)


def name_of(message, field):
    """The name of an enum's value."""
    return message.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number[getattr(message, field)].name


try:
    call("GetStatus", _metadata=())
    expect(False, "a call without a key was accepted")
except grpc.RpcError as error:
    expect(error.code() == grpc.StatusCode.UNAUTHENTICATED, f"without a key: {error.code()}")
    say("without a key", f"{error.code().name}: {error.details()}")

found = call("GetConfiguration")
codes = [reason.code for reason in found.missing]
say("GetConfiguration", f"revision {found.configuration.revision}, missing {codes}")
expect(codes, "nothing is missing before anything was configured")

configuration = found.configuration
configuration.default_division, configuration.default_uom = "MAIN", "EA"
configuration.default_site, configuration.default_location = "HQ", "A-01"
saved = call("Configure", configuration=configuration, request_id=str(uuid.uuid4())).configuration
say("Configure", f"revision {saved.revision}, {saved.default_division}/{saved.default_site}/{saved.default_location}")
expect(saved.revision == configuration.revision + 1, "saving makes the next revision")
try:
    call("Configure", configuration=configuration)
    expect(False, "a stale revision was saved")
except grpc.RpcError as error:
    say("Configure with a stale one", f"{error.code().name}: {error.details()}")
    expect(error.code() in (grpc.StatusCode.ABORTED, grpc.StatusCode.FAILED_PRECONDITION), "a stale revision is refused")

again = str(uuid.uuid4())
asked = call("Import", request_id=again)
expect(call("Import", request_id=again).run.run_id == asked.run.run_id, "the same request is the same run")
say("Import", f'run {asked.run.run_id}, {name_of(asked.run, "state")}')

events, progress, run = 0, 0, None
stream = call("StreamStatus", _stream=True)
for event in stream:
    change = event.WhichOneof("change")
    events += 1
    progress += change == "progress"
    if events == 1:
        expect(change == "snapshot", f"the first event is {change}")
        say("StreamStatus", "begins with a snapshot")
        last = event.snapshot.last
        run = last if last.run_id == asked.run.run_id else None
    elif change == "run" and event.run.run_id == asked.run.run_id:
        run = event.run
        if "COMPLETE" not in name_of(run, "state"):
            say("", event.message)
    if run is not None and name_of(run, "state") in ("RUN_STATE_COMPLETE", "RUN_STATE_COMPLETE_WITH_PARKED", "RUN_STATE_FAILED"):
        break
stream.cancel()
expect(run is not None, "the stream ended before the run")
say("", f'{event.message} ({name_of(run, "state")}; {events} events, {progress} of them progress)')
expect("COMPLETE" in name_of(run, "state"), run.problem)
for phase in run.phases:
    counts = MessageToDict(phase.counts, preserving_proto_field_name=True)
    say("", f'{name_of(phase, "kind")}: {", ".join(f"{count} {name}" for name, count in counts.items())}')

report = call("GetReport", run_id=run.run_id).report
wrong = [check.name for check in report.checks if not check.agrees]
say("GetReport", f"{len(report.checks)} checks, {len(report.checks) - len(wrong)} agree; {len(report.exceptions)} reasons")
expect(report.checks and not wrong, f"checks that disagree: {wrong}")
