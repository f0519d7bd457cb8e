//! The path picture: gateway – switch – router/firewall – internet – cloud, and which link is broken.

use super::Scene;
use super::digest::{Digest, Router, WayOut};
use crate::model::Cause;
use crate::model::finding::{Finding, Level};
use crate::model::snapshot::{LinkHealth, PathView};

/// Whole where something was seen to pass, broken where the first cause sits, else unknown.
pub fn picture(scene: &Scene<'_>, d: &Digest<'_>, findings: &[Finding]) -> PathView {
    use LinkHealth::{Broken, Unknown, Whole};
    let mut path = PathView::default();
    if scene.gateways.iter().any(|g| g.first_seen_ms.is_some()) {
        path.gateway_switch = Whole;
    }
    if d.router == Router::Answers {
        path.switch_router = Whole;
    }
    if d.control == Some(true) || d.way_out.passes() {
        path.router_internet = Whole;
    }
    if d.way_out == WayOut::Open {
        path.internet_cloud = Whole;
    }
    let Some(first) = findings.iter().find(|f| f.level > Level::Info) else { return path };
    let family = first.code.code().split('.').next().unwrap_or_default();
    match family {
        "host" => {}
        "gateway" | "port" => {
            path.gateway_switch = if first.code == Cause::GatewayWrongMac { Unknown } else { Broken };
        }
        "dhcp" | "ip" => path.switch_router = Broken,
        "internet" => path.router_internet = Broken,
        // it is reached, and nobody there takes a connection
        _ if first.code == Cause::CloudServiceDown => path.internet_cloud = Broken,
        // names and firewall rules are the router's and the firewall's work: the way out of the site
        _ => {
            if first.level == Level::Fault {
                path.router_internet = Broken;
                path.internet_cloud = Unknown;
            }
        }
    }
    path
}
