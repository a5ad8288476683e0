//! A film's own page: which film it is about, and its place on TMDB (docs/letterboxd.md#the-film-page).
//!
//! Of its four thousand tags a handful are read; no tree is made of the others, however many they are.

use url::Url;

use super::{Identifier, Unreadable, changed, decoded, foreign, has_class, is_uid, shown_class};
use crate::clients::letterboxd::html_tags::{Tag, Tags, is_same_name};
use crate::domain::film::Link;
use crate::domain::ids::{Lid, Slug, TmdbId, Uid};

/// What a film's own page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilmPage {
    /// Which film the page is about; `None` where it does not say.
    pub uid: Option<Uid>,
    /// Its short id; `None` where the page does not say.
    pub lid: Option<Lid>,
    /// Its slug, where a short link led to the page. The page itself is not asked for it.
    pub slug: Option<Slug>,
    /// Its place on TMDB.
    pub link: Link,
}

/// Reads a film's page.
///
/// # Errors
///
/// When it is no film page, or names two TMDB ids.
pub fn film(html: &str) -> Result<FilmPage, Unreadable> {
    let page = Elements::of(html);
    let body = page.body.unwrap_or_default();
    if !has_class(body.class.as_deref(), "film") && body.kind.as_deref() != Some("film") {
        let is_ours = page.is_tracked || body.tmdb_id.is_some();
        let class = body.class.as_deref();
        return Err(if is_ours { changed("body.film", shown_class(class)) } else { foreign(html, class) });
    }
    let link = match (page.button.or(page.footer_link), body.link()) {
        // A TV entry's body says "movie" with an empty id: only the button knows.
        (Some(button), Link::Missing) => button,
        (Some(button), from_body) if button == from_body => button,
        (Some(button), from_body) => {
            return Err(Unreadable::Contradiction { button: name(button), body: name(from_body) });
        }
        (None, from_body) => from_body,
    };
    let tells_links = link != Link::Missing || body.tmdb_id.is_some() || page.is_tracked || page.has_footer;
    if !tells_links {
        return Err(changed("a[data-track-action] or body[data-tmdb-id]", "neither"));
    }
    let meta = page.meta.unwrap_or_default();
    let in_field = || page.fields.first().map(|(uid, _)| uid.clone());
    let uid = page.production_uid.or_else(|| meta.uid.clone()).or_else(in_field).or_else(|| script_uid(html));
    let uid = uid.filter(|uid| is_uid(uid));
    // The page may speak of other films, too.
    let in_meta = meta.lid.filter(|_| meta.uid == uid).as_deref().and_then(Lid::parse);
    let lid = in_meta.or_else(|| lid_of(&page.fields, uid.as_deref()?));
    Ok(FilmPage { uid: uid.as_deref().and_then(Uid::parse), lid, slug: None, link })
}

/// The elements of a film page that are read, as far as they are.
#[derive(Default)]
struct Elements {
    body: Option<Body>,
    /// Does anything say which action is tracked, as all buttons do?
    is_tracked: bool,
    /// The first link to TMDB among these buttons.
    button: Option<Link>,
    has_footer: bool,
    /// How many elements are open of the footer, with itself.
    footer_depth: usize,
    /// The first link to TMDB in the footer. Links in reviews do not count.
    footer_link: Option<Link>,
    production_uid: Option<String>,
    meta: Option<Identifier>,
    /// Fields with short addresses: the uid of each film, and its address.
    fields: Vec<(String, String)>,
}

/// Adds what an element says that has an attribute of this value.
type Read = fn(&mut Elements, &Tag<'_, '_>, &str);

impl Elements {
    const BY_ATTRIBUTE: &'static [(&'static str, Read)] = &[
        ("data-track-action", |all, tag, action| {
            all.is_tracked = true;
            if tag.starts("a") && action.trim().eq_ignore_ascii_case("tmdb") {
                all.button = all.button.or_else(|| tmdb_address(&attribute(tag, "href")?));
            }
        }),
        ("data-production-uid", |all, _, uid| {
            all.production_uid.get_or_insert_with(|| uid.to_owned());
        }),
        ("name", |all, meta, name| {
            if name == "production:identifier" {
                let identifier = || serde_json::from_str(&attribute(meta, "content")?).ok();
                all.meta = all.meta.take().or_else(identifier);
            }
        }),
        ("id", |all, field, id| {
            if let Some(number) = id.strip_prefix("url-field-film-") {
                let address = attribute(field, "value").unwrap_or_default();
                all.fields.push((format!("film:{number}"), address));
            }
        }),
        ("class", |all, _, class| {
            if has_class(Some(class), "text-footer") {
                all.has_footer = true;
                all.footer_depth = 1;
            }
        }),
    ];

    fn of(html: &str) -> Self {
        let mut all = Self::default();
        let mut tags = Tags::of(html);
        // Reviews and other films, which are a third of a page and more, come last.
        while !all.is_complete()
            && let Some(tag) = tags.read()
        {
            if tag.is_end {
                all.footer_depth = all.footer_depth.saturating_sub(1);
            } else {
                all.read(&tag);
            }
        }
        all
    }

    /// Is everything known that is read of a page?
    fn is_complete(&self) -> bool {
        let has_lid = || self.production_uid.as_ref().and_then(|uid| lid_of(&self.fields, uid)).is_some();
        self.button.is_some() && self.body.is_some() && has_lid()
    }

    fn read(&mut self, tag: &Tag<'_, '_>) {
        if tag.starts("body") {
            self.body.get_or_insert_with(|| Body::of(tag));
        }
        if tag.starts("a") && self.footer_depth == 1 {
            self.footer_link = self.footer_link.or_else(|| tmdb_address(&attribute(tag, "href")?));
        }
        if self.footer_depth > 0 && !tag.is_whole() {
            self.footer_depth += 1;
        }
        for (name, value) in tag.attributes {
            let known = Self::BY_ATTRIBUTE.iter().find(|(known, _)| is_same_name(name, known));
            if let Some((_, read)) = known {
                read(self, tag, &decoded(value));
            }
        }
    }
}

/// The short id of this film, by these fields.
fn lid_of(fields: &[(String, String)], uid: &str) -> Option<Lid> {
    let mut own = fields.iter().filter(|(of, _)| of == uid);
    own.find_map(|(_, address)| Lid::parse(address.rsplit_once("boxd.it/")?.1))
}

/// What the body's attributes say.
#[derive(Default)]
struct Body {
    class: Option<String>,
    kind: Option<String>,
    tmdb_id: Option<String>,
    tmdb_kind: Option<String>,
}

impl Body {
    fn of(body: &Tag<'_, '_>) -> Self {
        let attribute = |name| attribute(body, name);
        Self {
            class: attribute("class"),
            kind: attribute("data-type"),
            tmdb_id: attribute("data-tmdb-id"),
            tmdb_kind: attribute("data-tmdb-type"),
        }
    }

    /// The second source: empty or absent means that it does not know.
    fn link(&self) -> Link {
        let id = self.tmdb_id.as_ref().and_then(|text| text.trim().parse().ok());
        let kind = self.tmdb_kind.as_deref().unwrap_or("movie").trim();
        id.and_then(|id| link(kind, id)).unwrap_or(Link::Missing)
    }
}

fn attribute(tag: &Tag<'_, '_>, name: &str) -> Option<String> {
    tag.attribute(name).map(|value| decoded(value).into_owned())
}

/// `https://www.themoviedb.org/movie/949-heat/` and its like.
fn tmdb_address(text: &str) -> Option<Link> {
    let url = Url::parse(text.trim()).ok()?;
    let host = url.host_str()?;
    if host != "themoviedb.org" && !host.ends_with(".themoviedb.org") {
        return None;
    }
    let mut segments = url.path_segments()?;
    let kind = segments.next()?;
    let digits = segments.next()?.split('-').next()?;
    link(kind, digits.parse().ok()?)
}

fn link(kind: &str, id: u32) -> Option<Link> {
    match kind {
        _ if id == 0 => None,
        "movie" => TmdbId::new(id).map(Link::Movie),
        "tv" => Some(Link::Tv(id)),
        _ => None,
    }
}

fn name(link: Link) -> String {
    match link {
        Link::Movie(id) => format!("movie/{id}"),
        Link::Tv(id) => format!("tv/{id}"),
        Link::Missing => "nothing".to_owned(),
    }
}

/// Pages of 2023 name the film only in a script.
fn script_uid(html: &str) -> Option<String> {
    let (_, rest) = html.split_once("viewingable.uid")?;
    let start = rest.find("film:")?;
    let digits: String = rest[start + 5..].chars().take_while(char::is_ascii_digit).collect();
    (start < 10).then(|| format!("film:{digits}"))
}

#[cfg(test)]
mod tests;
