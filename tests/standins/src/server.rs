//! A small HTTP/1.1 server on `127.0.0.1:0`: keep-alive, a request log, and faults on demand.
//!
//! One thread a connection; everything stops when the [`Server`] is dropped.

mod deaf;
mod fault;
mod message;

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

pub use deaf::Deaf;
pub use fault::{Change, Fault, Form, Gate, Hook};
pub use message::{Reply, Request};
use message::{head, read_request};

/// So many connections may wait to be taken, as ever in Rust.
const BACKLOG: i32 = 128;

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
    /// Connections that are open, by number.
    streams: HashMap<usize, TcpStream>,
}

struct Shared {
    handler: Box<Handler>,
    log: Mutex<Log>,
    stopping: AtomicBool,
    refusing: AtomicBool,
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

    /// Closes every connection.
    fn hang_up(&self) {
        for stream in self.log().streams.values() {
            // A stream that is closed already needs no closing.
            let _ = stream.shutdown(Shutdown::Both);
        }
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
    listener: Arc<TcpListener>,
    accepting: Option<thread::JoinHandle<()>>,
}

impl Server {
    /// Starts a server that answers every request with `handler`.
    ///
    /// # Panics
    ///
    /// When no port of the loopback interface can be bound.
    pub fn start(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let (listener, address) = listen();
        let shared = Arc::new(Shared {
            handler: Box::new(handler),
            log: Mutex::default(),
            stopping: AtomicBool::new(false),
            refusing: AtomicBool::new(false),
            connections: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            sent: AtomicU64::new(0),
            at_once: AtomicUsize::new(0),
            most_at_once: AtomicUsize::new(0),
        });
        let listener = Arc::new(listener);
        let (own, its) = (Arc::clone(&listener), Arc::clone(&shared));
        let accepting = thread::spawn(move || accept(&own, &its));
        Self { address, shared, listener, accepting: Some(accepting) }
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
        while !self.shared.log().streams.values().any(|stream| stream.peer_addr().ok() == own) {
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

    /// Refuses new connections when this was called `after` times, until the server behaves again. The port stays its
    /// own, and open connections stay open.
    pub fn refusing(&self, after: usize) -> Hook {
        let (listener, shared) = (Arc::clone(&self.listener), Arc::clone(&self.shared));
        let calls = AtomicUsize::new(0);
        Hook::new(move || {
            if calls.fetch_add(1, Ordering::SeqCst) + 1 == after {
                shared.refusing.store(true, Ordering::SeqCst);
                // Linux: a socket that is shut down listens no more and keeps its port.
                rustix::net::shutdown(&listener, rustix::net::Shutdown::Both).expect("it listens");
            }
        })
    }

    /// Behaves again.
    ///
    /// # Panics
    ///
    /// When it refused connections and cannot take any more.
    pub fn behave(&self) {
        self.shared.log().rules.clear();
        if self.shared.refusing.load(Ordering::SeqCst) {
            rustix::net::listen(&self.listener, BACKLOG).expect("it listened before");
            self.shared.refusing.store(false, Ordering::SeqCst);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        self.shared.hang_up();
        // Wakes the listener, which sees the flag.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

/// Binds any port in such a way that it stays the listener's when that refuses connections: Linux lets go of a port
/// that it chose itself.
fn listen() -> (TcpListener, SocketAddr) {
    loop {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        let address = free.local_addr().expect("a bound socket has an address");
        drop(free);
        // Somebody else may have taken it meanwhile.
        if let Ok(listener) = TcpListener::bind(address) {
            return (listener, address);
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.stopping.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else {
            // There is none as long as they are refused.
            thread::sleep(Duration::from_millis(2));
            continue;
        };
        let number = shared.connections.fetch_add(1, Ordering::SeqCst);
        shared.open.fetch_add(1, Ordering::SeqCst);
        if let Ok(clone) = stream.try_clone() {
            shared.log().streams.insert(number, clone);
        }
        let shared = Arc::clone(shared);
        thread::spawn(move || {
            // A client that hangs up or sends nonsense ends its connection, nothing else.
            let end = serve(&stream, &shared);
            shared.log().streams.remove(&number);
            match end {
                // It is reset when this last handle is dropped. A client that reset it first needs no reset.
                Ok(End::Reset) => {
                    let _ = rustix::net::sockopt::set_socket_linger(&stream, Some(Duration::ZERO));
                }
                _ => drop(stream.shutdown(Shutdown::Both)),
            }
            shared.open.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

/// How a connection ends.
enum End {
    Closed,
    Reset,
}

/// Serves one connection until the client or a fault ends it.
fn serve(mut stream: &TcpStream, shared: &Shared) -> io::Result<End> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::new();
    while let Some(request) = read_request(stream, &mut buffer)? {
        let _under_way = UnderWay::begin(shared);
        let fault = shared.receive(&request);
        let answer = || (shared.handler)(&request);
        match fault {
            None => write_reply(stream, shared, &answer())?,
            Some(Fault::Instead(reply)) => write_reply(stream, shared, &reply)?,
            Some(Fault::After(reply)) => {
                answer();
                write_reply(stream, shared, &reply)?;
            }
            Some(Fault::DropAfter) => {
                answer();
                return Ok(End::Closed);
            }
            Some(Fault::Drop) => return Ok(End::Closed),
            Some(Fault::ResetAfter) => {
                answer();
                return Ok(End::Reset);
            }
            Some(Fault::Reset) => return Ok(End::Reset),
            Some(Fault::Changed(Change(change))) => write_reply(stream, shared, &change(answer()))?,
            Some(Fault::Sent(Form(form))) => {
                let bytes = form(answer());
                stream.write_all(&bytes)?;
                let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
                if text.contains("\nconnection: close\r") {
                    return Ok(End::Closed);
                }
            }
            Some(Fault::Raw(bytes)) => {
                stream.write_all(&bytes)?;
                return Ok(End::Closed);
            }
            Some(Fault::Hang) => return Ok(hang(shared)),
            Some(Fault::HangAfter) => {
                answer();
                return Ok(hang(shared));
            }
            Some(Fault::Delay(pause)) => {
                thread::sleep(pause);
                write_reply(stream, shared, &answer())?;
            }
            Some(Fault::Held(gate)) => {
                gate.wait();
                write_reply(stream, shared, &answer())?;
            }
            Some(Fault::Truncate(bytes)) => {
                let reply = answer();
                stream.write_all(head(&reply).as_bytes())?;
                stream.write_all(&reply.body[..bytes.min(reply.body.len())])?;
                return Ok(End::Closed);
            }
            Some(Fault::Drip(pause)) => {
                let reply = answer();
                stream.write_all(head(&reply).as_bytes())?;
                for byte in &reply.body {
                    stream.write_all(&[*byte])?;
                    thread::sleep(pause);
                }
            }
            Some(Fault::First(Hook(hook))) => {
                hook();
                write_reply(stream, shared, &answer())?;
            }
            Some(Fault::Close(Hook(hook))) => {
                hook();
                write_reply(stream, shared, &answer().with_header("Connection", "close"))?;
                return Ok(End::Closed);
            }
            Some(Fault::Then(Hook(hook))) => {
                write_reply(stream, shared, &answer())?;
                hook();
            }
        }
    }
    Ok(End::Closed)
}

fn hang(shared: &Shared) -> End {
    while !shared.stopping.load(Ordering::SeqCst) {
        thread::sleep(Duration::from_millis(20));
    }
    End::Closed
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

/// The head goes with the first of the body, so that a small answer is one packet, and a large one is not copied.
fn write_reply(mut stream: &TcpStream, shared: &Shared, reply: &Reply) -> io::Result<()> {
    let mut bytes = head(reply).into_bytes();
    let (first, rest) = reply.body.split_at(reply.body.len().min(16 << 10));
    shared.sent.fetch_add((bytes.len() + reply.body.len()) as u64, Ordering::SeqCst);
    bytes.extend_from_slice(first);
    stream.write_all(&bytes)?;
    stream.write_all(rest)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    /// Status line and rest of a request on a connection of its own.
    fn ask(server: &Server) -> io::Result<String> {
        let mut stream = TcpStream::connect(server.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")?;
        stream.shutdown(Shutdown::Write)?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn a_server_that_refuses_comes_back_on_its_port() {
        let server = Server::start(|_| Reply::empty(200));
        for _ in 0..2 {
            server.fail(usize::MAX, |_| true, Fault::Close(server.refusing(2)));
            assert!(ask(&server).expect("an answer").starts_with("HTTP/1.1 200"));
            assert!(ask(&server).expect("an answer").starts_with("HTTP/1.1 200"));
            for _ in 0..3 {
                assert_eq!(ask(&server).expect_err("nobody").kind(), io::ErrorKind::ConnectionRefused);
            }
            server.behave();
            assert!(ask(&server).expect("an answer").starts_with("HTTP/1.1 200"));
        }
    }

    #[test]
    fn a_connection_is_reset_and_one_that_nobody_takes_is_never_made() {
        let server = Server::start(|_| Reply::empty(200));
        server.fail(1, |_| true, Fault::Reset);
        assert_eq!(ask(&server).expect_err("a reset").kind(), io::ErrorKind::ConnectionReset);
        let deaf = Deaf::start();
        let address = deaf.url().replace("http://", "").parse().expect("an address");
        let error = TcpStream::connect_timeout(&address, Duration::from_millis(100)).expect_err("nobody");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
