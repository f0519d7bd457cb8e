//! Family helper: how the systems of Huawei (VRP) and H3C (Comware), which have one origin, write a MAC.

use crate::model::Mac;

/// `0011-2233-4455`.
#[must_use]
pub fn groups(mac: Mac) -> String {
    mac.dotted().replace('.', "-")
}
