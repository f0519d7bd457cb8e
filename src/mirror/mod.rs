//! The LED mirror: observations of one box in, the set of states its LED may be in out (design section 3). Pure.
//!
//! Two invariants, held by property tests here and by the lab over every transition:
//! * **sound** – the true state is always in the set, as long as the evidence is what it says it is;
//! * **tight** – the set is the intersection of all evidence that is still good, so no evidence held would narrow it.
//!
//! Newer evidence that contradicts older evidence wins: the box changed in between.

mod agenda;
pub mod led;
pub mod places;
pub mod roster;
pub mod rows;

pub use led::Track;
pub use places::Standing;
pub use roster::Roster;
