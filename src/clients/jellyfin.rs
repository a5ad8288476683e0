//! The Jellyfin door: the calls lbjf makes, the subset that is safe from 10.8 to 12.0 (facts/servers.md J1-J11).
//!
//! Only `Authorization: MediaBrowser Token="…"` works everywhere. Every library query says
//! `collapseBoxSetItems=false&hasTmdbId=true`, or the films of lbjf's own collections would be missing from it. An
//! empty `userId` or `ids` means "everything" to Jellyfin, so none is ever sent: a [`JellyfinId`] is never empty.

mod id;
mod wire;

use serde::Deserialize;
use serde_json::Value;

use crate::clients::api::{Api, ApiError, plain};
use crate::clients::http::Method;
use crate::domain::film::TmdbId;
use crate::domain::text::{name_key, one_line, same_name};
use crate::store::Timestamp;
pub use id::JellyfinId;

/// The most ids in one call: the request line must stay below 8,192 bytes, and proxies cut at half of that (J10).
pub const MAX_IDS: usize = 100;

/// Seconds by which two questions for what changed overlap. A film may become visible a little after it was saved, and
/// the `Date` of an answer may be that of a proxy, whose clock need not be right.
const OVERLAP: Timestamp = 3600;

/// The door.
#[derive(Debug)]
pub struct Jellyfin {
    api: Api,
}

/// What a server says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// Which installation it is.
    pub id: String,
    /// Three numbers.
    pub version: String,
    /// As its administrator named it.
    pub name: String,
}

/// A person in Jellyfin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JellyfinUser {
    /// Jellyfin's id.
    pub id: JellyfinId,
    /// Unique whatever the case.
    pub name: String,
    /// May they sign in?
    pub is_disabled: bool,
    /// The id of the server, which is that of [`Info`].
    pub server_id: Option<String>,
}

/// Whose token a key is, when it is a person's and no API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyOwner {
    /// Their name.
    pub name: String,
    /// May they do everything?
    pub is_administrator: bool,
}

/// A collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoxSet {
    /// Jellyfin's id, which follows from the folder.
    pub id: JellyfinId,
    /// As it is shown, in one line.
    pub name: String,
    /// The last part of its path, as in `Ada's watchlist [boxset]`.
    pub folder: String,
    /// Left behind by a deletion: it has members and takes films, but nobody sees it (J8).
    pub is_ghost: bool,
}

impl BoxSet {
    /// Is this its name? The same letters may be written down in other bytes.
    pub fn is_named(&self, name: &str) -> bool {
        same_name(&self.name, &one_line(name))
    }

    /// Was it made under this name? A person may have renamed it since, which keeps the folder.
    pub fn lies_in_folder_of(&self, name: &str) -> bool {
        same_name(&self.folder, &folder_of(name))
    }

    /// Is its name, or its folder, this one when no case is told apart? Where the disk, or Jellyfin's ids, tell none,
    /// the two are one collection.
    pub fn is_nearly(&self, name: &str) -> bool {
        name_key(&self.name) == name_key(&one_line(name)) || name_key(&self.folder) == folder_key(name)
    }
}

/// The folder that Jellyfin makes for a collection of this name: it keeps the name and puts blanks for what no disk
/// takes (seen in 10.11 and 12.0).
pub fn folder_of(name: &str) -> String {
    let blank = |letter: char| letter.is_control() || r#"/\:*?"<>|"#.contains(letter);
    let folder: String = name.chars().map(|letter| if blank(letter) { ' ' } else { letter }).collect();
    one_line(&format!("{folder} [boxset]")).into_owned()
}

/// Equal for names that may be one folder.
pub fn folder_key(name: &str) -> String {
    name_key(&folder_of(name))
}

/// A film in somebody's library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LibraryFilm {
    /// Changes with the file's path, hence never remembered (J5). Without a usable one it cannot be put anywhere.
    pub item_id: Option<JellyfinId>,
    /// Its TMDB id.
    pub tmdb: TmdbId,
    /// Of its file.
    pub path: Option<String>,
    /// Did this person see it?
    pub is_watched: bool,
}

/// Films of somebody's library, and since when to ask for what changed after this.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Films {
    /// In no order.
    pub films: Vec<LibraryFilm>,
    /// By the server's clock; `None` where it does not tell.
    pub until: Option<Timestamp>,
}

/// A member of a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The id under which it is removed; not always the library's (J5).
    pub item_id: JellyfinId,
    /// As it is shown, with its year.
    pub name: String,
    /// `None` for members that are no films, or have no TMDB id.
    pub tmdb: Option<TmdbId>,
    /// Of its file.
    pub path: Option<String>,
    /// Does its path alone tell which film it is?
    pub is_leftover: bool,
}

/// What is behind the address, and too bad if so.
#[derive(Debug, thiserror::Error)]
pub enum JellyfinError {
    /// Older than 10.8.
    #[error("Jellyfin at `{base}` is version {version}; lbjf needs 10.8 or newer")]
    TooOld {
        /// The address.
        base: String,
        /// Its version.
        version: String,
    },
    /// Anything that went wrong on the way.
    #[error(transparent)]
    Api(#[from] ApiError),
}

impl JellyfinError {
    /// What to do about it, when that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::TooOld { .. } => None,
            Self::Api(error) => error.hint(),
        }
    }
}

impl Jellyfin {
    /// Opens the door; asks nothing yet.
    pub fn new(api: Api) -> Self {
        Self { api }
    }

    /// Its address, for messages.
    pub fn base(&self) -> String {
        self.api.base_text()
    }

    /// What server is it? Asked with the key, so that a wrong one shows at once.
    ///
    /// # Errors
    ///
    /// When it is too old, or cannot be asked.
    pub fn info(&self) -> Result<Info, JellyfinError> {
        let info: Result<wire::SystemInfo, _> = self.api.get("System/Info", &[]);
        let info = info.map_err(|error| self.api.who_sent(error))?;
        let (base, shown) = (self.api.base_text(), plain(&self.api.shown(&info.version)));
        let mut numbers = shown.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
        let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        if matches!(version.0, 3 | 4) {
            // Jellyfin's numbers begin with 10.
            let found = format!("Emby {shown}");
            return Err(ApiError::Another { server: "Jellyfin", base, found }.into());
        }
        if version < (10, 8) {
            return Err(JellyfinError::TooOld { base, version: shown });
        }
        let name = info.server_name.unwrap_or_default();
        Ok(Info { id: info.id, version: shown, name: self.api.shown(&name) })
    }

    /// Everybody, disabled people too.
    pub fn users(&self) -> Result<Vec<JellyfinUser>, ApiError> {
        // What a run asks first.
        let users: Result<Vec<wire::User>, _> = self.api.get("Users", &[]);
        let users = users.map_err(|error| self.api.who_sent(error))?;
        let user = |user: wire::User| JellyfinUser {
            id: user.id,
            name: self.api.shown(&user.name),
            is_disabled: user.policy.is_some_and(|policy| policy.is_disabled == Some(true)),
            server_id: user.server_id.filter(|id| !id.is_empty()),
        };
        Ok(users.into_iter().map(user).collect())
    }

    /// Whose token is the key? `None`: nobody's, so it is an API key, to which nothing is closed. Asked about itself,
    /// an API key gets a 400 (J1).
    pub fn key_owner(&self) -> Result<Option<KeyOwner>, ApiError> {
        let user: Result<wire::User, _> = self.api.get("Users/Me", &[]);
        match user {
            Ok(user) => {
                let policy = user.policy;
                let is_administrator = policy.is_some_and(|policy| policy.is_administrator == Some(true));
                Ok(Some(KeyOwner { name: self.api.shown(&user.name), is_administrator }))
            }
            Err(ApiError::Status { status: 400 | 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Every collection, also those that some people cannot see.
    pub fn collections(&self) -> Result<Vec<BoxSet>, ApiError> {
        let query = [
            ("includeItemTypes", "BoxSet"),
            ("recursive", "true"),
            ("collapseBoxSetItems", "false"),
            ("enableImages", "false"),
            ("enableUserData", "false"),
            ("fields", "Path,ParentId"),
        ];
        let items: wire::Items<wire::BoxSet> = self.api.get_library("Items", &query)?;
        let sets = items.items.into_iter().filter(|item| item.kind == "BoxSet");
        Ok(sets.map(box_set).collect())
    }

    /// The films that this person can see, with what they watched. One unpaged request: pages are slower, and go
    /// wrong in several versions (J5).
    pub fn library(&self, user_id: &JellyfinId) -> Result<Films, ApiError> {
        self.films(user_id, &[])
    }

    /// Those of them that were saved since: arrivals, new files, edited ids. It does not see marks of watched, films
    /// that went away, and what a person may see since (J5).
    ///
    /// Up to 10.10 the condition on `minDateLastSaved` is written with the name of `minDateLastSavedForUser`: alone it
    /// finds nothing, or is an error. From 10.11 on both mean the same. (Read in Jellyfin's `SqliteItemRepository` and
    /// `BaseItemRepository`; jellyfin#17542.)
    pub fn changed(&self, user_id: &JellyfinId, since: Timestamp) -> Result<Films, ApiError> {
        let since = jiff::Timestamp::from_second(since).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string();
        self.films(user_id, &[("minDateLastSaved", &since), ("minDateLastSavedForUser", &since)])
    }

    fn films(&self, user_id: &JellyfinId, filter: &[(&str, &str)]) -> Result<Films, ApiError> {
        let wanted = [("fields", "ProviderIds,Path"), ("enableImages", "false"), ("enableUserData", "true")];
        let query = [&library_query(user_id)[..], filter, &wanted].concat();
        let (items, date): (wire::Items<LibraryRow>, _) = self.api.get_dated("Items", &query)?;
        let until = date.map(|date| date - OVERLAP);
        Ok(Films { films: items.items.into_iter().filter_map(|row| row.0).collect(), until })
    }

    /// The films that this person has watched, of those in their library.
    ///
    /// The filter alone is not believed: it takes any row of several that a film may have since 10.11, and a user who
    /// was deleted is no user to 10.8, which then ignores it. What a film's own data say is what people see.
    pub fn watched(&self, user_id: &JellyfinId) -> Result<Vec<TmdbId>, ApiError> {
        let films = self.films(user_id, &[("isPlayed", "true")])?.films.into_iter();
        Ok(films.filter(|film| film.is_watched).map(|film| film.tmdb).collect())
    }

    /// How many films this person's library has, as the server counts: on some versions also a few that it would not
    /// list for them (J5).
    pub fn film_count(&self, user_id: &JellyfinId) -> Result<u32, ApiError> {
        // A limit of 0 has not always meant none.
        let few = [("limit", "1"), ("enableImages", "false"), ("enableUserData", "false")];
        let total: wire::Total = self.api.get("Items", &[&library_query(user_id)[..], &few].concat())?;
        Ok(total.total_record_count.0)
    }

    /// What is in a collection: asked without a user and without a type, which would hide members (J5).
    pub fn members(&self, collection_id: &JellyfinId) -> Result<Vec<Member>, ApiError> {
        let query = [
            ("parentId", collection_id.as_str()),
            ("recursive", "true"),
            ("fields", "ProviderIds,Path"),
            ("enableImages", "false"),
            ("enableUserData", "false"),
        ];
        let items: wire::Items<MemberRow> = self.api.get_library("Items", &query)?;
        Ok(items.items.into_iter().map(|row| row.0).collect())
    }

    /// Makes a collection, locked and empty; returns its id.
    ///
    /// A name whose folder exists is emptied by this (J7): look first. Locked, since an unlocked one is renamed and
    /// refilled by metadata refreshes.
    pub fn create(&self, name: &str) -> Result<JellyfinId, ApiError> {
        let created: wire::Created =
            self.api.post_once("Collections", &[("name", name), ("isLocked", "true")], None)?;
        Ok(created.id)
    }

    /// Puts items into a collection; those that are in it stay. The ids must differ and be [`MAX_IDS`] at the most.
    pub fn add(&self, collection_id: &JellyfinId, item_ids: &[&JellyfinId]) -> Result<(), ApiError> {
        self.change(&Method::POST, collection_id, item_ids)
    }

    /// Takes items out of a collection, by the ids its members have; those that are not in it are ignored.
    pub fn remove(&self, collection_id: &JellyfinId, item_ids: &[&JellyfinId]) -> Result<(), ApiError> {
        self.change(&Method::DELETE, collection_id, item_ids)
    }

    fn change(
        &self,
        method: &Method,
        collection_id: &JellyfinId,
        item_ids: &[&JellyfinId],
    ) -> Result<(), ApiError> {
        debug_assert!(item_ids.len() <= MAX_IDS, "too long for a request line");
        // An empty list is no list to Jellyfin.
        if item_ids.is_empty() {
            return Ok(());
        }
        let path = format!("Collections/{collection_id}/Items");
        let ids: Vec<&str> = item_ids.iter().map(|id| id.as_str()).collect();
        self.api.write(method, &path, &[("ids", &ids.join(","))], None)
    }
}

/// The films with a TMDB id that a person can see, also those in collections.
fn library_query(user_id: &JellyfinId) -> [(&str, &str); 5] {
    [
        ("userId", user_id.as_str()),
        ("recursive", "true"),
        ("includeItemTypes", "Movie"),
        ("hasTmdbId", "true"),
        ("collapseBoxSetItems", "false"),
    ]
}

/// One item of a library, cut down to what is kept of it as soon as it is decoded.
#[derive(Deserialize)]
#[serde(from = "wire::Item")]
struct LibraryRow(Option<LibraryFilm>);

impl From<wire::Item> for LibraryRow {
    fn from(item: wire::Item) -> Self {
        let is_watched = item.user_data.as_ref().is_some_and(|data| data.played == Some(true));
        let item_id = item.id.as_deref().and_then(JellyfinId::parse);
        Self(tmdb_of(&item).map(|tmdb| LibraryFilm { tmdb, is_watched, item_id, path: item.path }))
    }
}

/// Likewise one of a collection. One without an id could not be taken out again, so nothing is made of such a list.
#[derive(Deserialize)]
#[serde(try_from = "wire::Item")]
struct MemberRow(Member);

impl TryFrom<wire::Item> for MemberRow {
    type Error = &'static str;

    fn try_from(item: wire::Item) -> Result<Self, Self::Error> {
        let tmdb = tmdb_of(&item);
        let name = one_line(&item.name.unwrap_or_default()).into_owned();
        let name = item.production_year.map_or(name.clone(), |year| format!("{name} ({})", year.0));
        let item_id = item.id.as_deref().and_then(JellyfinId::parse).ok_or("a member has no id")?;
        Ok(Self(Member { item_id, name, tmdb, path: item.path, is_leftover: false }))
    }
}

fn box_set(set: wire::BoxSet) -> BoxSet {
    let path = set.path.unwrap_or_default();
    let folder = path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let parent = set.parent_id.filter(|id| id.bytes().any(|byte| byte != b'0' && byte != b'-'));
    let [name, folder] = [&set.name, &folder].map(|text| one_line(text).into_owned());
    BoxSet { id: set.id, name, folder, is_ghost: parent.is_none() }
}

/// The TMDB id of a film. Keys come in any case, values are any text (J5). A show's id is of another number space,
/// so only films have one here; on 10.11 a better version of a film is a `Video`.
fn tmdb_of(item: &wire::Item) -> Option<TmdbId> {
    if !matches!(item.kind.as_deref(), Some("Movie" | "Video")) {
        return None;
    }
    let id = match &item.provider_ids.as_ref()?.tmdb {
        Value::String(text) => text.trim().parse().ok()?,
        Value::Number(number) => u32::try_from(number.as_u64()?).ok()?,
        _ => return None,
    };
    (id > 0).then_some(TmdbId(id))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use serde::de::DeserializeOwned;

    use super::*;

    #[test]
    fn tmdb_ids_are_read_in_any_case_and_only_of_films() {
        let item = |kind: &str, key: &str, value: &str| -> wire::Item {
            let text = format!("{{\"Id\":\"1\",\"Type\":\"{kind}\",\"ProviderIds\":{{\"{key}\":{value}}}}}");
            serde_json::from_str(&text).unwrap()
        };
        for (kind, key, value, expected) in [
            ("Movie", "Tmdb", "\"603\"", Some(603)),
            ("Movie", "tmdb", "\" 2009 \"", Some(2009)),
            ("Movie", "TMDB", "\"002010\"", Some(2010)),
            ("Video", "Tmdb", "\"603\"", Some(603)),
            ("Movie", "Tmdb", "\"0\"", None),
            ("Movie", "Tmdb", "\"abc-2008\"", None),
            ("Movie", "Tmdb", "603", Some(603)),
            ("Movie", "Tmdb", "-603", None),
            ("Movie", "Tmdb", "null", None),
            ("Movie", "Tmdb", "[]", None),
            ("Movie", "TmdbCollection", "\"603\"", None),
            ("Series", "Tmdb", "\"603\"", None),
            ("BoxSet", "Tmdb", "\"603\"", None),
        ] {
            assert_eq!(tmdb_of(&item(kind, key, value)), expected.map(TmdbId), "{kind} {key} {value}");
        }
    }

    #[test]
    fn a_collection_without_a_parent_is_a_ghost() {
        let set = |parent: &str| -> BoxSet {
            let text = format!(
                "{{\"Id\":\"1\",\"Name\":\"X\",\"Type\":\"BoxSet\",\"Path\":\"/d/X [boxset]\",\"ParentId\":{parent}}}"
            );
            box_set(serde_json::from_str(&text).unwrap())
        };
        assert_eq!(set("\"8679d105\"").folder, "X [boxset]");
        assert!(!set("\"8679d105\"").is_ghost);
        assert!(set("null").is_ghost);
    }

    #[test]
    fn what_is_only_shown_makes_no_answer_unreadable() {
        let text = r#"{"Items":[
            {"Id":"1","Type":"Movie","Name":"Heat","ProductionYear":-1,"ProviderIds":{"Tmdb":"949"}},
            {"Id":"2","Type":"Movie","Name":7,"ProductionYear":[1995],"ProviderIds":{"Tmdb":"348"}},
            {"Id":"3","Type":"Movie","Name":null,"ProductionYear":19950000000,"ProviderIds":{"Tmdb":"11"}},
            {"Id":"4","Type":"Movie","Name":"Ran","ProductionYear":"1985","ProviderIds":null}]}"#;
        let members: wire::Items<MemberRow> = serde_json::from_str(text).unwrap();
        let shown: Vec<_> = members.items.iter().map(|row| (row.0.name.as_str(), row.0.tmdb)).collect();
        let id = |id| Some(TmdbId(id));
        assert_eq!(shown, [("Heat", id(949)), ("", id(348)), ("", id(11)), ("Ran (1985)", None)]);
        let info = r#"{"Id":"1","Version":"12.0.0","ServerName":["home"]}"#;
        assert_eq!(serde_json::from_str::<wire::SystemInfo>(info).unwrap().server_name, None);
    }

    /// Decodes what lbjf would read of one recorded exchange; returns the kind of it, `None` where lbjf reads no body.
    fn decode(exchange: &Value) -> Option<&'static str> {
        fn read<T: DeserializeOwned>(body: &Value) -> T {
            serde_json::from_value(body.clone()).unwrap_or_else(|error| panic!("{error} in {body}"))
        }
        let (request, response) = (&exchange["request"], &exchange["response"]);
        let (method, path) = (request["method"].as_str().unwrap(), request["path"].as_str().unwrap());
        let body = &response["json"];
        match (method, path.split('?').next().unwrap(), response["status"].as_u64().unwrap()) {
            ("GET", "/System/Info", 200) => {
                let info: wire::SystemInfo = read(body);
                assert!(!info.id.is_empty() && info.version.contains('.'), "{info:?}");
                Some("info")
            }
            ("GET", "/Users", 200) => {
                let users: Vec<wire::User> = read(body);
                assert!(users.iter().all(|user| !user.id.is_empty() && user.policy.is_some()), "{users:?}");
                Some("users")
            }
            ("GET", "/Items", 200) => {
                if path.contains("includeItemTypes=BoxSet") {
                    for set in read::<wire::Items<wire::BoxSet>>(body).items.into_iter().map(box_set) {
                        assert!(set.folder.ends_with(" [boxset]") && !set.is_ghost, "{set:?}");
                    }
                    return Some("collections");
                }
                let items = read::<wire::Items<wire::Item>>(body).items;
                let kind = if path.contains("parentId=") { "members" } else { "library" };
                for item in items {
                    let shown = format!("{item:?}");
                    if path.contains("fields=ProviderIds") {
                        assert!(tmdb_of(&item).is_some(), "{shown}");
                    }
                    if path.contains("userId=") && kind == "library" {
                        assert!(item.user_data.is_some(), "{shown}");
                    }
                }
                Some(kind)
            }
            ("POST", "/Collections", 200) => {
                assert_eq!(read::<wire::Created>(body).id.len(), 32);
                Some("created")
            }
            _ => None,
        }
    }

    #[test]
    fn every_recorded_body_that_lbjf_reads_decodes() {
        let Some(folder) = standins::shared("recordings") else { return };
        for file in ["jellyfin-10.11.11.json", "jellyfin-12.0.0.json"] {
            let text = fs::read_to_string(folder.join(file)).unwrap();
            let exchanges: Vec<Value> = serde_json::from_str(&text).unwrap();
            let kinds: BTreeSet<_> = exchanges.iter().filter_map(decode).collect();
            let expected = ["collections", "created", "info", "library", "members", "users"];
            assert_eq!(kinds, BTreeSet::from(expected), "{file}");
        }
    }
}
