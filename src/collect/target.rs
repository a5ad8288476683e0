//! Which collection on the server is meant by the one in the config.

use crate::config::Collection;
use crate::jellyfin::BoxSet;

/// What a collection of the config is on the server.
#[derive(PartialEq, Eq)]
pub(crate) enum Target {
    /// There, with this id.
    Set(String),
    /// Not there yet: the name it will get.
    New(String),
}

impl Target {
    /// The collection itself, when it is there.
    pub(crate) fn set<'a>(&self, sets: &'a [BoxSet]) -> Option<&'a BoxSet> {
        match self {
            Self::Set(id) => sets.iter().find(|set| set.id == *id),
            Self::New(_) => None,
        }
    }
}

/// By id: it must exist. By name: the exact name, else the folder that the name had, which a person's renaming
/// keeps, else the id it had last. Creating a name whose folder exists would empty it (facts/servers.md J6, J7).
pub(crate) fn find(
    collection: &Collection,
    sets: &[BoxSet],
    remembered: Option<&str>,
) -> Result<Target, String> {
    let steps = match collection {
        Collection::Id(id) => vec![Mark::Id(id.clone())],
        Collection::Name(name) => {
            let mut steps = vec![Mark::Name(name.clone()), Mark::Folder(format!("{name} [boxset]"))];
            steps.extend(remembered.map(|id| Mark::Id(id.to_owned())));
            steps
        }
    };
    for mark in steps {
        // Several of one name: always the same one.
        let living = sets.iter().filter(|set| mark.is_on(set) && !set.is_ghost).min_by_key(|set| &set.id);
        if let Some(set) = living {
            return Ok(Target::Set(set.id.clone()));
        }
        if sets.iter().any(|set| mark.is_on(set)) {
            return Err(format!(
                "collection {collection} is a leftover of a deleted one that nobody can see; \
                 a library scan in Jellyfin makes it real, or choose another name"
            ));
        }
    }
    match collection {
        Collection::Name(name) => Ok(Target::New(name.clone())),
        Collection::Id(_) => {
            let there =
                sets.iter().filter(|set| !set.is_ghost).map(|set| format!("`{}` ({})", set.name, set.id));
            let there = there.collect::<Vec<_>>().join(", ");
            let there = if there.is_empty() { "none".to_owned() } else { there };
            Err(format!("Jellyfin has no collection {collection}; it has {there}"))
        }
    }
}

/// By what a collection is recognised.
enum Mark {
    Name(String),
    Folder(String),
    Id(String),
}

impl Mark {
    fn is_on(&self, set: &BoxSet) -> bool {
        match self {
            Self::Name(name) => set.name == *name,
            Self::Folder(folder) => set.folder == *folder,
            Self::Id(id) => set.id == *id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(id: &str, name: &str, folder: &str) -> BoxSet {
        BoxSet {
            id: id.to_owned(),
            name: name.to_owned(),
            folder: format!("{folder} [boxset]"),
            is_ghost: false,
        }
    }

    fn found(collection: &Collection, sets: &[BoxSet], remembered: Option<&str>) -> String {
        match find(collection, sets, remembered) {
            Ok(Target::Set(id)) => id,
            Ok(Target::New(name)) => format!("new {name}"),
            Err(text) => text,
        }
    }

    #[test]
    fn a_collection_is_found_by_name_then_folder_then_the_id_it_had() {
        let ada = Collection::Name("Ada".to_owned());
        let by_name = set("2", "Ada", "Other");
        let by_folder = set("1", "Renamed", "Ada");
        let by_id = set("3", "Moved", "Elsewhere");
        assert_eq!(found(&ada, &[by_folder.clone(), by_name.clone(), by_id.clone()], Some("3")), "2");
        assert_eq!(found(&ada, &[by_folder.clone(), by_id.clone()], Some("3")), "1");
        assert_eq!(found(&ada, std::slice::from_ref(&by_id), Some("3")), "3");
        assert_eq!(found(&ada, std::slice::from_ref(&by_id), None), "new Ada");
        assert_eq!(found(&ada, &[set("9", "Ada", "x"), set("5", "Ada", "y")], None), "5", "the smallest id");
        assert_eq!(found(&ada, &[set("4", "ADA", "ADA")], None), "new Ada", "names differ by case");
    }

    #[test]
    fn a_collection_by_id_must_exist() {
        let id = Collection::Id("7".to_owned());
        assert_eq!(found(&id, &[set("7", "Any", "Any")], None), "7");
        assert_eq!(
            found(&id, &[set("8", "Other", "Other")], None),
            "Jellyfin has no collection `7`; it has `Other` (8)"
        );
    }

    #[test]
    fn a_ghost_is_named_and_left() {
        let ghost = BoxSet { is_ghost: true, ..set("1", "Ada", "Ada") };
        let ada = Collection::Name("Ada".to_owned());
        assert!(found(&ada, std::slice::from_ref(&ghost), None).contains("leftover"));
        assert_eq!(found(&ada, &[ghost, set("2", "Ada", "Ada 2")], None), "2");
    }
}
