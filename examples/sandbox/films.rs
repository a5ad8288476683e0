//! Invented films.

use standins::letterboxd::Film;

const ADJECTIVES: [&str; 12] = [
    "Amber", "Quiet", "Winter", "Paper", "Distant", "Hollow", "Silver", "Second", "Crooked", "Salt", "Last",
    "Velvet",
];
const NOUNS: [&str; 10] = [
    "Lighthouse",
    "Orchard",
    "Ferry",
    "Letter",
    "Station",
    "Garden",
    "Hour",
    "Cartographer",
    "Tide",
    "Witness",
];

/// There are so many; after them come sequels.
const FILMS: u32 = 120;

/// An invented film, another one for each number.
pub fn film(number: u32) -> Film {
    let index = (number % FILMS) as usize;
    let (adjective, noun) = (ADJECTIVES[index % 12], NOUNS[(index / 12 + index) % 10]);
    let sequel = if number < FILMS { String::new() } else { format!(" {}", number / FILMS + 1) };
    let name = format!("The {adjective} {noun}{sequel}");
    Film::movie(&slug_of(&name), &name, 1950 + number * 37 % 75, 900_001 + number)
}

/// What Letterboxd calls a film of this title here.
pub fn slug_of(title: &str) -> String {
    title.to_lowercase().replace(' ', "-")
}
