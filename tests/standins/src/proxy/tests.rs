use std::io::Read;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::socks5::{method, read, status};
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
    assert_eq!(connect(&mut client, &format!("127.0.0.1:{}", port(&server)), Some((USER, PASSWORD))), 200);
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
    for (proxy, offered) in
        [(Proxy::with_credentials(USER, PASSWORD), method::NONE_NEEDED), (Proxy::start(), method::PASSWORD)]
    {
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
