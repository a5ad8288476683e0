//! `[status]`: what each run leaves for others to look at.

use super::Status;
use super::address::{SERVER_TAILS, base_url};
use super::external::Place;
use super::table::Table;

pub(super) fn status(mut table: Table<'_, '_>, place: Place<'_>) -> Status {
    let metrics_file = table.take::<String>("metrics_file").and_then(|given| {
        let path = place.path(given.value.trim());
        let is_read = path.extension().is_some_and(|ending| ending == "prom");
        if !is_read {
            table.problem(&given, "must end with `.prom`; the textfile collector reads no other files");
        }
        is_read.then_some(path)
    });
    let html_file = table.take::<String>("html_file").and_then(|given| {
        let name = given.value.trim();
        let is_file = !name.is_empty() && !name.ends_with('/');
        if !is_file {
            table.problem(&given, "must be the name of a file");
        }
        is_file.then(|| place.path(name))
    });
    let jellyfin_url =
        table.take::<String>("jellyfin_url").and_then(|given| base_url(&table, &given, SERVER_TAILS));
    table.finish();
    Status { metrics_file, html_file, jellyfin_url }
}
