//! Real proxies, where they are installed: tinyproxy (HTTP) and microsocks (SOCKS5), Debian's packages `tinyproxy-bin`
//! and `microsocks`. Written for tinyproxy 1.11.1 and microsocks 1.0.3.

use std::fs;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use lbjf::exit::Exit;
use standins::{Fault, not_tested};
use tempfile::TempDir;

use super::is_film;
use crate::common::World;

const USER: &str = "proxyuser";
/// tinyproxy takes no more than letters, digits and `-._`.
const PASSWORD: &str = "pass.word-1";

/// A proxy that runs; it ends when dropped.
struct Real {
    program: Child,
    host: String,
    _folder: TempDir,
}

impl Drop for Real {
    fn drop(&mut self) {
        self.end();
    }
}

impl Real {
    fn end(&mut self) {
        // One that ended already needs no end.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }

    /// Starts one on some port, and waits until it listens.
    fn start(make: impl Fn(&TempDir, u16) -> Command) -> Option<Self> {
        loop {
            let folder = tempfile::tempdir().expect("a folder for temporary files");
            let free = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
            let port = free.local_addr().expect("a bound socket has an address").port();
            drop(free);
            let mut command = make(&folder, port);
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let mut program = match command.spawn() {
                Ok(program) => program,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    let name = command.get_program().display();
                    not_tested(&format!("there is no {name}: what lbjf makes of a real one"));
                    return None;
                }
                Err(error) => panic!("{command:?}: {error}"),
            };
            let host = format!("127.0.0.1:{port}");
            loop {
                if TcpStream::connect(&host).is_ok() {
                    return Some(Self { program, host, _folder: folder });
                }
                // Somebody else may have taken the port meanwhile.
                if program.try_wait().expect("a child can be waited for").is_some() {
                    break;
                }
                thread::sleep(Duration::from_millis(5));
            }
        }
    }

    fn tinyproxy(target: &str, lines: &str) -> Option<Self> {
        let target_port = target.rsplit(':').next().expect("an address has a port");
        Self::start(|folder, port| {
            let file = folder.path().join("tinyproxy.conf");
            let text = format!(
                "Listen 127.0.0.1\nPort {port}\nTimeout 60\nMaxClients 50\nConnectPort {target_port}\n{lines}\n"
            );
            fs::write(&file, text).expect("it can be written to");
            let mut command = Command::new("tinyproxy");
            command.arg("-d").arg("-c").arg(file);
            command
        })
    }

    fn microsocks(args: &[&str]) -> Option<Self> {
        Self::start(|_, port| {
            let mut command = Command::new("microsocks");
            command.args(["-i", "127.0.0.1", "-p", &port.to_string()]).args(args);
            command
        })
    }
}

fn through(world: World, addresses: &[String], lines: &str) -> World {
    let list: Vec<_> = addresses.iter().map(|address| format!("\"{address}\"")).collect();
    world.set("[letterboxd]", &format!("proxies = [{}]\ntimeout_seconds = 2\n{lines}", list.join(", ")))
}

#[test]
fn one_bad_page_behind_real_proxies_costs_one_page_and_no_proxy() {
    for fault in [Fault::Truncate(2000), Fault::Drop, Fault::Reset, Fault::Hang] {
        let world = World::new().watchlist_of(40);
        let target = world.letterboxd.url();
        let login = format!("BasicAuth {USER} {PASSWORD}");
        let (Some(plain), Some(login), Some(socks)) = (
            Real::tinyproxy(&target, ""),
            Real::tinyproxy(&target, &login),
            Real::microsocks(&["-u", USER, "-P", PASSWORD]),
        ) else {
            return;
        };
        let addresses = [
            format!("http://{}", plain.host),
            format!("http://{USER}:{PASSWORD}@{}", login.host),
            format!("socks5h://{USER}:{PASSWORD}@{}", socks.host),
        ];
        let world = through(world, &addresses, "allow_direct_fallback = true").secret(PASSWORD);
        world.fail_page(usize::MAX, "/film/film-7/", fault.clone());
        let ran = world.lbjf(&["sync"]).exits(Exit::Partial).omits("set aside").omits("no proxy is left");
        assert_eq!(world.radarr.posted().len(), 39, "{fault:?}:\n{}", ran.stderr);
    }
}

#[test]
fn what_real_proxies_refuse_is_said_of_them() {
    let target = World::new().letterboxd.url();
    let login = format!("BasicAuth {USER} {PASSWORD}");
    let (Some(http), Some(socks), Some(narrow)) = (
        Real::tinyproxy(&target, &login),
        Real::microsocks(&["-u", USER, "-P", PASSWORD]),
        Real::tinyproxy("h:443", ""),
    ) else {
        return;
    };
    for (address, host, says) in [
        (
            format!("http://{USER}:wr0ng@{}", http.host),
            &http.host,
            "it refused the user and password (HTTP 401)",
        ),
        (format!("http://{}", http.host), &http.host, "it wants a user and a password (HTTP 407)"),
        (format!("http://{}", narrow.host), &narrow.host, "it did not connect: HTTP 403"),
        (format!("socks5h://{USER}:wr0ng@{}", socks.host), &socks.host, "it refused the user and password"),
        (format!("socks5h://{}", socks.host), &socks.host, "it wants a user and a password"),
        // The wrong protocol.
        (format!("http://{}", socks.host), &socks.host, ""),
        (format!("socks5h://{}", narrow.host), &narrow.host, ""),
    ] {
        let world = through(World::new().watchlist_of(3), std::slice::from_ref(&address), "");
        let ran = world.secret("wr0ng").lbjf(&["sync"]).exits(Exit::Partial);
        let told = format!("warning: letterboxd: proxy `{host}` is set aside for this run: {says}");
        assert!(ran.stderr.contains(&told), "{address}: no {told:?} in\n{}", ran.stderr);
        ran.mentions("no proxy is left");
    }
}

#[test]
fn a_real_proxy_that_ends_in_the_midst_of_a_run_leaves_the_work_to_the_others() {
    let world = World::new().watchlist_of(40);
    let target = world.letterboxd.url();
    let (Some(tinyproxy), Some(socks)) = (Real::tinyproxy(&target, ""), Real::microsocks(&[])) else {
        return;
    };
    let addresses = [format!("http://{}", tinyproxy.host), format!("socks5h://{}", socks.host)];
    let host = tinyproxy.host.clone();
    let world = through(world, &addresses, "max_concurrent_requests = 1");
    let ending = std::sync::Mutex::new(tinyproxy);
    let end = standins::Hook::new(move || ending.lock().expect("nothing panics with it").end());
    world.letterboxd.server.fail(5, is_film, Fault::Delay(Duration::ZERO));
    world.letterboxd.server.fail(1, is_film, Fault::First(end));
    let ran = world.sync();
    assert_eq!(world.radarr.posted().len(), 40, "nothing is lost by it:\n{}", ran.stderr);
    ran.mentions(&format!("proxy `{host}` is set aside for this run: connection refused"));
}
