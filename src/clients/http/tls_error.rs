//! Why an encrypted connection could not be made, in words, and what to do about it.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::{AlertDescription, CertificateError, Error};

use crate::domain::text;

/// What went wrong with the encryption.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificate is too old.
    #[error("its certificate expired on {until}")]
    Expired {
        /// Its last day.
        until: Date,
        /// Today, as this machine has it.
        today: Date,
    },
    /// The certificate is too new, or this machine's clock stands still.
    #[error("its certificate is valid from {from} on, but this machine's clock says {today}")]
    NotYetValid {
        /// Its first day.
        from: Date,
        /// Today, as this machine has it.
        today: Date,
    },
    /// The certificate is somebody else's.
    #[error("its certificate is for {}, not for `{asked}`", listed(names))]
    WrongName {
        /// The name, or the address, that it should have.
        asked: String,
        /// What it has.
        names: Vec<String>,
    },
    /// Nobody who is trusted vouches for the certificate.
    #[error("its certificate is not signed by an authority that this machine trusts")]
    Untrusted,
    /// The certificate is an authority, as `openssl req -x509` makes it, and nobody named it as the server's.
    #[error("its certificate is an authority of its own (CA:TRUE)")]
    OwnAuthority,
    /// It answers something else than TLS.
    #[error("it does not speak TLS there")]
    NotTls,
    /// No version, cipher or kind of key is known to both sides.
    #[error("no kind of encryption is known to both sides: {0}")]
    NothingInCommon(String),
    /// Anything else, in the words of the TLS library.
    #[error("TLS: {0}")]
    Other(String),
}

/// A few names as a message lists them.
fn listed(names: &[String]) -> String {
    const MOST: usize = 5;
    if names.is_empty() {
        return "no host (it has no subjectAltName)".to_owned();
    }
    let shown: Vec<_> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(MOST) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

impl From<&Error> for TlsError {
    fn from(error: &Error) -> Self {
        match error {
            Error::InvalidCertificate(error) => Self::from(error),
            Error::InvalidMessage(_) => Self::NotTls,
            Error::AlertReceived(
                alert @ (AlertDescription::HandshakeFailure
                | AlertDescription::ProtocolVersion
                | AlertDescription::InsufficientSecurity),
            ) => Self::NothingInCommon(format!("it said {alert:?}")),
            Error::PeerIncompatible(why) => Self::NothingInCommon(format!("{why:?}")),
            Error::PeerMisbehaved(why) => Self::NothingInCommon(format!("{why:?}")),
            Error::AlertReceived(AlertDescription::CertificateRequired) => {
                Self::Other("it wants a certificate from lbjf, which has none".to_owned())
            }
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<&CertificateError> for TlsError {
    fn from(error: &CertificateError) -> Self {
        use CertificateError as E;
        match error {
            E::ExpiredContext { time, not_after } => {
                Self::Expired { until: day(*not_after), today: day(*time) }
            }
            E::NotValidYetContext { time, not_before } => {
                Self::NotYetValid { from: day(*not_before), today: day(*time) }
            }
            E::NotValidForNameContext { expected, presented } => Self::WrongName {
                asked: match expected {
                    ServerName::IpAddress(address) => std::net::IpAddr::from(*address).to_string(),
                    other => other.to_str().into_owned(),
                },
                names: presented.iter().filter_map(|name| bare(name)).collect(),
            },
            E::UnknownIssuer => Self::Untrusted,
            E::UnsupportedSignatureAlgorithmContext { .. }
            | E::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
                Self::NothingInCommon("its certificate has an unknown kind of key or signature".to_owned())
            }
            E::Other(other) if other.to_string() == "CaUsedAsEndEntity" => Self::OwnAuthority,
            E::Other(other) if other.to_string() == "UnsupportedCertVersion" => {
                Self::NothingInCommon("its certificate has the form of before 1996 (version 1)".to_owned())
            }
            other => Self::Other(other.to_string()),
        }
    }
}

/// A day in UTC; times of certificates are UTC.
fn day(time: UnixTime) -> Date {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    let time = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
    TimeZone::UTC.to_datetime(time).date()
}

/// A name of a certificate without what rustls puts around it: `DnsName("radarr.lan")`, `IpAddress(10.0.0.1)`. Other
/// kinds are no hosts.
fn bare(name: &str) -> Option<String> {
    let name = name.strip_prefix("DnsName(\"").and_then(|rest| rest.strip_suffix("\")")).or_else(|| {
        let address = name.strip_prefix("IpAddress(")?.strip_suffix(')')?;
        Some(address)
    });
    name.map(|name| text::excerpt(name, 100))
}

impl TlsError {
    /// What to do about it, for a server that has `url` and `ca_file` in this table of the config.
    pub fn hint(&self, table: &str) -> String {
        match self {
            Self::Expired { today, .. } => {
                format!("renew the certificate; this machine's clock says {today}")
            }
            Self::NotYetValid { .. } => "set this machine's clock, if it is wrong".to_owned(),
            Self::WrongName { names, .. } if names.is_empty() => format!(
                "make a certificate with the name in `{table}.url`, or name this one itself in `{table}.ca_file`"
            ),
            Self::WrongName { .. } => {
                format!("use its name in `{table}.url`, or name the certificate itself in `{table}.ca_file`")
            }
            Self::Untrusted => {
                format!("name the certificate of its authority, or the server's own, in `{table}.ca_file`")
            }
            Self::OwnAuthority => format!("name this certificate in `{table}.ca_file`"),
            Self::NotTls => format!("check `http://` or `https://` in `{table}.url`"),
            Self::NothingInCommon(_) => {
                "lbjf speaks TLS 1.2 and 1.3, and knows certificates with keys of RSA (2048 \
                 bits or more), P-256, P-384 and Ed25519"
                    .to_owned()
            }
            Self::Other(_) => "check the certificate and the TLS settings of the server".to_owned(),
        }
    }

    /// What to do about it where the server is not one's own.
    pub fn hint_at_large(&self) -> &'static str {
        match self {
            Self::Expired { .. } | Self::NotYetValid { .. } => {
                "check this machine's clock; if it is right, something on the way takes Letterboxd's place"
            }
            Self::Untrusted | Self::OwnAuthority | Self::WrongName { .. } | Self::NotTls => {
                "something on the way takes Letterboxd's place, or the system's certificates are missing (the \
                 package `ca-certificates`)"
            }
            Self::NothingInCommon(_) | Self::Other(_) => "check the network; the next run tries again",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(date: &str) -> UnixTime {
        let time: Timestamp = format!("{date}T12:00:00Z").parse().unwrap();
        UnixTime::since_unix_epoch(std::time::Duration::from_secs(time.as_second().unsigned_abs()))
    }

    #[test]
    fn dates_are_told_as_days() {
        let error = CertificateError::ExpiredContext { time: at("2026-11-30"), not_after: at("2020-01-31") };
        let error = TlsError::from(&Error::from(error));
        assert_eq!(error.to_string(), "its certificate expired on 2020-01-31");
        assert_eq!(error.hint("radarr"), "renew the certificate; this machine's clock says 2026-11-30");

        let error =
            CertificateError::NotValidYetContext { time: at("1970-01-01"), not_before: at("2026-11-20") };
        let error = TlsError::from(&Error::from(error));
        assert_eq!(
            error.to_string(),
            "its certificate is valid from 2026-11-20 on, but this machine's clock says 1970-01-01"
        );
        assert_eq!(error.hint("radarr"), "set this machine's clock, if it is wrong");
        let never = UnixTime::since_unix_epoch(std::time::Duration::from_secs(u64::MAX));
        assert_eq!(day(never).year(), 9999);
    }

    #[test]
    fn the_names_of_a_certificate_are_told_without_what_others_put_into_them() {
        let wrong = |presented: &[&str]| {
            let presented = presented.iter().map(|&name| name.to_owned()).collect();
            let expected = ServerName::try_from("10.0.0.7").unwrap();
            TlsError::from(&CertificateError::NotValidForNameContext { expected, presented }).to_string()
        };
        for (presented, expected) in [
            (&["DnsName(\"radarr.lan\")"][..], "for `radarr.lan`, not for `10.0.0.7`"),
            (
                &["DnsName(\"*.lan\")", "IpAddress(10.0.0.8)", "Unsupported(0x81)"],
                "for `*.lan`, `10.0.0.8`, not for `10.0.0.7`",
            ),
            (&[], "for no host (it has no subjectAltName), not for `10.0.0.7`"),
            (&["DnsName(\"a\u{1b}[2J\nb\")"], "for `a [2J b`, not for `10.0.0.7`"),
            (&["DnsName(\"a\")"; 9], "for `a`, `a`, `a`, `a`, `a` and 4 more, not for `10.0.0.7`"),
        ] {
            assert_eq!(wrong(presented), format!("its certificate is {expected}"));
        }
    }

    #[test]
    fn what_both_sides_do_not_know_is_no_matter_of_http_or_https() {
        for error in [
            Error::AlertReceived(AlertDescription::HandshakeFailure),
            Error::AlertReceived(AlertDescription::ProtocolVersion),
            Error::PeerIncompatible(rustls::PeerIncompatible::NoCipherSuitesInCommon),
        ] {
            let hint = TlsError::from(&error).hint("radarr");
            assert!(hint.contains("TLS 1.2 and 1.3") && !hint.contains("http"), "{error}: {hint}");
        }
        let error = TlsError::from(&Error::from(rustls::InvalidMessage::InvalidContentType));
        assert_eq!(error.hint("radarr"), "check `http://` or `https://` in `radarr.url`");
    }
}
