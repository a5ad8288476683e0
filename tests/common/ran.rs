//! A run that ended, and what a test expects of it.

use std::process::Output;

use lbjf::exit::Exit;

use super::{keys, secrets};

/// A run of lbjf that ended.
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// What was asked for.
    pub stdout: String,
    /// Everything else.
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("lbjf prints text");
        let keys = keys();
        secrets::search("stdout", &output.stdout, &keys);
        secrets::search("stderr", &output.stderr, &keys);
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

impl Ran {
    /// Checks the exit code.
    pub fn exits(self, exit: Exit) -> Self {
        assert_eq!(self.code, i32::from(exit.code()), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Checks that a line of stderr is exactly this one.
    pub fn says(self, line: &str) -> Self {
        assert!(
            self.stderr.lines().any(|known| known == line),
            "no line {line:?} in stderr:\n{}",
            self.stderr
        );
        self
    }

    /// Checks that stderr contains this.
    pub fn mentions(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no {text:?} in stderr:\n{}", self.stderr);
        self
    }

    /// Checks that stderr does not contain this.
    pub fn omits(self, text: &str) -> Self {
        assert!(!self.stderr.contains(text), "{text:?} in stderr:\n{}", self.stderr);
        self
    }

    /// stdout as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in stdout:\n{}", self.stdout))
    }
}
