//! `lbjf sync` and Letterboxd: how many pages a run asks, and what becomes of a list that is in doubt.

mod asking;
pub mod door;
mod doubt;
mod exports;
mod films;
mod giving_up;
mod pagination;
mod renamed;
mod unreadable;

use std::time::Duration;

use crate::common::{Ran, World};
use standins::{Fault, Reply};

const ALWAYS: usize = usize::MAX;
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
/// A timer that runs once a day may be a little early: 23 hours are a day.
const NEARLY_A_DAY: Duration = Duration::from_mins(23 * 60 - 1);

const NONE: [&str; 0] = [];
const NOTHING: [u32; 0] = [];
const PAGE_1: &str = "/ada/watchlist/";
const PAGE_2: &str = "/ada/watchlist/page/2/";
const PAGE_3: &str = "/ada/watchlist/page/3/";

/// A run of `sync`; only what it asks counts from here on.
fn sync(world: &World, args: &[&str]) -> Ran {
    world.forget_requests();
    world.lbjf(&[&["sync"], args].concat())
}

/// What the last run asked of Letterboxd: pages of watchlists, sorted, and how
/// many film pages.
fn asked(world: &World) -> (Vec<String>, usize) {
    let mut pages = world.letterboxd.pages_asked();
    pages.sort();
    (pages, world.letterboxd.film_pages_asked().len())
}

fn in_radarr(world: &World) -> usize {
    world.radarr.films().len()
}

/// Always this page.
fn instead(status: u16, body: impl Into<Vec<u8>>) -> Fault {
    Fault::Instead(Reply::html(status, body))
}
