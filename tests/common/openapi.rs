//! Checks requests against the servers' own descriptions of their APIs (`OpenAPI` 3).
//!
//! The descriptions lie outside the repository, in `../shared/openapi` or `$LBJF_SHARED/openapi`; where they are not,
//! nothing is checked, which is said. Each is read once a process. Jellyfin's hides some legacy routes: lbjf needs none
//! of them.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::OnceLock;

use serde_json::Value;
use standins::Request;

/// A description: which server's, of which version, in which file.
struct Source {
    server: &'static str,
    version: &'static str,
    file: &'static str,
    document: OnceLock<Option<Value>>,
    paths: OnceLock<Paths>,
}

/// The paths with their operations, by their number of parts, for each of which there are few. A path in words stands
/// before one with placeholders.
type Paths = HashMap<usize, Vec<(&'static str, &'static Value)>>;

impl Source {
    const fn new(server: &'static str, version: &'static str, file: &'static str) -> Self {
        Self { server, version, file, document: OnceLock::new(), paths: OnceLock::new() }
    }
}

static SOURCES: [Source; 6] = [
    Source::new("Radarr", "4.7.5", "radarr-openapi-v4.7.5.7809.json"),
    Source::new("Radarr", "6.0", "radarr-openapi-v6.0.json"),
    Source::new("Jellyfin", "10.8.11", "jellyfin-openapi-10.8.11.json"),
    Source::new("Jellyfin", "10.10.0", "jellyfin-openapi-10.10.0.json"),
    Source::new("Jellyfin", "10.11.4", "jellyfin-openapi-10.11.4.json"),
    Source::new("Jellyfin", "12.0.0", "jellyfin-openapi-12.0.0.json"),
];

/// Sent on purpose to versions that do not know it yet, and pass over it as they do over every unknown name.
const PASSED_OVER: [(&str, &str, &str); 3] = [
    ("Radarr", "4.7.5", "excludeLocalCovers"),
    // It knows these, and its description leaves them out.
    ("Radarr", "4.7.5", "page"),
    ("Radarr", "4.7.5", "pageSize"),
];

/// Where the descriptions are, if they are.
pub fn folder() -> Option<PathBuf> {
    standins::shared("openapi")
}

/// The description of one version of a server.
#[derive(Clone, Copy)]
pub struct Description {
    /// `Radarr 6.0`
    name: (&'static str, &'static str),
    document: &'static Value,
    paths: &'static Paths,
}

impl Description {
    /// The description nearest to this version, the newest for one without a number; `None` when there are no
    /// descriptions.
    pub fn nearest(server: &str, version: &str) -> Option<Self> {
        let version = if version.is_empty() { "999" } else { version };
        let weight = |version: &str| {
            let mut numbers = version.split('.').map(|number| number.parse::<i64>().unwrap_or(0));
            let mut next = || numbers.next().unwrap_or(0);
            next() * 1_000_000 + next() * 1000 + next()
        };
        let distance = |source: &&Source| (weight(source.version) - weight(version)).abs();
        let sources = SOURCES.iter().filter(|source| source.server == server);
        let source = sources.min_by_key(distance)?;
        let read = || {
            let text = std::fs::read(folder()?.join(source.file)).expect("the description can be read");
            Some(serde_json::from_slice(&text).expect("the description is JSON"))
        };
        let document = source.document.get_or_init(read).as_ref()?;
        let paths = source.paths.get_or_init(|| by_length(document));
        Some(Self { name: (source.server, source.version), document, paths })
    }

    /// The version it describes.
    pub fn version(&self) -> &'static str {
        self.name.1
    }

    /// What is wrong with a request, in words. `bases` are the base paths that the server may have been asked under.
    pub fn violations(&self, request: &Request, bases: &[String]) -> Vec<String> {
        let mut found = Vec::new();
        match self.operation(request, bases) {
            Err(text) => found.push(text),
            Ok((operation, path_level)) => {
                self.check_query(request, operation, path_level, &mut found);
                self.check_body(request, operation, &mut found);
            }
        }
        let (server, version) = self.name;
        let call = format!("{} {}", request.method, request.target());
        found.into_iter().map(|text| format!("{server} {version} knows no {call}: {text}")).collect()
    }

    /// The operation for a request, and the parameters that its path has in common.
    fn operation(
        &self,
        request: &Request,
        bases: &[String],
    ) -> Result<(&'static Value, &'static Value), String> {
        let method = request.method.to_lowercase();
        let mut is_path_known = false;
        for base in bases.iter().map(String::as_str).chain([""]) {
            let Some(path) = request.path.strip_prefix(base).filter(|path| path.starts_with('/')) else {
                continue;
            };
            let as_long = self.paths.get(&path.matches('/').count()).into_iter().flatten();
            for (_, operations) in as_long.filter(|(known, _)| fits(known, path)) {
                is_path_known = true;
                if let Some(operation) = operations.get(&method) {
                    return Ok((operation, &operations["parameters"]));
                }
            }
        }
        Err(if is_path_known { "the path has no such method" } else { "there is no such path" }.to_owned())
    }

    fn check_query(&self, request: &Request, operation: &Value, path_level: &Value, found: &mut Vec<String>) {
        let lists = [&operation["parameters"], path_level];
        let declared: Vec<&Value> =
            lists.iter().filter_map(|list| list.as_array()).flatten().map(|one| self.resolve(one)).collect();
        let declared: Vec<_> = declared.into_iter().filter(|one| one["in"] == "query").collect();
        let name_of = |one: &Value| one["name"].as_str().unwrap_or_default().to_owned();
        let sent: Vec<_> = request.query.split('&').filter(|pair| !pair.is_empty()).collect();
        let mut names = BTreeMap::new();
        for pair in &sent {
            let name = pair.split('=').next().unwrap_or_default();
            *names.entry(name.to_lowercase()).or_insert(0) += 1;
            let is_passed_over =
                |(server, version, known): &(_, _, &str)| (*server, *version) == self.name && *known == name;
            if PASSED_OVER.iter().any(is_passed_over) {
                continue;
            }
            let Some(parameter) = declared.iter().find(|one| name_of(one).eq_ignore_ascii_case(name)) else {
                found.push(format!("the query has no `{name}`"));
                continue;
            };
            // Of a name that comes twice, the first is looked at; it is a fault in any case.
            let value = request.param(name).unwrap_or_default();
            if let Some(text) = self.misfit_text(&parameter["schema"], &value) {
                found.push(format!("`{name}`: {text}"));
            }
        }
        for (name, count) in &names {
            if *count > 1 {
                found.push(format!("`{name}` stands in the query {count} times"));
            }
        }
        for parameter in declared.iter().filter(|one| one["required"] == true) {
            if !names.contains_key(&name_of(parameter).to_lowercase()) {
                found.push(format!("the query lacks `{}`", name_of(parameter)));
            }
        }
    }

    fn check_body(&self, request: &Request, operation: &Value, found: &mut Vec<String>) {
        let declared = self.resolve(&operation["requestBody"]);
        if request.body.is_empty() {
            if declared["required"] == true {
                found.push("it needs a body".to_owned());
            }
            return;
        }
        let Some(schema) = declared["content"].get("application/json").map(|json| &json["schema"]) else {
            found.push("it takes no JSON body".to_owned());
            return;
        };
        if !request.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
            found.push("the body is not said to be JSON".to_owned());
        }
        match serde_json::from_str(&request.body) {
            Err(error) => found.push(format!("the body is no JSON: {error}")),
            Ok(body) => self.misfits(schema, &body, "body", found),
        }
    }

    fn resolve<'a>(&'a self, mut value: &'a Value) -> &'a Value {
        while let Some(place) = value["$ref"].as_str() {
            value = self.document.pointer(place.trim_start_matches('#')).unwrap_or(&Value::Null);
        }
        value
    }

    /// What is wrong with a value in the query.
    fn misfit_text(&self, schema: &Value, text: &str) -> Option<String> {
        let schema = self.resolve(schema);
        if let [one] = schema["allOf"].as_array().map(Vec::as_slice).unwrap_or_default() {
            return self.misfit_text(one, text);
        }
        if let Some(values) = schema["enum"].as_array() {
            let is_known =
                |value: &Value| value.as_str().is_some_and(|known| known.eq_ignore_ascii_case(text));
            return (!values.iter().any(is_known)).then(|| format!("`{text}` is none of its values"));
        }
        let is_fit = match (schema["type"].as_str(), schema["format"].as_str()) {
            (Some("integer"), Some("int32")) => text.parse::<i32>().is_ok(),
            (Some("integer"), _) => text.parse::<i64>().is_ok(),
            (Some("number"), _) => text.parse::<f64>().is_ok(),
            (Some("boolean"), _) => matches!(text.to_lowercase().as_str(), "true" | "false"),
            (Some("string"), Some("uuid")) => is_uuid(text),
            (Some("string"), Some("date-time")) => text.len() >= 19 && text.as_bytes()[10] == b'T',
            (Some("string"), _) => true,
            // Both servers take lists with commas.
            (Some("array"), _) => {
                return text.split(',').find_map(|one| self.misfit_text(&schema["items"], one));
            }
            _ => false,
        };
        (!is_fit).then(|| format!("`{text}` is no {}", kind_of(schema)))
    }

    /// What is wrong with a value in a body.
    fn misfits(&self, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
        let schema = self.resolve(schema);
        if let Some(parts) = schema["allOf"].as_array() {
            return parts.iter().for_each(|part| self.misfits(part, value, place, found));
        }
        if value.is_null() {
            if schema["nullable"] != true {
                found.push(format!("{place} is null"));
            }
            return;
        }
        if let Some(values) = schema["enum"].as_array() {
            if !values.contains(value) {
                found.push(format!("{place}: {value} is none of its values"));
            }
            return;
        }
        let is_fit = match (schema["type"].as_str(), schema["format"].as_str()) {
            (Some("integer"), Some("int32")) => {
                value.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
            }
            (Some("integer"), _) => value.is_i64(),
            (Some("number"), _) => value.is_number(),
            (Some("boolean"), _) => value.is_boolean(),
            (Some("string"), Some("uuid")) => value.as_str().is_some_and(is_uuid),
            (Some("string"), _) => value.is_string(),
            (Some("array"), _) => {
                for (index, one) in value.as_array().into_iter().flatten().enumerate() {
                    self.misfits(&schema["items"], one, &format!("{place}[{index}]"), found);
                }
                value.is_array()
            }
            (Some("object"), _) => {
                for (name, one) in value.as_object().into_iter().flatten() {
                    let place = format!("{place}.{name}");
                    match (schema["properties"].get(name), schema.get("additionalProperties")) {
                        (Some(property), _) => self.misfits(property, one, &place, found),
                        (None, Some(Value::Object(_))) => {
                            self.misfits(&schema["additionalProperties"], one, &place, found);
                        }
                        (None, Some(Value::Bool(true))) => {}
                        _ => found.push(format!("there is no {place}")),
                    }
                }
                value.is_object()
            }
            _ => false,
        };
        if !is_fit {
            found.push(format!("{place}: {value} is no {}", kind_of(schema)));
        }
    }
}

/// `string (uuid)`
fn kind_of(schema: &Value) -> String {
    let kind = schema["type"].as_str().unwrap_or("known type");
    schema["format"].as_str().map_or_else(|| kind.to_owned(), |format| format!("{kind} ({format})"))
}

fn by_length(document: &'static Value) -> Paths {
    let mut paths = Paths::new();
    for (path, operations) in document["paths"].as_object().into_iter().flatten() {
        paths.entry(path.matches('/').count()).or_default().push((path.as_str(), operations));
    }
    for list in paths.values_mut() {
        list.sort_by_key(|(path, _)| path.matches('{').count());
    }
    paths
}

/// Does a path fit one with placeholders? Jellyfin and Radarr both compare without case.
fn fits(known: &str, path: &str) -> bool {
    let (mut known, mut path) = (known.split('/'), path.split('/'));
    loop {
        match (known.next(), path.next()) {
            (None, None) => return true,
            (Some(known), Some(part)) if known.starts_with('{') => {
                if part.is_empty() {
                    return false;
                }
            }
            (Some(known), Some(part)) if known.eq_ignore_ascii_case(part) => {}
            _ => return false,
        }
    }
}

/// 32 hex digits, with or without dashes.
fn is_uuid(text: &str) -> bool {
    let digits: String = text.chars().filter(|character| *character != '-').collect();
    digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}
