//! `[[notify]]`.

use super::*;

/// What a config with this `[[notify]]` block says is wrong with it; nothing where it is right.
fn of_receiver(block: &str) -> String {
    parse(&format!("{SMALL}\n[[notify]]\n{block}\n"))
        .map_or_else(|error| error.to_string(), |_| String::new())
}

#[test]
fn a_receiver_has_the_keys_of_its_kind_and_no_others() {
    for (block, expected) in [
        ("kind = \"ntfy\"\nurl = \"https://ntfy.sh/\"\ntopic = \"films\"\npriority = 5\ntag = \"x\"", ""),
        ("kind = \"Gotify\"\nurl = \"http://h/base/\"\ntoken = \"abc.d\"\npriority = 10", ""),
        ("kind = \"discord\"\nurl = \"https://discord.com/api/webhooks/1/x?thread_id=2\"", ""),
        ("kind = \"apprise\"\nurl = \"http://h/notify/key/\"\non = [\"always\"]", ""),
        ("kind = \"webhook\"\nurl = \"http://h\"", ""),
        ("kind = \"healthchecks\"\nurl = \"https://hc-ping.com/0123/start\"", ""),
        ("kind = \"mail\"\nurl = \"http://h\"", "notify[0].kind: must be one of `ntfy`, `gotify`, "),
        ("url = \"http://h\"", "notify[0].kind: is missing"),
        ("kind = \"ntfy\"\nurl = \"http://h\"", "notify[0].topic: is missing"),
        (
            "kind = \"ntfy\"\ntopic = \"films\"",
            "notify[0].url: is missing; set it, `url_file` or $LBJF_NOTIFY_NTFY_URL",
        ),
        (
            "kind = \"gotify\"\nurl = \"http://h\"",
            "notify[0].token: is missing; set it, `token_file` or $LBJF_",
        ),
        (
            "kind = \"ntfy\"\nurl = \"http://h/s3cr3t\"\ntopic = \"x\"",
            "notify[0].url: must be the address of the ntfy",
        ),
        (
            "kind = \"ntfy\"\nurl = \"http://h\"\ntopic = \"s3cr3t/x\"",
            "notify[0].topic: must have up to 64 letters",
        ),
        (
            "kind = \"ntfy\"\nurl = \"http://h\"\ntopic = \"x\"\npriority = 6",
            "must be from 1 to 5, found `6`",
        ),
        (
            "kind = \"ntfy\"\nurl = \"http://ntfy.sh\"\ntopic = \"x\"",
            "notify[0].url: must begin with `https://`",
        ),
        ("kind = \"discord\"\nurl = \"https://h/s3cr3t\"", "notify[0].url: must be the address of a webhook"),
        (
            "kind = \"discord\"\nurl = \"s3cr3t\"",
            "notify[0].url: must begin with `http://` or `https://` and a host",
        ),
        (
            "kind = \"discord\"\nurl = \"http://a:s3cr3t@h/webhooks/1\"",
            "must not contain a user name or password",
        ),
        (
            "kind = \"discord\"\nurl_file = \"https://h/webhooks/s3cr3t\"",
            "looks like the value itself; put it into `url`",
        ),
        ("kind = \"gotify\"\nurl = \"http://h\"\ntoken_file = \"s3cr3t0123456789\"", "put it into `token`"),
        (
            "kind = \"gotify\"\nurl = \"http://h\"\ntoken = \"s3cr3t x\"",
            "notify[0].token: must be one line of plain",
        ),
        (
            "kind = \"apprise\"\nurl = \"http://h/notify/\"",
            "notify[0].url: must end with `/notify/` and the key",
        ),
        ("kind = \"healthchecks\"\nurl = \"http://h\"", "notify[0].url: must be the ping address of a check"),
        ("kind = \"healthchecks\"\nurl = \"http://h/x\"\non = [\"failed\"]", "`on`"),
        (
            "kind = \"discord\"\nurl = \"http://h/webhooks/1\"\ntoken = \"s3cr3t\"",
            "notify[0].token: is not a key of the kind `discord`",
        ),
        (
            "kind = \"webhook\"\nurl = \"http://h\"\non = [\"failure\"]",
            "must have `changed`, `failed`, `recovered` or `always`, found `failure`",
        ),
        ("kind = \"webhook\"\nurl = \"http://h\"\non = []", "notify[0].on: must not be empty"),
        (
            "kind = \"webhook\"\nurl = \"http://h\"\nurls = \"s3cr3t\"",
            "notify[0].urls: is not a key; did you mean `url`?",
        ),
    ] {
        let found = of_receiver(block);
        let expected = expected.replace("`on`", "notify[0].on: is not a key of the kind `healthchecks`");
        assert!(found.contains(&expected) && found.is_empty() == expected.is_empty(), "{block}\n{found}");
        assert!(!found.contains("s3cr3t"), "{found}");
    }
}

#[test]
fn receivers_are_named_by_their_kind_and_the_environment_is_for_the_only_one() {
    let discord = "\n[[notify]]\nkind = \"discord\"\nurl = \"https://h/webhooks/1/s3cr3t\"\n";
    let config = parse(&[SMALL, discord, discord].concat()).unwrap();
    let names: Vec<_> = config.receivers.iter().map(|receiver| receiver.name.as_str()).collect();
    assert_eq!(names, ["discord", "discord 2"]);
    assert!(!format!("{config:?}").contains("s3cr3t"));
    let env = |name: &str| match name {
        "LBJF_NOTIFY_DISCORD_URL" => Some("https://h/webhooks/2/other\n".to_owned()),
        "HOME" => Some("/home/ada".to_owned()),
        _ => None,
    };
    let parse = |text: &str| Config::parse(text, Path::new("/etc/lbjf/config.toml"), &env);
    let one = parse(&[SMALL, "\n[[notify]]\nkind = \"discord\"\n"].concat()).unwrap();
    assert_eq!(one.receivers[0].url.reveal().path(), "/webhooks/2/other");
    let two = parse(&[SMALL, discord, discord].concat()).expect_err("it cannot be for both").to_string();
    assert!(
        two.contains("$LBJF_NOTIFY_DISCORD_URL says nothing where several receivers are of this kind"),
        "{two}"
    );
}
