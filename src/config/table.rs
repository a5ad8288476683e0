//! Reads one TOML table key by key and notes every problem with its line instead of stopping at the first.
//!
//! Whatever is never asked for is an unknown key. Values are not quoted in messages unless the caller does so: they
//! may be secrets (docs/design.md#toml).

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::domain::text::one_line;

/// One thing that is wrong with a config.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The line it stands in, from 1; 0 when it concerns the whole file.
    pub line: usize,
    /// The key as written: `users[1].letterboxd_username`; empty when it concerns the whole file.
    pub key: String,
    /// What is wrong, and what would be right.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.text)
    }
}

/// All problems of one file, in the making.
pub struct Report<'a> {
    source: &'a str,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> Report<'a> {
    /// An empty report on this text.
    pub fn new(source: &'a str) -> Self {
        Self { source, problems: RefCell::default() }
    }

    /// The whole text.
    pub fn source(&self) -> &'a str {
        self.source
    }

    /// Notes a problem. Keys and values may be anything: each problem is one line all the same.
    pub fn add(&self, line: usize, key: impl AsRef<str>, text: impl AsRef<str>) {
        let (key, text) = (one_line(key.as_ref()).into_owned(), one_line(text.as_ref()).into_owned());
        self.problems.borrow_mut().push(Problem { line, key, text });
    }

    /// Has this key a problem already?
    pub fn has(&self, key: &str) -> bool {
        self.problems.borrow().iter().any(|problem| problem.key == key)
    }

    /// Has this table a problem, or a key in it?
    pub fn has_in(&self, table: &str) -> bool {
        let is_in =
            |key: &str| key.strip_prefix(table).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.problems.borrow().iter().any(|problem| is_in(&problem.key))
    }

    /// Has this line a problem already?
    pub fn has_line(&self, line: usize) -> bool {
        self.problems.borrow().iter().any(|problem| problem.line == line)
    }

    /// The line of a byte offset, from 1.
    pub fn line(&self, offset: usize) -> usize {
        1 + self.source.bytes().take(offset).filter(|byte| *byte == b'\n').count()
    }

    /// All problems, in the order of the file.
    pub fn finish(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort();
        problems
    }
}

/// A type that a TOML value can be.
pub trait FromToml: Sized {
    /// How a message names the type: `a string`.
    const WHAT: &'static str;
    /// The value, when it is of this type.
    fn from_toml(value: &DeValue<'_>) -> Option<Self>;
}

impl FromToml for String {
    const WHAT: &'static str = "a string";
    fn from_toml(value: &DeValue<'_>) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl FromToml for bool {
    const WHAT: &'static str = "`true` or `false`";
    fn from_toml(value: &DeValue<'_>) -> Option<Self> {
        value.as_bool()
    }
}

impl FromToml for u32 {
    const WHAT: &'static str = "a whole number from 0";
    fn from_toml(value: &DeValue<'_>) -> Option<Self> {
        let integer = value.as_integer()?;
        Self::from_str_radix(integer.as_str(), integer.radix()).ok()
    }
}

impl FromToml for f64 {
    const WHAT: &'static str = "a number from 0";
    fn from_toml(value: &DeValue<'_>) -> Option<Self> {
        let number = match (value.as_float(), value.as_integer()) {
            (Some(float), _) => float.as_str().parse().ok(),
            (None, Some(_)) => u32::from_toml(value).map(Self::from),
            (None, None) => None,
        };
        number.filter(|number: &Self| number.is_finite() && *number >= 0.0)
    }
}

impl FromToml for Vec<String> {
    const WHAT: &'static str = "a list of strings";
    fn from_toml(value: &DeValue<'_>) -> Option<Self> {
        value.as_array()?.iter().map(|item| String::from_toml(item.get_ref())).collect()
    }
}

/// A string, or a list of them.
pub struct OneOrMore(pub Vec<String>);

impl FromToml for OneOrMore {
    const WHAT: &'static str = "a string or a list of strings";
    fn from_toml(value: &DeValue<'_>) -> Option<Self> {
        String::from_toml(value).map(|one| vec![one]).or_else(|| Vec::from_toml(value)).map(Self)
    }
}

/// A value with the place it came from, for checks that follow.
#[derive(Clone, Debug)]
pub struct Given<T> {
    /// The line it stands in.
    pub line: usize,
    /// The key as written.
    pub key: String,
    /// What it is.
    pub value: T,
}

/// A table being read.
pub struct Table<'r, 'i> {
    /// Its name as written, empty for the file itself.
    pub path: String,
    /// The line it begins in.
    pub line: usize,
    entries: BTreeMap<String, (usize, &'r DeValue<'i>)>,
    asked: Vec<&'static str>,
    report: &'r Report<'i>,
}

impl<'r, 'i> Table<'r, 'i> {
    /// Begins to read a table that stands in `line`.
    pub fn new(path: String, line: usize, table: &'r DeTable<'i>, report: &'r Report<'i>) -> Self {
        let entry = |(key, value): (&Spanned<_>, &'r Spanned<DeValue<'i>>)| {
            let name: &std::borrow::Cow<'i, str> = key.get_ref();
            (name.to_string(), (report.line(key.span().start), value.get_ref()))
        };
        Self { path, line, entries: table.iter().map(entry).collect(), asked: Vec::new(), report }
    }

    fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn raw(&mut self, key: &'static str) -> Option<(usize, &'r DeValue<'i>)> {
        self.asked.push(key);
        self.entries.remove(key)
    }

    /// Takes a key's value; a value of another type is a problem and counts as missing.
    pub fn take<T: FromToml>(&mut self, key: &'static str) -> Option<Given<T>> {
        let (line, value) = self.raw(key)?;
        self.read(line, key, value)
    }

    /// Takes everything that is left, of a table whose keys are a person's own: each key with its value.
    pub fn take_all<T: FromToml>(&mut self) -> Vec<(Given<String>, Option<Given<T>>)> {
        let entries = std::mem::take(&mut self.entries);
        let given = |(key, (line, value)): (String, (usize, &DeValue<'i>))| {
            let found = self.read(line, &key, value);
            (Given { line, key: self.name(&key), value: key }, found)
        };
        entries.into_iter().map(given).collect()
    }

    fn read<T: FromToml>(&self, line: usize, key: &str, value: &DeValue<'i>) -> Option<Given<T>> {
        let found = T::from_toml(value);
        if found.is_none() {
            let text = format!("must be {}, found {}", T::WHAT, article(value.type_str()));
            self.report.add(line, self.name(key), text);
        }
        found.map(|value| Given { line, key: self.name(key), value })
    }

    /// As [`Table::take`], with a default for a missing key.
    pub fn value<T: FromToml>(&mut self, key: &'static str, default: T) -> T {
        self.take(key).map_or(default, |given| given.value)
    }

    /// A whole number within bounds.
    pub fn number(&mut self, key: &'static str, default: u32, least: u32, most: u32) -> u32 {
        match self.take::<u32>(key) {
            Some(given) if !(least..=most).contains(&given.value) => {
                self.problem(&given, format!("must be from {least} to {most}, found `{}`", given.value));
                default
            }
            Some(given) => given.value,
            None => default,
        }
    }

    /// A key that must be there and must not be empty. A missing one is a problem.
    pub fn required(&mut self, key: &'static str) -> Option<Given<String>> {
        let is_there = self.entries.contains_key(key);
        let found = self.take::<String>(key);
        match &found {
            Some(given) if given.value.trim().is_empty() => {
                self.problem(given, "must not be empty");
                None
            }
            None if !is_there => {
                self.report.add(self.line, self.name(key), "is missing");
                None
            }
            _ => found,
        }
    }

    /// A table inside this one.
    pub fn table(&mut self, key: &'static str) -> Option<Table<'r, 'i>> {
        let (line, value) = self.raw(key)?;
        self.one(key, line, value)
    }

    fn one(&self, key: &str, line: usize, value: &'r DeValue<'i>) -> Option<Table<'r, 'i>> {
        let Some(table) = value.as_table() else {
            self.report.add(line, self.name(key), format!("must be a table: `[{}]`", self.name(key)));
            return None;
        };
        Some(Table::new(self.name(key), line, table, self.report))
    }

    /// The tables of a list: `[[users]]`.
    pub fn tables(&mut self, key: &'static str) -> Vec<Table<'r, 'i>> {
        let Some((line, value)) = self.raw(key) else { return Vec::new() };
        self.list(key, line, value)
    }

    /// One table, or the tables of a list: `[radarr]`, or `[[radarr]]` for each of several.
    pub fn table_or_tables(&mut self, key: &'static str) -> Vec<Table<'r, 'i>> {
        match self.raw(key) {
            None => Vec::new(),
            Some((line, value)) if value.is_array() => self.list(key, line, value),
            Some((line, value)) => self.one(key, line, value).into_iter().collect(),
        }
    }

    fn list(&self, key: &str, line: usize, value: &'r DeValue<'i>) -> Vec<Table<'r, 'i>> {
        let tables = value.as_array().map(|list| {
            let table = |(index, item): (usize, &'r Spanned<DeValue<'i>>)| {
                let line = self.report.line(item.span().start);
                let path = format!("{}[{index}]", self.name(key));
                Some(Table::new(path, line, item.get_ref().as_table()?, self.report))
            };
            list.iter().enumerate().map(table).collect::<Option<Vec<_>>>()
        });
        tables.flatten().unwrap_or_else(|| {
            self.report.add(
                line,
                self.name(key),
                format!("must be a list of tables: `[[{}]]`", self.name(key)),
            );
            Vec::new()
        })
    }

    /// Is the key there, whatever it holds? Asks nothing.
    pub fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Where a key stands, if it is there. Asks nothing.
    pub fn place_of(&self, key: &str) -> Option<Given<()>> {
        let (line, _) = self.entries.get(key)?;
        Some(Given { line: *line, key: self.name(key), value: () })
    }

    /// Notes a problem with a value that was taken.
    pub fn problem<T>(&self, given: &Given<T>, text: impl AsRef<str>) {
        self.report.add(given.line, &given.key, text);
    }

    /// Notes a problem with a key of this table that is not there.
    pub fn missing(&self, key: &str, text: impl AsRef<str>) {
        self.report.add(self.line, self.name(key), text);
    }

    /// Notes that a key is known, but not to tables of this kind; its value is not looked at.
    pub fn foreign(&mut self, key: &'static str, kind: &str) {
        if let Some((line, _)) = self.raw(key) {
            self.report.add(line, self.name(key), format!("is not a key of the kind `{kind}`"));
        }
    }

    /// Ends the reading: every key that nobody asked for is unknown.
    pub fn finish(self) {
        for (key, (line, _)) in &self.entries {
            let near = self.asked.iter().map(|known| (strsim::jaro_winkler(known, key), *known));
            let best = near.max_by(|a, b| a.0.total_cmp(&b.0));
            let text = match best {
                Some((score, known)) if score > 0.85 => format!("is not a key; did you mean `{known}`?"),
                _ => format!("is not a key; there are {}", list(&self.asked)),
            };
            self.report.add(*line, self.name(key), text);
        }
    }
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn article(kind: &str) -> String {
    let article = if kind.starts_with(['a', 'i']) { "an" } else { "a" };
    format!("{article} {kind}")
}
