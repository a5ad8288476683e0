//! Progress bars on a terminal, and the one way to stderr that keeps messages apart from them.

use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

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
pub struct Bar {
    bar: ProgressBar,
    per_second: Option<f64>,
}

/// Begins a bar for so many steps. With `per_second` the time left follows from that pace; else it is estimated.
pub fn bar(what: &'static str, count: usize, per_second: Option<f64>) -> Bar {
    let Some(bars) = BARS.get().filter(|_| count > 1) else {
        return Bar { bar: ProgressBar::hidden(), per_second: None };
    };
    let left = if per_second.is_some() { "{msg}" } else { "{eta} left" };
    let style = ProgressStyle::with_template(&format!("{{prefix}} {{bar:30}} {{pos}}/{{len}}, {left}"));
    let bar = bars.add(ProgressBar::new(count as u64));
    bar.set_style(style.expect("the template is constant").progress_chars("##-"));
    bar.set_prefix(what);
    let bar = Bar { bar, per_second };
    bar.tell_time_left();
    bar
}

impl Bar {
    /// One more step is done.
    pub fn step(&self) {
        self.bar.inc(1);
        self.tell_time_left();
    }

    fn tell_time_left(&self) {
        if let Some(per_second) = self.per_second {
            let left = self.bar.length().unwrap_or_default().saturating_sub(self.bar.position());
            self.bar.set_message(time_left(left, per_second));
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
        if let Some(bars) = BARS.get() {
            bars.remove(&self.bar);
        }
    }
}

/// `17 min left`
#[expect(clippy::cast_precision_loss, reason = "nobody counts that far")]
fn time_left(steps: u64, per_second: f64) -> String {
    match Duration::from_secs_f64(steps as f64 / per_second).as_secs() {
        secs @ 0..90 => format!("{secs} s left"),
        secs => format!("{} min left", (secs + 30) / 60),
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
            assert_eq!(time_left(steps, per_second), expected);
        }
    }
}
