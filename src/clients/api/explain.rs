//! What an answer means that is not the JSON that was asked for: the server's own refusal, or something in front of it.

use url::Url;

use super::Api;
use super::error::{ApiError, Page, is_plain_http};
use super::message::plain;
use super::signs::{Leads, Signs, is_login_page, is_telling, leads, shown_location, title};
use crate::clients::http::Answer;

impl Api {
    /// What a 3xx means.
    pub(super) fn redirected(&self, status: u16, call: &str, url: &Url, signs: &Signs) -> ApiError {
        let (server, base) = (self.server, self.base_text());
        let location = signs.location.as_deref().unwrap_or("nowhere");
        let path = call.split_once(' ').map_or("", |(_, path)| path);
        let (to, leads) = (shown_location(location), leads(location, url, path));
        if leads == Leads::Away {
            let wants = format!("wants a login{}, at `{to}`", signs.sender(""));
            return ApiError::InFront { server, base, status, wants };
        }
        ApiError::Redirect { server, base, to, is_login: leads == Leads::ToALogin }
    }

    /// What any other status means that is no success.
    pub(super) fn refused(&self, status: u16, call: &str, signs: &Signs, body: String) -> ApiError {
        let (server, base) = (self.server, self.base_text());
        let lower = if status == 400 { body.to_ascii_lowercase() } else { String::new() };
        let in_front = |wants: &str| {
            let wants = format!("{wants}{}", signs.sender(&body));
            ApiError::InFront { server, base: base.clone(), status, wants }
        };
        match status {
            401 if signs.want_a_login(&body) => in_front("wants a login"),
            403 if signs.want_a_login(&body) => in_front("wants a login or blocks this machine"),
            401 | 403 => {
                let origin = self.http.secret().map(|key| key.origin().clone()).unwrap_or_default();
                let path = Some(self.base.path().trim_end_matches('/').to_owned());
                ApiError::Key { server, base, status, origin, path: path.filter(|path| !path.is_empty()) }
            }
            400 if lower.contains("invalid hostname") || lower.contains("hostname is invalid") => {
                ApiError::HostName { server, host: self.base.host_str().unwrap_or_default().to_owned() }
            }
            400 if !is_plain_http(&body)
                && (signs.is_html || server == "Radarr" && is_words(signs, &body)) =>
            {
                in_front("does not take the request")
            }
            _ => {
                let is_own = signs.is_json || body.is_empty() && signs.product.is_none();
                let by = signs.product.as_ref().filter(|_| !is_own);
                let by = by.map_or_else(String::new, |product| format!(" ({product})"));
                let app_version = signs.app_version.clone();
                ApiError::Status { server, call: call.to_owned(), status, body, by, app_version }
            }
        }
    }

    /// JSON that is not what was asked for.
    pub fn shape(&self, call: &str, why: &str) -> ApiError {
        let (server, base) = (self.server, self.base_text());
        ApiError::Shape { server, base, call: call.to_owned(), why: plain(why) }
    }

    pub(super) fn not_the_api(&self, answer: Answer, call: &str) -> ApiError {
        let (server, base, call) = (self.server, self.base_text(), call.to_owned());
        let signs = Signs::of(&answer, &self.http);
        let (what, body) = match answer.text() {
            Err(error) => (format!("something unreadable ({error})"), String::new()),
            Ok(text) if text.is_empty() => ("an empty body".to_owned(), text),
            Ok(text) if signs.is_html => ("an HTML page".to_owned(), text),
            Ok(text) => ("something else".to_owned(), text),
        };
        let title = title(&body);
        // A page of the server's own means another path of it.
        let is_own = title.as_ref().is_some_and(|title| title.contains(server));
        let is_login = signs.is_html && !is_own && is_login_page(&body);
        let told = match &title {
            _ if is_login => format!(": something in front of {server} wants a login{}", signs.sender(&body)),
            Some(title) if !is_own && is_telling(title) => format!(", titled `{title}`"),
            _ => String::new(),
        };
        ApiError::NotTheApi { server, base, call, what, page: Box::new(Page { title, is_login, told }) }
    }
}

/// Is it a text, where Radarr says everything in JSON?
fn is_words(signs: &Signs, body: &str) -> bool {
    !signs.is_json && !body.is_empty() && serde_json::from_str::<serde::de::IgnoredAny>(body).is_err()
}
