//! The one place that writes: data to standard output, everything else to standard error.

pub(crate) mod json;

use std::io::Write;

use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, presets};

use self::json::AsJson;
use crate::args::{ColorWhen, Format, Global};
use crate::error::Error;
use crate::text::escape;
use crate::{Exit, Look};

/// Where data and everything else go, and in which form.
pub(crate) struct Output<'io> {
    out: Box<dyn Write + 'io>,
    err: Box<dyn Write + 'io>,
    look: Look,
    json: bool,
    server: Option<String>,
    on_interruption: Option<String>,
}

impl<'io> Output<'io> {
    pub(crate) fn new(out: Box<dyn Write + 'io>, err: Box<dyn Write + 'io>, look: Look) -> Output<'io> {
        Output { out, err, look, json: false, server: None, on_interruption: None }
    }

    pub(crate) fn obey(&mut self, global: &Global) {
        self.json = global.output == Format::Json;
        match global.color {
            ColorWhen::Auto => {}
            ColorWhen::Always => (self.look.color_out, self.look.color_err) = (true, true),
            ColorWhen::Never => (self.look.color_out, self.look.color_err) = (false, false),
        }
    }

    /// Whether data is for programs: then nothing but JSON may go to standard output.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Whether progress may be drawn instead of written line by line.
    pub(crate) fn is_live(&self) -> bool {
        self.look.live
    }

    /// Remembers which server is spoken with, for errors.
    pub(crate) fn speaks_with(&mut self, server: &str) {
        self.server = Some(server.to_owned());
    }

    /// Remembers what to say when the user interrupts.
    pub(crate) fn on_interruption(&mut self, text: Option<String>) {
        self.on_interruption = text;
    }

    pub(crate) fn note_interruption(&mut self) {
        if let Some(text) = self.on_interruption.take() {
            self.note(&format!("\n{text}"));
        }
    }

    /// Writes a line of data; the caller has escaped what came from a store.
    pub(crate) fn line(&mut self, line: &str) -> Result<(), Error> {
        writeln!(self.out, "{line}")?;
        Ok(())
    }

    /// Writes one message as a line of JSON.
    pub(crate) fn json(&mut self, message: &impl AsJson) -> Result<(), Error> {
        // In one piece, so that a reader never sees half a line.
        let mut line = message.as_json()?;
        line.push(b'\n');
        self.out.write_all(&line)?;
        self.out.flush()?;
        Ok(())
    }

    /// Writes several messages, one a line, or else what a person reads.
    pub(crate) fn list<T: AsJson>(
        &mut self,
        messages: &[T],
        nothing: &str,
        table: impl FnOnce(&[T]) -> Table,
    ) -> Result<(), Error> {
        if self.json {
            return messages.iter().try_for_each(|message| self.json(message));
        }
        if messages.is_empty() {
            self.note(nothing);
            return Ok(());
        }
        self.table(&table(messages))
    }

    pub(crate) fn table(&mut self, table: &Table) -> Result<(), Error> {
        let text = table.render(self.look.width, self.look.color_out);
        self.out.write_all(text.as_bytes())?;
        Ok(())
    }

    /// Copies bytes that another crate has made.
    pub(crate) fn raw(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.out.write_all(bytes)?;
        Ok(())
    }

    /// Writes to standard error; when that fails there is nobody left to tell.
    pub(crate) fn note(&mut self, text: &str) {
        let _ = writeln!(self.err, "{text}");
    }

    /// Prints help where help belongs, and mistakes where mistakes belong.
    pub(crate) fn usage(&mut self, error: &clap::Error) -> Exit {
        let (stream, color) = if error.use_stderr() {
            (&mut self.err, self.look.color_err)
        } else {
            (&mut self.out, self.look.color_out)
        };
        let text = error.render();
        let _ = if color { write!(stream, "{}", text.ansi()) } else { write!(stream, "{text}") };
        if error.use_stderr() { Exit::Usage } else { Exit::Complete }
    }

    /// Prints an error and returns its exit code.
    pub(crate) fn report(&mut self, error: &Error) -> Exit {
        let Error::Told(told) = error else { return Exit::Complete };
        let paint = |word: &str, code: &str| {
            if self.look.color_err { format!("\u{1b}[1;{code}m{word}\u{1b}[0m") } else { word.to_owned() }
        };
        let mut lines = vec![format!("{} {}", paint("error:", "31"), told.message)];
        lines.extend(told.reasons.iter().map(|reason| format!("  - {reason}")));
        lines.extend(told.hints.iter().map(|hint| format!("{} {hint}", paint("hint:", "36"))));
        if let (Exit::Unreachable, Some(server)) = (told.exit, &self.server) {
            lines.push(format!("{} this key's server is {server}", paint("hint:", "36")));
        }
        let exit = told.exit;
        self.note(&lines.join("\n"));
        exit
    }
}

/// Terminals say 0 when they don't know their width, and narrower ones wrap better than a table could.
const NARROWEST: u16 = 20;

/// A table whose cells are escaped and whose numbers stand at the right.
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

/// The head of a column and what it holds.
pub(crate) enum Column {
    Text(String),
    Number(&'static str),
}

impl Column {
    pub(crate) fn text(head: impl Into<String>) -> Column {
        Column::Text(head.into())
    }
}

impl Table {
    pub(crate) fn new(columns: Vec<Column>) -> Table {
        Table { columns, rows: Vec::new() }
    }

    /// Names and values, without a head.
    pub(crate) fn of_pairs() -> Table {
        Table::new(vec![Column::text(""), Column::text("")])
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = impl AsRef<str>>) {
        self.rows.push(cells.into_iter().map(|cell| escape(cell.as_ref())).collect());
    }

    pub(crate) fn render(&self, width: Option<u16>, color: bool) -> String {
        let mut table = comfy_table::Table::new();
        table.load_style(presets::NOTHING);
        if let Some(width) = width.filter(|width| *width >= NARROWEST) {
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        }
        let heads = self.columns.iter().map(|column| match column {
            Column::Text(head) => head.as_str(),
            Column::Number(head) => head,
        });
        if heads.clone().any(|head| !head.is_empty()) {
            table.set_header(heads.map(|head| {
                let cell = Cell::new(capitals(head));
                if color { cell.add_attribute(Attribute::Bold) } else { cell }
            }));
        }
        if color {
            table.enforce_styling();
        }
        for row in &self.rows {
            table.add_row(row);
        }
        for (column, head) in table.column_iter_mut().zip(&self.columns) {
            column.set_padding((0, 2));
            if matches!(head, Column::Number(_)) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table.lines().fold(String::new(), |text, line| text + line.trim_end() + "\n")
    }
}

/// A head in capitals, except for what stands in brackets: a time zone has its own spelling.
fn capitals(head: &str) -> String {
    match head.split_once('(') {
        Some((words, rest)) => format!("{}({rest}", words.to_uppercase()),
        None => head.to_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(vec![Column::text("item"), Column::Number("on hand")]);
        table.row(["TENT-2", "7"]);
        table.row(["a\u{1b}[2J", "1,204"]);
        table
    }

    #[test]
    fn numbers_stand_at_the_right_and_cells_are_escaped() {
        assert_eq!(
            table().render(None, false),
            "ITEM        ON HAND\nTENT-2            7\na\\u{1b}[2J    1,204\n"
        );
    }

    #[test]
    fn a_table_fits_its_terminal() {
        let mut table = Table::new(vec![Column::text("item"), Column::text("name")]);
        table.row(["TENT-2", "a tent for two people and a dog that snores in the night"]);
        let text = table.render(Some(30), false);
        assert!(text.lines().all(|line| line.chars().count() <= 30), "{text}");
        assert!(text.lines().count() > 2);
    }

    #[test]
    fn a_head_keeps_the_spelling_of_its_time_zone() {
        let table = Table::new(vec![Column::text("asked at (America/Chicago)")]);
        assert_eq!(table.render(Some(0), false), "ASKED AT (America/Chicago)\n");
    }

    #[test]
    fn a_table_of_pairs_has_no_head() {
        let mut table = Table::of_pairs();
        table.row(["store", "Tents"]);
        assert_eq!(table.render(None, false), "store  Tents\n");
    }

    #[test]
    fn an_error_is_one_line_with_its_reasons_and_hints_below() {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let error = Error::new(Exit::Unreachable, "the server can't be reached").with_hint("look at it");
        let mut output = Output::new(Box::new(&mut out), Box::new(&mut err), Look::default());
        output.speaks_with("https://host:1");
        assert_eq!(output.report(&error), Exit::Unreachable);
        drop(output);
        assert_eq!(
            String::from_utf8(err).unwrap(),
            "error: the server can't be reached\nhint: look at it\nhint: this key's server is https://host:1\n"
        );
        assert!(out.is_empty());
    }
}
