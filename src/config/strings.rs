//! What every string of the config must be, whatever its key: no line or tab that a backslash made of a Windows path
//! by accident, and nothing that the example only put there to be changed.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::table::Report;

/// Looks at each string of a table and of the tables in it. `path` is its name as written, empty for the file itself.
///
/// A key that has a problem already gets no second one; API keys have checks of their own.
pub(super) fn check(path: &str, table: &DeTable<'_>, report: &Report<'_>) {
    for (key, value) in table {
        let key: &str = key.get_ref();
        if key != "api_key" {
            let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            check_value(&path, value.get_ref(), value.span(), report);
        }
    }
}

fn check_value(path: &str, value: &DeValue<'_>, span: Range<usize>, report: &Report<'_>) {
    if let Some(table) = value.as_table() {
        check(path, table, report);
    } else if let Some(list) = value.as_array() {
        for (index, item) in list.iter().enumerate() {
            // As they are written: the entries of a list of strings have no names.
            let item_path =
                if item.get_ref().is_table() { format!("{path}[{index}]") } else { path.to_owned() };
            check_value(&item_path, item.get_ref(), item.span(), report);
        }
    } else if let Some(text) = value.as_str().filter(|_| !report.has(path)) {
        let line = report.line(span.start);
        if text.contains(is_break) {
            let written = report.source().get(span).unwrap_or_default();
            report.add(line, path, control_character(path, written));
        } else if is_example(text) {
            report.add(line, path, "still has the example's value: set your own");
        }
    }
}

/// Ends a line or moves the cursor: nothing that a path or a name has.
fn is_break(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')
}

/// Is this one of the words in config.example.toml and the README that stand where a person's own belong?
pub(super) fn is_example(text: &str) -> bool {
    text.trim().strip_prefix("put-").is_some_and(|rest| rest.ends_with("-here"))
}

fn control_character(path: &str, written: &str) -> String {
    let inner = written.strip_prefix('"').filter(|rest| !rest.starts_with("\"\""));
    match inner.and_then(|rest| rest.strip_suffix('"')).filter(|inner| inner.contains('\\')) {
        Some(inner) => {
            format!(
                "contains a control character, which a backslash makes in double quotes; {}",
                advice(path, inner)
            )
        }
        None => "must not contain line feeds, tabs or other control characters".to_owned(),
    }
}

/// Where the file is no TOML because of a backslash in double quotes: the whole message, with the key.
pub(super) fn backslash_problem(line: &str) -> Option<String> {
    let (start, inner) = backslash_string(line)?;
    let is_key = |key: &&str| key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    let key = line[..start].split_once('=').map(|(key, _)| key.trim()).filter(is_key).unwrap_or_default();
    let about = if key.is_empty() { String::new() } else { format!("{key}: ") };
    Some(format!("{about}a backslash in double quotes begins a special character; {}", advice(key, inner)))
}

/// The first string in double quotes of a line whose backslashes are not those of TOML: where it begins, and what is
/// written in it.
fn backslash_string(line: &str) -> Option<(usize, &str)> {
    let mut rest = 0;
    while let Some(at) = line[rest..].find(['"', '\'', '#']).map(|at| rest + at) {
        if line[at..].starts_with("\"\"\"") || line[at..].starts_with("'''") || line[at..].starts_with('#') {
            return None;
        }
        let quote = &line[at..=at];
        if quote == "'" {
            rest = at + 1 + line[at + 1..].find('\'')? + 1;
            continue;
        }
        let end = string_end(line, at + 1);
        let inner = &line[at + 1..end];
        if has_wrong_escape(inner) {
            return Some((at, inner));
        }
        rest = (end + 1).min(line.len());
    }
    None
}

/// Where a string ends for a person who takes `\` for a backslash: at a quote with nothing but the end of the value
/// behind it.
fn string_end(line: &str, start: usize) -> usize {
    let is_end = |at: &usize| {
        let behind = line[at + 1..].trim_start();
        behind.is_empty() || behind.starts_with([',', ']', '}', '#'])
    };
    let mut quotes = line[start..].match_indices('"').map(|(at, _)| start + at);
    quotes.find(is_end).unwrap_or(line.len())
}

/// Is there a backslash that begins none of TOML's escapes, or one that keeps the string from ending?
fn has_wrong_escape(inner: &str) -> bool {
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            continue;
        }
        let digits = match letters.next() {
            Some('b' | 't' | 'n' | 'f' | 'r' | 'e' | '"' | '\\') => 0,
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            _ => return true,
        };
        let number: String = letters.by_ref().take(digits).collect();
        let code = u32::from_str_radix(&number, 16).ok().and_then(char::from_u32);
        if digits > 0 && (number.len() < digits || code.is_none()) {
            return true;
        }
    }
    false
}

/// How the value of a key is written so that each backslash is one.
fn advice(key: &str, inner: &str) -> String {
    if !may_be_shown(key, inner) {
        return "write the value in single quotes".to_owned();
    }
    // Two of them begin the name of a share; elsewhere somebody doubled one to get one.
    let root = inner.len() - inner.trim_start_matches('\\').len();
    let (root, rest) = (r"\".repeat(root.min(2)), inner[root..].replace(r"\\", r"\"));
    let plain = root + &rest;
    if plain.contains('\'') {
        format!("write each backslash twice: \"{}\"", plain.replace('\\', r"\\"))
    } else {
        format!("write it in single quotes: '{plain}'")
    }
}

/// A password or a key is never repeated: only paths and names are.
fn may_be_shown(key: &str, inner: &str) -> bool {
    let last = key.rsplit('.').next().unwrap_or(key);
    let is_drive = inner.chars().next().is_some_and(|letter| letter.is_ascii_alphabetic())
        && inner.get(1..3).is_some_and(|rest| rest == r":\");
    let shown = ["path", "file", "folder", "database", "collection", "playlist", "name", "profile", "tags"];
    is_drive || inner.starts_with(r"\\") || shown.iter().any(|part| last.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_no_toml_because_of_a_backslash_gets_the_line_to_write() {
        for (line, expected) in [
            (r#"root_folder_path = "D:\Movies\New""#, Some(r"'D:\Movies\New'")),
            (r#"  root_folder_path="D:\Movies" # mine"#, Some(r"'D:\Movies'")),
            (r#"root_folder_path = "D:\""#, Some(r"'D:\'")),
            (r#"root_folder_path = "D:\Movies\"  # "mine""#, Some(r"'D:\Movies\'")),
            (r#"root_folder_path = "D:\\Movies\New""#, Some(r"'D:\Movies\New'")),
            (r#"root_folder_path = "\\nas\films""#, None),
            (r#"root_folder_path = "\\nas\share""#, Some(r"'\\nas\share'")),
            (r#"root_folder_path = "\\\\nas\\share\new\Old""#, Some(r"'\\nas\share\new\Old'")),
            (r#"root_folder_path = "C:\Users\ada""#, Some(r"'C:\Users\ada'")),
            (r#"x = { a = 'b"\', root_folder_path = "D:\Movies" }"#, Some(r"'D:\Movies'")),
            (r#"tags = ["ok", "a\b", "c\d"]"#, Some(r"'c\d'")),
            (r#"root_folder_path = "D:\Ada's films""#, Some(r#"twice: "D:\\Ada's films""#)),
            (r#"a = "say \"hi\"" x"#, None),
            (r#"a = "D:\u0041" x"#, None),
            (r#"# a = "D:\Movies""#, None),
            (r#"a = """D:\Movies"""#, None),
            (r#"a = "b" # "D:\Movies""#, None),
        ] {
            let found = backslash_problem(line);
            assert_eq!(found.is_some(), expected.is_some(), "{line}: {found:?}");
            assert!(
                found.iter().all(|found| found.ends_with(expected.unwrap_or_default())),
                "{line}: {found:?}"
            );
        }
    }

    #[test]
    fn what_may_be_a_secret_is_not_repeated() {
        for line in [r#"api_key = "s3\cr3t""#, r#"proxies = ["http://a:s3\cr3t@h"]"#, r#"  "s3\cr3t","#] {
            let found = backslash_problem(line).unwrap();
            assert!(found.ends_with("write the value in single quotes") && !found.contains("s3"), "{found}");
        }
    }
}
