//! The session on the simulated site: its observations come in like those of a network, its address book leads the
//! checks to loopback. Nothing else differs.

use super::engine::Engine;
use super::jobs::{Job, Jobs};
use crate::check::{Breaks, Clock, Simulated};
use crate::discover::{Eyes, Sighting};
use crate::lab::site::Site;
use crate::model::host::HostView;
use crate::model::snapshot::{DemoView, Limit};
use crate::profile::Profile;
use std::fmt::Write;
use std::time::Duration;
use tokio::runtime::Runtime;

/// As long as the search on a real network gives a silent neighbour.
const SEARCH: Duration = Duration::from_millis(3_200);

/// The simulated site of this session.
pub struct Demo {
    site: Site,
    breaks: Option<Breaks>,
}

/// The faults, one a line.
#[must_use]
pub fn fault_list() -> String {
    Site::faults().iter().fold(String::new(), |mut out, (name, what)| {
        let _ = writeln!(out, "{name:<24} {what}");
        out
    })
}

impl Demo {
    /// Starts the site.
    ///
    /// # Errors
    /// When there is no such fault; the text lists those there are.
    pub fn begin(
        runtime: &Runtime,
        fault: &str,
        breaks: Option<Breaks>,
        profile: &Profile,
        clock: Clock,
    ) -> Result<Demo, String> {
        Ok(Demo { site: runtime.block_on(Site::start(fault, profile, clock))?, breaks })
    }

    fn view(&self) -> DemoView {
        DemoView {
            fault: self.site.fault().to_owned(),
            faults: Site::faults().iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect(),
        }
    }

    /// Lets the site's observations in.
    pub fn start(&mut self, engine: &mut Engine, eyes: &Eyes, tasks: &mut Jobs) {
        engine.demo = Some(self.view());
        engine.host = self.site.host_view();
        engine.hears_dhcp = true;
        if let Some(mut seen) = self.site.observations() {
            let eyes = eyes.clone();
            tasks.spawn(Job::Site, async move {
                while let Some(observation) = seen.recv().await {
                    if !eyes.tell(Sighting::Saw(observation)).await {
                        return;
                    }
                }
            });
        }
    }

    #[must_use]
    pub fn host(&self) -> HostView {
        self.site.host_view()
    }

    #[must_use]
    pub fn simulated(&self) -> Simulated {
        Simulated {
            book: self.site.book_for_laptop(),
            router_mac: self.site.router_mac(),
            offers: Some(self.site.offers()),
            breaks: self.breaks,
        }
    }

    /// The search: the site tells what is there by itself; only its time has to pass.
    pub fn search(&self, eyes: &Eyes, tasks: &mut Jobs) {
        let eyes = eyes.clone();
        tasks.spawn(Job::Site, async move {
            tokio::time::sleep(SEARCH).await;
            eyes.tell(Sighting::Searched).await;
        });
    }

    pub fn set_fault(&mut self, fault: &str, engine: &mut Engine) {
        if let Err(why) = self.site.set_fault(fault) {
            engine.limit(Limit {
                what: "Changing the fault of the simulated site".into(),
                why,
                advice: "Choose one of the list.".into(),
            });
        }
        engine.demo = Some(self.view());
        engine.host = self.site.host_view();
    }
}
