//! A stand-in proxy on `127.0.0.1:0`: HTTP CONNECT and SOCKS5 on one port, told apart by the first byte.
//!
//! It writes down what it was asked for, and can know names that nobody else can resolve: a client that reaches one
//! of them left resolving to the proxy. Wrong credentials get a 407 as missing ones do; of the real proxies that
//! `contrib/try-proxies` starts, tinyproxy 1.11.1 answers wrong ones with 401. Two threads a tunnel; everything stops
//! when the [`Proxy`] is dropped.

mod http;
mod socks5;

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

/// How a client talks to the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP with `CONNECT`.
    Connect,
    /// SOCKS version 5 (RFC 1928).
    Socks5,
}

/// What a client asked the proxy for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// How it asked.
    pub protocol: Protocol,
    /// The host as it came: a name, or an address in digits (IPv6 without brackets).
    pub host: String,
    /// Is it a name? Then the client did not resolve it.
    pub is_name: bool,
    /// The port.
    pub port: u16,
    /// User and password, right or wrong; `None` when the client sent none.
    pub credentials: Option<(String, String)>,
}

/// How a proxy behaves towards everybody whose credentials it takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Manner {
    /// It does as it is asked.
    #[default]
    Good,
    /// It answers a `CONNECT` with this status, and SOCKS5 with "host unreachable".
    Status(u16),
    /// It takes connections and closes them.
    HangUp,
    /// It takes connections and never says a word.
    Mute,
    /// It makes the tunnel, which then carries nothing.
    Empty,
    /// It makes the tunnel, and closes it at once.
    CutTunnel,
}

#[derive(Default)]
struct State {
    manner: Manner,
    asked: Vec<Asked>,
    /// Names in lower case, and where they lead.
    names: HashMap<String, String>,
    /// Open sockets by the number of their connection.
    streams: Vec<(usize, TcpStream)>,
}

#[derive(Default)]
struct Shared {
    credentials: Option<(String, String)>,
    state: Mutex<State>,
    refusing: AtomicBool,
    stopping: AtomicBool,
    tunnels: AtomicUsize,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panics while it holds the state")
    }

    fn manner(&self) -> Manner {
        self.state().manner
    }

    /// Remembers a socket, so that it is closed when the proxy stops.
    fn watch(&self, connection: usize, stream: &TcpStream) -> io::Result<()> {
        self.state().streams.push((connection, stream.try_clone()?));
        // The list may have been closed just before: then nobody else does it.
        if self.stopping.load(Ordering::SeqCst) { stream.shutdown(Shutdown::Both) } else { Ok(()) }
    }

    /// Closes the sockets of a connection.
    fn close(&self, connection: usize) {
        self.state().streams.retain(|(of, stream)| {
            if *of == connection {
                // What is closed already needs no closing.
                let _ = stream.shutdown(Shutdown::Both);
            }
            *of != connection
        });
    }

    fn lets_in(&self, credentials: Option<&(String, String)>) -> bool {
        self.credentials.is_none() || self.credentials.as_ref() == credentials
    }

    /// Connects to where a name or an address leads.
    fn reach(&self, host: &str, port: u16) -> io::Result<TcpStream> {
        let mapped = self.state().names.get(&host.to_lowercase()).cloned();
        let stream = match mapped {
            Some(to) => TcpStream::connect(to)?,
            None => TcpStream::connect((host, port))?,
        };
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

/// A running proxy. It stops when dropped.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    listener: Option<thread::JoinHandle<()>>,
}

impl Proxy {
    /// Starts one that everybody may use. Credentials in a `CONNECT` are written down all the same; a SOCKS5 client
    /// that insists on sending some is turned away, as microsocks does it.
    ///
    /// # Panics
    ///
    /// When no port of the loopback interface can be bound.
    pub fn start() -> Self {
        Self::run(Shared::default())
    }

    /// Starts one that wants this user and password: by RFC 1929 over SOCKS5, as `Proxy-Authorization: Basic` with a
    /// `CONNECT`.
    ///
    /// # Panics
    ///
    /// When no port of the loopback interface can be bound.
    pub fn with_credentials(user: &str, password: &str) -> Self {
        Self::run(Shared { credentials: Some((user.to_owned(), password.to_owned())), ..Shared::default() })
    }

    fn run(shared: Shared) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        let address = listener.local_addr().expect("a bound socket has an address");
        let shared = Arc::new(shared);
        let accepting = Arc::clone(&shared);
        let listener = thread::spawn(move || accept(&listener, &accepting));
        Self { address, shared, listener: Some(listener) }
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Makes a name lead to `to` (`127.0.0.1:PORT`), whatever port is asked for with it. Names are compared without
    /// case; the system resolves all others.
    pub fn map(&self, name: &str, to: &str) {
        self.shared.state().names.insert(name.to_lowercase(), to.to_owned());
    }

    /// Everything asked for so far, also what was refused then. A SOCKS5 client that was not let in never came to
    /// name a host: it is not here.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.state().asked.clone()
    }

    /// From now on everything is refused (HTTP 403, SOCKS5 "not allowed"), or no longer. Open tunnels stay open.
    pub fn refuse(&self, refuse: bool) {
        self.shared.refusing.store(refuse, Ordering::SeqCst);
    }

    /// From now on it behaves like this. Open tunnels stay as they are.
    pub fn behave(&self, manner: Manner) {
        self.shared.state().manner = manner;
    }

    /// How many connections became a tunnel.
    pub fn requests_tunnelled(&self) -> usize {
        self.shared.tunnels.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        for (_, stream) in self.shared.state().streams.drain(..) {
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
    for (connection, stream) in listener.incoming().enumerate() {
        if shared.stopping.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let shared = Arc::clone(shared);
        thread::spawn(move || {
            // A client that hangs up or sends nonsense ends its connection, nothing else.
            let _ = serve(stream, connection, &shared);
            shared.close(connection);
        });
    }
}

/// Serves one connection to its end.
fn serve(mut client: TcpStream, connection: usize, shared: &Shared) -> io::Result<()> {
    shared.watch(connection, &client)?;
    client.set_nodelay(true)?;
    let manner = shared.manner();
    match manner {
        Manner::HangUp => return Ok(()),
        Manner::Mute => return swallow(&mut client),
        _ => {}
    }
    let mut first = [0];
    client.peek(&mut first)?;
    let (target, early) = match first {
        [5] => (socks5::serve(&mut client, shared)?, Vec::new()),
        _ => http::serve(&mut client, shared)?,
    };
    let Some(mut target) = target else { return Ok(()) };
    match manner {
        Manner::CutTunnel => return Ok(()),
        Manner::Empty => return swallow(&mut client),
        _ => {}
    }
    shared.watch(connection, &target)?;
    target.write_all(&early)?;
    let (mut from_target, mut to_client) = (target.try_clone()?, client.try_clone()?);
    let back = thread::spawn(move || pump(&mut from_target, &mut to_client));
    pump(&mut client, &mut target);
    // `pump` does not panic.
    let _ = back.join();
    Ok(())
}

/// Takes whatever comes and answers nothing.
fn swallow(client: &mut TcpStream) -> io::Result<()> {
    io::copy(client, &mut io::sink()).map(drop)
}

/// Carries bytes until one side ends, and tells the other.
fn pump(from: &mut TcpStream, to: &mut TcpStream) {
    // A connection that breaks ends here like one that was closed.
    let _ = io::copy(from, to);
    let _ = to.shutdown(Shutdown::Write);
}

#[cfg(test)]
mod tests;
