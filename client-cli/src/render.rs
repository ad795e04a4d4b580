//! How runs and reports look to a person.

use plugin_host_proto::v1::{Counts, Excess, PhaseState, Report, Run, RunState};

use crate::error::Error;
use crate::output::{Column, Output, Table};
use crate::text::{self, Zone, escape};

/// One line about a run, for example "run 7: import, complete, 2026-11-23 08:00:00 America/Chicago in 2 min 3 s".
pub(crate) fn heading(run: &Run, zone: &Zone) -> String {
    let kind = text::run_kind(run.kind());
    let mut parts = vec![format!("run {}: {kind}", run.run_id), text::run_state(run.state()).to_owned()];
    if run.dry_run {
        parts.push("dry run".to_owned());
    }
    if run.resumptions > 0 {
        parts.push(match run.resumptions {
            1 => "resumed once".to_owned(),
            times => format!("resumed {times} times"),
        });
    }
    let since = run.began_at.as_ref().or(run.asked_at.as_ref());
    if run.ended_at.is_some() {
        let took = text::duration(since, run.ended_at.as_ref());
        parts.push(format!("{} in {took}", zone.time_in_words(run.ended_at.as_ref())));
    } else if since.is_some() {
        parts.push(format!("since {}", zone.time_in_words(since)));
    }
    parts.join(", ")
}

/// A run with its problem and the counts of its phases.
pub(crate) fn run(run: &Run, zone: &Zone, output: &mut Output<'_>) -> Result<(), Error> {
    output.line(&heading(run, zone))?;
    if !run.problem.is_empty() {
        output.line(&format!("  {}", escape(&run.problem)))?;
    }
    if let Some(excess) = &run.excess {
        output.line(&format!("  {}", excess_words(excess, zone)))?;
    }
    if run.phases.is_empty() { Ok(()) } else { output.table(&phases(run)) }
}

/// What is more than usual about an End of Day, in words.
pub(crate) fn excess_words(excess: &Excess, zone: &Zone) -> String {
    let mut parts = Vec::new();
    if excess.zeroes > 0 {
        let (zeroes, selling) = (text::number(excess.zeroes), text::number(excess.selling));
        parts.push(format!("of {selling} items that the store sells, {zeroes} would go to zero"));
    }
    if excess.units > 0 {
        parts.push(format!("counts would change by {} units in all", text::number(excess.units)));
    }
    if excess.drifted > 0 {
        let drifted = text::number(excess.drifted);
        parts.push(format!("{drifted} counts were changed in the store by somebody else"));
    }
    if excess.restored_to.is_some() {
        let backup = zone.time_in_words(excess.restored_to.as_ref());
        parts.push(format!("restored from a backup of {backup}, which knows of no pick and no count since"));
    }
    parts.join("; ")
}

fn phases(run: &Run) -> Table {
    let mut table = Table::new(vec![
        Column::text("phase"),
        Column::text("state"),
        Column::Number("created"),
        Column::Number("updated"),
        Column::Number("unchanged"),
        Column::Number("skipped"),
        Column::Number("parked"),
        Column::Number("in all"),
    ]);
    for phase in &run.phases {
        let counts = phase.counts.unwrap_or_default();
        let state = match phase.state() {
            PhaseState::Running if is_final(run) => "stopped",
            state => text::phase_state(state),
        };
        let mut cells = vec![text::phase_kind(phase.kind()).to_owned(), state.to_owned()];
        cells.extend(
            [counts.created, counts.updated, counts.unchanged, counts.skipped, counts.parked, sum(&counts)]
                .map(text::number),
        );
        table.row(cells);
    }
    table
}

/// How many records were read.
pub(crate) fn sum(counts: &Counts) -> i64 {
    counts.created + counts.updated + counts.unchanged + counts.skipped + counts.parked
}

/// How many records of all phases wait for a person.
pub(crate) fn parked(run: &Run) -> i64 {
    run.phases.iter().filter_map(|phase| phase.counts).map(|counts| counts.parked).sum()
}

/// Whether a run goes on no more.
pub(crate) fn is_final(run: &Run) -> bool {
    match run.state() {
        RunState::Queued | RunState::Running => false,
        RunState::Complete | RunState::CompleteWithParked | RunState::Failed | RunState::Held => true,
        // A newer server may end a run in a way that has no name here.
        RunState::Unspecified => run.ended_at.is_some(),
    }
}

/// The comparison of both sides after a run.
pub(crate) fn report(report: &Report, zone: &Zone, output: &mut Output<'_>) -> Result<(), Error> {
    if let Some(run) = &report.run {
        output.line(&heading(run, zone))?;
    }
    if let Some(place) = &report.place {
        output.line(&escape(&format!(
            "into division {}, site {}, location {}, UOM {}",
            place.division, place.site, place.location, place.uom
        )))?;
    }
    if !report.checks.is_empty() {
        output.line("")?;
        output.table(&checks(report))?;
    }
    output.line("")?;
    if report.exceptions.is_empty() {
        let compared = if report.checks.is_empty() { "" } else { ": everything is equal on both sides" };
        return output.line(&format!("no exceptions{compared}"));
    }
    let mut table = Table::new(vec![
        Column::text("exception"),
        Column::Number("records"),
        Column::text("what it means"),
        Column::text("what can be done"),
    ]);
    for group in &report.exceptions {
        table.row([&group.reason, &text::number(group.count), &group.explanation, &group.way_out]);
    }
    output.table(&table)
}

fn checks(report: &Report) -> Table {
    let mut table = Table::new(vec![
        Column::text("counted"),
        Column::Number("store"),
        Column::Number("warehouse"),
        Column::text("agrees"),
        Column::text("how"),
    ]);
    for check in &report.checks {
        table.row([
            check.name.as_str(),
            &text::number(check.store),
            &text::number(check.warehouse),
            if check.agrees { "yes" } else { "NO" },
            &check.explanation,
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use plugin_host_proto::v1::{Check, ExceptionGroup, Phase, PhaseKind, RunKind};

    use super::*;

    fn at(seconds: i64) -> pbjson_types::Timestamp {
        pbjson_types::Timestamp { seconds, nanos: 0 }
    }

    fn example() -> Run {
        Run {
            run_id: 7,
            kind: RunKind::Import.into(),
            state: RunState::CompleteWithParked.into(),
            asked_at: Some(at(0)),
            began_at: Some(at(1)),
            ended_at: Some(at(124)),
            phases: vec![Phase {
                kind: PhaseKind::Products.into(),
                state: PhaseState::Done.into(),
                counts: Some(Counts { created: 1200, updated: 1, unchanged: 2, skipped: 3, parked: 4 }),
                ..Phase::default()
            }],
            ..Run::default()
        }
    }

    fn shown(show: impl FnOnce(&mut Output<'_>) -> Result<(), Error>) -> String {
        let mut out = Vec::new();
        let mut output = Output::new(Box::new(&mut out), Box::new(std::io::sink()), crate::Look::default());
        show(&mut output).unwrap();
        drop(output);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_run_is_shown_with_its_counts() {
        let text = shown(|output| run(&example(), &Zone::of("UTC"), output));
        assert_eq!(
            text,
            "run 7: import, complete with parked records, 1970-01-01 00:02:04 UTC in 2 min 3 s\n\
             PHASE     STATE  CREATED  UPDATED  UNCHANGED  SKIPPED  PARKED  IN ALL\n\
             products  done     1,200        1          2        3       4   1,210\n"
        );
    }

    #[test]
    fn a_queued_run_says_since_when_and_a_problem_is_not_hidden() {
        let queued =
            Run { problem: "the store\u{7}is busy".to_owned(), asked_at: Some(at(60)), ..Run::default() };
        let queued = Run { state: RunState::Queued.into(), kind: RunKind::Sync.into(), ..queued };
        let text = shown(|output| run(&queued, &Zone::of("UTC"), output));
        assert_eq!(text, "run 0: sync, queued, since 1970-01-01 00:01:00 UTC\n  the store\\u{7}is busy\n");
    }

    #[test]
    fn a_held_run_says_what_it_would_have_done() {
        let excess = Excess { zeroes: 51, selling: 1000, units: 1234, drifted: 3, restored_to: None };
        let held =
            Run { run_id: 9, kind: RunKind::EndOfDay.into(), state: RunState::Held.into(), ..Run::default() };
        let text = shown(|output| run(&Run { excess: Some(excess), ..held }, &Zone::of("UTC"), output));
        assert_eq!(
            text,
            "run 9: end-of-day, held\n  of 1,000 items that the store sells, 51 would go to zero; counts would \
             change by 1,234 units in all; 3 counts were changed in the store by somebody else\n"
        );
        let excess = Excess { units: 7, selling: 3, restored_to: Some(at(3_600)), ..Excess::default() };
        assert_eq!(
            excess_words(&excess, &Zone::of("UTC")),
            "counts would change by 7 units in all; restored from a backup of 1970-01-01 01:00:00 UTC, which knows \
             of no pick and no count since"
        );
    }

    #[test]
    fn a_run_that_ended_in_a_way_unknown_here_has_ended() {
        let unknown = Run { state: 77, ..Run::default() };
        assert!(!is_final(&unknown));
        assert!(is_final(&Run { ended_at: Some(at(5)), ..unknown }));
        assert!(is_final(&Run { state: RunState::Held.into(), ..Run::default() }));
    }

    #[test]
    fn a_report_says_which_numbers_disagree_and_what_can_be_done() {
        let checked = Report {
            checks: vec![Check {
                name: "Units on hand".to_owned(),
                store: 1000,
                warehouse: 999,
                ..Check::default()
            }],
            exceptions: vec![ExceptionGroup {
                reason: "NEGATIVE_STOCK".to_owned(),
                count: 1,
                explanation: "the store says less than 0".to_owned(),
                way_out: "correct it in the store".to_owned(),
            }],
            ..Report::default()
        };
        let text = shown(|output| report(&checked, &Zone::of("UTC"), output));
        assert!(text.contains("Units on hand  1,000        999  NO"), "{text}");
        assert!(text.contains("NEGATIVE_STOCK"), "{text}");
    }
}
