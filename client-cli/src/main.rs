//! `plugin-host`: hands the process's surroundings to the library and returns its exit code.

use std::io::IsTerminal;
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use plugin_host_cli::{Look, Surroundings, run};

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            anstream::eprintln!("error: this program can't start: {error}");
            return ExitCode::from(4);
        }
    };
    let (out, err) = (std::io::stdout(), std::io::stderr());
    let width = out.is_terminal().then(|| comfy_table::Table::new().width()).flatten();
    let look = Look {
        width,
        color_out: AutoStream::choice(&out) != ColorChoice::Never,
        color_err: AutoStream::choice(&err) != ColorChoice::Never,
        live: err.is_terminal(),
    };
    let surroundings = Surroundings {
        look,
        input: Box::new(std::io::stdin()),
        out: Box::new(out),
        err: Box::new(err),
        interrupted: Box::pin(async {
            if tokio::signal::ctrl_c().await.is_err() {
                // Without a signal to wait for there is none; the system's default still ends the program.
                std::future::pending::<()>().await;
            }
        }),
    };
    let exit = runtime.block_on(run(std::env::args_os(), surroundings));
    // A keychain that still waits for its user must not keep the program alive.
    runtime.shutdown_background();
    exit.into()
}
