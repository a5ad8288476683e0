//! Proxies are tried before they are needed (`validate_proxies_on_startup`).

use std::sync::atomic::Ordering;

use super::Letterboxd;
use crate::clients::http::{ProxyError, TransportError};

/// How a proxy did when it was tried.
#[derive(Debug)]
pub enum Trial {
    /// Something at Letterboxd's address answered over it, with this status.
    Answered(u16),
    /// It failed itself; it is set aside.
    Failed(ProxyError),
    /// It connected, but nothing answered over it.
    Silent(TransportError),
    /// It was not tried, since Letterboxd refuses it.
    LeftAlone,
}

impl Letterboxd {
    /// Tries each proxy with one request; those that fail are set aside and named, those over which nothing answers
    /// are named and asked last. One that was refused has its first request decide, which is none of these. Returns
    /// how each did, by name.
    pub fn validate_proxies(&self) -> Vec<(String, Trial)> {
        let (proxies, closed): (Vec<_>, Vec<_>) = self
            .routes
            .all()
            .filter(|(_, route)| route.is_proxy())
            .partition(|(number, _)| self.routes.is_open(*number));
        let mut trials: Vec<_> =
            closed.into_iter().map(|(_, route)| (route.name.clone(), Trial::LeftAlone)).collect();
        let mut url = self.base_url.clone();
        // Small, and meant for programs.
        url.set_path("/robots.txt");
        self.pool.run(
            proxies.len(),
            |index| {
                self.routes.wait(proxies[index].0);
                self.requests.fetch_add(1, Ordering::Relaxed);
                let answer = proxies[index].1.http.get(&url, &[])?;
                let status = answer.status();
                answer.text().map(|_| status)
            },
            |tried| {
                for (index, result) in tried {
                    let (number, route) = proxies[index];
                    let trial = match result {
                        Ok(Ok(status)) => Trial::Answered(status),
                        Ok(Err(TransportError::Proxy(error))) => {
                            self.routes.failed(number, &error);
                            Trial::Failed(error)
                        }
                        Ok(Err(error)) => {
                            if !matches!(error, TransportError::Interrupted) {
                                self.routes.silent(number, &error);
                            }
                            Trial::Silent(error)
                        }
                        Err(_) => {
                            Trial::Silent(TransportError::Other("trying it failed unexpectedly".to_owned()))
                        }
                    };
                    trials.push((route.name.clone(), trial));
                }
            },
        );
        trials
    }
}
