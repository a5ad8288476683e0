//! A collection as a person names it, and the folder that a name becomes.

use std::fmt;

use super::text::{name_key, one_line};

/// A collection as a person names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Collection {
    /// By Jellyfin's id, dashless and in lower case; it must exist.
    Id(String),
    /// By name; made when missing.
    Name(String),
}

impl fmt::Display for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(text) | Self::Name(text) => write!(f, "`{text}`"),
        }
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
