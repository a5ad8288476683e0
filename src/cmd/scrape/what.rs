//! What `scrape` is asked for: a member, a list, or a file.

use std::path::PathBuf;

use crate::domain::film::member_name;
use crate::domain::list_address::{ListAddress, without_token};

/// What is to be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The watchlist of this member.
    Watchlist(String),
    /// This list.
    List(ListAddress),
    /// A member's own data export, or a table out of it.
    Export(PathBuf),
}

impl What {
    /// Reads a member's name, the address of a profile, a watchlist or a list, or a path. A plain name is a member,
    /// also where a folder has that name, and `NAME/NAME` a list. A shell completes the name of a folder with a slash:
    /// then it is one, if `is_folder`.
    ///
    /// # Errors
    ///
    /// In words, if it is none of these. No share token is in them.
    pub(super) fn parse(text: &str, is_folder: impl Fn(&str) -> bool) -> Result<Self, String> {
        let text = text.trim();
        if is_path(text) || (text.ends_with('/') && !is_address(text) && is_folder(text)) {
            return Ok(Self::Export(text.into()));
        }
        let error = match ListAddress::parse(text) {
            Ok(address) => return Ok(Self::List(address)),
            Err(error) => error,
        };
        let given = without_token(text);
        match member_name(text) {
            Some(member) => Ok(Self::Watchlist(member)),
            None if is_address(text) => Err(format!("`{given}` {error}\nhint: {}", error.hint())),
            None if text.contains(['/', '\\']) => Ok(Self::Export(text.into())),
            None => {
                Err(format!("`{given}` is not a valid Letterboxd user name; use letters, digits and `_`"))
            }
        }
    }

    /// Which kind of list it is.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Self::Watchlist(_) => "watchlist",
            Self::List(_) => "list",
            Self::Export(_) => "export",
        }
    }
}

/// Is it the address of something at Letterboxd, or meant to be one?
fn is_address(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("://")
        || ["letterboxd.com/", "www.letterboxd.com/", "boxd.it/"].iter().any(|host| text.starts_with(host))
}

/// Is it a path by its form?
fn is_path(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let begins = ["/", "./", "../"].iter().any(|start| lower.starts_with(start));
    let ends = [".zip", ".csv"].iter().any(|end| lower.ends_with(end));
    !is_address(text) && (begins || ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_a_list_and_a_path_are_told_apart() {
        let list = |text: &str| What::List(ListAddress::parse(text).unwrap());
        let member = |name: &str| What::Watchlist(name.to_owned());
        let path = |text: &str| What::Export(text.into());
        for (text, expected) in [
            ("ada", member("ada")),
            (" @Ada_L ", member("ada_l")),
            ("https://letterboxd.com/ada/", member("ada")),
            ("https://letterboxd.com/ada/watchlist/", member("ada")),
            ("ada/watchlist", member("ada")),
            ("dave/official-top-250", list("dave/official-top-250")),
            ("https://letterboxd.com/dave/list/best/detail/", list("dave/best")),
            ("letterboxd.com/dave/list/best", list("dave/best")),
            ("https://boxd.it/IWJq", list("boxd.it/IWJq")),
            ("boxd.it/IWJq", list("boxd.it/IWJq")),
            ("letterboxd-ada-2026-11-20-06-21-utc.zip", path("letterboxd-ada-2026-11-20-06-21-utc.zip")),
            ("exports/Watchlist.CSV", path("exports/Watchlist.CSV")),
            ("/home/ada", path("/home/ada")),
            ("./ada", path("./ada")),
            ("../ada", path("../ada")),
            ("exports/", path("exports/")),
            ("exports/ada/", path("exports/ada/")),
            ("exports/ada", list("exports/ada")),
            ("dave/best/", list("dave/best")),
            ("exports/of/ada", path("exports/of/ada")),
            ("C:\\exports", path("C:\\exports")),
        ] {
            assert_eq!(What::parse(text, |path| path.starts_with("exports/")), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_neither_is_told_without_its_token() {
        let (list, name) = ("is not the address of a Letterboxd list", "is not a valid Letterboxd user name");
        for (text, expected) in [
            ("a", name),
            ("@", name),
            ("ada lovelace", name),
            ("", name),
            ("https://letterboxd.com/film/heat-1995/", list),
            ("https://letterboxd.com/dave/list/best/genre/drama/", "shows a part of a list only"),
            ("https://boxd.it/IWJq$s3cr3t/x", list),
            ("https://boxd.it/IWJq%24s3cr3t/x", list),
            ("https://letterboxd.com/dave/list/best/share/s3cr3t+/", list),
        ] {
            let error = What::parse(text, |_| true).unwrap_err();
            assert!(error.contains(expected) && !error.contains("s3cr3t"), "{text}: {error}");
        }
    }
}
