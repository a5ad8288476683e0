//! The schema: every change ever made to it, and the checks a file passes before it is used.

use rusqlite::{Connection, TransactionBehavior};

use super::StoreError;

/// Changes to the schema, oldest first.
pub(super) type Migrations = &'static [&'static str];

/// Every change ever made to the schema, oldest first. Append only: a file's `user_version` is how many of these it
/// has been through, so an entry never changes and never moves.
///
/// Times are seconds since the Unix epoch.
pub(super) const MIGRATIONS: Migrations = &["
    -- Films and what Letterboxd's film pages say of them; shared by all people.
    CREATE TABLE film (
        uid          TEXT PRIMARY KEY,           -- Letterboxd's own, `film:1071220`; `slug:x` until a page tells it
        slug         TEXT NOT NULL,              -- its latest name in addresses
        name         TEXT NOT NULL,              -- without the year
        year         INTEGER,                    -- NULL: undated
        kind         TEXT,                       -- movie, tv, none (no TMDB id), other (no film); NULL: not read yet
        tmdb_id      INTEGER,                    -- of a movie or of a TV show, as kind says
        tries        INTEGER NOT NULL DEFAULT 0, -- looks at its page that brought no TMDB id
        next_look_at INTEGER NOT NULL DEFAULT 0, -- not looked at before
        problem      TEXT                        -- why there is no TMDB id
    ) STRICT;
    CREATE INDEX film_unresolved ON film (uid) WHERE kind IS NULL OR kind = 'none';
    -- Every name a film had: pages without a uid are matched by it.
    CREATE TABLE slug (
        slug TEXT PRIMARY KEY,
        uid  TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- TMDB ids that were merged into others, as Radarr answered.
    CREATE TABLE tmdb_alias (
        asked    INTEGER PRIMARY KEY,
        answered INTEGER NOT NULL
    ) STRICT;
    -- People and the cursor of each.
    CREATE TABLE person (
        name               TEXT PRIMARY KEY,           -- at Letterboxd, lower case
        declared           INTEGER,                    -- entries, as the page said last
        shortfall          INTEGER NOT NULL DEFAULT 0, -- counted but never shown, accepted
        accepted_at        INTEGER,                    -- the last crawl that could take entries off
        crawled_at         INTEGER,                    -- the last crawl in which every page was read
        mismatch_at        INTEGER,                    -- the first crawl of those whose total disagrees
        mismatch_count     INTEGER NOT NULL DEFAULT 0,
        mismatch_declared  INTEGER,
        mismatch_shortfall INTEGER,
        pending_at         INTEGER,                    -- a crawl that lacks so much that it waits for another
        scraped_at         INTEGER,                    -- the last scrape, whatever its outcome
        good_at            INTEGER,                    -- the last scrape that could read the list
        outcome            TEXT,                       -- of the last scrape, one word
        problem            TEXT,                       -- of the last scrape, in words
        collection         TEXT                        -- as the config named it last
    ) STRICT;
    -- Known lists, and the wish that each entry is.
    CREATE TABLE entry (
        person      TEXT NOT NULL,
        uid         TEXT NOT NULL,
        position    INTEGER NOT NULL,           -- smaller is newer
        seen_at     INTEGER NOT NULL,           -- when the wish began
        is_listed   INTEGER NOT NULL DEFAULT 1, -- 0: an accepted crawl lacked it
        is_missing  INTEGER NOT NULL DEFAULT 0, -- 1: the pending crawl lacked it
        answered_at INTEGER,                    -- when Radarr was seen to have it
        tries       INTEGER NOT NULL DEFAULT 0, -- attempts at Radarr that failed
        next_try_at INTEGER NOT NULL DEFAULT 0,
        problem     TEXT,                       -- excluded, unknown, refused, failed
        detail      TEXT,                       -- the problem in words
        place       TEXT,                       -- collection, waiting, watched: seen at the last look at Jellyfin
        PRIMARY KEY (person, uid)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX entry_by_film ON entry (uid);
    CREATE INDEX entry_unanswered ON entry (person) WHERE is_listed = 1 AND answered_at IS NULL;
    -- Members of collections, as far as lbjf put or met them there.
    CREATE TABLE member (
        collection_id TEXT NOT NULL,
        tmdb_id       INTEGER NOT NULL,
        is_own        INTEGER NOT NULL, -- put there by lbjf, or met there while somebody listed it
        was_watched   INTEGER NOT NULL, -- not own: everybody had watched it when it was first met
        PRIMARY KEY (collection_id, tmdb_id)
    ) STRICT, WITHOUT ROWID;
    -- Items that did not come, or did not go, although Jellyfin said so.
    CREATE TABLE unstuck (
        collection_id TEXT NOT NULL,
        item_id       TEXT NOT NULL,
        tried_at      INTEGER NOT NULL,
        PRIMARY KEY (collection_id, item_id)
    ) STRICT, WITHOUT ROWID;
    -- Collections by the name in the config.
    CREATE TABLE collection (
        name TEXT PRIMARY KEY,
        id   TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- Jellyfin users: a library that shows nothing where it showed films is not believed.
    CREATE TABLE viewer (
        jellyfin_user_id TEXT PRIMARY KEY,
        films_seen       INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- Exit addresses that Letterboxd refused, until a request over them succeeds.
    CREATE TABLE cool_down (
        route   TEXT PRIMARY KEY, -- direct, or HOST:PORT of a proxy
        until   INTEGER NOT NULL,
        seconds INTEGER NOT NULL  -- how long this one is; the next one doubles it
    ) STRICT, WITHOUT ROWID;
    -- The servers this store belongs to.
    CREATE TABLE server (
        name     TEXT PRIMARY KEY,
        identity TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- What was told, and when last: a warning that repeats is one a day.
    CREATE TABLE notice (
        key     TEXT PRIMARY KEY,
        told_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- The history of runs.
    CREATE TABLE run (
        id         INTEGER PRIMARY KEY,
        command    TEXT NOT NULL,
        started_at INTEGER NOT NULL,
        ended_at   INTEGER,          -- NULL: still running, or killed
        exit_code  INTEGER,
        summary    TEXT,             -- its closing line
        problems   TEXT              -- what a person should look at, a line each
    ) STRICT;
", "
    -- What the config's `[films]` says of a film: 0 nothing, 1 its kind and id, 2 it did, and the page is to be read.
    ALTER TABLE film ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
    DROP INDEX film_unresolved;
    CREATE INDEX film_unresolved ON film (uid) WHERE kind IS NULL OR kind = 'none' OR told = 2;
    -- The last look at somebody's library: until the next one at all of it, what changed since is enough.
    CREATE TABLE look (
        person   TEXT PRIMARY KEY,
        terms    TEXT NOT NULL,    -- whose library, which collection, what leaves it: others need another look
        whole_at INTEGER NOT NULL, -- the last look at all of it
        since    INTEGER NOT NULL  -- by Jellyfin's clock: what was saved before was seen
    ) STRICT, WITHOUT ROWID;
    -- Few of many: what `status` and every run would look for among all films and entries.
    CREATE INDEX film_odd ON film (uid) WHERE kind IS NOT 'movie';
    CREATE INDEX entry_trouble ON entry (person) WHERE problem IS NOT NULL;
", "
    -- A list is a row of its own, whoever wants it, with the cursor of its readings.
    CREATE TABLE list (
        id                 INTEGER PRIMARY KEY,
        kind               TEXT NOT NULL,              -- watchlist, list, export (of nobody knows whom)
        address            TEXT NOT NULL,              -- its owner's name in lower case; of a list its address; a person
        number             INTEGER,                    -- at Letterboxd, of its owner or of the list: names change
        landed             TEXT,                       -- the page that a short link led to, OWNER/LIST
        state              TEXT,                       -- of a list its total and time, of an export its file, when all was read
        declared           INTEGER,                    -- entries, as the page said last
        shortfall          INTEGER NOT NULL DEFAULT 0, -- counted but never shown, accepted
        accepted_at        INTEGER,                    -- the last reading that could take entries off
        whole_at           INTEGER,                    -- the last reading of every page
        mismatch_at        INTEGER,                    -- the first reading of those whose total disagrees
        mismatch_count     INTEGER NOT NULL DEFAULT 0,
        mismatch_declared  INTEGER,
        mismatch_shortfall INTEGER,
        pending_at         INTEGER,                    -- a reading that lacks so much that it waits for another
        incomplete_at      INTEGER,                    -- the last reading that lacked a page
        incomplete_count   INTEGER NOT NULL DEFAULT 0,
        incomplete_why     TEXT,
        read_at            INTEGER,                    -- the last reading, whatever its outcome
        good_at            INTEGER,                    -- the last one that could read the list
        outcome            TEXT,                       -- of the last one, in a word
        problem            TEXT,                       -- of the last one, in words
        UNIQUE (kind, address)
    ) STRICT;
    INSERT INTO list (kind, address, declared, shortfall, accepted_at, whole_at, mismatch_at, mismatch_count,
            mismatch_declared, mismatch_shortfall, pending_at, read_at, good_at, outcome, problem)
        SELECT 'watchlist', known.name, declared, coalesce(shortfall, 0), accepted_at, crawled_at, mismatch_at,
            coalesce(mismatch_count, 0), mismatch_declared, mismatch_shortfall, pending_at, scraped_at, good_at,
            outcome, problem
        FROM (SELECT name FROM person UNION SELECT person FROM entry) AS known
            LEFT JOIN person ON person.name = known.name
        ORDER BY known.name;
    -- Its entries.
    CREATE TABLE list_entry (
        list_id       INTEGER NOT NULL,
        uid           TEXT NOT NULL,
        position      INTEGER NOT NULL,           -- smaller is newer
        is_placed     INTEGER NOT NULL,           -- 0: found apart from the others, so `position` says little
        first_seen_at INTEGER NOT NULL,
        is_listed     INTEGER NOT NULL DEFAULT 1, -- 0: an accepted reading lacked it
        is_missing    INTEGER NOT NULL DEFAULT 0, -- 1: the pending reading lacked it
        PRIMARY KEY (list_id, uid)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO list_entry
        SELECT list.id, uid, position, 0, seen_at, is_listed, is_missing
        FROM entry JOIN list ON list.address = entry.person;
    CREATE INDEX list_entry_by_film ON list_entry (uid);
    -- People: the `[[users]]` of the config, and which lists each of them wants.
    ALTER TABLE person RENAME TO old_person;
    CREATE TABLE person (
        name        TEXT PRIMARY KEY,
        collection  TEXT,                      -- as the config named it last
        playlist    TEXT,                      -- the same
        playlist_id TEXT,                      -- as it was found last
        readings    INTEGER NOT NULL DEFAULT 0 -- of their lists, accepted so far
    ) STRICT, WITHOUT ROWID;
    INSERT INTO person (name, collection)
        SELECT list.address, collection FROM list LEFT JOIN old_person ON old_person.name = list.address;
    DROP TABLE old_person;
    CREATE TABLE person_list (
        person  TEXT NOT NULL,
        list_id INTEGER NOT NULL,
        PRIMARY KEY (person, list_id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO person_list SELECT address, id FROM list;
    CREATE INDEX person_list_by_list ON person_list (list_id);
    -- What Radarr is asked for: from first sight on any list of the person until an accepted reading of each lacks it.
    -- The answer stays with a request that ended, for another uid that is the same film and came meanwhile.
    CREATE TABLE request (
        person        TEXT NOT NULL,
        uid           TEXT NOT NULL,
        server        TEXT NOT NULL,
        requested_at  INTEGER NOT NULL,
        is_wanted     INTEGER NOT NULL DEFAULT 1, -- 0: it ended
        first_reading INTEGER NOT NULL DEFAULT 0, -- `person.readings` when it began
        last_reading  INTEGER,                    -- and when it ended
        answered_at   INTEGER,                    -- when the server was seen to have it
        tries         INTEGER NOT NULL DEFAULT 0, -- attempts that failed
        next_try_at   INTEGER NOT NULL DEFAULT 0,
        problem       TEXT,                       -- excluded, unknown, refused, in_library, untagged, failed
        detail        TEXT,                       -- the problem in words
        PRIMARY KEY (person, uid, server)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO request (person, uid, server, requested_at, is_wanted, answered_at, tries, next_try_at, problem, detail)
        SELECT person, uid, 'radarr', seen_at, is_listed, answered_at, tries, next_try_at, problem, detail FROM entry;
    CREATE INDEX request_unanswered ON request (server, person) WHERE is_wanted = 1 AND answered_at IS NULL;
    CREATE INDEX request_trouble ON request (person) WHERE problem IS NOT NULL;
    CREATE INDEX request_ended ON request (person) WHERE is_wanted = 0;
    -- Where the films of each person go; '' is nowhere: what they want is known all the same.
    CREATE TABLE person_server (
        person TEXT NOT NULL,
        server TEXT NOT NULL,
        PRIMARY KEY (person, server)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO person_server SELECT name, 'radarr' FROM person;
    -- Radarr's numbers of films, which it uses once: another film under one means another database.
    CREATE TABLE radarr_film (
        server  TEXT NOT NULL,
        id      INTEGER NOT NULL,
        tmdb_id INTEGER NOT NULL,
        PRIMARY KEY (server, id)
    ) STRICT, WITHOUT ROWID;
    -- Where each film of a person was when Jellyfin was read last.
    CREATE TABLE presence (
        person     TEXT NOT NULL,
        uid        TEXT NOT NULL,
        state      TEXT,                       -- collection, waiting, watched, ineffective; NULL: to be found out
        is_watched INTEGER NOT NULL DEFAULT 0, -- also of a film that is in the collection
        changed_at INTEGER,                    -- when `state` became this; NULL: it was so at the first look
        PRIMARY KEY (person, uid)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO presence
        SELECT person, uid, iif(place = 'unstuck', 'ineffective', place), place = 'watched', NULL
        FROM entry WHERE place IS NOT NULL;
    CREATE INDEX presence_by_state ON presence (person, state, is_watched);
    DROP TABLE entry;
    -- Servers by the name in the config.
    ALTER TABLE server RENAME TO old_server;
    CREATE TABLE server (
        kind     TEXT NOT NULL, -- radarr, jellyfin
        name     TEXT NOT NULL,
        identity TEXT NOT NULL, -- of a Radarr its address: under another name it is the same one
        PRIMARY KEY (kind, name)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO server SELECT name, name, identity FROM old_server;
    INSERT INTO server SELECT 'radarr', 'radarr', '' WHERE EXISTS (SELECT 1 FROM request);
    DROP TABLE old_server;
    -- Films: Letterboxd's short id (`boxd.it/IWJq`, case matters), and which lbjf found no id on the page: a newer one
    -- may find it. Shows are looked at again, too.
    ALTER TABLE film ADD COLUMN lid TEXT;
    ALTER TABLE film RENAME COLUMN slug TO address; -- its best name: a slug, else `film:N`, else `boxd.it/IWJq`
    ALTER TABLE film ADD COLUMN looked_by TEXT;
    -- What `origin` says of who told what a film is: 0 its page, 1 the config's `[films]`, 2 that did, and 3 its title and
    -- year did, so that the page is to be read. Titles in vain, and when the next lookup is due.
    ALTER TABLE film ADD COLUMN match_tries INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE film ADD COLUMN next_match_at INTEGER NOT NULL DEFAULT 0;
    DROP INDEX film_unresolved;
    ALTER TABLE film RENAME COLUMN told TO origin;
    CREATE INDEX film_unresolved ON film (uid) WHERE kind IS NULL OR kind IN ('none', 'tv') OR origin >= 2;
    CREATE UNIQUE INDEX film_by_lid ON film (lid) WHERE lid IS NOT NULL;
    CREATE INDEX film_by_tmdb_id ON film (tmdb_id) WHERE kind = 'movie';
    ALTER TABLE unstuck RENAME TO ineffective;
    -- The films of Jellyfin's library, as they were read last: all with a TMDB id, whether it is of use or not.
    CREATE TABLE library_item (
        item_id TEXT PRIMARY KEY,
        tmdb_id INTEGER, -- NULL: what stands there is no number
        path    TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX library_item_by_tmdb_id ON library_item (tmdb_id);
    -- How far they were read.
    CREATE TABLE library (
        server         TEXT PRIMARY KEY, -- by its name in the config
        version        TEXT,             -- as it said last
        watermark      INTEGER,          -- by its own clock: what was saved before was seen; NULL: all is to be read
        whole_at       INTEGER,          -- the last reading of all of it
        films_seen     INTEGER NOT NULL, -- when it was believed last
        doubtful_since INTEGER           -- it shows far fewer
    ) STRICT, WITHOUT ROWID;
    INSERT INTO library (server, films_seen)
        SELECT 'jellyfin', films_seen FROM viewer WHERE films_seen > 0 ORDER BY films_seen DESC LIMIT 1;
    DROP TABLE viewer;
    DROP TABLE look;
    -- The members of each collection, and of each playlist, as they were read last. They are read again when the etag is another one, or none.
    CREATE TABLE listing (
        collection_id TEXT PRIMARY KEY,
        etag          TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE listing_member (
        collection_id TEXT NOT NULL,
        item_id       TEXT NOT NULL,
        name          TEXT NOT NULL,
        tmdb_id       INTEGER,
        path          TEXT,
        is_leftover   INTEGER NOT NULL, -- an old entry of a film's file, which has no TMDB id itself
        is_there      INTEGER NOT NULL, -- 0: it was a member
        is_doubled    INTEGER NOT NULL, -- it stands in a playlist more than once
        PRIMARY KEY (collection_id, item_id)
    ) STRICT, WITHOUT ROWID;
    -- Playlists by their owner in Jellyfin and the name in the config. What is known of their members stands where that of
    -- collections stands: an id is one or the other.
    CREATE TABLE playlist (
        user_id TEXT NOT NULL,
        name    TEXT NOT NULL,
        id      TEXT,          -- NULL: it is about to be made
        others  TEXT,          -- the ids of those of that name that there were before; JSON
        PRIMARY KEY (user_id, name)
    ) STRICT, WITHOUT ROWID;
    ALTER TABLE member ADD COLUMN hidden_since INTEGER; -- not shown in a playlist, since the library lacks the film
    -- What was told, with its kind and whom it is about apart: a name is never taken for a kind, nor for the beginning of
    -- another name.
    ALTER TABLE notice RENAME TO notice_by_key;
    CREATE TABLE notice (
        kind    TEXT NOT NULL, -- a word of lbjf's own
        about   TEXT NOT NULL, -- a name, or nothing
        detail  TEXT NOT NULL, -- which of several, or nothing
        told_at INTEGER NOT NULL,
        PRIMARY KEY (kind, about, detail)
    ) STRICT, WITHOUT ROWID;
    -- Of what was told so far: what is told once, and lists that cannot be read. The rest is told once more.
    INSERT INTO notice (kind, about, detail, told_at)
        SELECT iif(kind = 'scrape', 'list', kind), substr(rest, 1, instr(rest, '/') - 1),
            substr(rest, instr(rest, '/') + 1), told_at
        FROM (SELECT substr(key, 1, instr(key, '/') - 1) AS kind, substr(key, instr(key, '/') + 1) AS rest, told_at
              FROM notice_by_key)
        WHERE kind IN ('skip', 'scrape') AND instr(rest, '/') > 0;
    INSERT INTO notice (kind, about, detail, told_at)
        SELECT 'restored', 'radarr', '', told_at FROM notice_by_key WHERE key = 'restored/radarr';
    DROP TABLE notice_by_key;
    -- Troubles that last, for messages, and what each receiver was told of them.
    CREATE TABLE trouble (
        kind        TEXT NOT NULL,    -- as of a notice
        about       TEXT NOT NULL,
        word        TEXT NOT NULL,    -- which of several it is; another one is news
        shown_about TEXT NOT NULL,    -- whom it is about, in words
        message     TEXT NOT NULL,    -- what was said of it last
        began_at    INTEGER NOT NULL,
        seen_at     INTEGER NOT NULL, -- the last run that saw it
        runs        INTEGER NOT NULL, -- so many saw it
        ended_at    INTEGER,          -- it is over, and somebody is still to hear of that
        PRIMARY KEY (kind, about)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE told (
        receiver TEXT NOT NULL, -- its kind, with a number from the second one on
        kind     TEXT NOT NULL,
        about    TEXT NOT NULL,
        told_at  INTEGER NOT NULL,
        PRIMARY KEY (receiver, kind, about)
    ) STRICT, WITHOUT ROWID;
    -- Did it go well, but for lists that only their owners can mend? NULL: as the exit code says.
    ALTER TABLE run ADD COLUMN is_well INTEGER;
"];

/// `lbjf` in ASCII: marks the file as ours.
const APPLICATION_ID: i32 = 0x6c62_6a66;

/// The schema this program writes; it reads every older one.
pub const SCHEMA_VERSION: u32 = version_of(MIGRATIONS);

/// How many changes these are.
#[expect(clippy::cast_possible_truncation, reason = "a few dozen at most")]
pub(super) const fn version_of(migrations: Migrations) -> u32 {
    migrations.len() as u32
}

/// Brings a file up to date, all or nothing; refuses what is not ours or newer.
pub(super) fn migrate(db: &mut Connection, migrations: Migrations) -> Result<(), StoreError> {
    let known = version_of(migrations);
    if check(db, known)? == known {
        return Ok(());
    }
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for sql in &migrations[check(&tx, known)? as usize..] {
        tx.execute_batch(sql)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", known)?;
    Ok(tx.commit()?)
}

/// The version of a file that is ours; 0 for an empty one.
pub(super) fn check(db: &Connection, known: u32) -> Result<u32, StoreError> {
    let application_id: i32 = db.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let found: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables: u32 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (application_id, found) {
        (APPLICATION_ID, found) if found > known => Err(StoreError::Newer { found, known }),
        // Migrations set both numbers and tables at once.
        (APPLICATION_ID, found) if found > 0 && tables > 0 => Ok(found),
        (0, 0) if tables == 0 => Ok(0),
        _ => Err(StoreError::Foreign),
    }
}
