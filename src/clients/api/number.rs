//! Numbers on the wire.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

/// A number on the wire, which may also come as text: `604` or `"604"` (docs/radarr.md#json).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number(pub u32);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl Visitor<'_> for Either {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Number, E> {
                let too_large = |_| E::invalid_value(Unexpected::Unsigned(number), &self);
                u32::try_from(number).map(Number).map_err(too_large)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
                let no_number = |_| E::invalid_value(Unexpected::Str(text), &self);
                text.trim().parse().map(Number).map_err(no_number)
            }
        }

        deserializer.deserialize_any(Either)
    }
}
