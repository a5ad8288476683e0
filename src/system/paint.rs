//! Colours for states in what is printed on stdout: the same words with and without them.

use std::env;
use std::io::{self, IsTerminal};
use std::sync::OnceLock;

use crate::domain::text;

/// Is stdout coloured? Without it, it is not.
static IS_ON: OnceLock<bool> = OnceLock::new();

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Somebody may want to look.
    Notable,
    /// Somebody must look.
    Bad,
    /// Of no weight.
    Faint,
    /// A heading.
    Heading,
    /// As everything else.
    Plain,
}

/// Lets colours be used from now on: as somebody asked for it, else on a terminal that can, unless `NO_COLOR` is set.
pub fn start(color: Option<bool>) {
    let is_unwanted = || env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let is_plain = || env::var_os("TERM").is_some_and(|term| term == "dumb");
    let _ = IS_ON.set(color.unwrap_or_else(|| io::stdout().is_terminal() && !is_unwanted() && !is_plain()));
}

/// A text in the colour of its tone, if stdout is coloured.
pub fn paint(tone: Tone, text: &str) -> String {
    if IS_ON.get() == Some(&true) { colored(tone, text) } else { text.to_owned() }
}

/// The sixteen colours that every terminal has, so that they suit its background.
pub(super) fn colored(tone: Tone, text: &str) -> String {
    let code = match tone {
        Tone::Good => "32",
        Tone::Notable => "33",
        Tone::Bad => "1;31",
        Tone::Faint => "2",
        Tone::Heading => "1",
        Tone::Plain => return text.to_owned(),
    };
    format!("\u{1b}{0}{code}m{text}\u{1b}{0}0m", mark())
}

/// What our own colours are known by until they are printed: no title or name can have it.
fn mark() -> &'static str {
    static MARK: OnceLock<String> = OnceLock::new();
    MARK.get_or_init(|| format!("{:016x}", fastrand::u64(..)))
}

/// A text with nothing in it that a terminal obeys, but for our own colours.
pub(super) fn finish(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let mut done = text::lines(parts.next().unwrap_or_default()).into_owned();
    for part in parts {
        let own = part.strip_prefix(mark());
        done.push_str(if own.is_some() { "\u{1b}[" } else { " " });
        done.push_str(&text::lines(own.unwrap_or(part)));
    }
    done
}

/// The same with its beginning, up to the first of these letters, in colour.
pub fn paint_up_to(tone: Tone, ends: &[char], text: &str) -> String {
    let (start, rest) = text.split_at(text.find(ends).unwrap_or(text.len()));
    paint(tone, start) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_colours_reach_the_terminal_and_nobody_elses() {
        let text = format!("{}: \u{1b}[31mHeat\u{7}\n", colored(Tone::Good, "healthy"));
        assert_eq!(finish(&text), "\u{1b}[32mhealthy\u{1b}[0m:  [31mHeat \n");
        assert_eq!(colored(Tone::Plain, "healthy"), "healthy");
    }
}
