//! Shows how a run goes on: bars on a terminal, now and then a line elsewhere, nothing where a program reads.

use std::{fmt::Write, time::Duration};

use indicatif::{
    HumanFloatCount, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle,
};
use plugin_host_proto::v1::{Phase, PhaseState, Run, RunState};
use tokio::time::Instant;

use crate::output::Output;
use crate::render::sum;
use crate::text;

/// How often a line is written where bars can't be drawn.
const LINE_INTERVAL: Duration = Duration::from_secs(5);

/// The progress of one run.
pub(crate) enum Progress {
    /// Programs read the events themselves.
    Silent,
    /// A bar for each phase.
    Bars(MultiProgress, Vec<ProgressBar>),
    /// A line when something begins or ends, and now and then between.
    Lines { said: String, said_at: Instant },
}

impl Progress {
    pub(crate) fn start(output: &Output<'_>) -> Progress {
        if output.is_json() {
            Progress::Silent
        } else if output.is_live() {
            Progress::Bars(MultiProgress::new(), Vec::new())
        } else {
            Progress::Lines { said: String::new(), said_at: Instant::now() }
        }
    }

    pub(crate) fn show(&mut self, run: &Run, output: &mut Output<'_>) {
        match self {
            Progress::Silent => {}
            Progress::Bars(all, bars) => {
                for (position, phase) in run.phases.iter().enumerate() {
                    if bars.len() == position {
                        bars.push(all.add(bar(phase)));
                    }
                    update(&bars[position], phase);
                }
            }
            Progress::Lines { said, said_at } => {
                let state = state_line(run);
                if state != *said || said_at.elapsed() >= LINE_INTERVAL {
                    output.note(&line(run));
                    *said = state;
                    *said_at = Instant::now();
                }
            }
        }
    }

    /// Says something between the bars.
    pub(crate) fn note(&self, text: &str, output: &mut Output<'_>) {
        match self {
            Progress::Bars(all, _) => all.suspend(|| output.note(text)),
            Progress::Silent | Progress::Lines { .. } => output.note(text),
        }
    }

    /// Leaves the bars as they are and the cursor below them.
    pub(crate) fn end(self) {
        if let Progress::Bars(_, bars) = self {
            for bar in bars {
                bar.abandon();
            }
        }
    }
}

fn bar(phase: &Phase) -> ProgressBar {
    // Hidden until it has its style: the default one would be drawn first, and stay.
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    bar.set_prefix(text::phase_kind(phase.kind()));
    update(&bar, phase);
    bar
}

fn update(bar: &ProgressBar, phase: &Phase) {
    let done = u64::try_from(sum(&phase.counts.unwrap_or_default())).unwrap_or_default();
    let template = match (phase.state(), phase.expected) {
        (PhaseState::Running, 1..) => "{prefix:10} [{bar:30}] {human_pos}/{human_len}  {rate}  {msg}",
        (PhaseState::Running, _) => "{prefix:10} {spinner} {human_pos}  {rate}  {msg}",
        _ => "{prefix:10} {human_pos}  {msg}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.with_key("rate", rate).progress_chars("=> "));
    }
    if let Ok(expected @ 1..) = u64::try_from(phase.expected) {
        bar.set_length(expected.max(done));
    }
    bar.set_position(done);
    bar.set_message(state_of(phase));
}

/// Records a second, whole ones.
fn rate(state: &ProgressState, text: &mut dyn Write) {
    let _ = write!(text, "{}/s", HumanFloatCount(state.per_sec().round()));
}

fn state_of(phase: &Phase) -> String {
    let parked = phase.counts.unwrap_or_default().parked;
    match (phase.state(), parked) {
        (PhaseState::Running, 0) => String::new(),
        (PhaseState::Running, parked) => format!("{} parked", text::number(parked)),
        (state, 0) => text::phase_state(state).to_owned(),
        (state, parked) => format!("{}, {} parked", text::phase_state(state), text::number(parked)),
    }
}

/// What changes only when a phase or the run begins or ends.
fn state_line(run: &Run) -> String {
    let phases: Vec<_> = run.phases.iter().map(|phase| text::phase_state(phase.state())).collect();
    format!("{} {} {}", text::run_state(run.state()), phases.join(" "), run.problem)
}

/// For example "import running: products 500/1,000, inventory waiting".
pub(crate) fn line(run: &Run) -> String {
    let phases: Vec<String> = run
        .phases
        .iter()
        .map(|phase| {
            let done = sum(&phase.counts.unwrap_or_default());
            let kind = text::phase_kind(phase.kind());
            match (phase.state(), phase.expected) {
                (PhaseState::Running, 0) => format!("{kind} {}", text::number(done)),
                (PhaseState::Running, expected) => {
                    format!("{kind} {}/{}", text::number(done), text::number(expected))
                }
                (PhaseState::Done, _) => format!("{kind} {} done", text::number(done)),
                (state, _) => format!("{kind} {}", text::phase_state(state)),
            }
        })
        .collect();
    let mut line = format!("{} {}", text::run_kind(run.kind()), text::run_state(run.state()));
    if !phases.is_empty() {
        line.push_str(": ");
        line.push_str(&phases.join(", "));
    }
    if run.state() != RunState::Failed && !run.problem.is_empty() {
        line = format!("{line} ({})", text::escape(&run.problem));
    }
    line
}

#[cfg(test)]
mod tests {
    use plugin_host_proto::v1::{Counts, PhaseKind, RunKind};

    use super::*;

    fn run(done: i64) -> Run {
        let phase = |kind: PhaseKind, state: PhaseState, created, expected| Phase {
            kind: kind.into(),
            state: state.into(),
            counts: Some(Counts { created, ..Counts::default() }),
            expected,
            ..Phase::default()
        };
        Run {
            kind: RunKind::Import.into(),
            state: RunState::Running.into(),
            phases: vec![
                phase(PhaseKind::Products, PhaseState::Running, done, 1000),
                phase(PhaseKind::Inventory, PhaseState::Waiting, 0, 0),
            ],
            ..Run::default()
        }
    }

    #[test]
    fn a_line_says_how_far_each_phase_is() {
        assert_eq!(line(&run(500)), "import running: products 500/1,000, inventory waiting");
    }

    #[tokio::test(start_paused = true)]
    async fn lines_are_written_at_changes_and_now_and_then() {
        let mut err = Vec::new();
        let mut output = Output::new(Box::new(std::io::sink()), Box::new(&mut err), crate::Look::default());
        let mut progress = Progress::start(&output);
        progress.show(&run(1), &mut output);
        progress.show(&run(2), &mut output);
        tokio::time::advance(LINE_INTERVAL).await;
        progress.show(&run(3), &mut output);
        let done = Run { state: RunState::Complete.into(), ..run(4) };
        progress.show(&done, &mut output);
        drop(output);
        let lines = String::from_utf8(err).unwrap();
        let numbers: Vec<_> = lines.lines().filter_map(|line| line.split(['/', ' ']).nth(3)).collect();
        assert_eq!(numbers, ["1", "3", "4"]);
    }
}
