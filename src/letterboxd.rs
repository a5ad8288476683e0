//! x
pub mod guard;
pub mod page;
