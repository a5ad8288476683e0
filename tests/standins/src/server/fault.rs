//! Ways of misbehaving, and what tests do at a request.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use super::Reply;

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
    /// The request is carried out; no answer until the server stops.
    HangAfter,
    /// The connection is reset; the request changes nothing.
    Reset,
    /// The request is carried out, then the connection is reset.
    ResetAfter,
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
    /// The request is carried out, and these bytes are made of the answer. The connection stays open, unless they
    /// say that it closes.
    Sent(Form),
    /// This is called, then the request is answered as ever.
    First(Hook),
    /// This is called, then the request is answered as ever, and the connection closes.
    Close(Hook),
    /// The request is answered as ever, then this is called.
    Then(Hook),
}

/// What becomes of an answer.
#[derive(Clone)]
pub struct Change(pub(super) Arc<dyn Fn(Reply) -> Reply + Send + Sync>);

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

/// The bytes that an answer is sent as.
#[derive(Clone)]
pub struct Form(pub(super) Arc<dyn Fn(Reply) -> Vec<u8> + Send + Sync>);

impl Form {
    /// From how they are made.
    pub fn new(form: impl Fn(Reply) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self(Arc::new(form))
    }
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Form")
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

    pub(super) fn wait(&self) {
        let is_open = self.0.0.lock().expect("no thread panics with it");
        drop(self.0.1.wait_while(is_open, |is_open| !*is_open));
    }
}

/// Something that a test does at a certain request.
#[derive(Clone)]
pub struct Hook(pub(super) Arc<dyn Fn() + Send + Sync>);

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
