//! `[letterboxd]`: over which way, and at which pace, Letterboxd is asked.

use std::time::Duration;

use url::Url;

use super::address::base_url;
use super::external::Place;
use super::table::Table;
use super::{Letterboxd, proxies};
use crate::domain::connection::USER_AGENT;

pub(super) fn letterboxd(mut table: Table<'_, '_>, place: Place<'_>) -> Option<Letterboxd> {
    let max_concurrent_requests = table.number("max_concurrent_requests", 4, 1, 64);
    let requests_per_second = requests_per_second(&mut table);
    let timeout = table.number("timeout_seconds", 20, 1, 600);
    let full_scan_hours = table.number("full_scan_hours", 24, 0, 24 * 365);
    let cool_down = table.number("cool_down_minutes", 60, 1, 24 * 60);
    let user_agent = user_agent(&mut table);
    let base_url = match table.take::<String>("base_url") {
        Some(given) => base_url(&table, &given, &[]),
        None => Url::parse("https://letterboxd.com").ok(),
    };
    let proxies = proxies::read(&mut table, |text| place.path(text));
    let validate_proxies = table.value("validate_proxies_on_startup", false);
    let allow_direct_fallback = table.value("allow_direct_fallback", false);
    let match_titles = table.take::<bool>("match_titles").is_some_and(|given| given.value);
    table.finish();
    Some(Letterboxd {
        max_concurrent_requests: max_concurrent_requests as usize,
        requests_per_second,
        timeout: Duration::from_secs(timeout.into()),
        user_agent,
        full_scan: (full_scan_hours > 0).then(|| Duration::from_hours(full_scan_hours.into())),
        cool_down: Duration::from_mins(cool_down.into()),
        proxies,
        validate_proxies,
        allow_direct_fallback,
        match_titles,
        base_url: base_url?,
    })
}

fn requests_per_second(table: &mut Table<'_, '_>) -> f64 {
    const LEAST: f64 = 0.001;
    match table.take::<f64>("requests_per_second") {
        Some(given) if given.value > 0.0 && given.value < LEAST => {
            table.problem(&given, format!("must be 0 or at least {LEAST}, found `{}`", given.value));
            1.0
        }
        given => given.map_or(1.0, |given| given.value),
    }
}

fn user_agent(table: &mut Table<'_, '_>) -> String {
    let Some(given) = table.take::<String>("user_agent") else { return USER_AGENT.to_owned() };
    let is_header_value = given.value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if !is_header_value || given.value.trim().is_empty() {
        table.problem(&given, "must be one line of plain ASCII text, and not empty");
    }
    given.value
}
