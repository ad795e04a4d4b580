//! Watching: a snapshot, then every event, whatever breaks meanwhile.

use anyhow::{Context as _, bail, ensure};
use plugin_host_proto::{
    client::{StatusStream, Update},
    v1::{
        ResumePoint, RunState, StreamStatusRequest, StreamStatusResponse,
        plugin_host_service_client::PluginHostServiceClient, stream_status_response::Change,
    },
};
use plugin_host_tests::{
    harness::{Engine, Home, Operator, defaults, is_final, options, store},
    sandbox::{Catalogue, Options},
};
use tonic::{
    metadata::{Ascii, MetadataValue},
    transport::Endpoint,
};

use crate::scene::{Scene, start};

crate::on_both_databases! {
    a_watcher_gets_a_snapshot_and_then_every_event_by_number
    a_stream_that_broke_off_goes_on_with_the_next_event
    a_watcher_survives_a_restart_of_the_server
}

/// Takes the next event; a lost connection is no event.
async fn next(stream: &mut StatusStream) -> anyhow::Result<StreamStatusResponse> {
    loop {
        let update = tokio::time::timeout(std::time::Duration::from_mins(1), stream.next()).await??;
        if let Update::Event(event) = update {
            return Ok(*event);
        }
    }
}

/// Takes events until a run has ended, the last included.
async fn until_the_end(stream: &mut StatusStream) -> anyhow::Result<Vec<StreamStatusResponse>> {
    let mut events = Vec::new();
    loop {
        let event = next(stream).await?;
        let ended = matches!(&event.change, Some(Change::Run(run)) if is_final(run));
        events.push(event);
        if ended {
            return Ok(events);
        }
    }
}

fn check_numbers(events: &[StreamStatusResponse], first: i64) -> anyhow::Result<()> {
    let numbers: Vec<i64> = events.iter().map(|event| event.number).filter(|number| *number != 0).collect();
    let expected: Vec<i64> = (first..).take(numbers.len()).collect();
    ensure!(numbers == expected, "{numbers:?} instead of {expected:?}");
    Ok(())
}

#[tokio::test]
async fn a_reader_that_is_too_slow_gets_a_fresh_snapshot_and_never_an_error() -> anyhow::Result<()> {
    /// More than the server holds for a reader, and what the line between them swallows besides.
    const SAVES: i64 = 2_000;
    let store = store(Catalogue::clean(1)).await?;
    let mut home = Home::new(Engine::Sqlite, &store).await?;
    home.set("tls", "off");
    home.set("public_address", format!("http://127.0.0.1:{}", home.port()));
    let _server = start(&home).await?;
    let operator = Operator::ready(&home, &store).await?;
    // As little as the protocol lets a reader take in without reading.
    let channel = Endpoint::from_shared(format!("http://127.0.0.1:{}", home.port()))?
        .initial_stream_window_size(1_024)
        .connect()
        .await?;
    let bearer: MetadataValue<Ascii> = format!("Bearer {}", operator.key).parse()?;
    let mut service =
        PluginHostServiceClient::with_interceptor(channel, move |mut request: tonic::Request<()>| {
            request.metadata_mut().insert("authorization", bearer.clone());
            Ok(request)
        });
    let mut stream = service.stream_status(StreamStatusRequest::default()).await?.into_inner();

    for revision in 1..=SAVES {
        operator.configure_from(revision, defaults()).await?;
    }
    let (mut last, mut snapshots) = (0, 0);
    while last < SAVES {
        let event = stream.message().await?.context("the stream ended")?;
        match event.change {
            Some(Change::Snapshot(status)) => {
                snapshots += 1;
                last = status.configuration_revision;
            }
            Some(Change::ConfigurationRevision(revision)) => {
                // What happens while a snapshot is taken comes once more as an event.
                ensure!(revision <= last + 1, "revision {revision} came after {last}");
                last = last.max(revision);
            }
            _ => {}
        }
    }
    ensure!(snapshots >= 2, "nothing was left out, so this tested nothing");
    Ok(())
}

async fn slow_scene(engine: Engine) -> anyhow::Result<Scene> {
    let latency = std::time::Duration::from_millis(60);
    Scene::with(engine, Options { catalogue: Catalogue::clean(1_500), latency, ..options() }).await
}

async fn a_watcher_gets_a_snapshot_and_then_every_event_by_number(engine: Engine) -> anyhow::Result<()> {
    let scene = slow_scene(engine).await?;
    let mut stream = scene.operator.watch();
    let snapshot = next(&mut stream).await?;
    let Some(Change::Snapshot(status)) = &snapshot.change else { bail!("{snapshot:?}") };
    ensure!(status.configuration_revision == 1 && status.running.is_none(), "{status:?}");

    scene.operator.import().await?;
    let events = until_the_end(&mut stream).await?;
    check_numbers(&events, snapshot.number + 1)?;
    let changes: Vec<_> = events.iter().filter_map(|event| event.change.as_ref()).collect();
    ensure!(
        changes
            .iter()
            .any(|change| matches!(change, Change::Progress(run) if run.state() == RunState::Running))
    );
    ensure!(changes.iter().filter(|change| matches!(change, Change::Run(_))).count() >= 4, "{changes:?}");
    ensure!(events.iter().all(|event| event.number == 0 || !event.message.is_empty()));

    scene.operator.configure(defaults()).await?;
    let saved = next(&mut stream).await?;
    ensure!(saved.change == Some(Change::ConfigurationRevision(2)), "{saved:?}");
    Ok(())
}

async fn a_stream_that_broke_off_goes_on_with_the_next_event(engine: Engine) -> anyhow::Result<()> {
    let scene = Scene::open(engine, Catalogue::clean(50)).await?;
    let mut stream = scene.operator.watch();
    let seen = next(&mut stream).await?.number;
    drop(stream);
    scene.operator.import_and_wait(false).await?;
    scene.operator.configure(defaults()).await?;
    let newest = scene.operator.watch().next().await?;
    let Update::Event(newest) = newest else { bail!("{newest:?}") };

    let resumed = resume(&scene.operator, scene.store.store_hash(), seen, newest.number - seen).await?;
    check_numbers(&resumed, seen + 1)?;
    ensure!(resumed.iter().all(|event| !matches!(event.change, Some(Change::Snapshot(_)))), "{resumed:?}");

    // A number from the future, as after a restored backup, is answered with a snapshot.
    let strange = resume(&scene.operator, scene.store.store_hash(), newest.number + 1_000, 1).await?;
    ensure!(matches!(strange[0].change, Some(Change::Snapshot(_))), "{strange:?}");
    Ok(())
}

async fn resume(
    operator: &Operator,
    store: &str,
    after_number: i64,
    events: i64,
) -> anyhow::Result<Vec<StreamStatusResponse>> {
    let point = ResumePoint { store_id: store.to_owned(), after_number };
    let request = StreamStatusRequest { store_ids: Vec::new(), resume_from: vec![point] };
    let mut stream = operator.client.plugin_host().stream_status(request).await?.into_inner();
    let mut taken = Vec::new();
    for _ in 0..events {
        match stream.message().await? {
            Some(event) => taken.push(event),
            None => bail!("the stream ended"),
        }
    }
    Ok(taken)
}

async fn a_watcher_survives_a_restart_of_the_server(engine: Engine) -> anyhow::Result<()> {
    let scene = slow_scene(engine).await?;
    let mut stream = scene.operator.watch();
    let snapshot = next(&mut stream).await?;
    scene.operator.import().await?;
    let mut events = Vec::new();
    while !matches!(events.last(), Some(StreamStatusResponse { change: Some(Change::Progress(_)), .. })) {
        events.push(next(&mut stream).await?);
    }
    let watching = tokio::spawn(async move {
        let rest = until_the_end(&mut stream).await?;
        anyhow::Ok(rest)
    });
    scene.server.stop().await?;
    let _server = start(&scene.home).await?;
    events.extend(watching.await??);
    check_numbers(&events, snapshot.number + 1)?;
    let Some(Change::Run(run)) = events.last().and_then(|event| event.change.clone()) else {
        bail!("{events:?}")
    };
    ensure!(run.state() == RunState::Complete && run.resumptions >= 1, "{run:?}");
    Ok(())
}
