//! The grid of a watchlist page: each tile is an entry, or looks like no film at all.

use select::node::Node;
use select::predicate::{Any, Name};

use crate::clients::letterboxd::page::{Identifier, Unreadable, changed, has_class, is_uid};
use crate::domain::film::{ListEntry, split_year};
use crate::domain::film_name::FilmName;
use crate::domain::ids::{Lid, Slug, Uid};
use crate::domain::text::excerpt;

/// The longest title there is has 250 letters; what is longer is cut.
const MAX_NAME: usize = 500;

const ITEM_CLASSES: &[&str] = &["griditem", "posteritem", "poster-container"];

/// Newest first: the order in which they are believed.
const SLUG_ATTRIBUTES: &[&str] = &["data-item-link", "data-item-slug", "data-film-slug", "data-target-link"];

/// The films of a page, and how many tiles look like no film.
pub fn entries(
    column: &Node<'_>,
    declared: u32,
    may_be_empty: bool,
) -> Result<(Vec<ListEntry>, u32), Unreadable> {
    // A sidebar may show posters of other lists (docs/letterboxd.md#the-watchlist-page).
    let is_own = |node: &Node<'_>| !ancestors(*node, column).any(|parent| parent.name() == Some("aside"));
    let is_item = |node: &Node<'_>| ITEM_CLASSES.iter().any(|class| has_class(node.attr("class"), class));
    let items: Vec<_> = column.find(Name("li")).filter(|node| is_item(node) && is_own(node)).collect();
    let read: Vec<_> = items.iter().map(entry).collect();
    let others = items.iter().zip(&read).filter(|(item, read)| read.is_none() && !has_poster(item)).count();
    let entries: Vec<_> = read.into_iter().flatten().collect();
    let posters = column
        .find(Any)
        .filter(|node| slug_attribute(node).is_some() && is_own(node))
        .filter(|node| !ancestors(*node, column).any(|parent| slug_attribute(&parent).is_some()))
        .count();
    if items.is_empty() && !may_be_empty {
        let text = format!("{posters} posters elsewhere, of {declared} declared");
        return Err(changed("li.griditem in the watchlist", text));
    }
    let is_all_others = entries.is_empty() && others > 0 && !may_be_empty;
    if entries.len() + others < items.len() || is_all_others {
        let text = format!("{} of {} grid items that name one", entries.len(), items.len());
        return Err(changed("slug in every grid item", text));
    }
    if entries.len() != posters {
        let text = format!("{} grid items, {posters} posters", entries.len());
        return Err(changed("poster in every grid item and none outside", text));
    }
    Ok((entries, u32::try_from(others).unwrap_or(u32::MAX)))
}

/// Does anything in a tile speak of a film? Not in a banner: no name, number or picture of one, and no way to one.
fn has_poster(item: &Node<'_>) -> bool {
    const SIGNS: &[&str] =
        &["data-item-", "data-film-", "data-poster", "data-target-", "data-component-", "data-production-"];
    let is_sign = |name: &str, value: &str| match name {
        "class" => value.contains("poster") || value.contains("react-component"),
        "href" => value.contains("/film/"),
        name => SIGNS.iter().any(|sign| name.starts_with(sign)),
    };
    // The item's own class is the one of all tiles, which was called after posters for years.
    item.attrs().any(|(name, value)| name != "class" && is_sign(name, value))
        || item.find(Any).any(|node| node.attrs().any(|(name, value)| is_sign(name, value)))
}

/// The ancestors of `node` up to and without `top`.
fn ancestors<'a>(node: Node<'a>, top: &Node<'a>) -> impl Iterator<Item = Node<'a>> {
    let top = top.index();
    std::iter::successors(node.parent(), Node::parent).take_while(move |node| node.index() != top)
}

fn slug_attribute(node: &Node<'_>) -> Option<Slug> {
    SLUG_ATTRIBUTES.iter().find_map(|attribute| Slug::parse(node.attr(attribute)?))
}

fn entry(item: &Node<'_>) -> Option<ListEntry> {
    // The item itself or what it holds: name, slug and id must come from one element.
    let poster = std::iter::once(*item).chain(item.find(Any)).find(|node| slug_attribute(node).is_some())?;
    let slug = slug_attribute(&poster)?;
    let identifier = poster.attr("data-postered-identifier").and_then(|json| serde_json::from_str(json).ok());
    let identifier: Identifier = identifier.unwrap_or_default();
    let uid = identifier
        .uid
        .or_else(|| poster.attr("data-item-uid").map(str::to_owned))
        .or_else(|| poster.attr("data-film-id").map(|number| format!("film:{number}")))
        .filter(|uid| is_uid(uid))
        .and_then(|uid| Uid::parse(&uid));
    let label = ["data-item-full-display-name", "data-item-name"]
        .iter()
        .find_map(|attribute| poster.attr(attribute))
        .or_else(|| item.find(Name("img")).find_map(|image| image.attr("alt")))
        .map(|label| excerpt(label, MAX_NAME).trim().to_owned())
        .filter(|label| !label.is_empty());
    let (name, year) = label.map_or_else(
        || (slug.to_string(), None),
        |label| {
            let (name, year) = split_year(&label);
            (name.to_owned(), year)
        },
    );
    let lid = identifier.lid.as_deref().and_then(Lid::parse);
    let other_kind = identifier.kind.map(|kind| excerpt(&kind, 40)).filter(|kind| kind != "film");
    let address = FilmName::of_slug(slug);
    Some(ListEntry { uid, lid, address, name, year, other_kind })
}

#[cfg(test)]
mod tests;
