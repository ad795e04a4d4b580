//! What a program and everything it has started take of the memory.

use std::{collections::BTreeSet, fs};

use anyhow::Context as _;

/// The memory of a process and its descendants, in KiB; what they share is counted once.
pub fn memory_kib(root: u32) -> anyhow::Result<u64> {
    let parents = parents()?;
    let mut family = BTreeSet::from([root]);
    while let Some((child, _)) =
        parents.iter().find(|(id, parent)| family.contains(parent) && !family.contains(id))
    {
        family.insert(*child);
    }
    family.into_iter().map(proportional).sum()
}

/// The processes that this one has started.
pub(super) fn children(of: u32) -> anyhow::Result<Vec<u32>> {
    Ok(parents()?.into_iter().filter(|(_, parent)| *parent == of).map(|(id, _)| id).collect())
}

/// Every process with the one that has started it.
fn parents() -> anyhow::Result<Vec<(u32, u32)>> {
    let ids = fs::read_dir("/proc")?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    Ok(ids.filter_map(|id: u32| Some((id, parent(id)?))).collect())
}

fn parent(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // Behind the program's name, which is in parentheses and may hold anything.
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

fn proportional(id: u32) -> anyhow::Result<u64> {
    let text = fs::read_to_string(format!("/proc/{id}/smaps_rollup"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).context("the system says Pss")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
