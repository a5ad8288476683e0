//! What a run writes down and tells.

pub mod report;
