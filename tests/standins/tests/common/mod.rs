//! What the tests of the stand-ins share: recordings of real servers, and a client that hides nothing.

use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;

/// The exchanges of a recording, in order; `None` where the folder of recordings is absent.
///
/// `LBJF_SHARED` names the folder that holds `recordings`; the default lies beside the repository.
pub(crate) fn recording(file: &str) -> Option<Vec<Value>> {
    let text = fs::read_to_string(standins::shared("recordings")?.join(file)).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

/// One answer, as it came.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    /// The first header of this name (lower case).
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON, null when it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// Sends one request over a connection of its own. `url` is `http://HOST:PORT`, `target` path and query.
pub(crate) fn send(url: &str, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    let mut request = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n");
    for (name, value) in headers {
        if !["content-length", "host"].contains(&name.to_ascii_lowercase().as_str()) {
            write!(request, "{name}: {value}\r\n").unwrap();
        }
    }
    stream.write_all(format!("{request}\r\n{body}").as_bytes()).unwrap();

    let mut bytes = Vec::new();
    let mut chunk = [0; 16 * 1024];
    loop {
        let count = stream.read(&mut chunk).unwrap();
        bytes.extend_from_slice(&chunk[..count]);
        if let Some(answer) = answer(&bytes) {
            return answer;
        }
        assert!(count > 0, "the stand-in hung up: {}", String::from_utf8_lossy(&bytes));
    }
}

/// The answer in these bytes, once it is whole.
fn answer(bytes: &[u8]) -> Option<Answer> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut parsed = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(start) = parsed.parse(bytes).unwrap() else { return None };
    let header = |header: &httparse::Header<'_>| {
        (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned())
    };
    let headers = parsed.headers.iter().map(header).collect();
    let mut answer = Answer { status: parsed.code.unwrap(), headers, body: String::new() };
    let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
    let body = bytes.get(start..start + length)?;
    answer.body = String::from_utf8_lossy(body).into_owned();
    Some(answer)
}
