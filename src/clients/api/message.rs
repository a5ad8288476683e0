//! What the servers say went wrong, as a message may show it.

use serde_json::Value;

use super::signs::{is_telling, title};
use crate::domain::text;

/// What an error body says, in any of the shapes the two servers have; never `description`, which holds stack
/// traces and paths (docs/radarr.md#errors).
pub fn message(body: &str) -> Option<String> {
    let Ok(body) = serde_json::from_str(body) else {
        // A page of something in front of the server, such as a router's.
        return title(body).filter(|title| is_telling(title)).map(|title| format!("a page titled `{title}`"));
    };
    let text = match body {
        Value::String(text) => text,
        Value::Array(failures) => {
            let texts = failures.iter().filter_map(|failure| failure.get("errorMessage")?.as_str());
            texts.collect::<Vec<_>>().join("; ")
        }
        Value::Object(object) => {
            let field = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
            let details = object.get("errors").and_then(Value::as_object).map(|errors| {
                let lists = errors.values().filter_map(Value::as_array).flatten();
                lists.filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
            });
            details
                .or_else(|| field("message"))
                .or_else(|| field("errorMessage"))
                .or_else(|| field("title"))?
        }
        _ => return None,
    };
    let line = text.lines().next().unwrap_or_default().trim();
    (!line.is_empty()).then(|| plain(line))
}

/// The server's own words at the end of a message, when there are any fit to print.
pub(super) fn said(body: &str) -> String {
    match message(body) {
        Some(text) => format!(": {text}"),
        None => String::new(),
    }
}

/// An error with its causes, in one line.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    std::iter::once(error).chain(causes).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// A text of another program as a message may show it: one line of bearable length, no control characters.
pub fn plain(text: &str) -> String {
    text::excerpt(text, 300)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_reads_every_shape_of_error_body_and_never_the_stack_trace() {
        let cases = [
            (r#"[{"propertyName":"Path","errorMessage":"Invalid Path"}]"#, Some("Invalid Path")),
            (
                r#"{"message":"database is locked","description":"at System.Data"}"#,
                Some("database is locked"),
            ),
            (r#"{"title":"One or more","errors":{"$.tmdbId":["not a number"]}}"#, Some("not a number")),
            (r#"{"title":"Not Found","status":404}"#, Some("Not Found")),
            (r#""Playlist not found""#, Some("Playlist not found")),
            ("Error processing request.", None),
            ("", None),
        ];
        for (body, expected) in cases {
            assert_eq!(message(body).as_deref(), expected, "{body}");
        }
    }
}
