//! What a run looks like on a terminal, in the journal, in a log file and in a cron mail.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::common::{World, keys, secrets};
use lbjf::exit::Exit;
use standins::letterboxd::Film;
use standins::{Fault, Reply};

/// A world with this line under `[system]`.
fn system(line: &str) -> World {
    let mut world = World::new();
    world.change("[letterboxd]", &format!("[system]\n{line}\n\n[letterboxd]"));
    world
}

/// Runs a command with its stderr on a terminal, and returns what is drawn there, which is searched for secrets.
fn on_a_terminal(mut command: Command) -> String {
    command.stdout(Stdio::null());
    on_a_terminal_of(80, command, |command, terminal| command.stderr(terminal))
}

/// Runs a command of which `connect` puts one stream or both on a terminal of so many columns.
fn on_a_terminal_of(
    columns: u16,
    mut command: Command,
    connect: impl Fn(&mut Command, Stdio) -> &mut Command,
) -> String {
    let size = nix::pty::Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    let terminal = nix::pty::openpty(Some(&size), None).expect("the system has terminals");
    command.env("TERM", "xterm").stdin(Stdio::null());
    connect(&mut command, Stdio::from(terminal.slave));
    let mut child = command.spawn().expect("lbjf was built");
    // The child has the only other end: reading stops when it is gone.
    drop(command);
    let mut drawn = Vec::new();
    // Linux ends a terminal that nobody has open with an error.
    let _ = File::from(terminal.master).read_to_end(&mut drawn);
    child.wait().expect("it ends");
    secrets::search("the terminal", &drawn, &keys());
    String::from_utf8_lossy(&drawn).into_owned()
}

/// The lines that stay: what was drawn over is gone, colours too.
fn staying(drawn: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in drawn.split("\r\n") {
        // A bar that is cleared leaves "erase this line" behind it.
        let line = line.rsplit(['\r']).next().unwrap_or_default();
        let line = line.rsplit("\u{1b}[2K").next().unwrap_or_default();
        let mut text = String::new();
        let mut parts = line.split("\u{1b}[");
        text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            text.push_str(
                part.split_once(|end: char| end.is_ascii_alphabetic()).map_or("", |(_, rest)| rest),
            );
        }
        lines.push(text);
    }
    lines.retain(|line| !line.is_empty());
    lines
}

#[test]
fn bars_on_a_terminal_show_pages_films_and_the_time_left_and_leave_only_messages() {
    let mut world = World::new().watchlist_of(60);
    world.change("requests_per_second = 0", "requests_per_second = 40");
    let drawn = on_a_terminal(world.command(&["sync"]));
    for bar in ["film pages", "60/60", "0 s left", "films to Radarr"] {
        assert!(drawn.contains(bar), "no {bar:?} in\n{drawn}");
    }
    let lines = staying(&drawn);
    assert_eq!(lines.first().map(String::as_str), Some("ada: 60 new of 60 on the watchlist"), "{lines:#?}");
    let added = lines.iter().filter(|line| line.starts_with("ada: added to Radarr: Film ")).count();
    assert_eq!(added, 60, "{lines:#?}");
    assert!(lines.last().is_some_and(|line| line.starts_with("sync: 1 user, 60 added")), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains("left") || line.contains("##")), "{lines:#?}");
}

#[test]
fn a_bar_on_a_terminal_of_40_columns_stays_on_its_line() {
    let mut world = World::new().watchlist_of(60);
    world.change("requests_per_second = 0", "requests_per_second = 40");
    let mut command = world.command(&["sync", "--color=never"]);
    command.stdout(Stdio::null());
    let drawn = on_a_terminal_of(40, command, |command, terminal| command.stderr(terminal));
    // A bar that has another one below it is filled up with blanks to the end of its line.
    let drawn = drawn.replace("films to Radarr", "\nfilms to Radarr");
    let bars: Vec<_> = drawn.split(['\r', '\n', '\u{1b}']).filter(|text| text.contains("/60, ")).collect();
    assert!(
        bars.iter().any(|bar| bar.trim_end().ends_with("film pages ############ 60/60, 0 s left")),
        "{bars:#?}"
    );
    for bar in bars {
        let text = bar.trim_start_matches("[2K").trim_start_matches("[1A").trim_end();
        assert!(text.chars().count() < 40, "{text:?}");
    }
}

/// What a command prints on a terminal of so many columns.
fn printed(columns: u16, mut command: Command) -> Vec<String> {
    command.env("NO_COLOR", "1").stderr(Stdio::null());
    let text = on_a_terminal_of(columns, command, |command, terminal| command.stdout(terminal));
    text.lines().map(str::to_owned).collect()
}

#[test]
fn states_are_coloured_on_a_terminal_only_and_lines_are_as_long_as_ever() {
    let world = World::settled(["heat-1995", "alien"]);
    let colored = |mut command: Command| {
        command.stderr(Stdio::null());
        on_a_terminal_of(80, command, |command, terminal| command.stdout(terminal))
    };
    let status = colored(world.command(&["status"]));
    assert!(status.contains("\u{1b}[32mhealthy\u{1b}[0m: "), "{status}");
    assert!(status.contains("\u{1b}[32mexit 0\u{1b}[0m  sync: "), "{status}");
    let check = colored(world.command(&["status", "--check"]));
    assert!(check.contains("\u{1b}[32mok   \u{1b}[0m  "), "{check}");
    for (args, drawn) in [(&["status"][..], status), (&["status", "--check"], check)] {
        let plain = printed(80, world.command(args)).join("\n");
        assert!(!plain.contains('\u{1b}'), "NO_COLOR: {plain}");
        let (lines, plain): (_, Vec<_>) = (staying(&drawn), plain.lines().map(str::trim_end).collect());
        let plain: Vec<_> = plain.into_iter().filter(|line| !line.is_empty()).collect();
        // What is said of times may differ by a second.
        assert_eq!(lines.len(), plain.len(), "{lines:#?}\n{plain:#?}");
        assert!(!world.lbjf(args).stdout.contains('\u{1b}'), "off a terminal");
    }
    let forced = world.lbjf(&["status", "--color", "always"]).stdout;
    assert!(forced.contains("\u{1b}[32mhealthy"), "{forced}");
}

#[test]
fn scrape_prints_a_line_a_film_however_narrow_the_terminal_is() {
    const LONG: &str =
        "Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb, Told at Even Greater Length";
    let world = World::new();
    world.letterboxd.add_film(Film::movie("dr-strangelove", LONG, 1964, 935));
    world.letterboxd.add_film(Film::movie("heat-1995", "Heat", 1995, 949));
    let world = world.watchlist(&["dr-strangelove", "heat-1995"]);
    for columns in [40, 80, 100] {
        let lines = printed(columns, world.command(&["scrape", "ada"]));
        assert_eq!(lines.len(), 3, "{lines:#?}");
        assert!(lines.iter().all(|line| line.chars().count() <= columns.into()), "{lines:#?}");
        for (line, [id, slug]) in lines[1..].iter().zip([["935 ", "dr-strangelove"], ["949 ", "heat-1995"]]) {
            assert!(line.starts_with(id) && line.ends_with(slug), "{lines:#?}");
        }
    }
    assert!(world.lbjf(&["scrape", "ada"]).exits(Exit::Success).stdout.contains(LONG));
}

#[test]
fn status_and_help_go_on_below_where_a_line_began() {
    let world = World::new();
    world.letterboxd.add_film(Film::without_id("a-short", "A Short With Rather a Long Name", 2002));
    let world = world.watchlist(&["a-short"]);
    world.sync();
    for (args, word) in [
        (&["status"][..], "A Short With"),
        (&["status", "a-short"], "its film page names no TMDB id"),
        (&["--help"], "143  stopped by SIGTERM"),
    ] {
        let lines = printed(60, world.command(args));
        let is_wide = |line: &&String| line.chars().count() > 60;
        assert_eq!(lines.iter().find(is_wide), None, "{lines:#?}");
        let text = lines.iter().map(|line| line.trim_start()).collect::<Vec<_>>().join(" ");
        assert!(text.contains(word), "{lines:#?}");
    }
    let help = printed(60, world.command(&["--help"]));
    let code = help.iter().position(|line| line.starts_with("  1    could not start")).expect("a code");
    assert!(help[code + 1].starts_with("       "), "{help:#?}");
    let paste = printed(60, world.command(&["status"])).into_iter().find(|line| line.contains("= false"));
    assert_eq!(paste.as_deref(), Some("  \"a-short\" = false  # A Short With Rather a Long Name (200…"));
}

#[test]
fn bars_are_not_for_quiet_runs_and_not_for_pipes() {
    let world = World::new().watchlist_of(5);
    assert_eq!(on_a_terminal(world.command(&["sync", "--quiet"])), "");
    let world = World::new().watchlist_of(5);
    let mut command = world.command(&["sync"]);
    let ran = world.ran(command.env("TERM", "xterm").output().expect("lbjf was built"));
    ran.exits(Exit::Success).omits("film pages");
}

#[test]
fn color_is_for_terminals_without_no_color_and_for_who_asks() {
    const RED: &str = "lbjf: \u{1b}[1;31merror:\u{1b}[0m ";
    let world = || {
        let world = World::new();
        world.letterboxd.set_private("ada", true);
        world
    };
    assert!(on_a_terminal(world().command(&["sync"])).contains(RED));
    for (args, no_color) in [(&["sync", "--color=never"][..], ""), (&["sync"], "1")] {
        let world = world();
        let mut command = world.command(args);
        command.env("NO_COLOR", no_color);
        let drawn = on_a_terminal(command);
        assert!(drawn.contains("lbjf: error: ada: ") && !drawn.contains(RED), "{drawn}");
    }
    world().lbjf(&["sync"]).exits(Exit::Partial).omits(RED);
    world().lbjf(&["sync", "--color=always"]).exits(Exit::Partial).mentions(RED);
}

#[test]
fn the_journal_gets_priorities_and_no_colors_or_times() {
    let world = World::new().watchlist(&["heat"]);
    world.letterboxd.set_private("ada", true);
    let into = |stream: &dyn Fn(&File) -> String| {
        let path = world.folder.path().join("journal");
        let file = File::create(&path).expect("it can be made");
        let mut command = world.command(&["sync", "--color=always"]);
        command.env("JOURNAL_STREAM", stream(&file)).stderr(file);
        assert_eq!(command.status().expect("lbjf was built").code(), Some(4));
        world.pass_time(Duration::from_hours(25));
        fs::read_to_string(&path).expect("it is text")
    };
    let about = |file: &File| file.metadata().expect("it is open");
    let journal = into(&|file| format!("{}:{}", about(file).dev(), about(file).ino()));
    let lines: Vec<_> = journal.lines().collect();
    assert_eq!(lines[0], "<3>error: ada: the watchlist is private");
    assert!(
        lines[1].starts_with("<3>hint: ") && lines[2].starts_with("<6>sync: 1 user, 1 user failed"),
        "{journal}"
    );
    // Its parent has the journal; this stream is another one.
    assert!(!into(&|_| "8:12345".to_owned()).contains('<'));
}

#[test]
fn log_file_gets_every_line_with_its_time_and_what_ends_a_run() {
    let world = system("log_file = \"lbjf.log\"").watchlist(&["heat"]);
    world.sync();
    fs::write(world.database(), "no database").expect("it can be written");
    world.lbjf(&["sync"]).exits(Exit::Failure);
    let log = fs::read_to_string(world.folder.path().join("lbjf.log")).expect("it is there");
    let texts: Vec<_> = log
        .lines()
        .filter_map(|line| {
            let (time, text) = line.split_once(' ')?;
            (time.len() == 20 && time.ends_with('Z')).then_some(text)
        })
        .collect();
    assert_eq!(texts[0], "ada: 1 new of 1 on the watchlist");
    assert!(texts.iter().any(|text| text.starts_with("sync: 1 user, 1 added")), "{log}");
    assert!(texts.last().is_some_and(|text| text.starts_with("lbjf: error: store `")), "{log}");
}

/// As cron runs it: no terminal, hardly any environment; a mail is whatever is printed.
#[test]
fn cron_mails_only_what_is_worth_a_look() {
    let world = system("database = \"state/lbjf.db\"").watchlist(&["heat"]);
    world.download("heat");
    let mail = |exit: Exit| {
        let mut command = world.command(&["sync", "--quiet"]);
        command
            .env_clear()
            .env("HOME", world.folder.path())
            .env("PATH", "/usr/bin:/bin")
            .env("SHELL", "/bin/sh");
        let config = world.folder.path().join("config.toml");
        command.args(["--config", config.to_str().expect("a plain path")]).stdin(Stdio::null());
        let ran = world.ran(command.output().expect("lbjf was built")).exits(exit);
        ran.stdout + &ran.stderr
    };
    assert_eq!(mail(Exit::Success), "", "a first run in which all goes well");
    assert_eq!(mail(Exit::Success), "", "an idle run");
    world.letterboxd.set_private("ada", true);
    let mut mails = Vec::new();
    for number in 0..46 {
        mails.push(mail(if number == 0 { Exit::Partial } else { Exit::Success }));
        world.pass_time(Duration::from_mins(30));
    }
    mails.retain(|mail| !mail.is_empty());
    let expected = "lbjf: error: ada: the watchlist is private\n\
        hint: ask its owner to make it visible to anyone, at letterboxd.com/settings/; nothing is removed until then\n";
    assert_eq!(mails, [expected]);
    assert_eq!(mail(Exit::Partial), expected, "the next day, for a timer that is an hour early");
    world.letterboxd.set_private("ada", false);
    assert_eq!(mail(Exit::Success), "");
}

/// Runs lbjf through a shell that does this to its streams.
fn with_streams(world: &World, args: &[&str], redirect: &str) -> Option<i32> {
    let lbjf = world.command(args);
    let mut command = Command::new("sh");
    let script = format!("\"$@\" {redirect}");
    command.args(["-c", &script, "sh"]).arg(lbjf.get_program()).args(lbjf.get_args());
    command.env_clear().current_dir(world.folder.path()).stdin(Stdio::null());
    command.envs(lbjf.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.output().expect("sh is there").status.code()
}

/// How the last run ended, as it is written down.
fn written_down(world: &World) -> i64 {
    let json = world.lbjf(&["status", "--json"]).exits(Exit::Success).json();
    json["runs"][0]["exit_code"].as_i64().expect("it ended")
}

#[test]
fn the_exit_code_is_the_same_when_nobody_reads_stderr() {
    for redirect in ["2>&-", "2>/dev/full"] {
        let world = World::new().watchlist(&["heat"]);
        world.radarr.server.fail(usize::MAX, |_| true, Fault::Instead(Reply::empty(401)));
        assert_eq!(with_streams(&world, &["sync"], redirect), Some(4), "{redirect}");
        assert_eq!(written_down(&world), 4, "{redirect}");
        assert_eq!(with_streams(&world, &["sync", "-vv"], redirect), Some(4), "{redirect}");
        assert_eq!(
            with_streams(&world, &["sync", "--config", "nowhere.toml"], redirect),
            Some(3),
            "{redirect}"
        );
        assert_eq!(with_streams(&world, &["sync", "--no-such-flag"], redirect), Some(2), "{redirect}");
        assert_eq!(with_streams(&world, &["scrape", "nobody"], redirect), Some(1), "{redirect}");
    }
}

/// A pipe whose reader is gone before lbjf writes a word.
#[test]
fn the_exit_code_is_the_same_when_the_reader_of_stderr_or_stdout_has_gone() {
    let world = World::new().watchlist(&["heat"]);
    world.radarr.server.fail(usize::MAX, |_| true, Fault::Instead(Reply::empty(401)));
    let code = |args: &[&str]| {
        let (err, out) = (std::io::pipe().expect("a pipe"), std::io::pipe().expect("a pipe"));
        drop((err.0, out.0));
        let mut command = world.command(args);
        let mut child = command.stderr(err.1).stdout(out.1).spawn().expect("lbjf was built");
        drop(command);
        child.wait().expect("it ends").code()
    };
    assert_eq!(code(&["sync", "--config", "nowhere.toml"]), Some(3));
    assert_eq!(code(&["scrape", "nobody"]), Some(1));
    for args in [&["sync"][..], &["sync", "--json"], &["sync", "--dry-run"], &["sync", "-vv"]] {
        assert_eq!(code(args), Some(4), "{args:?}");
    }
    assert_eq!(written_down(&world), 4);
    assert_eq!(code(&["status"]), Some(0));
}

#[test]
fn what_cannot_be_written_to_stdout_is_a_failure_that_is_written_down() {
    let world = World::new().watchlist(&["heat"]);
    assert_eq!(with_streams(&world, &["sync", "--json"], ">/dev/full"), Some(1));
    assert_eq!(written_down(&world), 1);
    let last = &world.lbjf(&["status", "--json"]).json()["runs"][0];
    assert!(last["problems"][0].as_str().expect("a reason").contains("cannot write to stdout"), "{last}");
    assert_eq!(world.radarr.films().len(), 1, "the work was done all the same");
    // Where nothing is asked for, nothing is to be written; a closed stdout takes everything.
    for (args, redirect) in [(&["sync"][..], ">/dev/full"), (&["sync", "--json"], ">&-")] {
        assert_eq!(with_streams(&world, args, redirect), Some(0), "{args:?}");
        assert_eq!(written_down(&world), 0);
    }
}

#[test]
fn a_log_file_on_a_full_disk_ends_no_run() {
    let world = system("log_file = \"/dev/full\"").watchlist(&["heat"]);
    world.sync().mentions("added to Radarr");
    assert_eq!(written_down(&world), 0);
}

#[test]
fn a_converted_config_is_not_shown_on_a_terminal() {
    let world = World::new().declare("config.yaml");
    let script = format!("radarr: {{url: \"http://radarr:7878\", api_key: {}}}\n", keys()[0]);
    fs::write(world.folder.path().join("config.yaml"), script).expect("a folder of our own");
    let said = world.folder.path().join("said.txt");
    let mut command = world.command(&["generate", "config", "--from-letterboxd-jellyfin", "."]);
    command.stderr(File::create(&said).expect("a folder of our own"));
    assert_eq!(on_a_terminal_of(80, command, |command, terminal| command.stdout(terminal)), "");
    let said = fs::read_to_string(said).expect("it was made");
    assert!(said.starts_with("lbjf: error: the new config holds your keys"), "{said}");
}
