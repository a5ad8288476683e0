//! Draws what lbjf prints on a terminal as a picture (SVG), for the README.

use std::error::Error;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::process::Stdio;

use lbjf::system::layout;

use super::world::World;

const COLUMNS: u16 = 100;
/// Of a letter, in pixels.
const WIDTH: f64 = 8.0;
const HEIGHT: f64 = 18.0;
const MARGIN: f64 = 16.0;

/// The colours that lbjf uses, by the number behind `ESC [`, on the dark ground of the picture.
const CLASSES: &[(&str, &str)] = &[
    ("32", "good"),
    ("33", "notable"),
    ("1;33", "notable"),
    ("1;31", "bad"),
    ("2", "faint"),
    ("1", "heading"),
];

const STYLE: &str =
    "text { font: 13px ui-monospace, Menlo, Consolas, monospace; fill: #d7dae0; white-space: pre }
.good { fill: #7bc275 } .notable { fill: #e5c07b } .bad { fill: #ef6f76; font-weight: bold }
.faint { fill: #8b93a0 } .heading, .prompt { fill: #ffffff; font-weight: bold }";

impl World {
    /// What commands print on a terminal, each behind its prompt.
    pub fn on_a_terminal(&self, commands: &[&[&str]]) -> Result<String, Box<dyn Error>> {
        let mut text = String::new();
        for args in commands {
            let size = nix::pty::Winsize { ws_row: 50, ws_col: COLUMNS, ws_xpixel: 0, ws_ypixel: 0 };
            let terminal = nix::pty::openpty(Some(&size), None)?;
            let mut command = self.command(args);
            // Bars would be drawn over; messages come in order, since one stream waits for the other.
            command.env("TERM", "dumb").arg("--color=always");
            command.stdout(Stdio::from(terminal.slave.try_clone()?)).stderr(Stdio::from(terminal.slave));
            let mut child = command.spawn()?;
            // The child has the only other ends: reading stops when it is gone.
            drop(command);
            let mut printed = Vec::new();
            // Linux ends a terminal that nobody has open with an error.
            let _ = File::from(terminal.master).read_to_end(&mut printed);
            child.wait()?;
            let printed = String::from_utf8_lossy(&printed).replace("\r\n", "\n");
            let _ = writeln!(text, "$ lbjf {}\n{}\n", args.join(" "), printed.trim_end());
        }
        Ok(text)
    }
}

/// A picture of lines with colours.
pub fn svg(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    // A line of a run is never broken, however long it is.
    let columns = lines.iter().map(|line| layout::width(line)).fold(COLUMNS.into(), usize::max);
    let (width, height) = (across(columns) + MARGIN, place(lines.len()) + MARGIN - HEIGHT / 2.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-label=\"lbjf in a terminal\">\n<style>{STYLE}</style>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#1d2027\"/>\n"
    );
    for (number, line) in lines.iter().enumerate() {
        draw(&mut svg, line, place(number));
    }
    svg + "</svg>\n"
}

/// How far down a line stands.
#[expect(clippy::cast_precision_loss, reason = "a screen has few lines")]
fn place(line: usize) -> f64 {
    MARGIN + HEIGHT * (line as f64 + 0.7)
}

/// How far to the right a column stands.
#[expect(clippy::cast_precision_loss, reason = "a line has few columns")]
fn across(column: usize) -> f64 {
    MARGIN + WIDTH * column as f64
}

/// Each piece of a line has its own place and width, whatever the letters of a font are like.
fn draw(svg: &mut String, line: &str, y: f64) {
    let mut column = 0;
    let mut class = if line.starts_with("$ ") { "prompt" } else { "" };
    for (number, part) in line.split("\u{1b}[").enumerate() {
        let (code, piece) = if number == 0 { ("", part) } else { part.split_once('m').unwrap_or(("", part)) };
        if number > 0 {
            class = CLASSES.iter().find(|(known, _)| *known == code).map_or("", |(_, class)| class);
        }
        let columns = layout::width(piece);
        if !piece.trim().is_empty() {
            let (x, length) = (across(column), across(columns) - MARGIN);
            let piece = piece.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let _ = writeln!(
                svg,
                "<text x=\"{x}\" y=\"{y:.1}\" textLength=\"{length}\" class=\"{class}\" xml:space=\"preserve\">{piece}</text>"
            );
        }
        column += columns;
    }
}
