//! Limits before the HTML parser, which ends the whole process on deep pages and is quadratic in the attributes of one
//! tag (docs/design.md#the-html-parser). A streaming parser, which does neither and keeps to a limit of memory, looks
//! at the page first; real pages are at depth 20 and have 22 attributes in a tag.
//!
//! The two parsers might take the same text for different things. Where the streaming one is not sure, it refuses the
//! page, and `MAX_TAGS` counts whatever could begin a tag: with so few the other one's stack is large enough for any page.

use lol_html::errors::RewritingError;
use lol_html::{HtmlRewriter, MemorySettings, Settings, element};

/// Bytes for what is open and for the attributes of one tag: 256 elements deep, and 256 attributes or a few more.
const MAX_MEMORY: usize = 32 << 10;

/// The same for a page of which no tree is made.
const MAX_MEMORY_WITHOUT_TREE: usize = 1 << 20;

/// Most `<` in a page, wherever they stand: the film page with the most had 4,201, and nearly as many `</`, which nest
/// nothing and count apart. Each may become about a kilobyte. Nested they end the process at 34,000 (8 MiB of stack),
/// and `<table><td>` counts for four.
const MAX_TAGS: usize = 15_000;

/// Why a page is not parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitExceeded {
    /// Too deep, or too many attributes.
    #[error("its tags are nested too deep, or one has too many attributes")]
    Memory,
    /// Too many tags and comments.
    #[error("it has more than {MAX_TAGS} tags")]
    Tags,
    /// A tag where it is not certain that it is one.
    #[error("it has markup that programs read in different ways")]
    Ambiguous,
}

/// May the parser have this page?
///
/// # Errors
///
/// With the first limit that it exceeds.
pub fn check(html: &str) -> Result<(), LimitExceeded> {
    let bytes = html.as_bytes();
    let is_end = |open: &usize| bytes.get(open + 1) == Some(&b'/');
    let (ends, starts): (Vec<_>, Vec<_>) = memchr::memchr_iter(b'<', bytes).partition(is_end);
    if starts.len().max(ends.len()) > MAX_TAGS {
        return Err(LimitExceeded::Tags);
    }
    // It keeps what is open, and looks for attributes, only for somebody who asks.
    read(html, MAX_MEMORY, Settings::new().append_element_content_handler(element!("*", |_| Ok(()))))
}

/// Hands parts of a page over as the settings say, without a tree.
///
/// # Errors
///
/// When the page needs more memory than any, or cannot be read with certainty.
pub fn stream(html: &str, settings: Settings<'_, '_>) -> Result<(), LimitExceeded> {
    read(html, MAX_MEMORY_WITHOUT_TREE, settings)
}

fn read(html: &str, most: usize, settings: Settings<'_, '_>) -> Result<(), LimitExceeded> {
    let memory = MemorySettings::new().with_max_allowed_memory_usage(most);
    let mut parser = HtmlRewriter::new(settings.with_memory_settings(memory), |_: &[u8]| {});
    let done = parser.write(html.as_bytes()).and_then(|()| parser.end());
    done.map_err(|error| match error {
        RewritingError::ParsingAmbiguity(_) => LimitExceeded::Ambiguous,
        // No handler here fails.
        _ => LimitExceeded::Memory,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Deeper than any page may be.
    fn deep() -> String {
        "<div>".repeat(257)
    }

    #[test]
    fn ordinary_pages_pass() {
        for page in [
            "",
            "<p>no end",
            "<!DOCTYPE html><html><body><br><img src=x></body></html>",
            "<script>if (a < b && '<div>'.repeat(9) > c) {}</script><p>x</p>",
            "<!-- <div><div> --><a title='1 > 0' href=\"x\">y</a>",
            "<select><option>a</select>",
            "<template><i><script>a</script></template>",
            &"a < b ".repeat(300),
            &"<!x <div>".repeat(300),
            &"<? <div>".repeat(300),
            "<",
            "<a",
        ] {
            assert_eq!(check(page), Ok(()), "{page}");
        }
        assert_eq!(check(&"<p>x</p>".repeat(10_000)), Ok(()), "end tags count apart");
    }

    #[test]
    fn each_limit_is_reached_and_not_passed() {
        assert_eq!(check(&"<div>".repeat(256)), Ok(()));
        assert_eq!(check(&deep()), Err(LimitExceeded::Memory));
        assert_eq!(check(&"<a><br><br/><i></i></a>".repeat(300)), Ok(()), "none of these stays open");
        assert_eq!(
            check(&"<ul><li><p></ul>".repeat(300)),
            Ok(()),
            "what is closed with its parent is closed"
        );
        assert_eq!(check(&"<br>".repeat(MAX_TAGS)), Ok(()));
        assert_eq!(check(&"<br>".repeat(MAX_TAGS + 1)), Err(LimitExceeded::Tags));
        for attribute in [" a", " a=1", " a='>'", " a = \"b\"", "/a", " a= x=y"] {
            let with = |count: usize| check(&format!("<p{}>", attribute.repeat(count)));
            assert_eq!(with(256), Ok(()), "{attribute}");
            assert_eq!(with(520), Err(LimitExceeded::Memory), "{attribute}");
        }
    }

    #[test]
    fn what_is_text_to_the_parser_counts_as_text() {
        for (before, after) in [
            ("<!--", "-->"),
            ("<!-- -- > ->", "-->"),
            ("<a title=\"", "\"></a>"),
            ("<a title= '", "'></a>"),
            ("<a b title\n=\n\"", "\"></a>"),
            ("<script>", "</script>"),
            ("<SCRIPT async>", "</Script >"),
            ("<title>a</b>", "</title>"),
            ("<textarea>", "</textarea>"),
        ] {
            let page = format!("{before}{}{after}", deep());
            assert_eq!(check(&page), Ok(()), "{before}");
            assert_eq!(check(&format!("{page}{}", deep())), Err(LimitExceeded::Memory), "behind {after}");
        }
    }

    #[test]
    fn what_is_a_tag_to_the_parser_is_never_taken_for_text() {
        for before in [
            "<!-->",
            "<!--->",
            "<!---->",
            "<!-- --!>",
            "<!x>",
            "<?x>",
            "</ x>",
            "<p a=b=\">",
            "<p a = b=\">",
            "<p =\">",
            "<p a\">",
            "<p a='b'\">",
            "<p a/=\">",
            "<p a=b c\">",
            "<script></script>",
            "<script src=x></script>",
            "<p/x>",
            "<svg><title>",
            "<svg><script/>",
            "<math><textarea>",
        ] {
            assert_eq!(check(&format!("{before}{}", deep())), Err(LimitExceeded::Memory), "{before}");
        }
    }

    #[test]
    fn where_it_is_not_certain_what_is_a_tag_the_page_is_refused() {
        for before in ["<select><xmp>", "<select><title>", "<frameset><style>"] {
            assert_eq!(check(&format!("{before}{}", deep())), Err(LimitExceeded::Ambiguous), "{before}");
            assert_eq!(
                check(&format!("{before}{}", "<div>".repeat(MAX_TAGS))),
                Err(LimitExceeded::Tags),
                "{before}"
            );
        }
    }

    #[test]
    fn hostile_pages_are_refused_before_they_are_parsed() {
        assert_eq!(check(&"<div>".repeat(10_000)), Err(LimitExceeded::Memory));
        assert_eq!(check(&format!("<p{}>", " a=1".repeat(60_000))), Err(LimitExceeded::Memory));
        assert_eq!(check(&"</p>".repeat(200_000)), Err(LimitExceeded::Tags));
        assert_eq!(check(&"<!>".repeat(200_000)), Err(LimitExceeded::Tags));
        for comment in ["<!-->", "<!--->", "<!-- -->"] {
            let page = format!("{comment}{}-->", "<div>".repeat(1000));
            assert_eq!(check(&page), Err(LimitExceeded::Memory));
        }
    }

    #[test]
    fn a_megabyte_in_one_attribute_is_one_attribute() {
        assert_eq!(check(&format!("<p title=\"{}\">", "x y=1 ".repeat(200_000))), Ok(()));
    }
}
