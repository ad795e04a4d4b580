//! The operating system's keychain, which may be absent, locked or deaf.
//!
//! Each call runs on a thread of its own, since a keychain that waits for a person blocks its caller.

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use keyring::Entry;
use secrecy::{ExposeSecret, SecretString};

const SERVICE: &str = "plugin-host";
/// How long a key is offered to the keychain before a file takes it.
const WRITE_TIME_OUT: Duration = Duration::from_secs(2);
/// How long the only copy of a key is waited for: a person may have to unlock the keychain.
const READ_TIME_OUT: Duration = Duration::from_secs(30);

/// Why the keychain did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It refused.
    #[error(transparent)]
    Refused(#[from] keyring::Error),
    /// It did not answer in time.
    #[error("no answer within {} seconds", .0.as_secs())]
    Deaf(Duration),
}

pub(super) fn set(name: &str, text: &SecretString) -> Result<(), Error> {
    let (entry_name, text) = (name.to_owned(), text.clone());
    let undo = |name: &str| Entry::new(SERVICE, name)?.delete_credential();
    ask(
        name,
        WRITE_TIME_OUT,
        move || Entry::new(SERVICE, &entry_name)?.set_password(text.expose_secret()),
        undo,
    )
}

pub(super) fn get(name: &str) -> Result<SecretString, Error> {
    let entry_name = name.to_owned();
    let get = move || Entry::new(SERVICE, &entry_name)?.get_password().map(SecretString::from);
    ask(name, READ_TIME_OUT, get, |_| Ok(()))
}

/// Deletes an entry; one that is not there is as good as deleted.
pub(super) fn delete(name: &str) -> Result<(), Error> {
    let entry_name = name.to_owned();
    let delete = move || match Entry::new(SERVICE, &entry_name)?.delete_credential() {
        Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
        Err(error) => Err(error),
    };
    ask(name, WRITE_TIME_OUT, delete, |_| Ok(()))
}

/// Waits for an answer; what succeeds after nobody waits any longer is undone, so that a key is not kept twice.
fn ask<T: Send + 'static>(
    name: &str,
    time_out: Duration,
    question: impl FnOnce() -> keyring::Result<T> + Send + 'static,
    undo: impl FnOnce(&str) -> keyring::Result<()> + Send + 'static,
) -> Result<T, Error> {
    // No buffer: an answer counts only when somebody takes it.
    let (answer, answers) = sync_channel(0);
    let name = name.to_owned();
    thread::spawn(move || {
        if answer.send(question()).is_err_and(|unheard| unheard.0.is_ok()) {
            // When this fails there is nobody left to tell; the next `forget` deletes the copy.
            let _ = undo(&name);
        }
    });
    match answers.recv_timeout(time_out) {
        Ok(answer) => Ok(answer?),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Err(Error::Deaf(time_out)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_deaf_keychain_is_given_up_and_what_it_does_later_is_undone() {
        let (wake, sleep) = channel::<()>();
        let (undo, undone) = channel();
        let question = move || {
            let _ = sleep.recv();
            Ok(())
        };
        let asked = ask("a", Duration::from_millis(10), question, move |name| {
            let _ = undo.send(name.to_owned());
            Ok(())
        });
        assert!(matches!(asked, Err(Error::Deaf(_))));
        drop(wake);
        assert_eq!(undone.recv().as_deref(), Ok("a"));
    }

    #[test]
    fn an_answer_in_time_is_kept() {
        let (undo, undone) = channel();
        let asked = ask(
            "a",
            Duration::from_mins(1),
            || Ok(7),
            move |name| {
                let _ = undo.send(name.to_owned());
                Ok(())
            },
        );
        assert_eq!(asked.unwrap(), 7);
        assert!(undone.recv().is_err());
    }
}
