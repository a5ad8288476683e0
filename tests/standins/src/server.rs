//! A small HTTP/1.1 server on `127.0.0.1:0`: keep-alive, a request log, and faults on demand.
//!
//! One thread a connection; everything stops when the [`Server`] is dropped.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `POST`, ...
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// The query without the `?`; empty when there is none.
    pub query: String,
    /// Header names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
}

impl Request {
    /// The first header of this name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The decoded value of a query parameter; names are compared without case, as both servers do.
    pub fn param(&self, name: &str) -> Option<String> {
        self.query.split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            key.eq_ignore_ascii_case(name).then(|| decode(value))
        })
    }

    /// Path and query as they stood in the request line.
    pub fn target(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }
}

/// Undoes percent-encoding and `+` for a space.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match (first, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            (other, _) => bytes.push(*other),
        }
        rest = tail;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Header names and values; `Content-Length` is added.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// An answer without a body and without a content type.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// An answer with a body of this content type.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..Self::empty(status).with_header("Content-Type", content_type) }
    }

    /// An HTML page.
    pub fn html(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::new(status, "text/html; charset=utf-8", body)
    }

    /// A JSON body.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", body.to_string())
    }

    /// The same answer with one more header.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// How a server may misbehave.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Something else is answered; the request changes nothing.
    Instead(Reply),
    /// The request is carried out, then something else is answered.
    After(Reply),
    /// The request is carried out, then the connection closes without an answer.
    DropAfter,
    /// The connection closes without an answer; the request changes nothing.
    Drop,
    /// No answer until the server stops; the request changes nothing.
    Hang,
    /// The answer comes after this long.
    Delay(Duration),
    /// The request is carried out and answered when the gate is opened.
    Held(Gate),
    /// The answer claims its full length but ends after this many bytes of the body.
    Truncate(usize),
    /// The body comes a byte at a time with this pause between two.
    Drip(Duration),
    /// These bytes are sent as they are, then the connection closes; the request changes nothing.
    Raw(Vec<u8>),
    /// The request is carried out, and the answer changed.
    Changed(Change),
    /// The request is answered as ever, then this is called.
    Then(Hook),
}

/// What becomes of an answer.
#[derive(Clone)]
pub struct Change(Arc<dyn Fn(Reply) -> Reply + Send + Sync>);

impl Change {
    /// From what is to be done with it.
    pub fn new(change: impl Fn(Reply) -> Reply + Send + Sync + 'static) -> Self {
        Self(Arc::new(change))
    }
}

impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Change")
    }
}

/// Holds answers back until it is opened.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// Lets everything through that waits, and that comes later.
    ///
    /// # Panics
    ///
    /// When a thread panicked while it held the gate, which none does.
    pub fn open(&self) {
        *self.0.0.lock().expect("no thread panics with it") = true;
        self.0.1.notify_all();
    }

    fn wait(&self) {
        let is_open = self.0.0.lock().expect("no thread panics with it");
        drop(self.0.1.wait_while(is_open, |is_open| !*is_open));
    }
}

/// Something that a test does at a certain request.
#[derive(Clone)]
pub struct Hook(Arc<dyn Fn() + Send + Sync>);

impl Hook {
    /// From what is to be done.
    pub fn new(hook: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(hook))
    }
}

impl std::fmt::Debug for Hook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hook")
    }
}

type Handler = dyn Fn(&Request) -> Reply + Send + Sync;
type Matcher = dyn Fn(&Request) -> bool + Send + Sync;

struct Rule {
    matches: Box<Matcher>,
    fault: Fault,
    left: usize,
}

#[derive(Default)]
struct Log {
    requests: Vec<Request>,
    rules: Vec<Rule>,
    streams: Vec<TcpStream>,
}

struct Shared {
    handler: Box<Handler>,
    log: Mutex<Log>,
    stopping: AtomicBool,
    connections: AtomicUsize,
    open: AtomicUsize,
    sent: AtomicU64,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
}

impl Shared {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().expect("no thread panics while it writes the log")
    }

    /// Logs the request and takes the fault that is due for it.
    fn receive(&self, request: &Request) -> Option<Fault> {
        let mut log = self.log();
        log.requests.push(request.clone());
        let rule = log.rules.iter_mut().find(|rule| rule.left > 0 && (rule.matches)(request))?;
        rule.left -= 1;
        Some(rule.fault.clone())
    }
}

/// A running server. It stops when dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    listener: Option<thread::JoinHandle<()>>,
}

impl Server {
    /// Starts a server that answers every request with `handler`.
    ///
    /// # Panics
    ///
    /// When no port of the loopback interface can be bound.
    pub fn start(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        let address = listener.local_addr().expect("a bound socket has an address");
        let shared = Arc::new(Shared {
            handler: Box::new(handler),
            log: Mutex::default(),
            stopping: AtomicBool::new(false),
            connections: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            sent: AtomicU64::new(0),
            at_once: AtomicUsize::new(0),
            most_at_once: AtomicUsize::new(0),
        });
        let accepting = Arc::clone(&shared);
        let listener = thread::spawn(move || accept(&listener, &accepting));
        Self { address, shared, listener: Some(listener) }
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far, in the order of arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.log().requests.clone()
    }

    /// Every request with this method whose path begins with `path`.
    pub fn asked(&self, method: &str, path: &str) -> Vec<Request> {
        let mut requests = self.requests();
        requests.retain(|request| request.method == method && request.path.starts_with(path));
        requests
    }

    /// Every request that is no `GET`.
    pub fn writes(&self) -> Vec<Request> {
        let mut requests = self.requests();
        requests.retain(|request| request.method != "GET");
        requests
    }

    /// Forgets the requests so far.
    pub fn forget_requests(&self) {
        self.shared.log().requests.clear();
    }

    /// How many connections were accepted so far.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Waits until everything was done that clients asked for, who must be gone: a killed one may have left requests.
    ///
    /// # Panics
    ///
    /// When the server cannot be reached any more.
    pub fn settle(&self) {
        // Connections are taken in the order in which they came: after this one there is none left of theirs.
        let last = TcpStream::connect(self.address).expect("the server listens");
        let own = last.local_addr().ok();
        while !self.shared.log().streams.iter().any(|stream| stream.peer_addr().ok() == own) {
            thread::sleep(Duration::from_millis(1));
        }
        drop(last);
        while self.shared.open.load(Ordering::SeqCst) > 0 {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// How many bytes whole answers had so far, heads included.
    pub fn bytes_sent(&self) -> u64 {
        self.shared.sent.load(Ordering::SeqCst)
    }

    /// How many requests were under way at the same time, at the most.
    pub fn most_at_once(&self) -> usize {
        self.shared.most_at_once.load(Ordering::SeqCst)
    }

    /// Misbehaves for the next `times` requests that match; of several rules the oldest that still has times left
    /// counts. Use `usize::MAX` for "always".
    pub fn fail(
        &self,
        times: usize,
        matches: impl Fn(&Request) -> bool + Send + Sync + 'static,
        fault: Fault,
    ) {
        self.shared.log().rules.push(Rule { matches: Box::new(matches), fault, left: times });
    }

    /// Behaves again.
    pub fn behave(&self) {
        self.shared.log().rules.clear();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        for stream in &self.shared.log().streams {
            // A stream that is closed already needs no closing.
            let _ = stream.shutdown(Shutdown::Both);
        }
        // Wakes the listener, which sees the flag.
        let _ = TcpStream::connect(self.address);
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.stopping.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        shared.connections.fetch_add(1, Ordering::SeqCst);
        shared.open.fetch_add(1, Ordering::SeqCst);
        if let Ok(clone) = stream.try_clone() {
            shared.log().streams.push(clone);
        }
        let shared = Arc::clone(shared);
        thread::spawn(move || {
            let closing = stream.try_clone();
            // A client that hangs up or sends nonsense ends its connection, nothing else.
            let _ = serve(stream, &shared);
            if let Ok(stream) = closing {
                let _ = stream.shutdown(Shutdown::Both);
            }
            shared.open.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

/// Serves one connection until the client or a fault ends it.
fn serve(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::new();
    while let Some(request) = read_request(&mut stream, &mut buffer)? {
        let _under_way = UnderWay::begin(shared);
        let fault = shared.receive(&request);
        let answer = || (shared.handler)(&request);
        match fault {
            None => write_reply(&mut stream, shared, &answer())?,
            Some(Fault::Instead(reply)) => write_reply(&mut stream, shared, &reply)?,
            Some(Fault::After(reply)) => {
                answer();
                write_reply(&mut stream, shared, &reply)?;
            }
            Some(Fault::DropAfter) => {
                answer();
                return Ok(());
            }
            Some(Fault::Drop) => return Ok(()),
            Some(Fault::Changed(Change(change))) => write_reply(&mut stream, shared, &change(answer()))?,
            Some(Fault::Raw(bytes)) => {
                stream.write_all(&bytes)?;
                return stream.flush();
            }
            Some(Fault::Hang) => {
                while !shared.stopping.load(Ordering::SeqCst) {
                    thread::sleep(Duration::from_millis(20));
                }
                return Ok(());
            }
            Some(Fault::Delay(pause)) => {
                thread::sleep(pause);
                write_reply(&mut stream, shared, &answer())?;
            }
            Some(Fault::Held(gate)) => {
                gate.wait();
                write_reply(&mut stream, shared, &answer())?;
            }
            Some(Fault::Truncate(bytes)) => {
                let reply = answer();
                stream.write_all(head(&reply).as_bytes())?;
                stream.write_all(&reply.body[..bytes.min(reply.body.len())])?;
                return stream.flush();
            }
            Some(Fault::Drip(pause)) => {
                let reply = answer();
                stream.write_all(head(&reply).as_bytes())?;
                for byte in &reply.body {
                    stream.write_all(&[*byte])?;
                    stream.flush()?;
                    thread::sleep(pause);
                }
            }
            Some(Fault::Then(Hook(hook))) => {
                write_reply(&mut stream, shared, &answer())?;
                hook();
            }
        }
    }
    Ok(())
}

/// Counts a request as long as it lives.
struct UnderWay<'a>(&'a Shared);

impl<'a> UnderWay<'a> {
    fn begin(shared: &'a Shared) -> Self {
        let count = shared.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        shared.most_at_once.fetch_max(count, Ordering::SeqCst);
        Self(shared)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.at_once.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The next request of a connection, `None` at its end. Bytes read too far stay in `buffer`.
fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Option<Request>> {
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut parsed = httparse::Request::new(&mut headers);
        let status = parsed.parse(buffer).map_err(io::Error::other)?;
        if let httparse::Status::Complete(head_length) = status {
            let mut request = owned(&parsed);
            let body_length =
                request.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
            buffer.drain(..head_length);
            while buffer.len() < body_length {
                if !read_more(stream, buffer)? {
                    return Ok(None);
                }
            }
            let body: Vec<u8> = buffer.drain(..body_length).collect();
            request.body = String::from_utf8_lossy(&body).into_owned();
            return Ok(Some(request));
        }
        if !read_more(stream, buffer)? {
            return Ok(None);
        }
    }
}

fn read_more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<bool> {
    let mut chunk = [0; 16 * 1024];
    let count = stream.read(&mut chunk)?;
    buffer.extend_from_slice(&chunk[..count]);
    Ok(count > 0)
}

fn owned(parsed: &httparse::Request<'_, '_>) -> Request {
    let target = parsed.path.unwrap_or("/");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let header = |header: &httparse::Header<'_>| {
        (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned())
    };
    Request {
        method: parsed.method.unwrap_or("GET").to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: parsed.headers.iter().map(header).collect(),
        body: String::new(),
    }
}

fn head(reply: &Reply) -> String {
    use std::fmt::Write;
    let mut head = format!("HTTP/1.1 {} Stand-in\r\n", reply.status);
    for (name, value) in &reply.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    if reply.status != 204 {
        let _ = write!(head, "Content-Length: {}\r\n", reply.body.len());
    }
    head + "\r\n"
}

/// The head goes with the first of the body, so that a small answer is one packet, and a large one is not copied.
fn write_reply(stream: &mut TcpStream, shared: &Shared, reply: &Reply) -> io::Result<()> {
    let mut bytes = head(reply).into_bytes();
    let (first, rest) = reply.body.split_at(reply.body.len().min(16 << 10));
    shared.sent.fetch_add((bytes.len() + reply.body.len()) as u64, Ordering::SeqCst);
    bytes.extend_from_slice(first);
    stream.write_all(&bytes)?;
    stream.write_all(rest)?;
    stream.flush()
}
