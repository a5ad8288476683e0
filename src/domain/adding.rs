//! How films are added to Radarr: what a person may choose.

use std::fmt;

/// How films are added, unless somebody has settings of their own.
#[derive(Clone, Debug)]
pub struct AddSettings {
    /// Where films go, as Radarr sees it.
    pub root_folder: String,
    /// Which quality is asked for.
    pub quality_profile: QualityProfile,
    /// From when on Radarr looks for a film.
    pub minimum_availability: MinimumAvailability,
    /// Does Radarr monitor the films it is given?
    pub is_monitored: bool,
    /// Does Radarr search for a film as soon as it has it?
    pub search_on_add: bool,
    /// Labels for every film that is added.
    pub tags: Vec<String>,
    /// Does every person's film carry a label of that person?
    pub user_tags: bool,
    /// How many films a run adds at the most; `None` is no limit.
    pub max_adds_per_run: Option<usize>,
    /// Are films that Jellyfin has already kept from Radarr?
    pub skip_if_in_library: bool,
    /// Where animated films go, when they go elsewhere.
    pub animated_root_folder: Option<String>,
}

/// What somebody has in the place of [`AddSettings`], or beside them.
#[derive(Clone, Debug, Default)]
pub struct OwnAddSettings {
    /// Where this person's films go, instead of Radarr's default.
    pub root_folder: Option<String>,
    /// Which quality this person's films get.
    pub quality_profile: Option<QualityProfile>,
    /// Labels for this person's films, beside Radarr's.
    pub tags: Vec<String>,
}

/// A quality profile as a person names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum QualityProfile {
    /// By its name in Radarr.
    Name(String),
    /// By its number in Radarr.
    Id(u32),
}

impl fmt::Display for QualityProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Id(id) => id.fmt(f),
        }
    }
}

/// From when on Radarr looks for a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MinimumAvailability {
    /// As soon as it is announced.
    Announced,
    /// Once it is in cinemas.
    InCinemas,
    /// Once it is released.
    Released,
}

impl MinimumAvailability {
    /// Radarr's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::InCinemas => "inCinemas",
            Self::Released => "released",
        }
    }
}
