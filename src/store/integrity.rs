//! Is a store whole? Damaged pages pass the opening.

use std::fs;

use rusqlite::Connection;

use super::StoreError;

/// How closely a store is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) enum IntegrityCheck {
    /// Every page, and every row: two milliseconds a megabyte, whenever it is opened to be written.
    Quick,
    /// Also every index against its table: twice as long again, in the first run of a day.
    Full,
}

/// Finds damaged pages.
pub(super) fn examine(db: &Connection, check: IntegrityCheck) -> Result<(), StoreError> {
    refuse_short(db)?;
    let pragma = match check {
        IntegrityCheck::Quick => "quick_check",
        IntegrityCheck::Full => "integrity_check",
    };
    let verdict: String = db.pragma_query_value(None, pragma, |row| row.get(0))?;
    // A headline that names the database may come before what is wrong.
    match verdict.lines().find(|line| !line.starts_with("***")) {
        Some("ok") => Ok(()),
        what => Err(StoreError::Damaged(what.unwrap_or(&verdict).to_owned())),
    }
}

/// What is enough for who only reads: counts the rows of every table and every index. That takes a look at the cells of
/// each page of theirs, and at none of the values; a third of a millisecond a megabyte.
pub(super) fn count_all(db: &Connection) -> Result<(), StoreError> {
    refuse_short(db)?;
    db.pragma_update(None, "cell_size_check", true)?;
    let mut trees = db.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema")?;
    let mut trees = trees.query([])?;
    while let Some(tree) = trees.next()? {
        let (kind, name, table): (String, String, String) = (tree.get(0)?, tree.get(1)?, tree.get(2)?);
        let sql: Option<String> = tree.get(3)?;
        let (how, rows) = match sql.as_deref().and_then(|sql| sql.split_once(" WHERE ")) {
            _ if kind == "table" => ("NOT INDEXED".to_owned(), String::new()),
            Some((_, rows)) => (format!("INDEXED BY \"{name}\""), format!("WHERE {rows}")),
            None => (format!("INDEXED BY \"{name}\""), String::new()),
        };
        db.query_row(&format!("SELECT count(*) FROM \"{table}\" {how} {rows}"), [], |_| Ok(()))?;
    }
    Ok(())
}

/// Of a page that is cut short SQLite takes the rest for zeros, which may look like a page.
pub(super) fn refuse_short(db: &Connection) -> Result<(), StoreError> {
    let number = |pragma| db.pragma_query_value(None, pragma, |row| row.get::<_, u32>(0).map(u64::from));
    let bytes = number("page_count")? * number("page_size")?;
    let file = db.path().filter(|path| !path.is_empty()).and_then(|path| fs::metadata(path).ok());
    match file {
        Some(file) if file.len() < bytes => Err(StoreError::Damaged("its end is missing".to_owned())),
        _ => Ok(()),
    }
}
