//! Limits before the HTML parser, which ends the whole process on deep pages and is quadratic in the attributes of one
//! tag (docs/design.md#the-html-parser). One look at the tags; real pages are at depth 20 and have 22 attributes in a
//! tag.
//!
//! A parser knows more than the tags tell, and a page may hide tags where a comment or a script seems to be. Hence
//! `MAX_TAGS` counts whatever could begin a tag: with so few the parser's stack is large enough for any page.

use super::html_tags::{Tags, is_same_name};

/// Most elements that are open at a time. A `<p>` or `<li>` without an end counts until its parent ends.
const MAX_DEPTH: usize = 256;

/// Most attributes in one tag.
const MAX_ATTRIBUTES: usize = 256;

/// Most `<` in a page, wherever they stand: the film page with the most had 4,201, and nearly as many `</`, which nest
/// nothing and count apart. Each may become about a kilobyte. Nested they end the process at 34,000 (8 MiB of stack),
/// and `<table><td>` counts for four.
const MAX_TAGS: usize = 15_000;

/// Why a page is not parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitExceeded {
    /// Too deep.
    #[error("it has tags nested more than {MAX_DEPTH} deep")]
    Depth,
    /// Too many attributes.
    #[error("it has a tag with more than {MAX_ATTRIBUTES} attributes")]
    Attributes,
    /// Too many tags and comments.
    #[error("it has more than {MAX_TAGS} tags")]
    Tags,
}

/// May the parser have this page?
///
/// # Errors
///
/// With the first limit that it exceeds.
pub fn check(html: &str) -> Result<(), LimitExceeded> {
    let all = memchr::memchr_iter(b'<', html.as_bytes()).count();
    let ends = memchr::memmem::find_iter(html.as_bytes(), "</").count();
    if (all - ends).max(ends) > MAX_TAGS {
        return Err(LimitExceeded::Tags);
    }
    let mut open: Vec<&str> = Vec::new();
    let mut tags = Tags::of(html);
    while let Some(tag) = tags.read() {
        if tag.attributes.len() > MAX_ATTRIBUTES {
            return Err(LimitExceeded::Attributes);
        }
        if tag.is_end {
            // What is in it ends with it.
            let start = open.iter().rposition(|name| is_same_name(name, tag.name));
            open.truncate(start.unwrap_or(open.len()));
        } else if !tag.is_whole() {
            open.push(tag.name);
        }
        if open.len() > MAX_DEPTH {
            return Err(LimitExceeded::Depth);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Deeper than any page may be.
    fn deep() -> String {
        "<div>".repeat(MAX_DEPTH + 1)
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
        assert_eq!(check(&"<div>".repeat(MAX_DEPTH)), Ok(()));
        assert_eq!(check(&deep()), Err(LimitExceeded::Depth));
        for page in ["<a><br><br/><i></i></a>", "<svg><path/></svg>", "<svg/>", "<p><I></P>"] {
            assert_eq!(check(&page.repeat(300)), Ok(()), "{page}: none of these stays open");
        }
        for page in ["<div/>", "<svg><path a=b/></svg", "<svg><path/ ></svg"] {
            assert_eq!(check(&page.repeat(300)), Err(LimitExceeded::Depth), "{page}: that ends nothing");
        }
        assert_eq!(
            check(&"<ul><li><p></ul>".repeat(300)),
            Ok(()),
            "what is closed with its parent is closed"
        );
        assert_eq!(check(&"<br>".repeat(MAX_TAGS)), Ok(()));
        assert_eq!(check(&"<br>".repeat(MAX_TAGS + 1)), Err(LimitExceeded::Tags));
        for attribute in [" a", " a=1", " a='>'", " a = \"b\"", "/a", " a= x=y"] {
            let with = |count: usize| check(&format!("<p{}>", attribute.repeat(count)));
            assert_eq!(with(MAX_ATTRIBUTES), Ok(()), "{attribute}");
            assert_eq!(with(MAX_ATTRIBUTES + 1), Err(LimitExceeded::Attributes), "{attribute}");
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
            assert_eq!(check(&format!("{page}{}", deep())), Err(LimitExceeded::Depth), "behind {after}");
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
            "<svg><style/></svg>",
            "<math><textarea>",
            "<select><xmp>",
            "<select></select><svg></svg></svg>",
        ] {
            assert_eq!(check(&format!("{before}{}", deep())), Err(LimitExceeded::Depth), "{before}");
        }
    }

    #[test]
    fn hidden_tags_are_counted_all_the_same() {
        // Only a tree knows that the first ends its picture, and that in the last there is nothing but frames.
        for before in ["<svg><p></svg><title>", "<frameset><style>"] {
            let page = format!("{before}{}", "<div>".repeat(MAX_TAGS));
            assert_eq!(check(&page), Err(LimitExceeded::Tags), "{before}");
        }
    }

    #[test]
    fn hostile_pages_are_refused_before_they_are_parsed() {
        assert_eq!(check(&"<div>".repeat(10_000)), Err(LimitExceeded::Depth));
        assert_eq!(check(&format!("<p{}>", " a=1".repeat(60_000))), Err(LimitExceeded::Attributes));
        assert_eq!(check(&"</p>".repeat(200_000)), Err(LimitExceeded::Tags));
        assert_eq!(check(&"<!>".repeat(200_000)), Err(LimitExceeded::Tags));
        for comment in ["<!-->", "<!--->", "<!-- -->"] {
            let page = format!("{comment}{}-->", "<div>".repeat(1000));
            assert_eq!(check(&page), Err(LimitExceeded::Depth));
        }
    }

    #[test]
    fn a_megabyte_in_one_attribute_is_one_attribute() {
        assert_eq!(check(&format!("<p title=\"{}\">", "x y=1 ".repeat(200_000))), Ok(()));
    }
}
