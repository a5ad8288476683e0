use super::*;

/// Each tag in a word, with its attributes: `a[b=c] /a br/`.
fn shown(html: &str) -> String {
    let mut all = Vec::new();
    let mut tags = Tags::of(html);
    while let Some(tag) = tags.read() {
        let attributes = tag.attributes.iter().map(|(name, value)| format!("[{name}={value}]"));
        let attributes = attributes.collect::<String>();
        let (start, end) = (if tag.is_end { "/" } else { "" }, if tag.is_whole() { "/" } else { "" });
        all.push(format!("{start}{}{attributes}{end}", tag.name));
    }
    all.join(" ")
}

#[test]
fn tags_and_attributes_are_read_as_the_standard_says() {
    for (html, expected) in [
        ("", ""),
        ("text", ""),
        ("<p>x</p>y<br/>", "p /p br/"),
        ("<P Class=a>", "P[Class=a]"),
        ("a < b <3 < <p>", "p"),
        ("<p a b=c d='>' e=\">\" f = 'g' h= i >", "p[a=][b=c][d=>][e=>][f=g][h=i]"),
        ("<p\na\n=\n'b\n'\n>", "p[a=b\n]"),
        ("<p a=b/>", "p[a=b/]"),
        ("<p/a/b>", "p[a=][b=]"),
        ("<p\x0Ca\t=\r\n\x0Cb\rc>", "p[a=b][c=]"),
        ("</br><br>", "/br br/"),
        ("<p a=\"b\"\">", "p[a=b][\"=]"),
        ("<p a='b'c='d'>", "p[a=b][c=d]"),
        ("<p a=b\"c>", "p[a=b\"c]"),
        ("<p a\"b='c'>", "p[a\"b=c]"),
        ("<p =a>", "p[=a=]"),
        ("<p ==a>", "p[==a]"),
        ("<p a=>b</p>", "p[a=] /p"),
        ("<p a=b=c a=d>", "p[a=b=c][a=d]"),
        ("<p<b>", "p<b"),
        ("<p \u{e4}=\u{f6}>", "p[\u{e4}=\u{f6}]"),
        ("</p a='>'>", "/p[a=>]"),
        ("</>x</ p><p>", "p"),
    ] {
        assert_eq!(shown(html), expected, "{html}");
    }
    for cut in [
        "<", "<p", "<p ", "<p /", "<p a", "<p a=", "<p a='", "<p a='b'", "<p a=b", "</", "</p", "<!", "<!-",
        "<?",
    ] {
        assert_eq!(shown(&format!("<i>{cut}")), "i", "{cut}");
    }
    assert_eq!(Tags::of("<p A=1 a=2 b>").read().map(|tag| tag.attribute("a")), Some(Some("1")));
}

#[test]
fn comments_end_where_they_end_in_a_browser() {
    for comment in [
        "<!-- <p> -->",
        "<!-- -- > - -> <p> -->",
        "<!-- <!-- -->",
        "<!-->",
        "<!--->",
        "<!---->",
        "<!----!>",
        "<!---!><p>-->",
        "<!--!><p>-->",
        "<!-- <p> --!>",
        "<!x <p>",
        "<!>",
        "<!-x>",
        "<?x <p>",
        "</ <p>",
        "<![CDATA[>",
    ] {
        assert_eq!(shown(&format!("{comment}<i>")), "i", "{comment}");
    }
    for open in ["<!--", "<!---", "<!-- --", "<!-- -- >", "<!-- ->"] {
        assert_eq!(shown(&format!("{open}<i>")), "", "{open}");
    }
}

#[test]
fn what_is_text_in_a_browser_is_text() {
    let text = |html: &'static str| Tags::of(html).read().map(|tag| (tag.text, shown(html)));
    for (html, expected, all) in [
        (
            "<script>if (a<b) { '<p>' } </p> </scrip></scripts></script><i>",
            "if (a<b) { '<p>' } </p> </scrip></scripts>",
            "script /script i",
        ),
        ("<SCRIPT a=b>x</Script ><i>", "x", "SCRIPT[a=b] /Script i"),
        ("<title>a<b></title/><i>", "a<b>", "title /title i"),
        ("<textarea><!--</textarea><i>", "<!--", "textarea /textarea i"),
        ("<style>a<!--<style></style><i>", "a<!--<style>", "style /style i"),
        ("<noscript><p></noscript><i>", "<p>", "noscript /noscript i"),
        ("<script/>x</script><i>", "x", "script /script i"),
        ("<title>a<p>", "a<p>", "title"),
        ("<title>a</title", "a</title", "title"),
        ("<script><!-- <p></script><i>", "<!-- <p>", "script /script i"),
        ("<script><!-- <script></script><p></script><i>", "<!-- <script></script><p>", "script /script i"),
        (
            "<script><!-- <script></script><script></script></script><i>",
            "<!-- <script></script><script></script>",
            "script /script i",
        ),
        ("<script><!-- <script>--></script><i>", "<!-- <script>-->", "script /script i"),
        ("<script><!--><script></script><i>", "<!--><script>", "script /script i"),
        ("<script><!-- <scripts></script><i>", "<!-- <scripts>", "script /script i"),
        ("<script><script></script><i>", "<script>", "script /script i"),
    ] {
        assert_eq!(text(html), Some((expected, all.to_owned())), "{html}");
    }
}

#[test]
fn in_a_drawing_and_in_a_menu_there_is_no_text() {
    for (html, expected) in [
        (
            "<svg><title><p></title><path/></svg><title><p></title>",
            "svg title p /title path/ /svg title /title",
        ),
        ("<svg/><title><p></title>", "svg/ title /title"),
        ("<svg><svg></svg><style><p></style></svg>", "svg svg /svg style p /style /svg"),
        ("<math><script/><p></math>", "math script/ p /math"),
        ("<select><xmp><p></select><xmp><p></xmp>", "select xmp p /select xmp /xmp"),
        ("</svg><title><p></title>", "/svg title /title"),
        ("<svg><path a=b/><path / ></svg>", "svg path[a=b/] path /svg"),
    ] {
        assert_eq!(shown(html), expected, "{html}");
    }
}
