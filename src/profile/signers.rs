//! Who signs certificates, as data: products that open encrypted connections, and public authorities. The shipped list
//! is `assets/signers.toml`.

use serde::Deserialize;
use std::sync::OnceLock;

/// The list that is built in.
pub const SHIPPED: &str = include_str!("../../assets/signers.toml");

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signers {
    /// Month in which the names were last looked at.
    pub as_of: String,
    #[serde(rename = "product")]
    pub products: Vec<Product>,
    pub public: Public,
}

/// A product that opens encrypted connections and signs them anew.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    pub name: String,
    words: Vec<String>,
    /// A program on a computer, not a device on the way.
    #[serde(default)]
    pub on_computers: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Public {
    words: Vec<String>,
}

/// Who signed, as far as names tell.
#[derive(Clone, Copy, Debug)]
pub enum Signer<'a> {
    Public,
    Product(&'a Product),
    Unknown,
}

impl Signers {
    /// The built-in list. Empty only if the compiled-in file were broken, which a test rules out.
    #[must_use]
    pub fn shipped() -> &'static Signers {
        static LIST: OnceLock<Signers> = OnceLock::new();
        LIST.get_or_init(|| toml::from_str(SHIPPED).unwrap_or_default())
    }

    /// Who these issuer names belong to. A product is asked for first: some name themselves after an authority.
    #[must_use]
    pub fn of(&self, issuer_words: &[String]) -> Signer<'_> {
        let names: Vec<String> = issuer_words.iter().map(|w| w.to_lowercase()).collect();
        let has = |words: &[String]| {
            words.iter().any(|w| {
                let word = w.to_lowercase();
                names.iter().any(|n| n.contains(&word))
            })
        };
        match self.products.iter().find(|p| has(&p.words)) {
            Some(product) => Signer::Product(product),
            None if has(&self.public.words) => Signer::Public,
            None => Signer::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Signer<'static> {
        Signers::shipped().of(&[name.to_owned()])
    }

    #[test]
    fn the_shipped_list_is_whole_and_no_word_is_in_two_lists() {
        let list = Signers::shipped();
        assert!(list.products.len() > 30 && list.public.words.len() > 60, "the file does not parse");
        for product in &list.products {
            assert!(!product.words.is_empty() && product.words.iter().all(|w| w.len() >= 4), "{product:?}");
            for word in &product.words {
                assert!(matches!(of(word), Signer::Product(p) if p.name == product.name), "{word}");
            }
        }
        for word in &list.public.words {
            assert!(matches!(of(word), Signer::Public), "{word}");
        }
    }

    #[test]
    fn signers_are_told_apart() {
        assert!(matches!(of("Amazon RSA 2048 M02"), Signer::Public));
        assert!(matches!(of("mitmproxy"), Signer::Product(p) if !p.on_computers));
        assert!(matches!(of("avast! Web/Mail Shield Root"), Signer::Product(p) if p.on_computers));
        assert!(matches!(of("ACME Corp Root CA"), Signer::Unknown));
    }
}
