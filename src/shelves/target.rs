//! Which collection on the server is meant by the one in the config.

use crate::clients::jellyfin::BoxSet;
use crate::domain::ids::JellyfinId;
use crate::domain::shelf::Named;

/// What a collection of the config is on the server.
#[derive(PartialEq, Eq)]
pub(crate) enum Target {
    /// There, with this id.
    Set(JellyfinId),
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

/// Why it is not known what is meant, and what to do about it.
pub(crate) type Unclear = (String, Option<&'static str>);

/// By id: it must exist. By name: that name, else the folder that the name had, which a person's renaming keeps, else
/// the id it had last. Creating a name whose folder exists would empty it, and one that differs in case only may be the
/// same folder.
pub(crate) fn find(
    collection: &Named,
    sets: &[BoxSet],
    remembered: Option<&JellyfinId>,
) -> Result<Target, Unclear> {
    let steps = match collection {
        Named::Id(id) => vec![Mark::Id(id)],
        Named::Name(name) => {
            let mut steps = vec![Mark::Name(name), Mark::Folder(name)];
            steps.extend(remembered.map(|id| Mark::Id(id)));
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
            let text = format!("collection {collection} is an invisible leftover of a deleted one");
            let hint = "scan the library in Jellyfin, which brings it back, or choose another name";
            return Err((text, Some(hint)));
        }
    }
    match collection {
        Named::Name(name) => {
            let near = named(sets.iter().filter(|set| set.is_nearly(name)));
            if near.is_empty() {
                return Ok(Target::New(name.clone()));
            }
            let text = format!(
                "collection {collection} not created: Jellyfin has {near}, which differs only in case and would be emptied if both share a folder"
            );
            Err((text, Some("write the name exactly as Jellyfin has it, or choose another one")))
        }
        Named::Id(_) => {
            let there = named(sets.iter().filter(|set| !set.is_ghost));
            let there = if there.is_empty() { "none".to_owned() } else { there };
            let text = format!("Jellyfin has no collection {collection}; it has {there}");
            Err((text, Some("check `jellyfin_collection_id`")))
        }
    }
}

/// What is said of several collections that have the name of the one in the config.
pub(crate) fn twins(collection: &Named, sets: &[BoxSet]) -> Option<(String, &'static str)> {
    let Named::Name(name) = collection else { return None };
    let mut ids: Vec<&str> =
        sets.iter().filter(|set| set.is_named(name) && !set.is_ghost).map(|set| set.id.as_str()).collect();
    ids.sort_unstable();
    let (first, others) = ids.split_first().filter(|(_, others)| !others.is_empty())?;
    let text = format!(
        "Jellyfin has {} collections named {collection}: lbjf uses {first} and leaves {} alone",
        ids.len(),
        others.join(", ")
    );
    Some((text, "rename the others in Jellyfin, or set `jellyfin_collection_id` to the right one"))
}

/// Collections with their ids, for messages.
fn named<'a>(sets: impl Iterator<Item = &'a BoxSet>) -> String {
    sets.map(|set| format!("`{}` ({})", set.name, set.id)).collect::<Vec<_>>().join(", ")
}

/// By what a collection is recognised.
enum Mark<'a> {
    Name(&'a str),
    Folder(&'a str),
    Id(&'a str),
}

impl Mark<'_> {
    fn is_on(&self, set: &BoxSet) -> bool {
        match self {
            Self::Name(name) => set.is_named(name),
            Self::Folder(name) => set.lies_in_folder_of(name),
            Self::Id(id) => set.id.as_str() == *id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(id: &str, name: &str, folder: &str) -> BoxSet {
        BoxSet {
            id: JellyfinId::parse(id).unwrap(),
            name: name.to_owned(),
            folder: format!("{folder} [boxset]"),
            is_ghost: false,
            etag: None,
        }
    }

    fn found(collection: &Named, sets: &[BoxSet], remembered: Option<&str>) -> String {
        let remembered = remembered.and_then(JellyfinId::parse);
        match find(collection, sets, remembered.as_ref()) {
            Ok(Target::Set(id)) => id.to_string(),
            Ok(Target::New(name)) => format!("new {name}"),
            Err((text, _)) => text,
        }
    }

    #[test]
    fn a_collection_is_found_by_name_then_folder_then_the_id_it_had() {
        let ada = Named::Name("Ada".to_owned());
        let by_name = set("2", "Ada", "Other");
        let by_folder = set("1", "Renamed", "Ada");
        let by_id = set("3", "Moved", "Elsewhere");
        assert_eq!(found(&ada, &[by_folder.clone(), by_name.clone(), by_id.clone()], Some("3")), "2");
        assert_eq!(found(&ada, &[by_folder.clone(), by_id.clone()], Some("3")), "1");
        assert_eq!(found(&ada, std::slice::from_ref(&by_id), Some("3")), "3");
        assert_eq!(found(&ada, std::slice::from_ref(&by_id), None), "new Ada");
        assert_eq!(found(&ada, &[set("9", "Ada", "x"), set("5", "Ada", "y")], None), "5", "the smallest id");
    }

    #[test]
    fn a_name_that_differs_in_case_only_is_named_and_not_made_over() {
        let ada = Named::Name("Ada".to_owned());
        for near in [set("4", "ADA", "ADA"), set("4", "aDa", "Other"), set("4", "Other", "ada")] {
            let text = found(&ada, std::slice::from_ref(&near), None);
            let named = format!("Jellyfin has `{}` (4), which differs only in case", near.name);
            assert!(text.contains("collection `Ada` not created") && text.contains(&named), "{text}");
            assert_eq!(found(&ada, &[near.clone(), set("5", "Ada", "Ada")], None), "5");
            assert_eq!(found(&ada, &[near, set("6", "Moved", "Elsewhere")], Some("6")), "6");
        }
        let ghost = BoxSet { is_ghost: true, ..set("1", "ADA", "ADA") };
        assert!(found(&ada, &[ghost], None).contains("not created"));
        assert_eq!(found(&ada, &[set("4", "Ada B", "Ada B")], None), "new Ada");
    }

    #[test]
    fn the_same_letters_in_other_bytes_are_the_same_name_and_folder() {
        let (apart, composed) = ("Films d'Ame\u{301}lie", "Films d'Amélie");
        for (config, server) in [(apart, composed), (composed, apart)] {
            let config = Named::Name(config.to_owned());
            assert_eq!(found(&config, &[set("2", server, "Other")], None), "2");
            assert_eq!(found(&config, &[set("2", "Renamed", server)], None), "2");
        }
    }

    #[test]
    fn what_no_disk_takes_is_a_blank_in_the_folder_only() {
        for (name, folder) in
            [("Ada: to see", "Ada  to see"), (r#"a/b\c:d*e?f"g<h>i|j"#, "a b c d e f g h i j")]
        {
            let collection = Named::Name(name.to_owned());
            assert_eq!(found(&collection, &[set("2", name, folder)], None), "2");
            assert_eq!(found(&collection, &[set("2", "Renamed", folder)], None), "2");
            assert!(
                found(&collection, &[set("2", "Other", &folder.to_uppercase())], None)
                    .contains("not created")
            );
        }
    }

    #[test]
    fn of_several_collections_of_one_name_both_ids_are_said() {
        let ada = Named::Name("Ada".to_owned());
        let sets = [set("9", "Ada", "x"), set("5", "Ada", "y"), set("1", "ADA", "z")];
        let (text, _) = twins(&ada, &sets).unwrap();
        assert_eq!(text, "Jellyfin has 2 collections named `Ada`: lbjf uses 5 and leaves 9 alone");
        assert_eq!(twins(&ada, &sets[1..]), None);
        let ghost = BoxSet { is_ghost: true, ..set("1", "Ada", "Ada") };
        assert_eq!(twins(&ada, &[ghost, set("2", "Ada", "Ada 2")]), None);
    }

    #[test]
    fn a_collection_by_id_must_exist() {
        let id = Named::Id("7".to_owned());
        assert_eq!(found(&id, &[set("7", "Any", "Any")], None), "7");
        assert_eq!(
            found(&id, &[set("8", "Other", "Other")], None),
            "Jellyfin has no collection `7`; it has `Other` (8)"
        );
    }

    #[test]
    fn a_ghost_is_named_and_left() {
        let ghost = BoxSet { is_ghost: true, ..set("1", "Ada", "Ada") };
        let ada = Named::Name("Ada".to_owned());
        assert!(found(&ada, std::slice::from_ref(&ghost), None).contains("leftover"));
        assert_eq!(found(&ada, &[ghost, set("2", "Ada", "Ada 2")], None), "2");
    }
}
