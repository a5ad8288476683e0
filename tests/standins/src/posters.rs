//! Posters of films that there are not, drawn: pages that show posters need some to be looked at.

use std::fmt::Write as _;

use crate::server::{Reply, Server};

/// Pictures as TMDB gives them: `/t/p/SIZE/TITLE_OF_THE_FILM.jpg`. It stops when dropped.
pub struct Pictures {
    /// The server below it: its log and its faults.
    pub server: Server,
}

impl Pictures {
    /// Starts one.
    pub fn start() -> Self {
        let server = Server::start(|request| {
            let name = request.path.strip_prefix("/t/p/").and_then(|path| path.split_once('/'));
            match name.and_then(|(_, name)| name.strip_suffix(".jpg")) {
                Some(title) => picture(&title.replace('_', " ")),
                None => Reply::empty(404),
            }
        });
        Self { server }
    }
}

/// The name of a film's file there.
pub fn file_of(title: &str) -> String {
    let letters = title.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' });
    letters.collect::<String>() + ".jpg"
}

/// A poster as an answer.
pub(crate) fn picture(title: &str) -> Reply {
    Reply::new(200, "image/svg+xml", draw(title))
}

fn draw(title: &str) -> String {
    let hash = title.bytes().fold(5381_u32, |hash, byte| hash.wrapping_mul(33) ^ u32::from(byte));
    let (hue, other) = (hash % 360, hash / 360 % 360);
    let mut art = String::new();
    match hash / 7 % 4 {
        0 => {
            let _ = write!(
                art,
                "<circle cx=\"{}\" cy=\"170\" r=\"74\" fill=\"hsl({other} 80% 72%)\"/>\
                 <path d=\"M0 360Q90 250 180 340T342 300V513H0Z\" fill=\"hsl({hue} 45% 20%)\"/>\
                 <path d=\"M0 430Q120 350 342 420V513H0Z\" fill=\"hsl({hue} 50% 12%)\"/>",
                80 + hash % 180
            );
        }
        1 => {
            for ring in (1..6).rev() {
                let _ = write!(
                    art,
                    "<circle cx=\"171\" cy=\"210\" r=\"{}\" fill=\"hsl({} 55% {}%)\"/>",
                    ring * 34,
                    hue + 14 * ring,
                    66 - ring * 9
                );
            }
        }
        2 => {
            for stripe in 0..7 {
                let _ = write!(
                    art,
                    "<rect x=\"{}\" y=\"{}\" width=\"34\" height=\"513\" fill=\"hsl({other} 60% {}%)\" \
                     transform=\"rotate(14 171 256)\"/>",
                    20 + stripe * 48,
                    stripe * 26,
                    70 - stripe * 6
                );
            }
        }
        _ => {
            for window in 0..24_u32 {
                let is_lit = hash >> (window % 24) & 1 == 1;
                let _ = write!(
                    art,
                    "<rect x=\"{}\" y=\"{}\" width=\"46\" height=\"40\" fill=\"hsl({other} {})\"/>",
                    36 + window % 4 * 74,
                    40 + window / 4 * 58,
                    if is_lit { "85% 70%" } else { "20% 24%" }
                );
            }
        }
    }
    let mut text = String::new();
    for (line, word) in title.split(' ').enumerate() {
        let word: String = word.chars().filter(|letter| letter.is_alphanumeric()).collect();
        let _ = write!(text, "<tspan x=\"26\" dy=\"{}\">{word}</tspan>", if line == 0 { 0 } else { 40 });
    }
    let lines = u32::try_from(title.split(' ').count()).unwrap_or(1);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 342 513\" width=\"342\" height=\"513\">\
         <rect width=\"342\" height=\"513\" fill=\"hsl({hue} 42% 32%)\"/>{art}\
         <text y=\"{}\" font-family=\"Georgia, serif\" font-size=\"38\" font-weight=\"bold\" fill=\"#fff\">{text}</text></svg>",
        486 - 40 * (lines - 1)
    )
}
