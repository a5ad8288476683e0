//! The keys of the sandbox (`examples/sandbox`): each does what it says, and the next run sees it.

#![allow(dead_code, reason = "the sandbox has more parts than the keys")]
#![expect(clippy::print_stdout, reason = "the sandbox tells what it does")]

#[path = "../../examples/sandbox/command.rs"]
mod command;
#[path = "../../examples/sandbox/draw.rs"]
mod draw;
#[path = "../../examples/sandbox/films.rs"]
mod films;
#[path = "../../examples/sandbox/keys.rs"]
mod keys;
#[path = "../../examples/sandbox/terminal.rs"]
mod terminal;
#[path = "../../examples/sandbox/world.rs"]
mod world;

use std::fs::File;
use std::io::Write as _;

use nix::sys::termios::{LocalFlags, tcgetattr};
use terminal::Keys;
use world::World;

fn say(text: &str) {
    println!("{text}");
}

/// A world after its first run.
fn begun() -> World {
    let mut world = World::new(env!("CARGO_BIN_EXE_lbjf").into()).expect("the sandbox starts");
    press(&mut world, "s");
    world
}

fn press(world: &mut World, keys: &str) {
    world.obey(keys.chars()).expect("the keys can be obeyed");
}

#[test]
fn keys_of_the_sandbox_let_people_do_things_that_the_next_run_sees() {
    let mut world = begun();
    assert_eq!(world.radarr.posted().len(), 60);
    let before = world.jellyfin.members("Ada's watchlist").len();
    press(&mut world, "dds");
    assert_eq!(world.jellyfin.members("Ada's watchlist").len(), before + 2);
    press(&mut world, "ws");
    assert_eq!(world.jellyfin.members("Ada's watchlist").len(), before + 1);
    // A new film, sent first; and it goes again.
    press(&mut world, "as");
    let newest = world.letterboxd.watchlist("ada").remove(0);
    let tmdb_id = world.letterboxd.tmdb_id(&newest);
    assert!(world.radarr.film(tmdb_id).is_some());
    press(&mut world, "rs");
    assert!(!world.letterboxd.watchlist("ada").contains(&newest));
    assert!(world.radarr.film(tmdb_id).is_some(), "lbjf deletes nothing");
    // What a person deletes stays deleted.
    let films = world.radarr.films().len();
    press(&mut world, "xss");
    assert_eq!(world.radarr.films().len(), films - 1);
    assert!(world.radarr.sent_again().is_empty());
    // Behind `q`, nothing is pressed any more.
    let watchlist = world.letterboxd.watchlist("ada");
    press(&mut world, "qa");
    assert_eq!(world.letterboxd.watchlist("ada"), watchlist);
    assert!(world.radarr.server.writes().iter().all(|request| request.method != "DELETE"));
}

#[test]
fn keys_of_the_sandbox_break_things_and_mend_them() {
    let mut world = begun();
    let codes = |world: &mut World, key: &str| {
        press(world, key);
        let broken = world.run(&["sync"]).expect("it runs").code();
        press(world, key);
        (broken, world.run(&["sync", "--ignore-cool-down"]).expect("it runs").code())
    };
    press(&mut world, "s");
    for (key, broken) in [("p", 4), ("1", 4), ("2", 4), ("b", 6)] {
        // Radarr is asked only when there is something for it.
        press(&mut world, "a");
        assert_eq!(codes(&mut world, key), (Some(broken), Some(0)), "{key}");
    }
    assert!(world.troubles.is_empty());
}

#[test]
fn a_terminal_is_drawn_as_a_picture_with_its_colours_and_nothing_that_runs() {
    let world = begun();
    let text = world.on_a_terminal(&[&["status", "--user", "ada"]]).expect("it runs");
    let svg = draw::svg(&text);
    assert!(svg.contains("class=\"prompt\" xml:space=\"preserve\">$ lbjf status --user ada</text>"), "{svg}");
    assert!(svg.contains("class=\"good\" xml:space=\"preserve\">healthy</text>"), "{svg}");
    assert!(draw::svg("<b> & \u{1b}[2mx").contains("&lt;b&gt; &amp; </text>"));
    let kept = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/terminal.svg"));
    let kept = kept.expect("contrib/draw-terminal drew it");
    for picture in [svg, kept] {
        assert!(!picture.contains('\u{1b}') && !picture.contains("<script") && !picture.contains("href"));
        assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"));
    }
}

#[test]
fn keys_come_without_enter_and_the_terminal_is_as_before_afterwards() {
    let terminal = nix::pty::openpty(None, None).expect("the system has terminals");
    let flags = || tcgetattr(&terminal.slave).expect("it is a terminal").local_flags;
    let usual = flags();
    let mut keyboard = File::from(terminal.master);
    let mut keys = Keys::of(&terminal.slave).expect("it is a terminal");
    assert!(!flags().intersects(LocalFlags::ICANON | LocalFlags::ECHO));
    assert!(flags().contains(LocalFlags::ISIG), "Ctrl-C would be a key");
    keyboard.write_all(b"s").expect("somebody reads");
    assert_eq!(keys.next(), Some('s'));
    // Arrows and the like are no keys.
    keyboard.write_all(b"\x1b[A\x1bOB\x1b[5~q").expect("somebody reads");
    assert_eq!(keys.next(), Some('q'));
    drop(keys);
    assert_eq!(flags(), usual);
}
