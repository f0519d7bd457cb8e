//! Medians, and how they are written.

/// Measured values of one kind, in the order in which they were taken.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Numbers(pub Vec<f64>);

impl Numbers {
    pub fn add(&mut self, value: f64) {
        self.0.push(value);
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }

    /// The middle one; of an even number the mean of the two in the middle.
    pub fn median(&self) -> Option<f64> {
        let s = self.sorted();
        let (low, high) = (s.get(s.len().checked_sub(1)? / 2)?, s.get(s.len() / 2)?);
        Some((low + high) / 2.0)
    }

    /// Median (least–most), with so many digits after the point.
    pub fn text(&self, digits: usize) -> String {
        let s = self.sorted();
        match (self.median(), s.first(), s.last()) {
            (Some(m), Some(a), Some(z)) => format!("{m:.digits$} ({a:.digits$}–{z:.digits$})"),
            _ => "none".into(),
        }
    }
}

/// How often something is measured: as usual, or as `FIGURES_RUNS` says.
pub fn runs(usual: usize) -> usize {
    std::env::var("FIGURES_RUNS").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

/// How many of the second fit into the first, run by run.
pub fn ratios(theirs: &Numbers, ours: &Numbers) -> Numbers {
    Numbers(theirs.0.iter().zip(&ours.0).filter(|(_, o)| **o > 0.0).map(|(t, o)| t / o).collect())
}

/// One line of the table.
pub fn row(what: &str, value: &str, wanted: &str) {
    println!("{what:<64} {value:<28} {wanted}");
}
