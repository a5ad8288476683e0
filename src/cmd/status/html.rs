//! `lbjf status --html FILE`: the page of how things stand now.

use std::path::Path;

use super::waiting::tell_troubles;
use crate::config::Config;
use crate::domain::clock::Timestamp;
use crate::domain::text;
use crate::exit::Exit;
use crate::run::page;
use crate::run::standing::{Patience, Standing};
use crate::store::Store;

/// Asks each Radarr, and writes the page. What a Radarr does not tell is missing on it, which it says.
///
/// # Errors
///
/// When it cannot be written, and when the store cannot be read.
pub(super) fn run(
    path: &Path,
    names: &[String],
    store: Option<&Store>,
    config: &Config,
    now: Timestamp,
) -> anyhow::Result<Exit> {
    // Before anybody is asked: a folder that is missing shows at once.
    page::check(path)?;
    let standing = Standing::ask(store, config, names, Patience::Usual, now)?;
    page::put(path, &page::make(store, config, &standing, now)?)?;
    log::info!("status: wrote `{}`", text::path(path));
    Ok(tell_troubles(&standing))
}
