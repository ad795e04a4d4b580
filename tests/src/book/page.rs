//! A page as a list of steps.

use std::{ops::Range, path::Path};

use anyhow::{Context as _, bail, ensure};

use super::folder;

/// A page and what of it is run.
pub struct Page {
    /// Its file below the book's folder.
    pub name: String,
    /// The page whose steps come first.
    pub after: Option<String>,
    /// What else must be installed.
    pub needs: Vec<String>,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// Its lines.
    pub lines: Vec<String>,
}

/// One step of a page.
pub struct Step {
    /// Where it stands in the page, from 1.
    pub line: usize,
    /// What is done.
    pub action: Action,
}

/// What a step does.
pub enum Action {
    /// A command that ends.
    Command {
        /// What is typed.
        text: String,
        /// The code it ends with.
        exit: i32,
        /// The lines of the page that show what it prints.
        shown: Range<usize>,
    },
    /// A command that goes on running.
    Stays {
        /// What it is called.
        name: String,
        /// What is typed.
        text: String,
        /// The lines of the page that show what it prints first.
        shown: Range<usize>,
    },
    /// What runs under this name is interrupted.
    Stop(String),
    /// A file is written.
    File {
        /// Its name.
        name: String,
        /// What is in it.
        content: String,
    },
    /// Commands that the page does not show.
    Hidden(String),
    /// A block that is not run.
    NotRun(String),
}

/// Languages of blocks that are for reading.
const FOR_READING: [&str; 4] = ["text", "json", "promql", "yaml"];

/// The pages in the order of the table of contents, the generated and the included ones among them.
pub(super) fn contents() -> anyhow::Result<Vec<String>> {
    let text = std::fs::read_to_string(folder().join("SUMMARY.md")).context("docs/src/SUMMARY.md")?;
    Ok(links(&text).into_iter().filter(|link| !link.is_empty()).collect())
}

/// What a text links to, as it is written.
fn links(text: &str) -> Vec<String> {
    let ends = text.match_indices("](").filter_map(|(at, _)| text.get(at + 2..)?.split_once(')'));
    ends.map(|(link, _)| link.to_owned()).collect()
}

/// Links of the book that lead nowhere, and pages that the table of contents does not know.
pub fn dead_links() -> anyhow::Result<Vec<String>> {
    let contents = contents()?;
    let mut wrong = Vec::new();
    for name in &contents {
        let file = folder().join(name);
        let text = std::fs::read_to_string(&file).with_context(|| format!("docs/src/{name}"))?;
        for link in links(&text).into_iter().filter(|link| !link.contains("://") && !link.starts_with('#')) {
            let target = link.split('#').next().unwrap_or_default();
            if !file.parent().context("a page is in a folder")?.join(target).is_file() {
                wrong.push(format!("{name}: {link}"));
            }
        }
    }
    for folder_name in ["", "how-to", "reference", "explanation"] {
        for entry in std::fs::read_dir(folder().join(folder_name))? {
            let file = entry?.file_name().to_string_lossy().into_owned();
            let name = if folder_name.is_empty() { file } else { format!("{folder_name}/{file}") };
            let is_page = Path::new(&name).extension().is_some_and(|end| end == "md");
            if is_page && name != "SUMMARY.md" && !contents.contains(&name) {
                wrong.push(format!("{name} is not in SUMMARY.md"));
            }
        }
    }
    Ok(wrong)
}

impl Page {
    /// Reads a page.
    pub fn read(name: &str) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(folder().join(name))?;
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut page =
            Self { name: name.to_owned(), after: None, needs: Vec::new(), steps: Vec::new(), lines };
        page.read_steps()?;
        Ok(page)
    }

    fn read_steps(&mut self) -> anyhow::Result<()> {
        let mut not_run = None;
        let mut at = 0;
        while at < self.lines.len() {
            let line = self.lines[at].clone();
            if line.starts_with("<!--") {
                let end = self.find(at, |line| line.ends_with("-->")).context("a comment does not end")?;
                let comment = self.lines[at..=end].join("\n");
                let comment = comment.trim_start_matches("<!--").trim_end_matches("-->").trim();
                if let Some((verb, rest)) = comment.split_once(':') {
                    let rest = rest.trim().to_owned();
                    match verb {
                        "after" => self.after = Some(rest),
                        "needs" => self.needs.push(rest),
                        "not run" => not_run = Some(rest),
                        "stop" => self.push(at, Action::Stop(rest)),
                        "run" => self.push(at, Action::Hidden(rest)),
                        other => bail!("line {}: {other:?} directs nothing", at + 1),
                    }
                }
                at = end;
            } else if let Some(info) = line.strip_prefix("```") {
                let end = self.find(at + 1, |line| line == "```").context("a block does not end")?;
                match not_run.take() {
                    Some(why) => self.push(at, Action::NotRun(why)),
                    None => self.read_block(info, at + 1..end).with_context(|| format!("line {}", at + 1))?,
                }
                at = end;
            }
            at += 1;
        }
        Ok(())
    }

    fn find(&self, from: usize, is_it: impl Fn(&str) -> bool) -> Option<usize> {
        (from..self.lines.len()).find(|&line| is_it(&self.lines[line]))
    }

    fn push(&mut self, at: usize, action: Action) {
        self.steps.push(Step { line: at + 1, action });
    }

    fn read_block(&mut self, info: &str, block: Range<usize>) -> anyhow::Result<()> {
        let (language, more) = info.split_once(',').unwrap_or((info, ""));
        if let Some(name) = more.strip_prefix("file=") {
            let content = self.lines[block.clone()].join("\n") + "\n";
            self.push(block.start, Action::File { name: name.to_owned(), content });
            return Ok(());
        }
        if FOR_READING.contains(&language) {
            return Ok(());
        }
        ensure!(language == "console", "blocks of {language:?} are not known");
        let mut exit = 0;
        let mut stays = None;
        match more.split_once('=') {
            Some(("exit", code)) => exit = code.parse()?,
            Some(("stays", name)) => stays = Some(name.to_owned()),
            _ => ensure!(more.is_empty(), "{more:?} says nothing about a console"),
        }
        let mut at = block.start;
        while at < block.end {
            let first = self.lines[at].strip_prefix("$ ").context("a console begins with `$ `")?;
            let mut text = first.to_owned();
            let command_at = at;
            while text.ends_with('\\') && at + 1 < block.end {
                at += 1;
                text = format!("{text}\n{}", self.lines[at]);
            }
            let begin = at + 1;
            let end =
                self.find(begin, |line| line.starts_with("$ ")).map_or(block.end, |next| next.min(block.end));
            let shown = begin..end;
            self.push(
                command_at,
                match stays.clone() {
                    Some(name) => Action::Stays { name, text, shown },
                    None => Action::Command { text, exit, shown },
                },
            );
            at = end;
        }
        Ok(())
    }

    /// Puts what commands really print in the place of what the page shows, the last first.
    pub fn rewrite(&mut self, mut shown: Vec<(Range<usize>, Vec<String>)>) -> anyhow::Result<()> {
        shown.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        for (range, printed) in shown {
            self.lines.splice(range, printed);
        }
        Ok(std::fs::write(folder().join(&self.name), self.lines.join("\n") + "\n")?)
    }
}
