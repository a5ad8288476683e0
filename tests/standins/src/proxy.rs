//! A stand-in proxy on `127.0.0.1:0`: HTTP CONNECT and SOCKS5 on one port, told apart by the first byte.
//!
//! It writes down what it was asked for, and can know names that nobody else can resolve: a client that reaches one
//! of them left resolving to the proxy. Wrong credentials get a 407 as missing ones do; of the real proxies that
//! `contrib/try-proxies` starts, tinyproxy 1.11.1 answers wrong ones with 401. Two threads a tunnel; everything stops
//! when the [`Proxy`] is dropped.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

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

/// Answers of SOCKS5 to a request (RFC 1928, 6).
mod status {
    pub const DONE: u8 = 0;
    pub const NOT_ALLOWED: u8 = 2;
    pub const HOST_UNREACHABLE: u8 = 4;
    pub const CONNECTION_REFUSED: u8 = 5;
    pub const UNKNOWN_COMMAND: u8 = 7;
    pub const UNKNOWN_ADDRESS_TYPE: u8 = 8;
}

/// Ways to log in with SOCKS5 (RFC 1928, 3).
mod method {
    pub const NONE_NEEDED: u8 = 0;
    pub const PASSWORD: u8 = 2;
    pub const NONE_ACCEPTABLE: u8 = 0xff;
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
        [5] => (socks5(&mut client, shared)?, Vec::new()),
        _ => connect(&mut client, shared)?,
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

/// Answers a `CONNECT`. The target is `None` when there is to be no tunnel; the bytes are what the client sent
/// before it had an answer.
fn connect(client: &mut TcpStream, shared: &Shared) -> io::Result<(Option<TcpStream>, Vec<u8>)> {
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

/// Answers a SOCKS5 client; `None` when there is to be no tunnel.
fn socks5(client: &mut TcpStream, shared: &Shared) -> io::Result<Option<TcpStream>> {
    let [_version, count] = read(client)?;
    let offered = read_many(client, count)?;
    let wanted = if shared.credentials.is_some() { method::PASSWORD } else { method::NONE_NEEDED };
    if !offered.contains(&wanted) {
        client.write_all(&[5, method::NONE_ACCEPTABLE])?;
        return Ok(None);
    }
    client.write_all(&[5, wanted])?;
    let credentials = if wanted == method::PASSWORD { Some(read_credentials(client)?) } else { None };
    if credentials.is_some() {
        let lets_in = shared.lets_in(credentials.as_ref());
        client.write_all(&[1, u8::from(!lets_in)])?;
        if !lets_in {
            return Ok(None);
        }
    }

    let [_version, command, _reserved, address_type] = read(client)?;
    let (host, is_name) = match address_type {
        1 => (Ipv4Addr::from(read::<4>(client)?).to_string(), false),
        3 => (read_text(client)?, true),
        4 => (Ipv6Addr::from(read::<16>(client)?).to_string(), false),
        _ => {
            reply(client, status::UNKNOWN_ADDRESS_TYPE)?;
            return Ok(None);
        }
    };
    let port = u16::from_be_bytes(read(client)?);
    let asked = Asked { protocol: Protocol::Socks5, host, is_name, port, credentials };
    shared.state().asked.push(asked.clone());

    let reached = match command {
        1 if shared.refusing.load(Ordering::SeqCst) => Err(status::NOT_ALLOWED),
        1 if matches!(shared.manner(), Manner::Status(_)) => Err(status::HOST_UNREACHABLE),
        1 => shared.reach(&asked.host, port).map_err(|error| match error.kind() {
            io::ErrorKind::ConnectionRefused => status::CONNECTION_REFUSED,
            _ => status::HOST_UNREACHABLE,
        }),
        _ => Err(status::UNKNOWN_COMMAND),
    };
    if reached.is_ok() {
        shared.tunnels.fetch_add(1, Ordering::SeqCst);
    }
    reply(client, *reached.as_ref().err().unwrap_or(&status::DONE))?;
    Ok(reached.ok())
}

/// Answers a request. The address at its end is where the proxy connected from; clients do not care.
fn reply(client: &mut TcpStream, status: u8) -> io::Result<()> {
    client.write_all(&[5, status, 0, 1, 0, 0, 0, 0, 0, 0])
}

/// User and password as RFC 1929 sends them.
fn read_credentials(client: &mut TcpStream) -> io::Result<(String, String)> {
    let [_version] = read(client)?;
    Ok((read_text(client)?, read_text(client)?))
}

/// A text with its length in front.
fn read_text(client: &mut TcpStream) -> io::Result<String> {
    let [length] = read(client)?;
    Ok(String::from_utf8_lossy(&read_many(client, length)?).into_owned())
}

fn read_many(client: &mut TcpStream, count: u8) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; count.into()];
    client.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn read<const N: usize>(client: &mut TcpStream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    client.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::server::{Reply, Server};

    const NAME: &str = "letterboxd.test";
    const USER: &str = "ada";
    /// Everything that is awkward in an address, in a header or in an encoding.
    const PASSWORD: &str = "p:w@/#% é+";

    fn server() -> Server {
        Server::start(|request| Reply::html(200, format!("this is {}", request.path)))
    }

    fn port(server: &Server) -> u16 {
        server.url().rsplit_once(':').unwrap().1.parse().unwrap()
    }

    fn pair(user: &str, password: &str) -> (String, String) {
        (user.to_owned(), password.to_owned())
    }

    fn client(proxy: &Proxy) -> TcpStream {
        let client = TcpStream::connect(proxy.address()).unwrap();
        client.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        client
    }

    fn until_end(client: &mut TcpStream) -> String {
        let mut text = String::new();
        client.read_to_string(&mut text).unwrap();
        text
    }

    /// Asks twice over the tunnel: it must stay open.
    fn works(client: &mut TcpStream) {
        for path in ["/ada/", "/bob/"] {
            write!(client, "GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
            let expected = format!("this is {path}");
            let mut seen = String::new();
            while !seen.ends_with(&expected) {
                let mut chunk = [0; 1024];
                let count = client.read(&mut chunk).unwrap();
                assert_ne!(count, 0, "the tunnel ended after {seen:?}");
                seen.push_str(std::str::from_utf8(&chunk[..count]).unwrap());
            }
        }
    }

    /// Sends a `CONNECT` and gives back the status.
    fn connect(client: &mut TcpStream, target: &str, credentials: Option<(&str, &str)>) -> u16 {
        write!(client, "CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n").unwrap();
        if let Some((user, password)) = credentials {
            let encoded = BASE64_STANDARD.encode(format!("{user}:{password}"));
            write!(client, "Proxy-Authorization: basic {encoded}\r\n").unwrap();
        }
        client.write_all(b"\r\n").unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(read::<1>(client).unwrap()[0]);
        }
        std::str::from_utf8(&answer).unwrap()[9..12].parse().unwrap()
    }

    /// Logs in; `false` when that failed in the way that RFC 1929 has for it.
    fn log_in(client: &mut TcpStream, (user, password): (&str, &str)) -> bool {
        client.write_all(&[5, 2, method::NONE_NEEDED, method::PASSWORD]).unwrap();
        assert_eq!(read(client).unwrap(), [5, method::PASSWORD]);
        let mut bytes = vec![1];
        for text in [user, password] {
            bytes.push(text.len().try_into().unwrap());
            bytes.extend_from_slice(text.as_bytes());
        }
        client.write_all(&bytes).unwrap();
        let [version, status] = read(client).unwrap();
        assert_eq!(version, 1);
        status == 0
    }

    fn start_without_credentials(client: &mut TcpStream) {
        client.write_all(&[5, 1, method::NONE_NEEDED]).unwrap();
        assert_eq!(read(client).unwrap(), [5, method::NONE_NEEDED]);
    }

    fn by_name(name: &str) -> Vec<u8> {
        [&[3, name.len().try_into().unwrap()], name.as_bytes()].concat()
    }

    /// Asks to be connected and gives back the status.
    fn request(client: &mut TcpStream, command: u8, address: &[u8], port: u16) -> u8 {
        client.write_all(&[&[5, command, 0], address, &port.to_be_bytes()].concat()).unwrap();
        let [version, status, _, address_type, ..] = read::<10>(client).unwrap();
        assert_eq!((version, address_type), (5, 1));
        status
    }

    #[test]
    fn connect_by_a_name_only_the_proxy_knows() {
        let (server, proxy) = (server(), Proxy::start());
        proxy.map(NAME, server.url().trim_start_matches("http://"));
        let mut client = client(&proxy);
        assert_eq!(connect(&mut client, "Letterboxd.TEST:443", None), 200);
        works(&mut client);
        let asked = Asked {
            protocol: Protocol::Connect,
            host: "Letterboxd.TEST".to_owned(),
            is_name: true,
            port: 443,
            credentials: None,
        };
        assert_eq!(proxy.asked(), [asked]);
        assert_eq!((proxy.requests_tunnelled(), server.requests().len()), (1, 2));
    }

    #[test]
    fn connect_by_address() {
        let (server, proxy) = (server(), Proxy::start());
        let mut client = client(&proxy);
        assert_eq!(
            connect(&mut client, &format!("127.0.0.1:{}", port(&server)), Some((USER, PASSWORD))),
            200
        );
        works(&mut client);
        let asked = Asked {
            protocol: Protocol::Connect,
            host: "127.0.0.1".to_owned(),
            is_name: false,
            port: port(&server),
            credentials: Some(pair(USER, PASSWORD)),
        };
        assert_eq!(proxy.asked(), [asked]);
    }

    #[test]
    fn connect_takes_brackets_off_an_ipv6_address() {
        let proxy = Proxy::start();
        proxy.refuse(true);
        assert_eq!(connect(&mut client(&proxy), "[::1]:443", None), 403);
        let asked = proxy.asked().remove(0);
        assert_eq!((asked.host.as_str(), asked.is_name, asked.port), ("::1", false, 443));
    }

    #[test]
    fn connect_with_credentials() {
        let (server, proxy) = (server(), Proxy::with_credentials(USER, PASSWORD));
        let target = format!("localhost:{}", port(&server));
        let mut tunnel = client(&proxy);
        assert_eq!(connect(&mut tunnel, &target, Some((USER, PASSWORD))), 200);
        works(&mut tunnel);
        for wrong in [None, Some((USER, "")), Some((USER, "p")), Some(("eve", PASSWORD))] {
            let mut client = client(&proxy);
            assert_eq!(connect(&mut client, &target, wrong), 407);
            assert_eq!(until_end(&mut client), "");
            let sent = wrong.map(|(user, password)| pair(user, password));
            assert_eq!(proxy.asked().last().unwrap().credentials, sent);
        }
        assert_eq!((proxy.asked().len(), proxy.requests_tunnelled()), (5, 1));
    }

    #[test]
    fn what_is_no_connect_is_not_forwarded() {
        let (server, proxy) = (server(), Proxy::start());
        let mut client = client(&proxy);
        write!(client, "GET {}/ada/ HTTP/1.1\r\nHost: x\r\n\r\n", server.url()).unwrap();
        assert!(until_end(&mut client).starts_with("HTTP/1.1 405 "));
        assert_eq!((proxy.asked().len(), server.connections()), (0, 0));
    }

    #[test]
    fn socks5_by_a_name_only_the_proxy_knows() {
        let (server, proxy) = (server(), Proxy::start());
        proxy.map(NAME, server.url().trim_start_matches("http://"));
        let mut client = client(&proxy);
        start_without_credentials(&mut client);
        assert_eq!(request(&mut client, 1, &by_name(NAME), 443), status::DONE);
        works(&mut client);
        let asked = Asked {
            protocol: Protocol::Socks5,
            host: NAME.to_owned(),
            is_name: true,
            port: 443,
            credentials: None,
        };
        assert_eq!(proxy.asked(), [asked]);
        assert_eq!(proxy.requests_tunnelled(), 1);
    }

    #[test]
    fn socks5_by_address() {
        let (server, proxy) = (server(), Proxy::start());
        let mut client = client(&proxy);
        start_without_credentials(&mut client);
        assert_eq!(request(&mut client, 1, &[1, 127, 0, 0, 1], port(&server)), status::DONE);
        works(&mut client);
        let asked = proxy.asked().remove(0);
        assert_eq!((asked.host.as_str(), asked.is_name, asked.port), ("127.0.0.1", false, port(&server)));
    }

    #[test]
    fn socks5_with_credentials() {
        let (server, proxy) = (server(), Proxy::with_credentials(USER, PASSWORD));
        let mut tunnel = client(&proxy);
        assert!(log_in(&mut tunnel, (USER, PASSWORD)));
        assert_eq!(request(&mut tunnel, 1, &by_name("localhost"), port(&server)), status::DONE);
        works(&mut tunnel);
        assert_eq!(proxy.asked()[0].credentials, Some(pair(USER, PASSWORD)));
        for wrong in [(USER, ""), (USER, "p"), ("eve", PASSWORD)] {
            let mut client = client(&proxy);
            assert!(!log_in(&mut client, wrong));
            assert_eq!(until_end(&mut client), "");
        }
        assert_eq!((proxy.asked().len(), proxy.requests_tunnelled()), (1, 1));
    }

    #[test]
    fn socks5_without_a_common_way_to_log_in_ends() {
        for (proxy, offered) in [
            (Proxy::with_credentials(USER, PASSWORD), method::NONE_NEEDED),
            (Proxy::start(), method::PASSWORD),
        ] {
            let mut client = client(&proxy);
            client.write_all(&[5, 1, offered]).unwrap();
            assert_eq!(read(&mut client).unwrap(), [5, method::NONE_ACCEPTABLE]);
            assert_eq!(until_end(&mut client), "");
        }
    }

    #[test]
    fn refuse_holds_until_it_is_taken_back() {
        let (server, proxy) = (server(), Proxy::start());
        let target = format!("127.0.0.1:{}", port(&server));
        proxy.refuse(true);
        assert_eq!(connect(&mut client(&proxy), &target, None), 403);
        let mut socks = client(&proxy);
        start_without_credentials(&mut socks);
        assert_eq!(request(&mut socks, 1, &by_name("localhost"), port(&server)), status::NOT_ALLOWED);
        assert_eq!(until_end(&mut socks), "");
        assert_eq!((proxy.asked().len(), proxy.requests_tunnelled(), server.connections()), (2, 0, 0));
        proxy.refuse(false);
        assert_eq!(connect(&mut client(&proxy), &target, None), 200);
        assert_eq!(proxy.requests_tunnelled(), 1);
    }

    #[test]
    fn a_target_that_is_not_there_is_said_so() {
        // No port that a server of another test may be given.
        let proxy = Proxy::start();
        assert_eq!(connect(&mut client(&proxy), "127.0.0.1:1", None), 502);
        let mut socks = client(&proxy);
        start_without_credentials(&mut socks);
        let status = request(&mut socks, 1, &[1, 127, 0, 0, 1], 1);
        assert_eq!(status, status::CONNECTION_REFUSED);
        let mut bind = client(&proxy);
        start_without_credentials(&mut bind);
        assert_eq!(request(&mut bind, 2, &by_name(NAME), 443), status::UNKNOWN_COMMAND);
        assert_eq!(proxy.requests_tunnelled(), 0);
    }

    #[test]
    fn dropped_it_closes_its_tunnels() {
        let (server, proxy) = (server(), Proxy::start());
        let mut client = client(&proxy);
        assert_eq!(connect(&mut client, &format!("127.0.0.1:{}", port(&server)), None), 200);
        works(&mut client);
        drop(proxy);
        assert_eq!(until_end(&mut client), "");
    }
}
