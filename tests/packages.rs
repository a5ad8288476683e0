//! What is installed beside the program: completions, man page, units, log rotation. Each is looked at by the tool that
//! reads it, where that is installed; where it is not, the test says so and passes.

mod common;

use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use common::World;
use lbjf::exit::Exit;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Runs a tool and returns what it printed, both streams; `None` when it is not there, which is said loudly.
fn tool(name: &str, args: &[&str]) -> Option<String> {
    let output = match Command::new(name).args(args).current_dir(ROOT).env("LC_ALL", "C").output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            standins::not_tested(&format!("{name} is not installed: {name} {}", args[0]));
            return None;
        }
        output => output.expect("a program that is there starts"),
    };
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{name} {}: {}\n{text}", args.join(" "), output.status);
    Some(text)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(format!("{ROOT}/{path}")).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn man_page_and_completions_are_what_generate_prints() {
    let world = World::new();
    for (page, path) in [
        ("man", "contrib/lbjf.1"),
        ("bash", "contrib/completions/lbjf.bash"),
        ("zsh", "contrib/completions/_lbjf"),
        ("fish", "contrib/completions/lbjf.fish"),
    ] {
        let generated = world.lbjf(&["generate", page]).exits(Exit::Success).stdout;
        assert!(generated == read(path), "{path} is out of date: run contrib/generate");
    }
}

#[test]
fn generate_needs_no_config_and_is_not_in_the_help() {
    let mut world = World::new();
    world.change("[radarr]", "[radar");
    world.lbjf(&["generate", "man"]).exits(Exit::Success);
    let help = world.lbjf(&["--help"]).exits(Exit::Success).stdout;
    assert!(help.contains("scrape") && !help.contains("generate"), "{help}");
}

#[test]
fn completions_complete_in_bash() {
    let script = "source contrib/completions/lbjf.bash; COMP_WORDS=(lbjf sync --fu) COMP_CWORD=2
        _lbjf lbjf --fu sync; echo \"${COMPREPLY[@]}\"";
    let Some(completed) = tool("bash", &["-c", script]) else { return };
    assert_eq!(completed.trim(), "--full");
}

#[test]
fn completions_complete_in_fish() {
    let script = "source contrib/completions/lbjf.fish; complete -C 'lbjf sync --fu'";
    let Some(completed) = tool("fish", &["-N", "-c", script]) else { return };
    assert!(completed.starts_with("--full\t"), "{completed}");
}

#[test]
fn completions_load_in_zsh() {
    let script =
        "autoload -U compinit; compinit -u -d $0.dump; fpath=(contrib/completions $fpath); autoload -U _lbjf
        _lbjf 2> /dev/null; (( $+functions[_lbjf_commands] )) && print loaded";
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let dump = folder.path().join("zsh");
    let Some(said) = tool("zsh", &["-f", "-c", script, dump.to_str().expect("a plain path")]) else { return };
    assert!(said.ends_with("loaded\n"), "{said}");
}

#[test]
fn man_page_has_no_mistake_that_mandoc_or_man_finds() {
    if let Some(found) = tool("mandoc", &["-T", "lint", "-W", "error", "contrib/lbjf.1"]) {
        assert_eq!(found, "");
    }
    if let Some(found) = tool("man", &["--warnings", "-E", "UTF-8", "-l", "contrib/lbjf.1"]) {
        assert!(!found.contains("warning:"), "{found}");
    }
}

/// The units in a folder of their own, with the program that was built: systemd looks whether it is there.
fn units() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    for name in ["lbjf.service", "lbjf.timer"] {
        let unit = read(&format!("contrib/systemd/{name}"))
            .replace("ExecStart=lbjf", concat!("ExecStart=", env!("CARGO_BIN_EXE_lbjf")))
            // The man page is not installed.
            .replace("Documentation=man:lbjf(1)\n", "");
        std::fs::write(folder.path().join(name), unit).expect("it can be written to");
    }
    folder
}

#[test]
fn systemd_finds_no_mistake_in_the_units() {
    let folder = units();
    let [service, timer] = ["lbjf.service", "lbjf.timer"].map(|name| folder.path().join(name));
    let paths = [service, timer].map(|path| path.to_str().expect("a plain path").to_owned());
    let Some(found) = tool("systemd-analyze", &["verify", &paths[0], &paths[1]]) else { return };
    assert_eq!(found, "");
}

#[test]
fn the_service_can_do_little_but_talk_to_the_network() {
    let folder = units();
    let service = folder.path().join("lbjf.service");
    let service = service.to_str().expect("a plain path");
    // The threshold is in tenths: below 2.
    let args = ["security", "--offline=true", "--no-pager", "--threshold=19", service];
    let Some(found) = tool("systemd-analyze", &args) else { return };
    assert!(found.contains("Overall exposure level"), "{found}");
}

#[test]
fn the_timer_makes_up_for_what_was_missed_and_the_service_knows_exit_5() {
    let (service, timer) = (read("contrib/systemd/lbjf.service"), read("contrib/systemd/lbjf.timer"));
    for line in
        ["DynamicUser=yes", "StateDirectory=lbjf", &format!("SuccessExitStatus={}", Exit::Busy.code())]
    {
        assert!(service.lines().any(|known| known == line), "{line}");
    }
    assert_eq!(service.lines().filter(|line| line.starts_with("LoadCredential=")).count(), 2);
    for line in ["Persistent=yes", "RandomizedDelaySec=5min"] {
        assert!(timer.lines().any(|known| known == line), "{line}");
    }
}

#[test]
fn log_file_is_rotated_by_logrotate_and_the_next_run_begins_a_new_one() {
    let mut world = World::new().watchlist(&["heat-1995"]);
    let log_file = world.folder.path().join("lbjf.log");
    world.change("[letterboxd]", &format!("[system]\nlog_file = \"{}\"\n[letterboxd]", log_file.display()));
    world.sync();
    let before = std::fs::read_to_string(&log_file).expect("a run wrote it");

    let path = |name: &str| world.folder.path().join(name).to_str().expect("a plain path").to_owned();
    let conf = read("contrib/lbjf.logrotate").replace("/var/log/lbjf.log", &path("lbjf.log"));
    std::fs::write(path("logrotate.conf"), conf).expect("it can be written to");
    let args = ["--force", "--verbose", "--state", &path("logrotate.state"), &path("logrotate.conf")];
    let Some(said) = tool("logrotate", &args) else { return };
    assert!(!said.contains("error"), "{said}");
    assert_eq!(std::fs::read_to_string(path("lbjf.log.1")).expect("it was renamed"), before);
    assert!(!log_file.exists());
    world.sync();
    assert_eq!(std::fs::read_to_string(&log_file).expect("the next run makes one").lines().count(), 1);
}

/// The container's clock, without a container.
#[test]
fn every_runs_again_and_again_and_ends_in_a_pause_with_143() {
    let world = World::new().watchlist(&["heat-1995"]);
    let program = Path::new(env!("CARGO_BIN_EXE_lbjf")).parent().expect("it is in a folder").to_owned();
    let (log, tools) = (world.folder.path().join("every.log"), world.folder.path().join("tools"));
    // This writes the config.
    drop(world.command(&[]));
    // Says when a pause begins. The first is none, the second is longer than any test.
    let sleep = "#!/bin/sh\nfirst=$(grep -c pausing \"$0.log\")\necho pausing >> \"$0.log\"\n\
        [ \"$first\" -eq 0 ] || exec /bin/sleep 600\n";
    std::fs::create_dir(&tools).expect("the folder can be written to");
    std::fs::write(tools.join("sleep.log"), "").expect("the folder can be written to");
    std::fs::write(tools.join("sleep"), sleep).expect("the folder can be written to");
    std::fs::set_permissions(tools.join("sleep"), std::fs::Permissions::from_mode(0o755))
        .expect("it is ours");
    let mut command = Command::new("sh");
    command
        .args([&format!("{ROOT}/contrib/container/every"), "1", "sync"])
        .env_clear()
        .env("PATH", format!("{}:{}:/usr/bin:/bin", tools.display(), program.display()))
        .env("LBJF_CONFIG", world.folder.path().join("config.toml"))
        .env("STATE_DIRECTORY", world.folder.path().join("state"));
    command.stderr(std::fs::File::create(&log).expect("the folder can be written to"));
    let mut every = command.spawn().expect("every system has sh");
    let count =
        |file: &Path, text: &str| std::fs::read_to_string(file).expect("it is there").matches(text).count();
    while count(&tools.join("sleep.log"), "pausing") < 2 {
        assert!(every.try_wait().expect("it can be asked").is_none(), "it ended by itself");
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(count(&log, "sync: 1 user,"), 2);
    tool("sh", &["-c", &format!("kill -TERM {}", every.id())]);
    // It does not wait for the pause to end.
    let status = every.wait().expect("it can be waited for");
    assert_eq!(status.code(), Some(128 + 15));
    assert_eq!(world.radarr.posted().len(), 1, "the second run has nothing to do");
}
