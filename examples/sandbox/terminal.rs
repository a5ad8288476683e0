//! Keys as they are pressed, without Enter.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::AsFd;

use lbjf::system::interrupt;
use nix::sys::termios::{LocalFlags, SetArg, SpecialCharacterIndices, Termios, tcgetattr, tcsetattr};

const ESCAPE: u8 = 0x1b;

/// What was read of an arrow, or the like, which is no key: `ESC [ A`, `ESC O A`, `ESC [ 5 ~`.
#[derive(Clone, Copy)]
enum Sequence {
    None,
    Escape,
    Begun,
}

/// A terminal that gives each key at once and shows none. Ctrl-C still is a signal. It is as before when this is
/// dropped.
pub struct Keys {
    terminal: File,
    before: Termios,
    sequence: Sequence,
}

impl Keys {
    pub fn of(terminal: impl AsFd) -> io::Result<Self> {
        let terminal = File::from(terminal.as_fd().try_clone_to_owned()?);
        let before = tcgetattr(&terminal)?;
        let mut now = before.clone();
        now.local_flags &= !(LocalFlags::ICANON | LocalFlags::ECHO);
        // Reading ends after a fifth of a second, so that a signal is noticed.
        now.control_chars[SpecialCharacterIndices::VMIN as usize] = 0;
        now.control_chars[SpecialCharacterIndices::VTIME as usize] = 2;
        tcsetattr(&terminal, SetArg::TCSANOW, &now)?;
        Ok(Self { terminal, before, sequence: Sequence::None })
    }

    /// A byte that was read; is it a key?
    fn is_key(&mut self, byte: u8) -> bool {
        let (next, is_key) = match (self.sequence, byte) {
            (_, ESCAPE) => (Sequence::Escape, false),
            (Sequence::Begun, b'A'..=b'Z' | b'a'..=b'z' | b'~') => (Sequence::None, false),
            (Sequence::Escape, b'[' | b'O') | (Sequence::Begun, _) => (Sequence::Begun, false),
            (Sequence::None | Sequence::Escape, _) => (Sequence::None, true),
        };
        self.sequence = next;
        is_key
    }
}

impl Iterator for Keys {
    type Item = char;

    /// The next key; `None` after Ctrl-C, or when the terminal is gone.
    fn next(&mut self) -> Option<char> {
        while interrupt::requested().is_none() {
            let mut byte = [0];
            match self.terminal.read(&mut byte) {
                Ok(1) if self.is_key(byte[0]) => return Some(char::from(byte[0])),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
        None
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        let _ = tcsetattr(&self.terminal, SetArg::TCSAFLUSH, &self.before);
    }
}
