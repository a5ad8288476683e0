//! The doors, and the single questions behind each.

use std::collections::HashMap;

use standins::{Request, Server};

use crate::faults::pass::{Scene, Setting};

/// What misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Letterboxd's watchlist pages.
    Watchlist,
    /// The page of a list.
    List,
    /// Where the short link of a list leads.
    ShortLink,
    /// Letterboxd's film pages.
    FilmPage,
    /// Everything that Radarr is asked before anything is sent.
    RadarrRead,
    /// Whether a film is animated.
    RadarrLookup,
    /// Whether a film arrived although its `POST` had no answer.
    RadarrAsk,
    /// `POST /movie`
    RadarrAdd,
    /// `POST /tag`
    RadarrTag,
    /// `PUT /movie/editor`
    RadarrLabel,
    /// Everything that Jellyfin is asked.
    JellyfinRead,
    /// Making a collection.
    JellyfinMake,
    /// Putting films in, taking films out.
    JellyfinWrite,
    /// Putting films into a playlist, which keeps doubles.
    PlaylistAdd,
}

/// One question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The newest page of ada's watchlist.
    FirstPage,
    /// The rest of it.
    SecondPage,
    /// The page of dave's list.
    ListPage,
    /// Its short link.
    Short,
    /// A film's page.
    Film,
    /// `GET` of this path below `/api/v3`.
    Radarr(&'static str),
    /// `GET /movie?tmdbId=`
    Ask,
    /// `POST /movie`
    Add,
    /// `POST /tag`
    Tag,
    /// `PUT /movie/editor`
    Label,
    /// `GET` of this path.
    Jellyfin(&'static str),
    /// The list of collections.
    Sets,
    /// All of the library.
    Library,
    /// What somebody watched.
    Watched,
    /// What changed in the library.
    Changed,
    /// How many films the library has.
    Count,
    /// The members of a collection.
    Members,
    /// `POST /Collections`
    Make,
    /// Films into a collection.
    Put,
    /// Films out of a collection.
    Take,
    /// The list of playlists.
    Lists,
    /// The entries of a playlist.
    Entries,
    /// `POST /Playlists`
    MakeList,
    /// Films into a playlist.
    Enlist,
    /// Films out of a playlist.
    Unlist,
}

impl Door {
    pub const ALL: [Self; 14] = [
        Self::Watchlist,
        Self::List,
        Self::ShortLink,
        Self::FilmPage,
        Self::RadarrRead,
        Self::RadarrLookup,
        Self::RadarrAsk,
        Self::RadarrAdd,
        Self::RadarrTag,
        Self::RadarrLabel,
        Self::JellyfinRead,
        Self::JellyfinMake,
        Self::JellyfinWrite,
        Self::PlaylistAdd,
    ];

    /// The questions behind it.
    pub fn ends(self) -> &'static [End] {
        match self {
            Self::Watchlist => &[End::FirstPage, End::SecondPage],
            Self::List => &[End::ListPage],
            Self::ShortLink => &[End::Short],
            Self::FilmPage => &[End::Film],
            Self::RadarrRead => &[
                End::Radarr("system/status"),
                End::Radarr("qualityprofile"),
                End::Radarr("rootfolder"),
                End::Radarr("tag"),
                End::Radarr("exclusions/paged"),
                End::Radarr("movie"),
            ],
            Self::RadarrLookup => &[End::Radarr("movie/lookup/tmdb")],
            Self::RadarrAsk => &[End::Ask],
            Self::RadarrAdd => &[End::Add],
            Self::RadarrTag => &[End::Tag],
            Self::RadarrLabel => &[End::Label],
            Self::JellyfinRead => &[
                End::Jellyfin("System/Info"),
                End::Jellyfin("Users"),
                End::Sets,
                End::Library,
                End::Watched,
                End::Changed,
                End::Count,
                End::Members,
                End::Lists,
                End::Entries,
            ],
            Self::JellyfinMake => &[End::Make, End::MakeList],
            Self::JellyfinWrite => &[End::Put, End::Take, End::Unlist],
            Self::PlaylistAdd => &[End::Enlist],
        }
    }

    pub fn is_letterboxd(self) -> bool {
        matches!(self, Self::Watchlist | Self::List | Self::ShortLink | Self::FilmPage)
    }

    /// Is something changed behind it?
    pub fn is_write(self) -> bool {
        use Door::{JellyfinMake, JellyfinWrite, PlaylistAdd, RadarrAdd, RadarrLabel, RadarrTag};
        matches!(self, RadarrAdd | RadarrTag | RadarrLabel | JellyfinMake | JellyfinWrite | PlaylistAdd)
    }
}

impl End {
    /// The world in which this question is asked.
    pub fn setting(self) -> Setting {
        match self {
            Self::SecondPage => Setting::Long,
            Self::ListPage => Setting::Listed,
            Self::Short => Setting::Linked,
            Self::Jellyfin("System/Info") | Self::Library => Setting::Forgotten,
            Self::Tag | Self::Label => Setting::Labels,
            Self::Radarr("movie/lookup/tmdb") => Setting::Genres,
            Self::Ask => Setting::Lost,
            Self::Lists | Self::Entries | Self::MakeList | Self::Enlist | Self::Unlist => Setting::Private,
            _ => Setting::Usual,
        }
    }

    /// Is it tried with every row, since collections hang on it?
    pub fn is_vital(self) -> bool {
        matches!(self, Self::Sets | Self::Library | Self::Watched | Self::Members | Self::Put | Self::Take)
    }

    /// Must it not be asked for again once it was done?
    pub fn is_once(self) -> bool {
        matches!(self, Self::Add | Self::Tag | Self::Make | Self::MakeList | Self::Enlist)
    }

    /// Is this request the question?
    pub fn is(self, request: &Request) -> bool {
        let (method, path) = (request.method.as_str(), request.path.as_str());
        let has = |name: &str| request.param(name).is_some();
        let is_library = request.param("includeItemTypes").as_deref() == Some("Movie") && !has("userId");
        match self {
            Self::FirstPage => path == "/ada/watchlist/",
            Self::SecondPage => path == "/ada/watchlist/page/2/",
            Self::ListPage => path == "/dave/list/best/",
            // Nothing else is asked for at the root.
            Self::Short => path.matches('/').count() == 1,
            Self::Film => path.starts_with("/film/"),
            Self::Radarr("movie") => method == "GET" && path == "/api/v3/movie" && !has("tmdbId"),
            Self::Radarr(wanted) => method == "GET" && path.strip_prefix("/api/v3/") == Some(wanted),
            Self::Ask => method == "GET" && path == "/api/v3/movie" && has("tmdbId"),
            Self::Add => method == "POST" && path == "/api/v3/movie",
            Self::Tag => method == "POST" && path == "/api/v3/tag",
            Self::Label => method == "PUT" && path == "/api/v3/movie/editor",
            Self::Jellyfin(wanted) => path.strip_prefix('/') == Some(wanted),
            Self::Sets => request.param("includeItemTypes").as_deref() == Some("BoxSet"),
            Self::Library => is_library && !has("minDateLastSaved") && !has("limit"),
            Self::Watched => has("isPlayed"),
            Self::Changed => is_library && has("minDateLastSaved"),
            Self::Count => is_library && has("limit"),
            Self::Members => has("parentId"),
            Self::Make => method == "POST" && path == "/Collections",
            Self::Put => method == "POST" && path.starts_with("/Collections/"),
            Self::Take => method == "DELETE" && path.starts_with("/Collections/"),
            Self::Lists => request.param("includeItemTypes").as_deref() == Some("Playlist"),
            Self::Entries => method == "GET" && path.starts_with("/Playlists/"),
            Self::MakeList => method == "POST" && path == "/Playlists",
            Self::Enlist => method == "POST" && path.starts_with("/Playlists/"),
            Self::Unlist => method == "DELETE" && path.starts_with("/Playlists/"),
        }
    }

    pub fn is_letterboxd(self) -> bool {
        self.server_name() == "letterboxd"
    }

    /// Who is asked.
    pub fn server_name(self) -> &'static str {
        match self {
            Self::FirstPage | Self::SecondPage | Self::ListPage | Self::Short | Self::Film => "letterboxd",
            Self::Radarr(_) | Self::Ask | Self::Add | Self::Tag | Self::Label => "radarr",
            _ => "jellyfin",
        }
    }

    pub fn server(self, scene: &Scene) -> &Server {
        match self.server_name() {
            "letterboxd" => &scene.world.letterboxd.server,
            "radarr" => &scene.world.radarr.server,
            _ => &scene.world.jellyfin.server,
        }
    }

    /// The table of the config with the server's address.
    pub fn address(self, scene: &Scene) -> String {
        self.server(scene).url()
    }

    /// How often the same question is among these.
    pub fn times(self, requests: &[Request]) -> usize {
        let mut times: HashMap<String, usize> = HashMap::new();
        for request in requests.iter().filter(|request| self.is(request)) {
            *times.entry(request.target() + &request.body).or_default() += 1;
        }
        times.into_values().max().unwrap_or(0)
    }
}
