//! The program as people and scripts start it.

use std::process::Command;

fn plugin_host(arguments: &[&str]) -> anyhow::Result<(Option<i32>, String, String)> {
    let output = Command::new(env!("CARGO_BIN_EXE_plugin-host")).args(arguments).output()?;
    let text = |bytes| String::from_utf8(bytes);
    Ok((output.status.code(), text(output.stdout)?, text(output.stderr)?))
}

#[test]
fn a_wrong_argument_is_told_on_standard_error_and_ends_with_two() -> anyhow::Result<()> {
    let (code, out, err) = plugin_host(&["sync", "--backwards"])?;
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.contains("--backwards"), "{err}");
    Ok(())
}

#[test]
fn the_version_is_on_standard_output() -> anyhow::Result<()> {
    let (code, out, _) = plugin_host(&["--version"])?;
    assert_eq!((code, out), (Some(0), format!("plugin-host {}\n", env!("CARGO_PKG_VERSION"))));
    Ok(())
}
