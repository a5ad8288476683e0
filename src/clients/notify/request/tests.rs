use super::*;
use crate::domain::receiver::Occasions;
use crate::domain::secret::SecretUrl;

fn receiver(url: &str, service: Service) -> Receiver {
    let url = SecretUrl::new(url.parse().unwrap());
    Receiver { name: "x".to_owned(), url, service, on: Occasions::default() }
}

fn told(text: &str) -> Message {
    Message {
        occasion: Occasion::Failed,
        command: "sync",
        time: 0,
        exit_code: 4,
        title: "lbjf: a_b".to_owned(),
        text: text.to_owned(),
        summary: "sync: x".to_owned(),
        films: Vec::new(),
        problems: Vec::new(),
    }
}

fn body(request: &Request) -> Value {
    serde_json::from_str(&request.body).unwrap()
}

#[test]
fn each_kind_is_asked_at_its_address_with_its_token() {
    let token = || ApiKey::new("t0ken");
    let ntfy = Service::Ntfy {
        topic: ApiKey::new("films"),
        token: Some(token()),
        priority: Some(4),
        tag: Some("clapper".to_owned()),
    };
    for (url, service, asked, header, part) in [
        ("http://h/", ntfy, "http://h/", "Authorization: Bearer t0ken", r#""priority":4,"tags":["clapper"]"#),
        (
            "http://h/base",
            Service::Gotify { token: token(), priority: Some(8) },
            "http://h/base/message",
            "X-Gotify-Key: t0ken",
            r#""priority":8"#,
        ),
        (
            "http://h/api/webhooks/1/x?thread_id=7",
            Service::Discord,
            "http://h/api/webhooks/1/x?thread_id=7&wait=true",
            "",
            r#""allowed_mentions":{"parse":[]}"#,
        ),
        (
            "http://h/notify/key",
            Service::Apprise { tag: Some("phone".to_owned()) },
            "http://h/notify/key",
            "",
            r#""tag":"phone""#,
        ),
        ("http://h/x?y=z", Service::Webhook { token: None }, "http://h/x?y=z", "", r#""event":"failed""#),
    ] {
        let request = message(&receiver(url, service), &told("text"));
        assert_eq!(request.url.as_str(), asked);
        let headers: Vec<String> =
            request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        assert_eq!(headers.join(", "), header, "{asked}");
        assert!(request.body.contains(part), "{asked}: {}", request.body);
    }
}

#[test]
fn a_text_is_no_longer_than_its_receiver_takes() {
    let long = "ä🎬\"\n".repeat(20_000);
    let ntfy = Service::Ntfy { topic: ApiKey::new("films"), token: None, priority: None, tag: None };
    let request = message(&receiver("http://h/", ntfy), &told(&long));
    assert!(body(&request)["message"].as_str().unwrap().len() <= 4000);
    assert!(request.body.len() <= 8192, "ntfy takes no more: {}", request.body.len());
    let request = message(&receiver("http://h/", Service::Discord), &told(&long));
    assert!(body(&request)["content"].as_str().unwrap().encode_utf16().count() <= 2000);
    let request = message(&receiver("http://h/", Service::Apprise { tag: None }), &told(&long));
    assert!(body(&request)["body"].as_str().unwrap().len() <= 32_768);
    let check = receiver("http://h/x", Service::Healthchecks);
    assert!(ping(&check, Ping::Log, &RunId::new(), &long).body.len() <= 10_000);
}

#[test]
fn a_check_hears_of_a_run_under_one_number() {
    let check = receiver("http://h/ping/some-key/slug?create=1", Service::Healthchecks);
    let run = RunId::new();
    for (what, expected) in
        [(Ping::Start, "start"), (Ping::End(0), "0"), (Ping::End(143), "143"), (Ping::Log, "log")]
    {
        let url = ping(&check, what, &run, "").url;
        let rid = &run.0;
        assert_eq!(url.as_str(), format!("http://h/ping/some-key/slug/{expected}?create=1&rid={rid}"));
    }
    assert_ne!(run.0, RunId::new().0);
    let parts: Vec<usize> = run.0.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12]);
    assert_eq!((run.0.as_bytes()[14], b"89ab".contains(&run.0.as_bytes()[19])), (b'4', true));
}

#[test]
fn a_webhook_gets_a_text_in_which_nobody_is_called() {
    let request =
        message(&receiver("http://h/x", Service::Webhook { token: None }), &told("<!channel> & *x*"));
    let body = body(&request);
    assert_eq!(body["message"], "<!channel> & *x*");
    assert_eq!(body["content"], "lbjf: a\\_b\n\\<!channel\\> & \\*x\\*");
    assert_eq!(body["text"], "lbjf: a_b\n&lt;!channel&gt; &amp; *x*");
}
