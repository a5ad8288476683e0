//! What a Radarr goes by.

/// A Radarr, as the config, the store, messages and JSON call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RadarrName {
    name: String,
    is_only: bool,
}

impl RadarrName {
    /// What one without a name in the config goes by.
    pub const UNNAMED: &str = "radarr";

    /// `is_only`: does the config have no other one? Then nobody needs to be told which one is meant.
    pub fn new(name: &str, is_only: bool) -> Self {
        Self { name: name.to_owned(), is_only }
    }

    /// In the config and in the store.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// At the beginning of a message: "radarr", or "radarr `uhd`".
    pub fn about(&self) -> String {
        self.with("radarr")
    }

    /// In a sentence: "Radarr", or "Radarr `uhd`".
    pub fn title(&self) -> String {
        self.with("Radarr")
    }

    /// The name, where it tells one of several.
    pub fn of_several(&self) -> Option<&str> {
        (!self.is_only).then_some(self.name.as_str())
    }

    fn with(&self, word: &str) -> String {
        self.of_several().map_or_else(|| word.to_owned(), |name| format!("{word} `{name}`"))
    }
}

impl Default for RadarrName {
    fn default() -> Self {
        Self::new(Self::UNNAMED, true)
    }
}

/// Names that are the same to a person, and in the name of a variable.
pub fn name_key(name: &str) -> String {
    name.to_lowercase().replace('-', "_")
}

/// The variable of the environment that may hold the key of this one.
pub fn key_variable(name: Option<&str>) -> String {
    match name {
        Some(name) => format!("LBJF_RADARR_{}_API_KEY", name_key(name).to_uppercase()),
        None => "LBJF_RADARR_API_KEY".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_several_is_told_by_its_name() {
        let (only, one) = (RadarrName::default(), RadarrName::new("uhd", false));
        assert_eq!((only.about(), only.title(), only.of_several()), ("radarr".into(), "Radarr".into(), None));
        assert_eq!((one.about(), one.title()), ("radarr `uhd`".into(), "Radarr `uhd`".into()));
        assert_eq!(one.of_several(), Some("uhd"));
        assert_eq!(key_variable(Some("my-UHD")), "LBJF_RADARR_MY_UHD_API_KEY");
        assert_eq!(key_variable(None), "LBJF_RADARR_API_KEY");
    }
}
