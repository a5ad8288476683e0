//! What broke something once, or came close: it runs before everything else. Each with what went wrong.

/// Pages: a beginning behind which the limits saw no tags while the parser did, so that a stack overflowed.
pub const HIDDEN: &[&str] = &[
    "<!-->",
    "<!--->",
    "<!-- --!>",
    "<!x>",
    "</ x>",
    "<p a=b=\">",
    "<p =\">",
    "<p a\">",
    "<p a='b'\">",
    "<p a/=\">",
    "<svg><title>",
    "<math><textarea>",
    "<select><xmp>",
];

/// Behind such a beginning: deeper than any page.
pub fn deep(beginning: &str) -> String {
    format!("{beginning}{}", "<div>".repeat(30_000))
}

/// Configs that showed their secret: an address without its `@`, where the password looks like a port or a host.
pub const CONFIGS: &[&str] = &[
    "[radarr]\nurl = \"http://ada:SECRET/radarr\"\n",
    "[letterboxd]\nbase_url = \"ada:SECRET@h:1\"\n",
    "[letterboxd]\nproxies = [\"ada:SECRET@h\", 1]\n",
];

/// Lines of the proxy file: a quoted password, and one behind too many colons.
pub const PROXIES: &[&str] = &["h:1:\"SECRET\"\n", "[::1]:1080:u:SECRET:x\n"];

/// Status and body: texts of other programs that a message repeated over many lines, or without an end.
pub fn answers() -> Vec<(u16, String)> {
    let long = "very long ".repeat(200);
    let lines = "one\\ntwo\\u0007\\u001b[31m";
    vec![
        (200, format!("{{\"appName\":\"{long}\",\"version\":\"6\"}}")),
        (200, format!("{{\"appName\":\"{lines}\",\"version\":\"{lines}\"}}")),
        (200, format!("{{\"appName\":\"Radarr\",\"version\":\"3.{lines}{long}\"}}")),
        (200, format!("{{\"Id\":\"s1\",\"Version\":\"9.{lines}{long}\"}}")),
        (200, format!("[{{\"id\":\"{lines}{long}\"}}]")),
        (400, format!("[{{\"propertyName\":\"RootFolderPath\",\"errorMessage\":\"{lines}{long}\"}}]")),
        (
            400,
            format!(
                "[{{\"propertyName\":\"Path\",\"attemptedValue\":\"{lines}{long}\",\
                 \"errorCode\":\"MoviePathValidator\"}}]"
            ),
        ),
        (500, format!("{{\"message\":\"{lines}{long}\"}}")),
    ]
}
