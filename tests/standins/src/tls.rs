//! Encryption before a stand-in: takes TLS on `127.0.0.1:0`, hands everything on in plain text.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A front that encrypts. It stops when dropped.
pub struct TlsFront {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    accepting: Option<thread::JoinHandle<()>>,
}

impl TlsFront {
    /// Starts one with this certificate (and what follows it) and key, both in PEM form; `to` is `http://HOST:PORT`.
    ///
    /// # Panics
    ///
    /// When the two do not fit, or no port can be bound.
    pub fn start(certificates: &[u8], key: &[u8], to: &str) -> Self {
        let chain = CertificateDer::pem_slice_iter(certificates).collect::<Result<_, _>>();
        let chain: Vec<_> = chain.expect("certificates in PEM form");
        let key = PrivateKeyDer::from_pem_slice(key).expect("a key in PEM form");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring knows them")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("the key is the certificate's");
        let (config, to) = (Arc::new(config), to.trim_start_matches("http://").to_owned());
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        let address = listener.local_addr().expect("a bound socket has an address");
        let stopping = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopping);
        let accepting = thread::spawn(move || {
            for client in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let (config, to, stop) = (Arc::clone(&config), to.clone(), Arc::clone(&stop));
                thread::spawn(move || {
                    // Who does not like the certificate ends the connection, nothing else.
                    let _ = client.and_then(|client| serve(client, config, &to, &stop));
                });
            }
        });
        Self { address, stopping, accepting: Some(accepting) }
    }

    /// `https://127.0.0.1:PORT`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Wakes the listener, which sees the flag.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

/// Carries bytes both ways in turn: an encrypted stream cannot be split.
fn serve(client: TcpStream, config: Arc<ServerConfig>, to: &str, stop: &AtomicBool) -> io::Result<()> {
    let mut target = TcpStream::connect(to)?;
    let tls = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut client = StreamOwned::new(tls, client);
    let mut buffer = vec![0; 32 << 10];
    // The handshake, before reads end early.
    client.flush()?;
    let pause = Some(Duration::from_millis(5));
    client.sock.set_read_timeout(pause)?;
    target.set_read_timeout(pause)?;
    while !stop.load(Ordering::SeqCst) {
        match read(&mut client, &mut buffer)? {
            Some(0) => break,
            Some(count) => target.write_all(&buffer[..count])?,
            None => {}
        }
        match read(&mut target, &mut buffer)? {
            Some(0) => break,
            Some(count) => {
                client.sock.set_read_timeout(None)?;
                client.write_all(&buffer[..count])?;
                client.flush()?;
                client.sock.set_read_timeout(pause)?;
            }
            None => {}
        }
    }
    client.conn.send_close_notify();
    client.flush()?;
    client.sock.shutdown(Shutdown::Both)
}

/// What came, 0 at the end; `None` when nothing came yet.
fn read(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<Option<usize>> {
    match from.read(buffer) {
        Ok(count) => Ok(Some(count)),
        Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => Ok(None),
        Err(error) => Err(error),
    }
}
