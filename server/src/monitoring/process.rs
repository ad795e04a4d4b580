//! What the system knows of this process, where it is Linux.

use prometheus_client::registry::Registry;

/// Names what the system knows of this process, as other programs do.
#[cfg(target_os = "linux")]
pub(super) fn name(registry: &mut Registry) {
    // What cannot be read is not shown.
    let _ = read(registry);
}

#[cfg(not(target_os = "linux"))]
pub(super) fn name(_: &mut Registry) {}

#[cfg(target_os = "linux")]
fn read(registry: &mut Registry) -> procfs::ProcResult<()> {
    use procfs::process::{LimitValue, Process};
    use prometheus_client::registry::Unit;

    use super::figures::{gauge, number, seconds_counted};

    let process = Process::myself()?;
    let stat = process.stat()?;
    let ticks = number(procfs::ticks_per_second());
    let cpu = number(stat.utime + stat.stime) / ticks;
    seconds_counted(registry, "process_cpu", "Processor time used by the process", [(Vec::new(), cpu)]);
    let mut single = |name, help, unit, value| gauge(registry, name, help, unit, [(Vec::new(), value)]);
    let memory = number(stat.rss * procfs::page_size());
    single("process_resident_memory", "Memory the process holds", Some(Unit::Bytes), memory);
    let begun = number(procfs::boot_time_secs()?) + number(stat.starttime) / ticks;
    let since = "When the process was started, since 1970";
    single("process_start_time", since, Some(Unit::Seconds), begun);
    let threads = number(u64::try_from(stat.num_threads).unwrap_or_default());
    single("process_threads", "Threads of the process", None, threads);
    let open = number(process.fd_count()? as u64);
    single("process_open_fds", "Files and connections the process has open", None, open);
    if let LimitValue::Value(most) = process.limits()?.max_open_files.soft_limit {
        single("process_max_fds", "Files and connections the process may have open", None, number(most));
    }
    Ok(())
}
