//! The little of YAML that the Python script's config uses, as a tree in which every value is the text that stands
//! there: an id made of digits stays as it is written.

use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle};

/// A value with what is in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Yaml {
    /// A value; empty where there is none.
    Text(String),
    /// `- a`
    List(Vec<Yaml>),
    /// `key: value`
    Map(BTreeMap<String, Yaml>),
}

/// A list or a map whose end was not read yet.
enum Open {
    List(Vec<Yaml>),
    Map(BTreeMap<String, Yaml>, Option<String>),
}

impl Yaml {
    /// Reads the first document.
    ///
    /// # Errors
    ///
    /// Where it is not YAML, or has aliases or keys that are not plain: with the line and column and nothing else,
    /// since the text may hold a key.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut open: Vec<Open> = Vec::new();
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| place(error.marker().line(), error.marker().col()))?;
            let value = match event {
                Event::SequenceStart(..) => {
                    open.push(Open::List(Vec::new()));
                    continue;
                }
                Event::MappingStart(..) => {
                    open.push(Open::Map(BTreeMap::new(), None));
                    continue;
                }
                Event::Scalar(text, ScalarStyle::Plain, ..)
                    if matches!(&*text, "~" | "null" | "Null" | "NULL") =>
                {
                    Self::Text(String::new())
                }
                Event::Scalar(text, ..) => Self::Text(text.into_owned()),
                Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                    Some(Open::List(list)) => Self::List(list),
                    Some(Open::Map(map, _)) => Self::Map(map),
                    None => continue,
                },
                Event::DocumentEnd => break,
                Event::Alias(_) => return Err(place(span.start.line(), span.start.col())),
                _ => continue,
            };
            match (open.last_mut(), value) {
                (None, value) => return Ok(value),
                (Some(Open::List(list)), value) => list.push(value),
                (Some(Open::Map(map, key)), value) => match (key.take(), value) {
                    (Some(key), value) => _ = map.insert(key, value),
                    (None, Self::Text(text)) => *key = Some(text),
                    (None, _) => return Err(place(span.start.line(), span.start.col())),
                },
            }
        }
        Ok(Self::Text(String::new()))
    }

    /// The value at a path of keys: `radarr.animated_movies.enabled`.
    pub(super) fn at(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |value, key| match value {
            Self::Map(map) => map.get(key),
            _ => None,
        })
    }

    /// The text at a path, unless it is missing or empty.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        match self.at(path) {
            Some(Self::Text(text)) => Some(text.trim()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// The list at a path; none counts as empty.
    pub(super) fn list(&self, path: &str) -> &[Self] {
        match self.at(path) {
            Some(Self::List(list)) => list,
            _ => &[],
        }
    }

    /// The path of every value, with `[]` for an entry of a list: `users[].letterboxd_username`.
    pub(super) fn paths(&self) -> Vec<String> {
        let below = |name: &str, value: &Self| {
            let paths = value.paths().into_iter();
            paths
                .map(|path| {
                    if path.is_empty() || path.starts_with('[') {
                        format!("{name}{path}")
                    } else {
                        format!("{name}.{path}")
                    }
                })
                .collect::<Vec<_>>()
        };
        match self {
            Self::Text(text) if text.is_empty() => Vec::new(),
            Self::Text(_) => vec![String::new()],
            Self::List(list) => list.iter().flat_map(|value| below("[]", value)).collect(),
            Self::Map(map) => map.iter().flat_map(|(key, value)| below(key, value)).collect(),
        }
    }
}

/// Columns are counted from 0 by the parser.
fn place(line: usize, column: usize) -> String {
    format!("line {line}, column {}", column + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_what_stands_there_and_nothing_is_empty() {
        let yaml = Yaml::parse("a: 007\nb: {c: yes, d: ~}\ne:\nf: [x, \"null\"]\n").unwrap();
        assert_eq!(
            (yaml.text("a"), yaml.text("b.c"), yaml.text("b.d"), yaml.text("e"), yaml.text("g")),
            (Some("007"), Some("yes"), None, None, None)
        );
        assert_eq!(yaml.list("f"), [Yaml::Text("x".to_owned()), Yaml::Text("null".to_owned())]);
        assert_eq!(yaml.paths(), ["a", "b.c", "f[]", "f[]"]);
        assert_eq!(Yaml::parse("- {a: b}\n- - c\n").unwrap().paths(), ["[].a", "[][]"]);
        assert_eq!(Yaml::parse("").unwrap(), Yaml::Text(String::new()));
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_place_alone() {
        for text in ["a: \"s3cr3t\n", "a: b: s3cr3t\n", "a: &x s3cr3t\nb: *x\n", "? [s3cr3t]\n: b\n"] {
            let place = Yaml::parse(text).unwrap_err();
            assert!(place.starts_with("line ") && !place.contains("s3cr3t"), "{text}: {place}");
        }
    }
}
