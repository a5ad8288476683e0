//! The process: what every command-line program has.

pub mod interrupt;
pub mod layout;
pub mod lock;
pub mod logging;
pub mod paint;
pub mod pool;
pub mod progress;
pub mod stdout;
pub mod whole_file;
