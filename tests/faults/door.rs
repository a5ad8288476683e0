//! The six doors, and the single questions behind each.

use std::collections::HashMap;

use standins::{Request, Server};

use crate::pass::Scene;

/// What misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Letterboxd's watchlist pages.
    Watchlist,
    /// Letterboxd's film pages.
    FilmPage,
    /// Everything that Radarr is asked.
    RadarrRead,
    /// `POST /movie`.
    RadarrAdd,
    /// Everything that Jellyfin is asked.
    JellyfinRead,
    /// Making a collection, putting films in, taking films out.
    JellyfinWrite,
}

/// One question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The newest page of ada's watchlist.
    FirstPage,
    /// The rest of it.
    SecondPage,
    /// A film's page.
    Film,
    /// `GET` of this path below `/api/v3`.
    Radarr(&'static str),
    /// `POST /movie`
    Add,
    /// `GET` of this path.
    Jellyfin(&'static str),
    /// The list of collections.
    Sets,
    /// Somebody's library.
    Library,
    /// The members of a collection.
    Members,
    /// `POST /Collections`
    Make,
    /// Films into a collection.
    Put,
    /// Films out of a collection.
    Take,
}

impl Door {
    pub const ALL: [Self; 6] = [
        Self::Watchlist,
        Self::FilmPage,
        Self::RadarrRead,
        Self::RadarrAdd,
        Self::JellyfinRead,
        Self::JellyfinWrite,
    ];

    /// The questions behind it.
    pub fn ends(self) -> &'static [End] {
        match self {
            Self::Watchlist => &[End::FirstPage, End::SecondPage],
            Self::FilmPage => &[End::Film],
            Self::RadarrRead => &[
                End::Radarr("system/status"),
                End::Radarr("qualityprofile"),
                End::Radarr("rootfolder"),
                End::Radarr("tag"),
                End::Radarr("exclusions"),
                End::Radarr("movie"),
            ],
            Self::RadarrAdd => &[End::Add],
            Self::JellyfinRead => {
                &[End::Jellyfin("System/Info"), End::Jellyfin("Users"), End::Sets, End::Library, End::Members]
            }
            Self::JellyfinWrite => &[End::Make, End::Put, End::Take],
        }
    }

    /// May a film that left the list leave its collection although this door misbehaves?
    pub fn casts_no_doubt(self) -> bool {
        !matches!(self, Self::Watchlist | Self::JellyfinRead)
    }
}

impl End {
    /// Is the world one with a watchlist of two pages?
    pub fn is_long(self) -> bool {
        self == Self::SecondPage
    }

    /// Is this request the question?
    pub fn is(self, request: &Request) -> bool {
        let (method, path) = (request.method.as_str(), request.path.as_str());
        match self {
            Self::FirstPage => path == "/ada/watchlist/",
            Self::SecondPage => path == "/ada/watchlist/page/2/",
            Self::Film => path.starts_with("/film/"),
            Self::Radarr(wanted) => {
                method == "GET"
                    && path.strip_prefix("/api/v3/") == Some(wanted)
                    && request.param("tmdbId").is_none()
            }
            Self::Add => method == "POST" && path == "/api/v3/movie",
            Self::Jellyfin(wanted) => path.strip_prefix('/') == Some(wanted),
            Self::Sets => request.param("includeItemTypes").as_deref() == Some("BoxSet"),
            Self::Library => request.param("userId").is_some(),
            Self::Members => request.param("parentId").is_some(),
            Self::Make => method == "POST" && path == "/Collections",
            Self::Put => method == "POST" && path.ends_with("/Items"),
            Self::Take => method == "DELETE",
        }
    }

    /// Who is asked.
    pub fn server(self, scene: &Scene) -> &Server {
        match self {
            Self::FirstPage | Self::SecondPage | Self::Film => &scene.world.letterboxd.server,
            Self::Radarr(_) | Self::Add => &scene.world.radarr.server,
            _ => &scene.world.jellyfin.server,
        }
    }

    /// The table of the config with the server's address.
    pub fn address(self, scene: &Scene) -> String {
        match self {
            Self::FirstPage | Self::SecondPage | Self::Film => scene.world.letterboxd.url(),
            Self::Radarr(_) | Self::Add => scene.world.radarr.url(),
            _ => scene.world.jellyfin.url(),
        }
    }

    /// How often the same question was asked.
    pub fn asked(self, scene: &Scene) -> usize {
        let mut times: HashMap<String, usize> = HashMap::new();
        for request in self.server(scene).requests().iter().filter(|request| self.is(request)) {
            *times.entry(request.target() + &request.body).or_default() += 1;
        }
        times.into_values().max().unwrap_or(0)
    }
}
