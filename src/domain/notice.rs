//! By what a trouble is known again: never by its text, which differs from case to case.

/// Something that is told once, or once a day. Names stand apart from the kind, so that none is taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice<'a> {
    /// A word of lbjf's own.
    pub kind: &'static str,
    /// The name of a person or a thing; empty where there is none.
    pub about: &'a str,
    /// Which of several; empty where there is one.
    pub detail: &'a str,
}

impl From<&'static str> for Notice<'_> {
    fn from(kind: &'static str) -> Self {
        Self { kind, about: "", detail: "" }
    }
}

impl<'a> From<(&'static str, &'a str)> for Notice<'a> {
    fn from((kind, about): (&'static str, &'a str)) -> Self {
        Self { kind, about, detail: "" }
    }
}

impl<'a> From<(&'static str, &'a str, &'a str)> for Notice<'a> {
    fn from((kind, about, detail): (&'static str, &'a str, &'a str)) -> Self {
        Self { kind, about, detail }
    }
}
