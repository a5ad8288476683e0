//! The folder that a collection's name becomes.

use super::text::{name_key, one_line};

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
