//! The change request: one page for whoever has to approve the rule before somebody types it. As Markdown it also reads as
//! plain text in a ticket.

use super::contract::Platform;
use super::facts::Facts;
use super::{plain, render};
use crate::model::rule::{ChangeRequest, Part, RuleIntent};

/// The page for this rule on this platform.
///
/// # Errors
/// With one sentence when there is nothing that a rule could allow.
pub fn change_request(platform: &Platform, intent: &RuleIntent) -> Result<ChangeRequest, String> {
    let facts = Facts::of(intent, None)?;
    let (gateways, watch, uses, done_when) = if facts.several() {
        (
            format!("{} temperature gateways", facts.gateways.len()),
            "watch",
            "They send",
            "their LEDs turn solid green and stay so",
        )
    } else {
        ("a temperature gateway".to_owned(), "watches", "It sends", "its LED turns solid green and stays so")
    };
    let owned = |(label, value): (&str, String)| (label.to_owned(), value);
    let snippet = |title: &str, part: Part| {
        let text = render(platform, &platform.part(part, intent));
        (format!("{title}: {}", platform.name()), text.trim_end().to_owned())
    };
    Ok(ChangeRequest {
        title: format!("Change request: outbound rule for {}", facts.names.comment()),
        reason: format!(
            "This site has {gateways} (Oscar TempLog / Sensorist) that {watch} the temperature of medicine or food. {uses} measurements to the cloud over one TCP connection. While the firewall denies it, nothing is monitored and no alarm goes out."
        ),
        rule: plain::of(&facts).into_iter().map(owned).collect(),
        remarks: [
            ("Risk", "Only connections from inside to outside, from these addresses, on these ports. No inbound rule, no port forwarding, no change of a default policy.".to_owned()),
            ("Why port 4321", "Some products label it rwhois, the name under which it is registered. Here it is the gateway's own protocol; port 443 is its second way, and is not known to be plain HTTPS.".to_owned()),
            ("Why no inspection", "The gateway cannot trust a certificate authority of the site. Decryption, web filter or application control would each break the connection.".to_owned()),
        ]
        .map(owned)
        .to_vec(),
        snippets: vec![
            snippet("What to type", Part::Rule),
            snippet("How to see that it works", Part::Verify),
            snippet("How to take it back", Part::Undo),
        ],
        done_when: format!("It is done when {done_when} for a day."),
        signatures: ["Asked for by", "Approved by", "Done by"].map(str::to_owned).to_vec(),
    })
}

/// The page as Markdown.
#[must_use]
pub fn as_markdown(request: &ChangeRequest) -> String {
    let mut out = format!("# {}\n\n**Reason.** {}\n\n", request.title, request.reason);
    out += "| What | Value |\n|---|---|\n";
    for (label, value) in &request.rule {
        out += &format!("| {label} | {value} |\n");
    }
    for (head, words) in &request.remarks {
        out += &format!("\n**{head}.** {words}\n");
    }
    out += &format!("\n{}\n\n| | Name | Telephone | Date |\n|---|---|---|---|\n", request.done_when);
    for who in &request.signatures {
        out += &format!("| {who} | | | |\n");
    }
    for (title, text) in &request.snippets {
        out += &format!("\n## {title}\n\n```\n{text}\n```\n");
    }
    out
}
