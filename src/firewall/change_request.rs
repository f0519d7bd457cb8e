//! The change request: one page for whoever has to approve the rule before somebody types it. Markdown that also reads as
//! plain text in a ticket.

use super::contract::Platform;
use super::facts::Facts;
use super::{plain, render};
use crate::model::rule::{Part, RuleIntent};

/// The page for this rule on this platform.
///
/// # Errors
/// With one sentence when there is nothing that a rule could allow.
pub fn change_request(platform: &Platform, intent: &RuleIntent) -> Result<String, String> {
    let facts = Facts::of(intent, None)?;
    let many = facts.several();
    let (gateways, watch, uses, turns) = if many {
        (format!("{} temperature gateways", facts.gateways.len()), "watch", "They send", "their LEDs turn")
    } else {
        ("a temperature gateway".to_owned(), "watches", "It sends", "its LED turns")
    };
    let mut out = format!("# Change request: outbound rule for {}\n\n", facts.names.comment());
    out += &format!(
        "**Reason.** This site has {gateways} (Oscar TempLog / Sensorist) that {watch} the temperature of medicine or food. {uses} measurements to the cloud over one TCP connection. While the firewall denies it, nothing is monitored and no alarm goes out.\n\n"
    );
    out += "| What | Value |\n|---|---|\n";
    for (label, value) in plain::of(&facts) {
        out += &format!("| {label} | {value} |\n");
    }
    out += "\n**Risk.** Only connections from inside to outside, from these addresses, on these ports. No inbound rule, no port forwarding, no change of a default policy.\n\n";
    out += "**Why port 4321.** Some products label it rwhois, the name under which it is registered. Here it is the gateway's own protocol; port 443 is its second way, and is not known to be plain HTTPS.\n\n";
    out += "**Why no inspection.** The gateway cannot trust a certificate authority of the site. Decryption, web filter or application control would each break the connection.\n\n";
    for (title, part) in [
        ("What to type", Part::Rule),
        ("How to see that it works", Part::Verify),
        ("How to take it back", Part::Undo),
    ] {
        let text = render(platform, &platform.part(part, intent));
        out += &format!("## {title}: {}\n\n```\n{}\n```\n\n", platform.name(), text.trim_end());
    }
    out += &format!("It is done when {turns} solid green and stay so for a day.\n\n")
        .replace("stay so", if many { "stay so" } else { "stays so" });
    out += "| | Name | Telephone | Date |\n|---|---|---|---|\n| Asked for by | | | |\n| Approved by | | | |\n| Done by | | | |\n";
    Ok(out)
}
