//! `plugin-host-server`: reads the settings and runs the server, or looks after it.

use std::{
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};
use plugin_host_server::{
    api,
    clock::Clock,
    operations::{self, State},
    run,
    settings::{DEFAULT_FILE, Settings},
    spare_admin_key,
    telemetry::Telemetry,
};
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The central server of Plugin Host for BigCommerce.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
    /// Print the commented default settings file and exit
    #[arg(long)]
    print_config: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server until it is interrupted
    Serve(Box<Options>),
    /// Look at everything the server needs, and say what is wrong; ends with 1 where something is bad
    Doctor(Box<Options>),
    /// Print another admin key, for whoever has lost the others; while the server runs or not
    AdminKey(Box<Options>),
    /// Save everything into a new folder, while the server runs or not
    Backup {
        /// The folder to make; whoever can read it can read every store
        folder: PathBuf,
        #[command(flatten)]
        options: Box<Options>,
    },
    /// Bring a backup to where the settings say; nothing that is there is overwritten
    Restore {
        /// The folder that `backup` made
        folder: PathBuf,
        /// The server has not run since the backup was made, so End of Day need not wait for a person
        #[arg(long)]
        nothing_since: bool,
        #[command(flatten)]
        options: Box<Options>,
    },
    /// Print what helps others to help, without secrets: settings, findings, runs, events, log
    SupportBundle {
        /// What the server has logged: a file, or "-" for standard input
        #[arg(long, value_name = "FILE|-")]
        log_file: Option<PathBuf>,
        #[command(flatten)]
        options: Box<Options>,
    },
}

#[derive(Args)]
struct Options {
    /// Settings file
    #[arg(long, env = "PLUGIN_HOST_CONFIG")]
    config: Option<PathBuf>,
    /// Address and port to listen on
    #[arg(long, env = "PLUGIN_HOST_LISTEN")]
    listen: Option<String>,
    /// How clients reach the server
    #[arg(long, env = "PLUGIN_HOST_PUBLIC_ADDRESS")]
    public_address: Option<String>,
    /// Folder for the server's files
    #[arg(long, env = "PLUGIN_HOST_DATA_FOLDER")]
    data_folder: Option<String>,
    /// Database, when it is not a file in the data folder
    #[arg(long, env = "PLUGIN_HOST_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// File with the encryption key
    #[arg(long, env = "PLUGIN_HOST_ENCRYPTION_KEY_FILE")]
    encryption_key_file: Option<String>,
    /// "on", or "off" on loopback
    #[arg(long, env = "PLUGIN_HOST_TLS")]
    tls: Option<String>,
    /// Certificate of the authority
    #[arg(long, env = "PLUGIN_HOST_AUTHORITY_CERTIFICATE_FILE")]
    authority_certificate_file: Option<String>,
    /// Key of the authority
    #[arg(long, env = "PLUGIN_HOST_AUTHORITY_KEY_FILE")]
    authority_key_file: Option<String>,
    /// Certificate chain of a public authority
    #[arg(long, env = "PLUGIN_HOST_CERTIFICATE_FILE")]
    certificate_file: Option<String>,
    /// Key of that certificate
    #[arg(long, env = "PLUGIN_HOST_CERTIFICATE_KEY_FILE")]
    certificate_key_file: Option<String>,
    /// Where BigCommerce's API is
    #[arg(long, env = "PLUGIN_HOST_BIGCOMMERCE_API")]
    bigcommerce_api: Option<String>,
    /// One more authority to trust for it
    #[arg(long, env = "PLUGIN_HOST_BIGCOMMERCE_AUTHORITY_FILE")]
    bigcommerce_authority_file: Option<String>,
    /// Mail server for notifications
    #[arg(long, env = "PLUGIN_HOST_SMTP_URL", hide_env_values = true)]
    smtp_url: Option<String>,
    /// Whom mails are from
    #[arg(long, env = "PLUGIN_HOST_MAIL_FROM")]
    mail_from: Option<String>,
    /// "on" where notifications may be posted into private networks, or "off"
    #[arg(long, env = "PLUGIN_HOST_WEBHOOK_PRIVATE")]
    webhook_private: Option<String>,
    /// Milliseconds until a silent server's run is taken over
    #[arg(long, env = "PLUGIN_HOST_LEASE_MS")]
    lease_ms: Option<i64>,
    /// Port, or address and port, for monitoring tools
    #[arg(long, env = "PLUGIN_HOST_METRICS_LISTEN")]
    metrics_listen: Option<String>,
    /// Milliseconds for which a server that stops is still reachable
    #[arg(long, env = "PLUGIN_HOST_DRAIN_MS")]
    drain_ms: Option<i64>,
    /// Collector of traces and logs that speaks OTLP over gRPC
    #[arg(long, env = "PLUGIN_HOST_OTLP_ENDPOINT")]
    otlp_endpoint: Option<String>,
    /// Of how many traces all is sent, from 0.0 to 1.0
    #[arg(long, env = "PLUGIN_HOST_TRACE_RATIO")]
    trace_ratio: Option<f64>,
    /// "human" or "json"
    #[arg(long, env = "PLUGIN_HOST_LOG_FORMAT")]
    log_format: Option<String>,
    /// What is logged
    #[arg(long, env = "PLUGIN_HOST_LOG")]
    log: Option<String>,
}

impl Options {
    fn settings(&self) -> Result<Settings, plugin_host_server::settings::Error> {
        Settings::load(self.config.as_deref(), self.overrides())
    }

    fn overrides(&self) -> toml::Table {
        let texts = [
            ("listen", &self.listen),
            ("public_address", &self.public_address),
            ("data_folder", &self.data_folder),
            ("database_url", &self.database_url),
            ("encryption_key_file", &self.encryption_key_file),
            ("tls", &self.tls),
            ("authority_certificate_file", &self.authority_certificate_file),
            ("authority_key_file", &self.authority_key_file),
            ("certificate_file", &self.certificate_file),
            ("certificate_key_file", &self.certificate_key_file),
            ("bigcommerce_api", &self.bigcommerce_api),
            ("bigcommerce_authority_file", &self.bigcommerce_authority_file),
            ("smtp_url", &self.smtp_url),
            ("mail_from", &self.mail_from),
            ("webhook_private", &self.webhook_private),
            ("metrics_listen", &self.metrics_listen),
            ("otlp_endpoint", &self.otlp_endpoint),
            ("log_format", &self.log_format),
            ("log", &self.log),
        ];
        let texts =
            texts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?.into())));
        let numbers = [("lease_ms", self.lease_ms), ("drain_ms", self.drain_ms)];
        let numbers = numbers.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into())));
        let ratio = self.trace_ratio.map(|ratio| ("trace_ratio".to_owned(), ratio.into()));
        texts.chain(numbers).chain(ratio).collect()
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Some(command) if !cli.print_config => obey(command),
        _ => print(DEFAULT_FILE).map(|()| ExitCode::SUCCESS),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprintln!("  because: {cause}");
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
}

type Done<T> = Result<T, Box<dyn std::error::Error>>;

fn print(text: &str) -> Done<()> {
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

fn obey(command: Command) -> Done<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Serve(options) => serve_until_stopped(options.settings()?).await?,
            Command::Doctor(options) => {
                let settings = options.settings()?;
                let findings = operations::examine(&settings, &api(&settings)?, &Clock::system()).await;
                print(&operations::words(&findings))?;
                if findings.iter().any(|finding| finding.state == State::Bad) {
                    return Ok(ExitCode::FAILURE);
                }
            }
            Command::AdminKey(options) => {
                let issued = spare_admin_key(&options.settings()?, Clock::system()).await?;
                eprintln!("admin key {}; keep it now, it is never shown again:", issued.key.id);
                print(&format!("{}\n", issued.text.expose_secret()))?;
            }
            Command::Backup { folder, options } => {
                let backup = operations::back_up(&options.settings()?, &folder, Clock::system()).await?;
                let files: Vec<&str> = backup.files.keys().map(String::as_str).collect();
                print(&format!("saved in {}: {}\n", folder.display(), files.join(", ")))?;
            }
            Command::Restore { folder, nothing_since, options } => {
                let backup = operations::restore(&options.settings()?, &folder, nothing_since).await?;
                let next = if nothing_since {
                    "start the server: it goes on where it stopped"
                } else {
                    "start the server, then `plugin-host reconcile`: it shows what has happened since; \
                     End of Day is held until a person approves it"
                };
                let made_at = backup.made_at;
                print(&format!("restored what {} held at {made_at:.0}\n{next}\n", folder.display()))?;
            }
            Command::SupportBundle { log_file, options } => {
                let settings = options.settings()?;
                let log = log_file.map(|path| log(&path)).transpose()?.unwrap_or_default();
                let findings = operations::examine(&settings, &api(&settings)?, &Clock::system()).await;
                print(&operations::bundle(&settings, &findings, &log, Clock::system()).await?)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn log(path: &Path) -> Done<String> {
    let mut text = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().read_to_end(&mut text)?;
    } else {
        text = std::fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

async fn serve_until_stopped(settings: Settings) -> Done<()> {
    let telemetry = Telemetry::start(&settings)?;
    let listener = TcpListener::bind(settings.listen).await;
    let listener =
        listener.map_err(|error| format!("listen: {} cannot be used: {error}", settings.listen))?;
    let stop = CancellationToken::new();
    tokio::spawn(stop_on_signal(stop.clone()));
    let ran = run(settings, listener, Clock::system(), stop).await;
    telemetry.finish();
    Ok(ran?)
}

async fn stop_on_signal(stop: CancellationToken) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return stop.cancel();
        }
    }
    let _ = tokio::signal::ctrl_c().await;
    stop.cancel();
}
