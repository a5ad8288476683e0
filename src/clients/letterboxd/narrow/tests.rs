use super::*;

const BUTTON: &str = "<a data-track-action=\"TMDB\" href=x>";
const NAME: &str = "<div data-production-uid='film:1'>";

/// What is taken of this, standing in a body: the tags apart by a space, and how many are of each kind.
fn taken(html: &str) -> Option<String> {
    let part = film(&format!("<html><body class=film>{html}</body></html>"))?;
    let (_, rest) = part.html.split_once("<head></head><body class=film>").expect("what stands in front");
    let copied = rest.strip_suffix("</body></html>").expect("what stands behind");
    Some(format!("{copied} {} {}", part.buttons, part.names))
}

#[test]
fn buttons_and_names_are_taken_wherever_they_stand() {
    let (button, name) = (format!("{BUTTON}</a>"), format!("{NAME}</div>"));
    for (html, expected) in [
        (String::new(), " 0 0".to_owned()),
        (format!("<p>x</p>{BUTTON}TMDB</a><i>y</i>{NAME}</div>"), format!("{button}{name} 1 1")),
        (format!("{NAME}{BUTTON}</a></div>{BUTTON}</a>"), format!("{name}{button}{button} 2 1")),
        ("<meta data-production-uid=a>".to_owned(), "<meta data-production-uid=a> 0 1".to_owned()),
        ("<LI DATA-TRACK-ACTION=x>".to_owned(), "<LI DATA-TRACK-ACTION=x></li> 1 0".to_owned()),
        (
            "<a data-track-action=x data-production-uid=y/>".to_owned(),
            "<a data-track-action=x data-production-uid=y/></a> 1 1".to_owned(),
        ),
        (
            "<input id='url-field-film-1' value=x><p id=x name=y><meta name=production:identifier>"
                .to_owned(),
            "<input id='url-field-film-1' value=x><meta name=production:identifier> 0 2".to_owned(),
        ),
    ] {
        assert_eq!(taken(&html).as_ref(), Some(&expected), "{html}");
    }
}

#[test]
fn what_every_reader_takes_for_the_same_is_passed_over() {
    let expected = format!("{BUTTON}</a> 1 0");
    for before in [
        "<!-- <a data-track-action=x> -->",
        "<!---->",
        "<!-- - -- > -->",
        "<!x <a data-track-action=x>",
        "<?x <a data-track-action=x>",
        "a < b <3 <",
        "<p>",
        "</p>",
        "</p >",
        "</x-y2>",
        "<br/>",
        "<i a b=c d='>' e=\">\" f = 'g' h= i />",
        "<i class=\"a\"\">",
        "<i class='a'\">",
        "<i \" a='b'>",
        "<i a=\"b\"c d='>'>",
        "<i\na\n=\n'b'\n>",
        "<script>if (a<b) { '<div>' } </div> </scrip></script>",
        "<SCRIPT a=b></Script >",
        "<style>a</style><title>b</title><textarea>c</textarea>",
        "<svg><path d='x'/><script>a</script></svg>",
        "<svg><title/><style/></svg>",
        "<svg/>",
        "<svg><svg></svg></svg>",
        "</svg></template></select>",
        "<template><i><script>a</script></template>",
        "<select><option>a</select>",
        "<template><template></template></template>",
        "ä\u{1F600}",
    ] {
        assert_eq!(taken(&format!("{before}{BUTTON}</a>")).as_ref(), Some(&expected), "{before}");
    }
}

#[test]
fn what_readers_may_take_for_different_things_leaves_the_page_whole() {
    for before in [
        "<!-->",
        "<!--> -->",
        "<!--->",
        "<!---> -->",
        "<!-- --!> -->",
        "<!-- never ends",
        "<![CDATA[ ]]>",
        "<svg>",
        "<svg><svg></svg>",
        "<template>",
        "<select>",
        "<select></template>",
        "<template></select>",
        "<select><template></select></template>",
        "<template><select></template></select>",
        "<table>",
        "<NoScript>",
        "<plaintext>",
        "<math>",
        "<svg><foreignObject></svg>",
        "<svg><desc></svg>",
        "<frameset>",
        "<body>",
        "<script/>",
        "<script><!--</script>",
        "<script>never ends",
        "<script></scripts></script>",
        "<svg><title>a<b></title></svg>",
        "<svg><script>a<b</script></svg>",
        "<template><style>a</style></template>",
        "<select><title>a</title></select>",
        "<i a='never ends>",
        "<i a='b'\"c'>",
        "<i a=b\"c>",
        "<i a=b\" c>",
        "<i a='b'`c>",
        "<i a='b'` c>",
        "<i a\">",
        "<i a'>",
        "<i a=b'c>",
        "<i a=b=c>",
        "<i a=<b>",
        "<i a=`b>",
        "<i a=>",
        "<i =b>",
        "<i a\"b>",
        "<i a<b>",
        "<i a/\"b>",
        "</p a='>'>",
        "</p\u{e4}>",
        "<td data-production-uid=x>",
        "<tr data-track-action=x>",
        "<p id='url-field-film-1'>",
        "<i id='a&amp;b'>",
    ] {
        assert_eq!(taken(&format!("{before}{BUTTON}</a>")), None, "{before}");
    }
    assert!(film("<html></html>").is_none(), "without a body");
    assert!(film("<template><body></template>").is_none());
    assert!(film("<svg><body></svg>").is_none());
    for cut in ["<", "<a", "<a ", "<a b", "<a b=", "<a b='", "<a b=c", "</", "</a", "<!", "<!-", "<?"] {
        assert!(film(&format!("<body class=film>{cut}")).is_none(), "{cut}");
    }
}
