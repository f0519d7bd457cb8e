//! Text that somebody pastes from a firewall, a switch or a DHCP server: its log, its table of leases. Whatever machine
//! wrote it.
//!
//! First the structure, then the words. The way to us is undone, the text falls into records of named fields, and what is
//! known of products and their messages says what the fields mean. What is known is data: `assets/pasted/`.
//!
//! | file | job |
//! |---|---|
//! | `clean` | marks of mail, colours and pagers of a terminal taken off |
//! | `records` | the text → its records, each line in one of them |
//! | `head` | priority, time, host and program before a message |
//! | `pairs` | `key=value`, `key:"value"`, CEF, LEEF → fields |
//! | `json`, `table`, `stack`, `blocks`, `wrapped` | the other structures → fields |
//! | `formats`, `template` | what is known: how a format is recognised, what its fields mean |
//! | `meaning` | record + format → what happened |
//! | `held`, `holders` | what a record says of an address → who has it now, by all records |
//! | `refusals` | a refusal and what came after it: whether it still stands |
//! | `generic` | the little that may be read where the format is not known |
//! | `when` | the time of an entry |
//! | `reader` | keeps what is about a gateway, counts every line |
//! | `addresses` | MAC and IPv4 addresses in a text, in every notation |

mod addresses;
mod blocks;
mod clean;
mod cores;
mod formats;
mod generic;
mod head;
mod held;
mod holders;
mod json;
mod meaning;
mod pairs;
mod reader;
mod records;
mod refusals;
mod stack;
mod table;
mod template;
mod when;
mod wrapped;

pub use clean::{TEXT_MAX, decode};
pub use reader::{leases, leases_at, log};
pub use when::when;

#[cfg(test)]
mod leases_tests;
#[cfg(test)]
mod log_tests;
