//! A server that takes no connection.

use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// An address that nobody answers: its connections are never made, since others wait to be taken and never are.
pub struct Deaf {
    listener: TcpListener,
    _waiting: Vec<TcpStream>,
}

impl Deaf {
    /// Binds it.
    ///
    /// # Panics
    ///
    /// When no port can be had.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        rustix::net::listen(&listener, 0).expect("it listens already");
        let address = listener.local_addr().expect("a bound socket has an address");
        let mut waiting = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
            waiting.push(stream);
        }
        Self { listener, _waiting: waiting }
    }

    /// `http://127.0.0.1:PORT`
    ///
    /// # Panics
    ///
    /// Never: it is bound.
    pub fn url(&self) -> String {
        format!("http://{}", self.listener.local_addr().expect("a bound socket has an address"))
    }
}
