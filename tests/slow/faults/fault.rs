//! The ways of failing.

mod form;

use std::time::Duration;

use serde_json::{Value, json};
use standins::letterboxd::{challenge, pages, rate_limit};
use standins::{Change, DEAD, Deaf, Fault, Form, Reply};

use crate::faults::door::{Door, End};
use crate::faults::pass::Scene;

/// A way of failing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing listens; where something was asked before, nothing does so any more.
    Refused,
    /// Nobody takes the connection.
    Unconnected,
    /// The connection is reset while the question is under way.
    Reset,
    /// The connection closes without an answer.
    Dropped,
    /// There is no answer.
    Hangs,
    /// A byte now and then.
    Drips,
    /// Fewer bytes than were promised.
    Truncated,
    /// More bytes than were promised.
    Overlong,
    /// Two promises, one of them too small.
    TwoLengths,
    /// Behind the answer another one that nobody asked for.
    Tail,
    /// In pieces.
    Chunked,
    /// In pieces, of which the last are missing.
    ChunkCut,
    /// Compressed, and then cut.
    GzipCut,
    /// No promise: it ends with the connection.
    UntilClose,
    /// A redirect to elsewhere.
    Redirect(u16),
    /// 400 with a list of failures.
    BadList,
    /// 400 with a problem.
    BadProblem,
    /// A status without a body.
    Status(u16),
    /// The page of a private watchlist.
    Private,
    /// A page for which one has to wait, or prove to be human.
    Challenge,
    /// The same with status 200.
    Challenge200,
    /// 429, as it is sent to those who ask too much.
    RateLimit,
    /// SQLite is busy.
    Locked,
    /// 503 without a body: this machine is not let in.
    NotAdmitted,
    /// 503 with a text: it is loading.
    Loading,
    /// 503 with a pause: it migrates.
    Migrating,
    /// A page where none belongs.
    Html,
    /// 200 and nothing.
    Empty,
    /// A list of none.
    EmptyList,
    /// No JSON, although it says so; or half a page that claims to be whole.
    Broken,
    /// JSON, or a page, of something else.
    Other,
    /// Text where there should be numbers.
    NumbersAsText,
    /// Null in everything that is optional.
    Nulls,
    /// Without anything that is optional.
    Sparse,
    /// Without what is required.
    Lacking,
    /// `null`
    Null,
    /// More than fits.
    Huge,
    /// Little on the wire, much of it when unpacked.
    Bomb,
}

/// When a fault happens to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// It is not carried out, unless that lies in the nature of the fault.
    Before,
    /// It is carried out first.
    Done,
}

impl Kind {
    pub const ALL: &[Self] = &[
        Self::Refused,
        Self::Unconnected,
        Self::Reset,
        Self::Dropped,
        Self::Hangs,
        Self::Drips,
        Self::Truncated,
        Self::Overlong,
        Self::TwoLengths,
        Self::Tail,
        Self::Chunked,
        Self::ChunkCut,
        Self::GzipCut,
        Self::UntilClose,
        Self::Redirect(301),
        Self::Redirect(302),
        Self::Redirect(307),
        Self::BadList,
        Self::BadProblem,
        Self::Status(400),
        Self::Status(401),
        Self::Status(403),
        Self::Status(404),
        Self::Status(405),
        Self::Status(406),
        Self::Status(409),
        Self::Status(414),
        Self::Status(429),
        Self::Status(500),
        Self::Status(502),
        Self::Status(504),
        Self::Private,
        Self::Challenge,
        Self::Challenge200,
        Self::RateLimit,
        Self::Locked,
        Self::NotAdmitted,
        Self::Loading,
        Self::Migrating,
        Self::Html,
        Self::Empty,
        Self::EmptyList,
        Self::Broken,
        Self::Other,
        Self::NumbersAsText,
        Self::Nulls,
        Self::Sparse,
        Self::Lacking,
        Self::Null,
        Self::Huge,
        Self::Bomb,
    ];

    /// Does this door have a row for it?
    pub fn concerns(self, door: Door, when: When) -> bool {
        let is_read = !door.is_letterboxd() && !door.is_write();
        // Its answers have no body.
        let is_bodiless = matches!(door, Door::JellyfinWrite | Door::PlaylistAdd | Door::ShortLink);
        if when == When::Done {
            let is_silence =
                matches!(self, Self::Reset | Self::Dropped | Self::Hangs | Self::Html | Self::Empty);
            return door.is_write() && (is_silence || matches!(self, Self::Status(406 | 500 | 502 | 504)));
        }
        match self {
            // Whoever answered before takes connections.
            Self::Unconnected => matches!(door, Door::Watchlist | Door::RadarrRead | Door::JellyfinRead),
            // The lost answer would be a refused one.
            Self::Refused => door != Door::RadarrAsk,
            // A page says so, and tests/slow/faults/lists.rs says what comes of it.
            Self::Lacking if door == Door::List => false,
            Self::Drips
            | Self::Truncated
            | Self::Overlong
            | Self::TwoLengths
            | Self::Tail
            | Self::Chunked
            | Self::ChunkCut
            | Self::GzipCut
            | Self::UntilClose
            | Self::Lacking
            | Self::Huge => !is_bodiless,
            // What may be sent twice is believed by its status.
            Self::Broken | Self::Other | Self::Bomb => !is_bodiless && door != Door::RadarrLabel,
            Self::BadList | Self::BadProblem | Self::Locked => !door.is_letterboxd(),
            Self::Null => !door.is_letterboxd() && !is_bodiless && door != Door::RadarrLabel,
            Self::NumbersAsText | Self::Nulls | Self::Sparse => is_read || door == Door::RadarrAdd,
            Self::EmptyList => matches!(door, Door::RadarrRead | Door::RadarrAsk | Door::JellyfinRead),
            Self::Challenge | Self::Challenge200 | Self::RateLimit => door.is_letterboxd(),
            Self::Private => matches!(door, Door::Watchlist | Door::List),
            _ => true,
        }
    }

    /// Does it depend on the question what becomes of it?
    fn is_about_content(self) -> bool {
        matches!(
            self,
            Self::Other
                | Self::NumbersAsText
                | Self::Nulls
                | Self::Sparse
                | Self::Lacking
                | Self::Null
                | Self::EmptyList
        )
    }

    /// The questions of the door that it makes a difference for.
    pub fn ends(self, door: Door) -> Vec<End> {
        let all = door.ends().iter().copied();
        let is_one = |end: &End| !matches!(end, End::Radarr("system/status") | End::Jellyfin("System/Info"));
        match (self, door) {
            // Nobody answers anything then: which question it is makes no difference.
            (Self::Refused | Self::Unconnected, _) => all.take(1).collect(),
            (Self::EmptyList, _) => all.filter(is_one).collect(),
            // Nobody has tags here, and a list of none lacks nothing.
            (Self::Lacking | Self::Truncated | Self::Drips | Self::Overlong, Door::RadarrRead) => {
                all.filter(|end| !matches!(end, End::Radarr("tag"))).collect()
            }
            // Another door may have the list.
            (Self::Status(404 | 405), Door::RadarrRead) => {
                all.filter(|end| !matches!(end, End::Radarr("exclusions/paged"))).collect()
            }
            _ => all.collect(),
        }
    }

    /// Those of them that are tried each time: a row that holds for every question behind its door is tried on one,
    /// neighbours in the table on different ones. Of the vital questions every second is tried, too.
    pub fn tried(self, door: Door, turn: usize) -> Vec<End> {
        let mut ends = self.ends(door);
        if !self.is_about_content() {
            let chosen = ends[turn % ends.len()];
            let mut is_turn = turn.is_multiple_of(2);
            ends.retain(|end| {
                is_turn = is_turn != end.is_vital();
                *end == chosen || (end.is_vital() && is_turn)
            });
        }
        ends
    }

    /// Lets it happen the next `times` times. `reads` is how much the server is asked before anything is changed.
    pub fn begin(self, scene: &mut Scene, end: End, when: When, times: usize, reads: usize) {
        let after = when == When::Done;
        let fault = match self {
            Self::Refused
                if matches!(
                    end,
                    End::FirstPage | End::Short | End::Radarr("system/status") | End::Jellyfin(_)
                ) =>
            {
                return scene.misdirect(end.address(scene), DEAD.to_owned());
            }
            Self::Refused => {
                let server = end.server(scene);
                return server.fail(usize::MAX, |_| true, Fault::Close(server.refusing(reads)));
            }
            Self::Unconnected => {
                scene.timeout = Duration::from_secs(2);
                let deaf = Deaf::start();
                scene.misdirect(end.address(scene), deaf.url());
                scene.deaf = Some(deaf);
                return;
            }
            Self::Hangs | Self::Drips => {
                scene.timeout = Duration::from_secs(2);
                match self {
                    Self::Drips => Fault::Drip(Duration::from_millis(1100)),
                    _ if after => Fault::HangAfter,
                    _ => Fault::Hang,
                }
            }
            Self::Reset if after => Fault::ResetAfter,
            Self::Reset => Fault::Reset,
            Self::Dropped if after => Fault::DropAfter,
            Self::Dropped => Fault::Drop,
            Self::Truncated => Fault::Truncate(1),
            Self::Overlong => changed(|mut reply| {
                reply.headers.push(("Content-Length".to_owned(), (reply.body.len() / 2).to_string()));
                reply
            }),
            Self::TwoLengths | Self::Tail | Self::Chunked | Self::ChunkCut | Self::UntilClose => {
                Fault::Sent(Form::new(move |reply| form::of(self, &reply)))
            }
            Self::GzipCut => changed(|mut reply| {
                reply.body = form::gzip(&reply.body);
                reply.body.truncate(reply.body.len() * 2 / 3);
                reply.with_header("Content-Encoding", "gzip")
            }),
            Self::NumbersAsText => json_changed(as_text),
            Self::Nulls => json_changed(|value| thin(value, Some(&Value::Null))),
            Self::Sparse => json_changed(|value| thin(value, None)),
            Self::EmptyList => json_changed(|value| match value {
                Value::Object(page) if page.contains_key("records") => {
                    *value = json!({"page": 1, "totalRecords": 0, "records": []});
                }
                Value::Object(_) => *value = json!({"Items": [], "TotalRecordCount": 0, "StartIndex": 0}),
                other => *other = json!([]),
            }),
            Self::Lacking => changed(lacking),
            Self::Huge => changed(huge),
            Self::Bomb => Fault::Instead(bomb(content_type(end))),
            _ if after => Fault::After(self.reply(end)),
            _ => Fault::Instead(self.reply(end)),
        };
        end.server(scene).fail(times, move |request| end.is(request), fault);
    }

    /// The answer, where it is always the same.
    fn reply(self, end: End) -> Reply {
        let is_letterboxd = end.is_letterboxd();
        match self {
            Self::Redirect(status) => {
                let to = "http://127.0.0.1:9/elsewhere?apikey=0123456789";
                Reply::empty(status).with_header("Location", to)
            }
            Self::BadList => {
                let failure = json!({"propertyName": "Words", "errorMessage": "It does not please",
                    "attemptedValue": 1, "severity": "error", "errorCode": "WhimValidator"});
                Reply::json(400, &json!([failure]))
            }
            Self::BadProblem => Reply::json(
                400,
                &json!({"type": "about:blank", "title": "One or more validation errors occurred.", "status": 400,
                    "traceId": "00-0", "errors": {"$.words": ["It does not please"]}}),
            ),
            Self::Status(404) if is_letterboxd => Reply::html(404, pages::not_found_page()),
            Self::Status(403) if is_letterboxd => Reply::html(403, pages::refused_page()),
            Self::Status(502) => Reply::html(502, "<html><h1>502 Bad Gateway</h1></html>"),
            Self::Status(status) => Reply::empty(status),
            Self::Private => Reply::html(403, pages::private_page()),
            Self::Challenge => challenge(),
            Self::Challenge200 => Reply::html(200, pages::challenge_page()),
            Self::RateLimit => rate_limit(),
            Self::Locked => {
                let text = "database is locked\ndatabase is locked";
                Reply::json(500, &json!({"message": text, "description": "at System.Data.SQLite"}))
            }
            Self::NotAdmitted => Reply::empty(503),
            Self::Loading => Reply::html(503, "Jellyfin Server is loading. Please try again shortly."),
            Self::Migrating => Reply::html(503, "<html>Migrating</html>").with_header("Retry-After", "001"),
            Self::Html => Reply::html(200, "<!DOCTYPE html><html><title>Sign in</title><body></body></html>"),
            Self::Empty => Reply::empty(200),
            Self::Broken if is_letterboxd => Reply::html(200, "<html><body class=\"watchlist\"><ul><li"),
            Self::Broken => Reply::new(200, "application/json", "[{\"id\": 1, "),
            Self::Other if is_letterboxd => Reply::html(200, pages::foreign_page()),
            Self::Other => Reply::json(200, &json!({"weather": "fine", "wind": ["north", 3]})),
            Self::Null => Reply::json(200, &Value::Null),
            other => unreachable!("{other:?} has no answer that is always the same"),
        }
    }
}

fn content_type(end: End) -> &'static str {
    if end.is_letterboxd() { "text/html" } else { "application/json" }
}

fn changed(change: impl Fn(Reply) -> Reply + Send + Sync + 'static) -> Fault {
    Fault::Changed(Change::new(change))
}

fn json_changed(change: fn(&mut Value)) -> Fault {
    changed(move |mut reply| {
        let mut value = serde_json::from_slice(&reply.body).expect("the stand-in answers with JSON");
        change(&mut value);
        reply.body = value.to_string().into_bytes();
        reply
    })
}

/// Every number becomes text.
fn as_text(value: &mut Value) {
    match value {
        Value::Number(number) => *value = Value::String(number.to_string()),
        Value::Array(list) => list.iter_mut().for_each(as_text),
        Value::Object(object) => object.values_mut().for_each(as_text),
        _ => {}
    }
}

/// What lbjf cannot do without.
const REQUIRED: &[&str] = &[
    "id",
    "tmdbId",
    "name",
    "label",
    "version",
    "Id",
    "Name",
    "Version",
    "Items",
    "Type",
    "UserData",
    "Played",
    "ProviderIds",
    "Tmdb",
    "genres",
    "TotalRecordCount",
    "totalRecords",
    "records",
    "Path",
    "ParentId",
    "PlaylistItemId",
];

/// Everything else becomes `to`, or goes.
fn thin(value: &mut Value, to: Option<&Value>) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|value| thin(value, to)),
        Value::Object(object) => {
            let is_folder = object.contains_key("accessible");
            let is_required = |key: &str| REQUIRED.contains(&key) || (is_folder && key == "path");
            match to {
                Some(to) => object
                    .iter_mut()
                    .filter(|(key, _)| !is_required(key))
                    .for_each(|(_, value)| *value = to.clone()),
                None => object.retain(|key, _| is_required(key)),
            }
            object.values_mut().for_each(|value| thin(value, to));
        }
        _ => {}
    }
}

/// Without the one thing that the answer is asked for.
fn lacking(mut reply: Reply) -> Reply {
    let body = String::from_utf8(reply.body).expect("text");
    let mut body = body.replace("data-num-entries", "data-sum").replace("data-track-action", "data-x");
    body = body.replace("data-tmdb-id", "data-x").replace("themoviedb.org", "example.org");
    for key in [
        "tmdbId",
        "name",
        "label",
        "path",
        "version",
        "records",
        "Version",
        "Id",
        "Name",
        "Items",
        "TotalRecordCount",
    ] {
        body = body.replace(&format!("\"{key}\":"), "\"x\":");
    }
    reply.body = body.into_bytes();
    reply
}

/// Five megabytes in front of what was asked for: more than a page may have.
fn huge(mut reply: Reply) -> Reply {
    let mut body = b"<!--".to_vec();
    if reply.headers.iter().any(|(_, value)| value.contains("json")) {
        // JSON of that size is as good as any other.
        body.clear();
        body.resize(5 << 20, b' ');
    } else {
        body.resize(5 << 20, b'x');
        body.extend(b"-->");
    }
    body.extend(reply.body);
    reply.body = body;
    reply
}

/// Megabytes in some kilobytes, which say nothing.
pub fn bomb(content_type: &str) -> Reply {
    Reply::new(200, content_type, form::gzip(&vec![b' '; 6 << 20])).with_header("Content-Encoding", "gzip")
}
