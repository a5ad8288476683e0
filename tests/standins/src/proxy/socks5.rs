//! SOCKS5 (RFC 1928), with user and password (RFC 1929).

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, TcpStream};
use std::sync::atomic::Ordering;

use super::{Asked, Manner, Protocol, Shared};

/// Answers of SOCKS5 to a request (RFC 1928, 6).
pub(super) mod status {
    pub const DONE: u8 = 0;
    pub const NOT_ALLOWED: u8 = 2;
    pub const HOST_UNREACHABLE: u8 = 4;
    pub const CONNECTION_REFUSED: u8 = 5;
    pub const UNKNOWN_COMMAND: u8 = 7;
    pub const UNKNOWN_ADDRESS_TYPE: u8 = 8;
}

/// Ways to log in with SOCKS5 (RFC 1928, 3).
pub(super) mod method {
    pub const NONE_NEEDED: u8 = 0;
    pub const PASSWORD: u8 = 2;
    pub const NONE_ACCEPTABLE: u8 = 0xff;
}

/// Answers a SOCKS5 client; `None` when there is to be no tunnel.
pub(super) fn serve(client: &mut TcpStream, shared: &Shared) -> io::Result<Option<TcpStream>> {
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

pub(super) fn read<const N: usize>(client: &mut TcpStream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    client.read_exact(&mut bytes)?;
    Ok(bytes)
}
