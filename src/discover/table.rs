//! The neighbour table as observations: each row once, and again when there is a newer proof that its address answered.
//! A sweep of hundreds of boxes reads the table a dozen times; what says nothing new is not told again.

use super::Eyes;
use crate::model::evidence::{Fact, Source};
use crate::model::host::Interface;
use crate::model::snapshot::Limit;
use crate::model::{At, Mac};
use crate::platform::neighbours::{self, Neighbour};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Instant;

/// Ages come in ticks of up to 10 ms: a proof that is newer by less than this is the same one.
const SAME_MS: u64 = 30;

/// What was told of the table, and who answered a question otherwise.
#[derive(Clone, Debug, Default)]
pub struct Told {
    rows: BTreeMap<Ipv4Addr, (Mac, Option<At>)>,
    answered: BTreeMap<Ipv4Addr, At>,
}

impl Told {
    /// These addresses refused something at these times: they are there, at the MAC of their row.
    pub fn refused(&mut self, refused: &BTreeMap<Ipv4Addr, Instant>, now: At) {
        for (ip, at) in refused {
            self.answered(*ip, now.minus(u64::try_from(at.elapsed().as_millis()).unwrap_or(u64::MAX)));
        }
    }

    /// This address answered at this time.
    pub fn answered(&mut self, ip: Ipv4Addr, at: At) {
        let held = self.answered.entry(ip).or_insert(at);
        *held = (*held).max(at);
    }

    /// It answered otherwise than the table tells.
    #[must_use]
    pub fn has_answered(&self, ip: Ipv4Addr) -> bool {
        self.answered.contains_key(&ip)
    }

    /// Reads the table as it is and tells what is new in the rows of the interface.
    ///
    /// # Errors
    /// When the system does not give it.
    pub async fn read(&mut self, eyes: &Eyes, interface: &Interface) -> Result<(), Limit> {
        let table = neighbours::table(Some(interface.index)).map_err(|e| e.limit())?;
        for row in &table.neighbours {
            self.tell(eyes, row).await;
        }
        Ok(())
    }

    /// Tells one row, if it says something new.
    pub async fn tell(&mut self, eyes: &Eyes, row: &Neighbour) {
        let now = eyes.now();
        if let Some(confirmed_ms_ago) = self.news(row, now) {
            let fact = Fact::Neighbour { mac: row.mac, ip: row.ip, confirmed_ms_ago };
            eyes.saw(Source::Neighbour, fact).await;
        }
    }

    /// The age of the newest proof that the row's address answered, unless the row says nothing new.
    fn news(&mut self, row: &Neighbour, now: At) -> Option<Option<u64>> {
        let answered_ago = self.answered.get(&row.ip).map(|at| now.since(*at));
        let age = [row.confirmed_ms_ago, answered_ago].into_iter().flatten().min();
        // a proof from before the session has no time of its own: any proof since is newer
        let proof = age.filter(|age| *age <= now.0).map(|age| now.minus(age));
        let new = match self.rows.get(&row.ip) {
            Some((mac, told)) if *mac == row.mac => match (told, proof) {
                (None, Some(_)) => true,
                (Some(told), Some(proof)) => proof.since(*told) > SAME_MS,
                (_, None) => false,
            },
            _ => true,
        };
        new.then(|| {
            self.rows.insert(row.ip, (row.mac, proof));
            age
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::neighbours::NeighbourState;

    const IP: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 9);

    fn row(mac: u8, confirmed_ms_ago: Option<u64>) -> Neighbour {
        let mac = Mac([0x34, 0xa5, 0xe1, 0, 0, mac]);
        Neighbour { ip: IP, mac, interface_index: 1, state: NeighbourState::Stale, confirmed_ms_ago }
    }

    #[test]
    fn a_row_is_told_once_and_again_with_a_newer_proof_or_another_mac() {
        let mut told = Told::default();
        assert_eq!(told.news(&row(1, Some(60_000)), At(100)), Some(Some(60_000)), "an older row");
        assert_eq!(told.news(&row(1, Some(60_200)), At(300)), None, "the same, read again");
        assert_eq!(told.news(&row(1, Some(10)), At(400)), Some(Some(10)), "it answered in this session");
        assert_eq!(told.news(&row(1, Some(600)), At(1_000)), None, "the same answer, a tick off");
        assert_eq!(told.news(&row(1, Some(0)), At(1_000)), Some(Some(0)), "it answered again");
        assert_eq!(told.news(&row(2, Some(90_000)), At(1_010)), Some(Some(90_000)), "another box there");
    }

    #[test]
    fn a_refusal_is_a_proof_as_well() {
        let mut told = Told::default();
        assert_eq!(told.news(&row(1, None), At(100)), Some(None));
        told.answered(IP, At(150));
        assert_eq!(told.news(&row(1, None), At(200)), Some(Some(50)));
        assert_eq!(told.news(&row(1, None), At(300)), None);
    }
}
