//! Answers in other bytes than usual.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use standins::Reply;

use super::Kind;

/// An answer that nobody asked for, and which would be bad news: there is nothing.
const UNASKED: &[u8] =
    b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]";

/// The bytes that this fault makes of an answer.
pub fn of(kind: Kind, reply: &Reply) -> Vec<u8> {
    let (length, half) = (reply.body.len(), reply.body.len() / 2);
    let (head, body) = match kind {
        Kind::TwoLengths => {
            (format!("Content-Length: {half}\r\nContent-Length: {length}\r\n"), reply.body.clone())
        }
        Kind::Tail => (format!("Content-Length: {length}\r\n"), [&reply.body, UNASKED].concat()),
        Kind::Chunked => (
            "Transfer-Encoding: chunked\r\n".to_owned(),
            [chunks(&reply.body), b"0\r\n\r\n".to_vec()].concat(),
        ),
        Kind::ChunkCut => {
            ("Transfer-Encoding: chunked\r\nConnection: close\r\n".to_owned(), chunks(&reply.body[..half]))
        }
        _ => ("Connection: close\r\n".to_owned(), reply.body.clone()),
    };
    let mut text = format!("HTTP/1.1 {} Stand-in\r\n", reply.status);
    for (name, value) in &reply.headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    [format!("{text}{head}\r\n").into_bytes(), body].concat()
}

/// In pieces of odd lengths.
fn chunks(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for piece in body.chunks(317) {
        bytes.extend(format!("{:x}\r\n", piece.len()).into_bytes());
        bytes.extend(piece);
        bytes.extend(b"\r\n");
    }
    bytes
}

/// Compressed.
pub fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}
