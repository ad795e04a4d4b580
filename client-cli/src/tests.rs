use clap::CommandFactory;
use plugin_host_proto::key::{KeyId, KeyKind, StoreKey};
use secrecy::ExposeSecret;

use super::*;

/// Runs the program as a script would: no terminal, a folder of its own for keys.
struct Program {
    home: tempfile::TempDir,
    input: String,
}

struct Shown {
    exit: u8,
    out: String,
    err: String,
}

impl Program {
    fn new() -> Program {
        Program { home: tempfile::tempdir().unwrap(), input: String::new() }
    }

    async fn run(&self, args: &[&str]) -> Shown {
        self.run_until(args, std::future::pending()).await
    }

    async fn run_until(&self, args: &[&str], interrupted: impl Future<Output = ()>) -> Shown {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let home = self.home.path().to_str().unwrap();
        let args = ["plugin-host", "--home", home].into_iter().chain(args.iter().copied());
        let surroundings = Surroundings {
            input: Box::new(self.input.as_bytes()),
            out: Box::new(&mut out),
            err: Box::new(&mut err),
            look: Look::default(),
            interrupted: Box::pin(interrupted),
        };
        let exit = run(args.map(OsString::from), surroundings).await.code();
        Shown { exit, out: String::from_utf8(out).unwrap(), err: String::from_utf8(err).unwrap() }
    }
}

/// A key of a server that is not there.
async fn lonely_key() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let key = StoreKey::new(KeyKind::Operator, address, None, KeyId([1; 8]), [2; 32]).unwrap();
    key.to_text().expose_secret().to_owned()
}

#[test]
fn the_command_line_is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn every_exit_code_is_in_the_help() {
    let help = Cli::command().render_long_help().to_string();
    for code in [
        "0  complete",
        "2  wrong",
        "3  complete,",
        "4  failed",
        "5  refused",
        "6  the",
        "7  the",
        "9  held",
        "130",
    ] {
        assert!(help.contains(code), "{code} is missing in\n{help}");
    }
}

#[tokio::test]
async fn help_is_data_and_mistakes_are_not() {
    let program = Program::new();
    let help = program.run(&["--help"]).await;
    assert_eq!((help.exit, help.err.as_str()), (0, ""));
    assert!(help.out.contains("plugin-host import --dry-run"));
    for wrong in [
        &["imprt"][..],
        &["configure", "set"],
        &["configure", "set", "--sync-interval-minutes", "0"],
        &["configure", "set", "--end-of-day-time", "24:00"],
        &["adjust", "A", "0", "--site", "S", "--location", "L", "--reason", "r"],
        &["admin", "grants", "abc12"],
        &["sync", "cursor"],
        &["sync", "cursor", "set", "yesterday"],
        &["manual"],
        &["manual", "everything"],
        &["end-of-day", "--approve", "0"],
        &["end-of-day", "--approve", "17", "--dry-run"],
        &["configure", "set", "--order-number-prefix", "W-", "--automatic-order-number-prefix"],
        &["configure", "set", "--hold-at-zero-percent", "101"],
        &["configure", "set", "--excluded-locations", "DAMAGED"],
        &["history", "--kind", "everything"],
        &["parked", "link", "4"],
        &["why"],
        &[],
    ] {
        let shown = program.run(wrong).await;
        assert_eq!((shown.exit, shown.out.as_str()), (2, ""), "{wrong:?}");
        assert!(!shown.err.is_empty(), "{wrong:?}");
    }
}

#[test]
fn what_the_documents_show_can_be_typed() {
    for line in [
        "connect -",
        "connect --key-file f",
        "stores use abc12",
        "configure set --default-division MAIN --default-uom EA --default-site HQ --default-location A-01 \
         --store-location 1 --create-item-number-using sku,product-id --stock-decreased follow --auto-sync on \
         --sync-interval-minutes 15 --active-hours all-day --end-of-day on --end-of-day-time 23:30 \
         --reconciliation-time 02:00 --time-zone Europe/Berlin --expect-revision 3",
        "configure set --order-statuses 11,9,8,3 --order-number-prefix W- --stock-scope sites --stock-sites HQ,WEST \
         --excluded-locations HQ/DAMAGED,WEST/Q-1 --open-orders store --guest-rule one-customer \
         --guest-customer Guests --shipment-rule each-pick --set-order-status off --safety-buffer 2 \
         --hold-at-zero-percent 20 --hold-at-units 500 --drift-policy hold --pickup-rule complete",
        "configure set --automatic-order-number-prefix",
        "configure set --order-number-prefix= --stock-sites= --excluded-locations=",
        "configure set --notify-emails ada@acme.example,bob@acme.example --notify-webhook https://acme.example/hook \
         --notify-when daily",
        "configure set --notify-emails= --notify-webhook= --notify-when at-once",
        "configure webhook-secret",
        "configure explain",
        "import --dry-run --no-wait",
        "sync --dry-run --no-wait",
        "sync cursor show",
        "sync --store abc12 cursor show",
        "--output json sync cursor clear --yes",
        "sync cursor set 2026-11-01",
        "sync cursor set 2026-11-01T08:30 --yes",
        "sync cursor set 2026-11-01T08:30:00-06:00 --yes",
        "manual products --dry-run",
        "manual inventory --no-wait",
        "manual carriers",
        "manual customers",
        "manual orders",
        "end-of-day --dry-run",
        "end-of-day --approve 17 --no-wait",
        "reconcile --no-wait",
        "why TENT-2",
        "history --record TENT-2 --kind inventory --after 0 --follow",
        "history --kind orders --limit 10",
        "customers lovelace --all",
        "parked --reason DUPLICATE_ITEM_NUMBER --all",
        "parked list --limit 5",
        "parked --store abc12 retry 4",
        "parked link 4 TENT-2",
        "parked number 4 TENT-2-B --no-wait",
        "parked skip 4",
        "parked retry 4",
        "parked groups",
        "parked skip --all-of ITEM_NUMBER_TAKEN",
        "parked retry --all-of SHIPMENT_REFUSED --no-wait",
        "items tent --sort on_hand",
        "orders list --sort state --all",
        "orders pick BC-1001 TENT-2 1 --site HQ --location A-01 --provider ups --tracking 1Z999",
        "orders close BC-1001 --provider ups --tracking 1Z999",
        "orders reopen BC-1001",
        "orders cancel BC-1001 --division MAIN",
        "--output json status --follow",
        "report --exceptions",
        "report 7 --exceptions NEGATIVE_STOCK --all",
        "adjust TENT-2 -1 --site HQ --location A-01 --reason torn",
        "adjust TENT-2 +5 --site HQ --location A-01 --reason found",
        "admin connect-store abc12 --access-token-file - --grant manual-sync",
        "admin grants",
        "admin grants abc12 --grant both",
        "admin keys issue --kind monitor-all --label grafana",
        "admin keys issue --kind operator --store abc12",
        "admin reset-one-time-flag abc12 inventory --confirm abc12",
        "admin create-uom MAIN BOX --each-count 12",
        "admin site-option MAIN HQ --auto-delete-zero on",
        "completions bash",
    ] {
        let args = std::iter::once("plugin-host").chain(line.split_whitespace());
        if let Err(error) = Cli::try_parse_from(args) {
            panic!("{line}: {error}");
        }
    }
}

#[tokio::test]
async fn options_of_a_command_are_not_lost_before_its_subcommand() {
    let mut program = Program::new();
    program.input = lonely_key().await;
    for line in ["sync --dry-run cursor clear", "sync --no-wait cursor show", "parked --reason R retry 4"] {
        let args: Vec<_> = ["--key-file", "-"].into_iter().chain(line.split_whitespace()).collect();
        let shown = program.run(&args).await;
        assert_eq!(shown.exit, 2, "{line}: {}", shown.err);
    }
}

#[tokio::test]
async fn without_a_key_the_way_to_one_is_shown() {
    let shown = Program::new().run(&["status"]).await;
    assert_eq!(shown.exit, 2);
    assert!(shown.err.starts_with("error: no key is chosen"), "{}", shown.err);
    assert!(shown.err.contains("hint: plugin-host connect -"), "{}", shown.err);
}

#[tokio::test]
async fn a_wrong_key_is_a_mistake_and_is_not_repeated_in_the_error() {
    let mut program = Program::new();
    program.input = lonely_key().await.replace("phk1o_", "phk1m_");
    let shown = program.run(&["connect", "-"]).await;
    assert_eq!(shown.exit, 2);
    assert!(shown.err.starts_with("error: the key is mistyped"), "{}", shown.err);
    assert!(!shown.err.contains("phk1"), "{}", shown.err);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_and_the_key_is_not_kept() {
    let mut program = Program::new();
    program.input = lonely_key().await;
    let shown = program.run(&["connect", "-"]).await;
    assert_eq!(shown.exit, 6);
    assert!(shown.err.starts_with("error: the server can't be reached: "), "{}", shown.err);
    assert!(shown.err.contains("hint: this key's server is http://127.0.0.1:"), "{}", shown.err);
    assert_eq!(program.run(&["stores"]).await.err, "no key is kept here: plugin-host connect -\n");
}

#[tokio::test]
async fn following_a_server_that_never_answered_fails_at_once() {
    let mut program = Program::new();
    program.input = lonely_key().await;
    let shown = program.run(&["--key-file", "-", "status", "--follow"]).await;
    assert_eq!(shown.exit, 6);
}

#[tokio::test]
async fn an_interruption_has_its_own_exit_code() {
    let shown = Program::new().run_until(&["status"], std::future::ready(())).await;
    assert_eq!((shown.exit, shown.out.as_str(), shown.err.as_str()), (130, "", ""));
}

#[tokio::test]
async fn a_reader_that_stops_reading_ends_the_program_quietly() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut err = Vec::new();
    let surroundings = Surroundings {
        input: Box::new(std::io::empty()),
        out: Box::new(Closed),
        err: Box::new(&mut err),
        look: Look::default(),
        interrupted: Box::pin(std::future::pending()),
    };
    let args = ["plugin-host", "completions", "bash"].map(OsString::from);
    assert_eq!(run(args, surroundings).await.code(), 0);
    assert_eq!(err, b"");
}
