//! HTTP: `CONNECT`, and nothing else.

use std::io::{self, Read, Write};
use std::net::{IpAddr, TcpStream};
use std::sync::atomic::Ordering;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::{Asked, Manner, Protocol, Shared};

/// Answers a `CONNECT`. The target is `None` when there is to be no tunnel; the bytes are what the client sent
/// before it had an answer.
pub(super) fn serve(client: &mut TcpStream, shared: &Shared) -> io::Result<(Option<TcpStream>, Vec<u8>)> {
    let Some((asked, early)) = read_connect(client)? else {
        answer(client, "405 Method Not Allowed", "Allow: CONNECT\r\n")?;
        return Ok((None, Vec::new()));
    };
    shared.state().asked.push(asked.clone());
    let target = if !shared.lets_in(asked.credentials.as_ref()) {
        answer(
            client,
            "407 Proxy Authentication Required",
            "Proxy-Authenticate: Basic realm=\"stand-in\"\r\n",
        )?;
        None
    } else if shared.refusing.load(Ordering::SeqCst) {
        answer(client, "403 Forbidden", "")?;
        None
    } else if let Manner::Status(status) = shared.manner() {
        answer(client, &format!("{status} Whatever"), "")?;
        None
    } else if let Ok(target) = shared.reach(&asked.host, asked.port) {
        shared.tunnels.fetch_add(1, Ordering::SeqCst);
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
        Some(target)
    } else {
        answer(client, "502 Bad Gateway", "")?;
        None
    };
    Ok((target, early))
}

/// An answer after which the connection closes.
fn answer(client: &mut TcpStream, status: &str, headers: &str) -> io::Result<()> {
    let answer = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n");
    client.write_all(answer.as_bytes())
}

/// Reads the head of a request and what came behind it; `None` when it is no `CONNECT`.
fn read_connect(client: &mut TcpStream) -> io::Result<Option<(Asked, Vec<u8>)>> {
    let mut buffer = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let count = client.read(&mut chunk)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buffer.extend_from_slice(&chunk[..count]);
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut parsed = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(length) = parsed.parse(&buffer).map_err(io::Error::other)? else {
            continue;
        };
        if parsed.method != Some("CONNECT") {
            return Ok(None);
        }
        let (host, port) = parsed
            .path
            .and_then(|target| target.rsplit_once(':'))
            .and_then(|(host, port)| Some((host, port.parse().ok()?)))
            .ok_or(io::ErrorKind::InvalidData)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let credentials = parsed
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case("proxy-authorization"))
            .and_then(|header| basic(header.value));
        let is_name = host.parse::<IpAddr>().is_err();
        let asked = Asked { protocol: Protocol::Connect, host, is_name, port, credentials };
        return Ok(Some((asked, buffer.split_off(length))));
    }
}

/// User and password of `Basic dXNlcjpwYXNz` (RFC 7617): a user has no colon, a password may.
fn basic(value: &[u8]) -> Option<(String, String)> {
    let (scheme, encoded) = std::str::from_utf8(value).ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let both = String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?;
    both.split_once(':').map(|(user, password)| (user.to_owned(), password.to_owned()))
}
