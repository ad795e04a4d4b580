//! `plugin-host-server`: reads the settings and runs the server.

use std::{io::Write as _, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use plugin_host_server::{
    clock::Clock,
    run,
    settings::{DEFAULT_FILE, Settings},
    telemetry::Telemetry,
};
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
    Serve(Box<Serve>),
}

#[derive(Args)]
struct Serve {
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

impl Serve {
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
        Some(Command::Serve(serve)) if !cli.print_config => serve_until_stopped(&serve),
        _ => std::io::stdout().write_all(DEFAULT_FILE.as_bytes()).map_err(Into::into),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
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

fn serve_until_stopped(serve: &Serve) -> Result<(), Box<dyn std::error::Error>> {
    let settings = Settings::load(serve.config.as_deref(), serve.overrides())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let _inside = runtime.enter();
    let telemetry = Telemetry::start(&settings)?;
    let ran = runtime.block_on(async {
        let listener = TcpListener::bind(settings.listen).await?;
        let stop = CancellationToken::new();
        tokio::spawn(stop_on_signal(stop.clone()));
        Ok(run(settings, listener, Clock::system(), stop).await?)
    });
    telemetry.finish();
    ran
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
