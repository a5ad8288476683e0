//! Progress bars on a terminal, and the one way to stderr that keeps messages apart from them.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// Where bars are drawn; without it none is.
static BARS: OnceLock<MultiProgress> = OnceLock::new();

/// Lets bars be drawn from now on, if stderr is a terminal that can.
pub fn start() {
    let can = io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    if can {
        let _ = BARS.set(MultiProgress::with_draw_target(ProgressDrawTarget::stderr()));
    }
}

/// One bar; it disappears when dropped.
#[derive(Debug)]
pub struct Bar(ProgressBar);

/// Begins a bar for so many steps. With `per_second` the time left follows from that pace; else it is estimated.
pub fn bar(what: impl Into<String>, count: usize, per_second: Option<f64>) -> Bar {
    let Some(bars) = BARS.get().filter(|_| count > 1) else { return Bar(ProgressBar::hidden()) };
    let what: String = what.into();
    let style = ProgressStyle::with_template("{line}").expect("the template is constant");
    let style = style.with_key("line", move |state: &ProgressState, to: &mut dyn fmt::Write| {
        let (done, all) = (state.pos(), state.len().unwrap_or_default());
        let left = match per_second {
            Some(per_second) => at_this_pace(all.saturating_sub(done), per_second),
            None => state.eta(),
        };
        // Asked each time: somebody may have made the window smaller. A bar is no reason to fail.
        let _ = to.write_str(&line(&what, done, all, left, columns()));
    });
    let bar = ProgressBar::new(count as u64).with_style(style);
    Bar(bars.add(bar))
}

impl Bar {
    /// One more step is done.
    pub fn step(&self) {
        self.0.inc(1);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        // What was reached is drawn whatever the pace of drawing: who looks sees it end.
        self.0.abandon();
        self.0.finish_and_clear();
        if let Some(bars) = BARS.get() {
            bars.remove(&self.0);
        }
    }
}

/// How wide the terminal is.
fn columns() -> usize {
    terminal_size::terminal_size_of(io::stderr()).map_or(80, |(width, _)| width.0.into())
}

/// `film pages ######--- 60/90, 17 min left` in one line of so many columns: the bar goes first, then the time.
fn line(what: &str, done: u64, all: u64, left: Duration, columns: usize) -> String {
    const LONGEST: usize = 30;
    const SHORTEST: usize = 5;
    let (count, time) = (format!("{done}/{all}"), format!(", {}", time_left(left)));
    // A terminal may wrap a line that fills its last column.
    let room = columns.saturating_sub(1);
    let words = what.len() + 1 + count.len() + time.len();
    let bar = room.saturating_sub(words + 1).min(LONGEST);
    if bar >= SHORTEST {
        let filled = match usize::try_from(done * bar as u64 / all.max(1)) {
            Ok(filled) => filled.min(bar),
            Err(_) => bar,
        };
        return format!("{what} {}{} {count}{time}", "#".repeat(filled), "-".repeat(bar - filled));
    }
    let whole = if words <= room { format!("{what} {count}{time}") } else { format!("{what} {count}") };
    whole.chars().take(room).collect()
}

#[expect(clippy::cast_precision_loss, reason = "nobody counts that far")]
fn at_this_pace(steps: u64, per_second: f64) -> Duration {
    Duration::try_from_secs_f64(steps as f64 / per_second).unwrap_or(Duration::MAX)
}

/// `17 min left`
fn time_left(left: Duration) -> String {
    match left.as_secs() {
        secs @ 0..90 => format!("{secs} s left"),
        secs => format!("{} min left", (secs / 60).saturating_add(u64::from(secs % 60 >= 30))),
    }
}

/// Stderr; bars make room for what is written to it.
#[derive(Debug)]
pub struct Stderr;

impl Write for Stderr {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let write = || io::stderr().write_all(text);
        match BARS.get() {
            Some(bars) => bars.suspend(write)?,
            None => write()?,
        }
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_from_the_pace() {
        for (steps, per_second, expected) in [
            (1000, 1.0, "17 min left"),
            (60, 1.0, "60 s left"),
            (60, 0.5, "2 min left"),
            (0, 1.0, "0 s left"),
        ] {
            assert_eq!(time_left(at_this_pace(steps, per_second)), expected);
        }
    }

    #[test]
    fn a_bar_stays_on_one_line_however_narrow_the_terminal_is() {
        let minutes = Duration::from_mins(17);
        for (columns, expected) in [
            (200, "film pages ###############--------------- 30/60, 17 min left"),
            (80, "film pages ###############--------------- 30/60, 17 min left"),
            (40, "film pages ####----- 30/60, 17 min left"),
            (35, "film pages 30/60, 17 min left"),
            (20, "film pages 30/60"),
            (8, "film pa"),
            (0, ""),
        ] {
            assert_eq!(line("film pages", 30, 60, minutes, columns), expected, "{columns}");
        }
        for columns in 0..100 {
            let longest = line("films to Radarr", 123_456, 123_456, Duration::MAX, columns);
            assert!(longest.len() < columns.max(1), "{columns}: {longest}");
        }
    }
}
