//! What takes longer: kills at every request, every fault at every door, the oracle, broken input.

#[path = "../common/mod.rs"]
mod common;

mod faults;
mod fuzz;
mod kill;
mod oracle;
