//! The nouns: films, their names on each side, steps, secrets, text. No I/O, no clock, no imports from the rest.

pub mod adding;
pub mod clock;
pub mod collection;
pub mod connection;
pub mod event;
pub mod film;
pub mod film_name;
pub mod ids;
pub mod library;
pub mod list;
pub mod list_address;
pub mod poster;
pub mod presence;
pub mod problem;
pub mod radarr;
pub mod request;
pub mod route;
pub mod secret;
pub mod shelf;
pub mod span;
pub mod step;
pub mod text;
pub mod title;
pub mod waiting;
pub mod wanted;
