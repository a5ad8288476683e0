//! What is installed beside the program: completions, man page, units, log rotation. Each is looked at by the tool that
//! reads it, where that is installed; where it is not, the test says so and passes.

use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::common::World;
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
fn generate_needs_no_config_and_is_in_the_help() {
    let mut world = World::new();
    world.change("[radarr]", "[radar");
    world.lbjf(&["generate", "man"]).exits(Exit::Success);
    let help = world.lbjf(&["--help"]).exits(Exit::Success).stdout;
    assert!(help.contains("scrape") && help.contains("generate"), "{help}");
    assert!(read("contrib/lbjf.1").contains("lbjf generate"), "the man page has all commands");
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

/// What the Debian package holds: a file or a pattern of the repository, and where it goes.
fn assets() -> Vec<(String, String)> {
    let cargo = read("Cargo.toml");
    let (_, list) = cargo.split_once("\nassets = [\n").expect("cargo-deb's assets");
    let lines = list.lines().take_while(|line| *line != "]").filter(|line| line.contains('['));
    lines
        .map(|line| {
            let mut quoted = line.split('"').skip(1).step_by(2).map(str::to_owned);
            (quoted.next().expect("a source"), quoted.next().expect("a place"))
        })
        .collect()
}

#[test]
fn every_link_in_the_texts_of_the_debian_package_leads_to_a_file_in_it() {
    const DOC: &str = "usr/share/doc/lbjf/";
    let assets = assets();
    // In the same place to one another as in the repository.
    let ships = |path: &str| {
        let is_it = |(from, to): &(String, String)| {
            let folder = Path::new(from).parent().and_then(Path::to_str).unwrap_or_default();
            let there = format!("{DOC}{folder}/").replace("//", "/");
            let is_glob = from.ends_with("/*") && *from.trim_end_matches('*') == there[DOC.len()..];
            let is_named = from == path || Path::new(path).parent() == Some(Path::new(folder)) && is_glob;
            *to == there && (is_named || from.starts_with(&format!("{path}/")))
        };
        assets.iter().any(is_it)
    };
    let is_text = |name: &str| Path::new(name).extension().is_some_and(|ending| ending == "md");
    let mut looked = 0;
    let mut texts: Vec<String> =
        assets.iter().filter(|(_, to)| to.starts_with(DOC)).map(|(from, _)| from.clone()).collect();
    for entry in std::fs::read_dir(format!("{ROOT}/docs")).expect("docs is there") {
        let name = entry.expect("it can be listed").file_name();
        texts.push(format!("docs/{}", name.to_str().expect("a plain name")));
    }
    for text in texts.iter().filter(|name| is_text(name)) {
        let folder = Path::new(text).parent().expect("a path of a file");
        for link in read(text).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap_or_default();
            // Who works on lbjf has the source.
            if target.is_empty() || target.contains("://") || target == "CONTRIBUTING.md" {
                continue;
            }
            let (linked, mut path) = (folder.join(target), Vec::new());
            for part in linked.iter().map(|part| part.to_str().expect("plain names")) {
                if part == ".." {
                    path.pop();
                } else {
                    path.push(part);
                }
            }
            let path = path.join("/");
            if path.starts_with("tests/") || path.starts_with("src/") {
                continue;
            }
            assert!(Path::new(ROOT).join(&path).exists(), "{text} links to {path}, which is not there");
            assert!(ships(&path), "{text} links to {path}, which the Debian package lacks");
            looked += 1;
        }
    }
    assert!(looked > 10, "{looked} links");
}

#[test]
fn the_description_of_the_debian_package_fits_its_readers() {
    let cargo = read("Cargo.toml");
    let (_, text) = cargo.split_once("extended-description = \"\"\"\n").expect("a description");
    let text = text.split("\"\"\"").next().unwrap_or_default();
    let lines: Vec<_> = text.lines().map(|line| line.chars().count()).collect();
    let (last, others) = lines.split_last().expect("some lines");
    assert!(others.iter().all(|width| (60..=79).contains(width)) && *last <= 79, "{lines:?}");
}

#[test]
fn keys_of_a_config_for_the_container_go_into_no_image_no_crate_and_no_commit() {
    const CONFIG: &str = "contrib/container/config";
    assert!(read(".gitignore").lines().any(|line| line == format!("/{CONFIG}/")));
    assert!(read("Cargo.toml").contains(&format!("\"!/{CONFIG}\"")));
    // Both builders of Docker read the file at the top; one for the Dockerfile alone is read by the newer one only.
    assert!(!Path::new(ROOT).join("contrib/container/Dockerfile.dockerignore").exists());
    let ignored = read(".dockerignore");
    let mut lines = ignored.lines().filter(|line| !line.starts_with('#'));
    assert_eq!(lines.next(), Some("*"), "nothing goes that is not named");
    let named: Vec<_> =
        lines.map(|line| line.strip_prefix('!').expect("all others name what goes")).collect();
    assert!(named.iter().all(|path| !Path::new(CONFIG).starts_with(path) && *path != "target"), "{named:?}");
    // What goes is enough for Cargo.
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    for path in named {
        assert!(Path::new(ROOT).join(path).exists(), "{path}");
        let at = folder.path().join(path);
        std::fs::create_dir_all(at.parent().expect("a folder")).expect("it can be made");
        tool("cp", &["-r", path, at.to_str().expect("a plain path")]);
    }
    let manifest = folder.path().join("Cargo.toml");
    let args = ["metadata", "--offline", "--locked", "--no-deps", "--format-version", "1", "--manifest-path"];
    tool("cargo", &[&args[..], &[manifest.to_str().expect("a plain path")]].concat());
}

const UNITS: [&str; 4] = ["lbjf.service", "lbjf.timer", "lbjf-imported.service", "lbjf-imported.path"];

/// The units in a folder of their own, with the program that was built: systemd looks whether it is there.
fn units() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    for name in UNITS {
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
    let paths = UNITS.map(|name| folder.path().join(name).to_str().expect("a plain path").to_owned());
    let [one, two, three, four] = paths.each_ref().map(String::as_str);
    let Some(found) = tool("systemd-analyze", &["verify", one, two, three, four]) else { return };
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
