//! Who answers at an address that is not the server it should be. Asked without the key, and only after the server's
//! own question failed.

use serde_json::Value;

use super::signs::title;
use super::{Api, ApiError};
use crate::clients::http::Method;

/// Programs that people mistake for one another, as the titles of their pages name them.
const PROGRAMS: [&str; 14] = [
    "Radarr",
    "Sonarr",
    "Lidarr",
    "Readarr",
    "Prowlarr",
    "Whisparr",
    "Bazarr",
    "Jellyfin",
    "Jellyseerr",
    "Overseerr",
    "Seerr",
    "Emby",
    "Plex",
    "Tautulli",
];

impl Api {
    /// The same error, or who sent it instead of the server, as far as that tells. For a server's first question.
    pub fn who_sent(&self, error: ApiError) -> ApiError {
        match self.other_program(&error) {
            Some(found) => ApiError::Another { server: self.server, base: self.base_text(), found },
            None => error,
        }
    }

    fn other_program(&self, error: &ApiError) -> Option<String> {
        match error {
            ApiError::NotTheApi { page, .. } if page.is_login => None,
            ApiError::NotTheApi { page, .. } if page.title.is_some() => {
                let title = page.title.as_ref().filter(|title| !title.contains(self.server))?;
                program(title).or_else(|| self.media_server())
            }
            ApiError::NotTheApi { .. } | ApiError::Status { status: 404 | 405, .. } => {
                let version = |version| format!("another program of Radarr's family (version {version})");
                let unnamed = || error.app_version().map(version);
                // Neither of the media servers answers an unknown path with JSON.
                let is_json = error.answered().is_some_and(|(_, body)| body.starts_with(['{', '[', '"']));
                let media_server = if is_json { None } else { self.media_server() };
                media_server.or_else(|| self.family()).or_else(unnamed)
            }
            // Its pages, where the address lacks its base path.
            ApiError::Redirect { to, .. } if self.server == "Radarr" && to.ends_with("/web/") => {
                Some("Jellyfin".to_owned())
            }
            // Emby says in words that it does not know the token.
            ApiError::Key { .. } | ApiError::InFront { status: 401, .. } if self.server == "Jellyfin" => {
                self.media_server().or_else(|| self.family())
            }
            ApiError::Key { .. } | ApiError::Redirect { is_login: true, .. } => self.family(),
            _ => None,
        }
        .filter(|found| !found.starts_with(self.server))
    }

    /// A Jellyfin or an Emby, which say so to anybody.
    fn media_server(&self) -> Option<String> {
        let text = self.ask_as_anybody("System/Info/Public")?;
        let info: Value = serde_json::from_str(&text).ok()?;
        let field = |names: [&str; 2]| names.iter().find_map(|name| info.get(name)?.as_str());
        let version = field(["Version", "version"])?;
        let name = match field(["ProductName", "productName"]) {
            Some(product) if product.contains("Jellyfin") => "Jellyfin",
            None if version.starts_with("10.") => "Jellyfin",
            _ => "Emby",
        };
        Some(format!("{name} {}", self.shown(version)))
    }

    /// A program of Radarr's family: each has its name on the page to sign in.
    fn family(&self) -> Option<String> {
        program(&title(&self.ask_as_anybody("login")?)?)
    }

    fn ask_as_anybody(&self, path: &str) -> Option<String> {
        let answer = self.http.send(Method::GET, &self.url(path, &[]), &[], None).ok()?;
        (answer.status() == 200).then(|| answer.text().ok())?
    }
}

fn program(title: &str) -> Option<String> {
    PROGRAMS.iter().find(|name| title.contains(**name)).map(|name| (*name).to_owned())
}
