//! What goes wrong while a server is at work, and what people do meanwhile.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use super::{
    shop,
    step::Step,
    world::{Result, World},
};
use crate::sandbox::{Fault, Matcher, Script};

/// How long nothing may be heard from the server before it is asked; a crash takes its connection with it.
const PAUSE: Duration = Duration::from_millis(100);
/// For how long a request hangs that a crash waits for: where the other replica had sent it, it tries again after that.
const HANGS_MS: u64 = 1_000;
/// How late a request takes effect that was cut off.
pub(super) const LATE: Duration = Duration::from_millis(40);

/// What a request sets off.
pub(super) enum Signal {
    /// Servers stop dead: of two replicas one, the other, or both.
    Crash(u8),
    /// Something happens in the store, which has happened already, with its sentence.
    InStore(Option<String>),
    /// Somebody in the warehouse does something.
    InWarehouse(Step),
}

impl World {
    /// Something happens when a request of the next run arrives.
    pub(super) fn arm_meanwhile(&mut self, request: u8, step: Step) {
        let (sender, model, nth) = (self.sender.clone(), Arc::clone(&self.model), u32::from(request) + 1);
        if step.is_in_store() {
            self.sandbox.on_request(Matcher::default(), nth, move |store| {
                let told = {
                    let mut model = model.lock().unwrap_or_else(PoisonError::into_inner);
                    shop::happen(step, store, &mut model)
                };
                // Nobody listens any more once the history has ended.
                let _ = sender.send(Signal::InStore(told));
            });
        } else {
            // The request takes as long as people need, most of the time.
            self.sandbox.script(
                Script::next(Matcher::default(), Fault::Delay { ms: 30 }).after_first(u32::from(request)),
            );
            self.sandbox.on_request(Matcher::default(), nth, move |_| {
                let _ = sender.send(Signal::InWarehouse(step));
            });
        }
    }

    /// What was armed is set off by the requests from now on.
    pub(super) fn arm(&mut self) {
        for step in std::mem::take(&mut self.armed) {
            match step {
                Step::Fault { kind, which, request } => self.arm_fault(kind, which, request.into()),
                Step::Crash { request, after } => {
                    let sender = self.sender.clone();
                    // Before the request is answered, after its answer was lost, or wherever it is a moment later.
                    let script = match after {
                        0 => Some(Script::next(Matcher::default(), Fault::Hang { ms: HANGS_MS })),
                        1 => Some(Script::next(Matcher::default(), Fault::Truncated).once_it_took_effect()),
                        _ => None,
                    };
                    if let Some(script) = script {
                        self.sandbox.script(script.after_first(request.into()));
                    }
                    self.sandbox.on_request(Matcher::default(), u32::from(request) + 1, move |_| {
                        let _ = sender.send(Signal::Crash(request));
                    });
                }
                _ => {}
            }
        }
    }

    fn arm_fault(&mut self, kind: u8, which: u8, request: u32) {
        let (matcher, skip, what) = match which {
            0 | 1 => (Matcher::default(), request, format!("request {}", request + 1)),
            2 => (
                Matcher::path("/v2/orders").method("POST"),
                0,
                ["the next shipment", "the next shipment, cut off once and tried again,"]
                    [usize::from(request % 2 == 1)]
                .to_owned(),
            ),
            _ => (Matcher::path("/v3/inventory").method("PUT"), 0, "the next write of counts".to_owned()),
        };
        let (fault, after, how) = match kind {
            // It reaches the store after all, when nobody waits for it any more.
            5 if which == 2 => {
                self.late = true;
                (Fault::LateCommit { after: LATE }, false, "is cut off and takes effect later")
            }
            0 | 5 => (Fault::Throttled { headers: false }, false, "is throttled"),
            6 => (Fault::Throttled { headers: true }, false, "is beyond the quota"),
            1 => (Fault::Status { status: 503 }, false, "meets a store that is closed"),
            2 => (Fault::Reset, false, "is cut off"),
            3 => (Fault::Truncated, true, "takes effect and its answer is lost"),
            _ => (Fault::Body { status: 200, body: "{".to_owned() }, true, "is answered with nonsense"),
        };
        // Nonsense with a good status in place of a refusal would be a lie that no store tells.
        let matcher = if kind == 4 && which != 2 { Matcher::default().method("GET") } else { matcher };
        if which == 2 && request % 2 == 1 {
            // It is tried again in a later run, and that one has its own trouble.
            self.sandbox.script(Script::next(matcher.clone(), Fault::Reset));
        }
        let script = Script::next(matcher, fault).after_first(skip);
        self.sandbox.script(if after { script.once_it_took_effect() } else { script });
        self.outcome.faults += 1;
        self.say(format!("({what} of the next run {how})"));
    }

    /// Forgets what was to happen during a run that has ended.
    pub(super) fn disarm(&mut self) {
        self.armed.clear();
        self.sandbox.clear_scripts();
    }

    /// Does what requests have set off, or waits a moment.
    pub(super) async fn heed(&mut self) -> Result<()> {
        let signal = tokio::select! {
            biased;
            signal = self.signals.recv() => signal,
            _ = self.watch.next() => return Ok(()),
            () = tokio::time::sleep(PAUSE) => return Ok(()),
        };
        let Some(signal) = signal else { return Ok(()) };
        self.disturbed = true;
        match signal {
            Signal::Crash(which) => {
                self.say("the server crashes");
                self.crash(which).await
            }
            Signal::InStore(told) => {
                self.outcome.meanwhile += 1;
                if let Some(told) = told {
                    self.say(format!("meanwhile, {told}"));
                }
                Ok(())
            }
            Signal::InWarehouse(step) => {
                self.outcome.meanwhile += 1;
                self.say("meanwhile:");
                Box::pin(self.work(step)).await
            }
        }
    }
}
