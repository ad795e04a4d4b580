//! The reference, made from the programs, the settings file, the contract and the server's own lists.

use std::{fmt::Write as _, path::Path, process::Command};

use anyhow::{Context as _, ensure};
use plugin_host_server::{
    domain::{fields::FIELDS, reason::Reason},
    settings::DEFAULT_FILE,
};
use prost_reflect::{DescriptorPool, EnumDescriptor, FileDescriptor, MessageDescriptor, ServiceDescriptor};

use super::program;

/// What every page of the reference begins with.
const MADE: &str = "<!-- Made by `cargo book write`; change what it is made from instead. -->\n";

/// The pages of the reference: their files below the book's folder and their texts.
pub fn reference() -> anyhow::Result<Vec<(String, String)>> {
    let contract = Contract::read()?;
    let pages = [
        ("command-line", "The command line", command_line()?),
        ("server", "The server's program", server()?),
        ("settings", "Settings of the server", settings()),
        ("configuration", "Configuration of a store", configuration()),
        ("reasons", "Why records are parked or left out", reasons()),
        ("codes", "Exit codes and error codes", codes(&contract)?),
        ("events", "Events", contract.events()?),
        ("contract", "The contract", contract.whole()),
    ];
    Ok(pages
        .map(|(name, title, text)| {
            (format!("reference/{name}.md"), format!("{MADE}# {title}\n\n{}\n", text.trim_end()))
        })
        .into())
}

/// A file of the sources.
fn source(path: &str) -> anyhow::Result<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read_to_string(&file).with_context(|| path.to_owned())
}

fn command_line() -> anyhow::Result<String> {
    let mut text = "Every command answers `--help`. These are the answers.\n".to_owned();
    helps("plugin-host", &[], &mut text)?;
    Ok(text)
}

fn server() -> anyhow::Result<String> {
    let mut text = "Settings come as flags, from the environment or from a [file](settings.md).\n".to_owned();
    helps("plugin-host-server", &[], &mut text)?;
    Ok(text)
}

/// What a program says about itself and about each of its commands.
fn helps(name: &str, path: &[String], text: &mut String) -> anyhow::Result<()> {
    let mut command = Command::new(program(name)?);
    let said = command.args(path).arg("--help").env_clear().output()?;
    ensure!(said.status.success(), "{name} {path:?} --help ended with {}", said.status);
    let said = String::from_utf8(said.stdout)?;
    let typed = [&[name.to_owned()], path].concat().join(" ");
    let _ = writeln!(text, "\n## {typed}\n\n```text\n{}\n```", said.trim_end());
    let list = said.split("Commands:\n").nth(1).unwrap_or_default();
    let commands = list.lines().take_while(|line| !line.is_empty());
    let names = commands.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    for command in names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        helps(name, &[path, &[command.to_owned()]].concat(), text)?;
    }
    Ok(())
}

/// The settings: in the default file, a comment stands before each.
fn settings() -> String {
    let mut text = String::new();
    let mut comment = Vec::new();
    let mut is_head = true;
    let mut last = String::new();
    for line in DEFAULT_FILE.lines() {
        if let Some(words) = line.strip_prefix('#') {
            comment.push(words.trim().to_owned());
        } else if line.is_empty() {
            // The first comment is about the file.
            if is_head && !comment.is_empty() {
                let _ = writeln!(text, "{}", comment.join(" "));
                is_head = false;
            }
            comment.clear();
        } else if let Some((name, value)) = line.split_once(" = ") {
            let flag = name.replace('_', "-");
            let variable = format!("PLUGIN_HOST_{}", name.to_uppercase());
            if !comment.is_empty() {
                last = comment.join(" ");
            }
            let _ = writeln!(
                text,
                "\n## {name}\n\n{last}\n\nDefault `{value}` · flag `--{flag}` · environment `{variable}`"
            );
            comment.clear();
        }
    }
    text
}

fn configuration() -> String {
    let rows =
        FIELDS.iter().map(|field| format!("| {} | `{}` | {} |", field.label, field.field, field.explanation));
    let rows = rows.collect::<Vec<_>>().join("\n");
    format!(
        "What a person decides for a store, as `plugin-host configure explain` shows it.\n\n\
         | Called | In the contract | What it does |\n|---|---|---|\n{rows}\n"
    )
}

fn reasons() -> String {
    let rows = Reason::ALL.iter().map(|reason| {
        let words = reason.words();
        format!("| `{}` | {} | {} |", words.code, words.explanation, words.way_out)
    });
    let rows = rows.collect::<Vec<_>>().join("\n");
    format!("| Code | What it means | What can be done |\n|---|---|---|\n{rows}\n")
}

/// The table of exit codes in the client's own documentation, and what the contract says about errors.
fn codes(contract: &Contract) -> anyhow::Result<String> {
    let client = source("client-cli/src/lib.rs")?;
    let table: Vec<&str> = client.lines().filter_map(|line| line.strip_prefix("//! |")).collect();
    ensure!(table.len() > 3, "the client's table of exit codes is not found");
    let table = format!("|{}\n", table.join("\n|"));
    let service = contract.pool.get_service_by_name("pluginhost.v1.PluginHostService");
    let service = service.context("there is the service")?;
    let comment = Contract::comment(&service.parent_file(), service.path());
    let errors = comment.split("Errors:\n").nth(1).context("the service says which errors there are")?;
    Ok(format!(
        "## Exit codes of plugin-host\n\n{table}\n\
         ## Exit codes of plugin-host-server\n\n| Exit code | Means |\n|---|---|\n\
         | 0 | done; `doctor` found nothing bad |\n| 1 | it could not be done, or `doctor` found something bad |\n\
         | 2 | the command line can't be understood |\n\n\
         ## Error codes of the contract\n\n{}\n",
        errors.trim()
    ))
}

/// The contract with its comments.
struct Contract {
    pool: DescriptorPool,
    files: Vec<FileDescriptor>,
}

impl Contract {
    fn read() -> anyhow::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../proto");
        let mut names: Vec<_> = std::fs::read_dir(root.join("pluginhost/v1"))?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        names.sort();
        let mut compiler = protox::Compiler::new([&root])?;
        compiler.include_source_info(true).include_imports(true).open_files(&names)?;
        let pool = DescriptorPool::from_file_descriptor_set(compiler.file_descriptor_set())?;
        let files = pool.files().filter(|file| file.package_name() == "pluginhost.v1").collect();
        Ok(Self { pool, files })
    }

    /// The comment before what stands at a path of a file.
    fn comment(file: &FileDescriptor, path: &[i32]) -> String {
        let info = file.file_descriptor_proto().source_code_info.as_ref();
        let here = info.and_then(|info| info.location.iter().find(|location| location.path == path));
        let comment = here.map_or("", |location| location.leading_comments());
        comment.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
    }

    /// The comment in one line, for a table.
    fn words(file: &FileDescriptor, path: &[i32]) -> String {
        Self::comment(file, path).split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
    }

    fn whole(&self) -> String {
        let mut text =
            "What every client speaks, gRPC package `pluginhost.v1`. Health and reflection are on the same \
                        port. The files are in `proto/pluginhost/v1`.\n"
                .to_owned();
        let services = self.files.iter().flat_map(FileDescriptor::services);
        services.for_each(|service| Self::service(&service, &mut text));
        let messages = self.files.iter().flat_map(FileDescriptor::messages);
        messages.for_each(|message| Self::message(&message, &mut text));
        let enums = self.files.iter().flat_map(FileDescriptor::enums);
        enums.for_each(|one| Self::enumeration(&one, &mut text));
        text
    }

    fn events(&self) -> anyhow::Result<String> {
        let mut text = "What `StreamStatus` sends, and what `plugin-host --output json status --follow` prints: one \
                        JSON object a line, with these fields in lowerCamelCase. `number` counts the events of a store \
                        without gaps; a snapshot and progress have none of their own.\n"
            .to_owned();
        for name in ["StreamStatusRequest", "StreamStatusResponse", "Status", "Run", "Phase", "Counts"] {
            let message = self.pool.get_message_by_name(&format!("pluginhost.v1.{name}"));
            Self::message(&message.with_context(|| name.to_owned())?, &mut text);
        }
        for name in ["Severity", "RunKind", "RunState", "PhaseKind", "PhaseState"] {
            let one = self.pool.get_enum_by_name(&format!("pluginhost.v1.{name}"));
            Self::enumeration(&one.with_context(|| name.to_owned())?, &mut text);
        }
        Ok(text)
    }

    fn service(service: &ServiceDescriptor, text: &mut String) {
        let file = service.parent_file();
        let comment = Self::comment(&file, service.path());
        let _ = writeln!(text, "\n## {}\n\n{comment}\n\n| Call | What it does |\n|---|---|", service.name());
        for method in service.methods() {
            let (asked, answer) = (method.input(), method.output());
            let stream = if method.is_server_streaming() { "stream of " } else { "" };
            let _ = writeln!(
                text,
                "| `{}` | {} Takes [{}](#{}), answers with {stream}[{}](#{}). |",
                method.name(),
                Self::words(&file, method.path()),
                asked.name(),
                asked.name().to_lowercase(),
                answer.name(),
                answer.name().to_lowercase(),
            );
        }
    }

    fn message(message: &MessageDescriptor, text: &mut String) {
        let file = message.parent_file();
        let _ = writeln!(text, "\n### {}\n\n{}", message.name(), Self::comment(&file, message.path()));
        if message.fields().len() > 0 {
            text.push_str("\n| Field | Type | What it is |\n|---|---|---|\n");
        }
        let mut fields: Vec<_> = message.fields().collect();
        fields.sort_by_key(|field| field.path().last().copied());
        for field in fields {
            let kind = match field.kind() {
                prost_reflect::Kind::Message(message) => message.name().to_owned(),
                prost_reflect::Kind::Enum(one) => one.name().to_owned(),
                kind => format!("{kind:?}").to_lowercase(),
            };
            let several = if field.is_list() { "list of " } else { "" };
            let words = Self::words(&file, field.path());
            let _ = writeln!(text, "| `{}` | {several}{kind} | {words} |", field.name());
        }
        message.child_messages().for_each(|message| Self::message(&message, text));
        message.child_enums().for_each(|one| Self::enumeration(&one, text));
    }

    fn enumeration(one: &EnumDescriptor, text: &mut String) {
        let file = one.parent_file();
        let comment = Self::comment(&file, one.path());
        let _ = writeln!(text, "\n### {}\n\n{comment}\n\n| Value | What it means |\n|---|---|", one.name());
        for value in one.values() {
            let _ = writeln!(text, "| `{}` | {} |", value.name(), Self::words(&file, value.path()));
        }
    }
}
