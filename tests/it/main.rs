//! The program from outside, by command and by what it talks to.

#[path = "../common/mod.rs"]
mod common;

mod cheap;
mod check;
mod cleanup;
mod exports;
mod film_names;
mod films;
mod first_run;
mod generate;
mod hostile;
mod jellyfin;
mod letterboxd;
mod lists;
mod metrics;
mod modules;
mod notify;
mod openapi;
mod packages;
mod polite;
mod radarr;
mod readme;
mod sandbox;
mod scrape;
mod secrets;
mod status;
mod store;
mod sync;
mod terminal;
mod upgrade;
