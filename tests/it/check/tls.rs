//! Radarr behind TLS: which certificates are taken, and what is said of those that are not.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::thread;

use lbjf::exit::Exit;
use standins::TlsFront;

use crate::check::{FINE, check, fine, tells, wrong};
use crate::common::{Ran, World};

/// A file of `tests/fixtures/tls`.
fn pem(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls");
    fs::read(folder.join(name).with_extension("pem")).expect("the fixture is there")
}

/// A world whose Radarr shows the first certificate, and whose `ca_file` has these bytes.
fn showing(shown: &str, ca_file: &[u8]) -> (World, TlsFront) {
    let mut world = fine();
    let front = TlsFront::start(&pem(shown), &pem("key"), &world.radarr.url());
    world.change(&world.radarr.url(), &front.url());
    let world = world.set("[radarr]", "ca_file = \"ca.pem\"");
    fs::write(world.folder.path().join("ca.pem"), ca_file).expect("the folder can be written to");
    (world, front)
}

/// What the check says of Radarr's address: what is wrong, and the hint.
fn told(ran: &Ran, front: &TlsFront) -> (String, String) {
    let text = format!("WRONG  radarr address: Radarr at `{}` cannot be reached: ", front.url());
    let mut lines = ran.stdout.lines().skip_while(|line| !line.starts_with(&text));
    let what = lines.next().unwrap_or_else(|| panic!("no {text:?} in\n{}", ran.stdout));
    let hint = lines.next().and_then(|line| line.trim_start().strip_prefix("hint: ")).unwrap_or_default();
    (what[text.len()..].to_owned(), hint.to_owned())
}

#[test]
fn a_certificate_that_is_the_ca_file_itself_is_taken_whatever_it_is() {
    for shown in ["own_authority", "signed", "signed_for_others", "signed_for_nobody"] {
        let (world, _front) = showing(shown, &pem(shown));
        check(&world, &[]).exits(Exit::Success).mentions(FINE);
        world.sync();
        assert_eq!(world.radarr.posted().len(), 2, "{shown}");
    }
}

#[test]
fn a_ca_file_may_begin_with_a_byte_order_mark_and_hold_more_than_one_certificate() {
    let mark = "\u{feff}".as_bytes();
    let several = [&pem("other_own_authority")[..], &pem("own_authority"), &pem("ca")].concat();
    let from_windows = String::from_utf8(several.clone()).expect("PEM is text").replace('\n', "\r\n");
    for ca_file in [[mark, &several].concat(), [mark, from_windows.as_bytes()].concat()] {
        for shown in ["own_authority", "signed"] {
            let (world, _front) = showing(shown, &ca_file);
            check(&world, &[]).exits(Exit::Success).mentions(FINE);
        }
    }
}

#[test]
fn a_certificate_that_was_named_itself_still_has_its_dates() {
    for (shown, says, hint) in [
        (
            "own_expired",
            "its certificate expired on 2020-01-31",
            "renew the certificate; this machine's clock says ",
        ),
        (
            "own_for_later",
            "its certificate is valid from 2090-04-01 on, but this machine's clock says ",
            "set this machine's clock, if it is wrong",
        ),
    ] {
        let (world, front) = showing(shown, &pem(shown));
        let (what, said) = told(&check(&world, &[]).exits(Exit::Partial), &front);
        assert!(what.starts_with(says) && said.starts_with(hint), "{shown}: {what}; {said}");
    }
}

#[test]
fn another_certificate_with_the_same_key_or_name_is_not_the_one_that_was_named() {
    let (world, front) = showing("own_authority", &pem("other_own_authority"));
    let ran = check(&world, &[]).exits(Exit::Partial);
    assert_eq!(
        told(&ran, &front),
        (
            "its certificate is an authority of its own (CA:TRUE)".to_owned(),
            "name this certificate in `radarr.ca_file`".to_owned()
        )
    );
    assert_eq!(wrong(&ran)[0], "radarr address");
    world
        .lbjf(&["sync"])
        .exits(Exit::Partial)
        .mentions("cannot be reached: its certificate is an authority of its own");
    assert_eq!(world.radarr.server.requests().len(), 0, "no key went to it");
}

#[test]
fn what_is_wrong_with_a_certificate_is_said_in_days_and_names() {
    for (shown, ca_file, says, hint) in [
        (
            "signed_expired",
            "ca",
            "its certificate expired on 2020-01-31",
            "renew the certificate; this machine's clock says 2",
        ),
        (
            "signed_for_later",
            "ca",
            "its certificate is valid from 2090-04-01 on, but this machine's clock says 2",
            "set this machine's clock, if it is wrong",
        ),
        (
            "signed_for_others",
            "ca",
            "its certificate is for `radarr.lan`, `*.home.example`, `10.0.0.7`, not for `127.0.0.1`",
            "use its name in `radarr.url`, or name the certificate itself in `radarr.ca_file`",
        ),
        (
            "signed_for_nobody",
            "ca",
            "its certificate is for no host (it has no subjectAltName), not for `127.0.0.1`",
            "make a certificate with the name in `radarr.url`, or name this one itself in `radarr.ca_file`",
        ),
        (
            "signed",
            "own_authority",
            "its certificate is not signed by an authority that this machine trusts",
            "name the certificate of its authority, or the server's own, in `radarr.ca_file`",
        ),
    ] {
        let (world, front) = showing(shown, &pem(ca_file));
        let (what, said) = told(&check(&world, &[]).exits(Exit::Partial), &front);
        assert!(what.starts_with(says) && said.starts_with(hint), "{shown}: {what}; {said}");
        let digits = what.split(|letter: char| !letter.is_ascii_digit()).map(str::len).max();
        assert!(digits < Some(9), "no seconds since 1970: {what}");
    }
    // Signed and right: as ever.
    let (world, _front) = showing("signed", &pem("ca"));
    check(&world, &[]).exits(Exit::Success).mentions(FINE);
}

/// Listens, and answers whatever comes with this; returns its `HOST:PORT`.
fn answers(with: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
    let address = listener.local_addr().expect("a bound socket has an address").to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]).and_then(|_| stream.write_all(with));
        }
    });
    address
}

#[test]
fn a_handshake_that_fails_has_a_hint_of_its_own() {
    let own = "lbjf speaks TLS 1.2 and 1.3, and knows certificates with keys of RSA";
    for (with, says, hint) in [
        // Fatal alerts: handshake failure (a key of P-521, old ciphers), protocol version (TLS 1.0 only).
        (
            &b"\x15\x03\x03\x00\x02\x02\x28"[..],
            "no kind of encryption is known to both sides: it said HandshakeFailure",
            own,
        ),
        (
            b"\x15\x03\x01\x00\x02\x02\x46",
            "no kind of encryption is known to both sides: it said ProtocolVersion",
            own,
        ),
        (
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            "it does not speak TLS there",
            "check `http://` or `https://` in `radarr.url`",
        ),
    ] {
        let mut world = fine();
        let url = format!("https://{}", answers(with));
        world.change(&world.radarr.url(), &url);
        let ran = check(&world, &[]).exits(Exit::Partial);
        tells(&ran, &[&format!("WRONG  radarr address: Radarr at `{url}` cannot be reached: {says}")]);
        assert!(ran.stdout.contains(&format!("hint: {hint}")), "{}", ran.stdout);
    }
}

#[test]
fn a_ca_file_without_a_certificate_is_a_problem_of_the_config() {
    for (bytes, says) in [
        (&b""[..], "contains no certificate in PEM form"),
        (b"\xef\xbb\xbf", "contains no certificate in PEM form"),
        (&pem("key"), "contains no certificate in PEM form"),
        (
            b"\x30\x82\x01\x00",
            "contains a certificate in DER form; convert it to PEM with `openssl x509 -inform der`",
        ),
        (b"\xff\xfe-\0-\0", "is not UTF-8 (line 1); save it as UTF-8"),
    ] {
        let (world, _front) = showing("signed", bytes);
        world.lbjf(&["sync"]).exits(Exit::Config).mentions("radarr.ca_file: `").mentions(says);
    }
    let world = fine().set("[radarr]", "ca_file = \"/dev/zero\"");
    world.lbjf(&["sync"]).exits(Exit::Config).mentions("radarr.ca_file: `/dev/zero` is longer than 4 MiB");
}
