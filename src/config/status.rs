//! `[status]`: what each run leaves for others to look at.

use super::Status;
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
    table.finish();
    Status { metrics_file }
}
