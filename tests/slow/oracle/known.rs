//! Known lists and accepted crawls, as design §3 tells of them.
//!
//! Where it leaves open which of two things happens, both are returned.

use crate::oracle::films::{DAY, Film, Films, HOUR};

/// Entries on a page.
const PAGE: usize = 28;

/// What lbjf may know of a person's watchlist. Times are minutes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The last accepted crawl plus every entry seen since.
    pub list: Films,
    /// Everything that was ever on it.
    pub ever: Films,
    /// The last accepted crawl.
    pub accepted: Option<Films>,
    /// Counted but not shown, as far as accepted.
    shortfall: u32,
    /// The last crawl of all pages.
    crawled: Option<u32>,
    /// When the guard caught a crawl, and what that lacked.
    pending: Option<(u32, Films)>,
    /// The crawls whose total disagreed.
    mismatch: Option<Mismatch>,
    /// How many runs in a row lacked a page, and when the last one did.
    unread: Option<(u32, u32)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Mismatch {
    /// The first of those with this shortfall.
    since: u32,
    shortfall: Option<u32>,
    declared: u32,
    /// How often in a row with this total.
    count: u32,
}

/// A watchlist as Letterboxd shows it.
#[derive(Clone, Debug, Default)]
pub struct Watchlist {
    /// Newest first.
    pub entries: Vec<Film>,
    /// So many more are counted.
    pub hidden: i64,
}

impl Watchlist {
    /// By how much the total is wrong.
    fn miscount(&self) -> i64 {
        i64::from(self.declared()) - i64::try_from(self.entries.len()).expect("40 at most")
    }

    /// What the pages declare. A count without a shown film, or with a page more, would be another page altogether.
    pub fn declared(&self) -> u32 {
        let len = u32::try_from(self.entries.len()).expect("40 at most");
        let pages = |len: u32| len.div_ceil(28);
        let declared = u32::try_from(i64::from(len) + self.hidden).unwrap_or(0);
        if len == 0 || declared == 0 || pages(len) != pages(declared) { len } else { declared }
    }
}

/// How the list is read.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    pub now: u32,
    /// `--full`
    pub full: bool,
    /// `--allow-shrink`
    pub allow_shrink: bool,
}

impl Known {
    /// Does a crawl wait for another one that lacks as much?
    pub fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// Did the last crawls' totals disagree?
    pub fn is_mismatched(&self) -> bool {
        self.mismatch.is_some()
    }

    /// Dates that are far ahead: the list is read as a whole once more, and waits begin now.
    pub fn set_clock_right(&mut self, now: u32) {
        self.crawled = None;
        if let Some((at, _)) = &mut self.pending {
            *at = now;
        }
        if let Some(mismatch) = &mut self.mismatch {
            mismatch.since = now;
        }
        self.unread = None;
    }

    /// These were seen, nothing more.
    pub fn seeing(&self, seen: impl IntoIterator<Item = Film>) -> Self {
        let mut new = self.clone();
        for film in seen {
            new.list.insert(film);
            new.ever.insert(film);
        }
        new
    }

    /// After a run that could read page 1 and no other.
    pub fn first_page(&self, watchlist: &Watchlist) -> Self {
        self.seeing(watchlist.entries.iter().take(PAGE).copied())
    }

    /// After a run that could read page 1 and wanted more: twice in a row, and the others are left alone for an hour.
    pub fn lacking_a_page(&self, watchlist: &Watchlist, now: u32) -> Self {
        let count = self.unread.map_or(1, |(count, _)| count + 1);
        Self { unread: Some((count, now)), ..self.first_page(watchlist) }
    }

    /// After a run that could read everything it wanted.
    pub fn scraped(&self, watchlist: &Watchlist, reading: Reading) -> Vec<Self> {
        let now = reading.now;
        let truth: Films = watchlist.entries.iter().copied().collect();
        let mut seen = Films::new();
        for page in watchlist.entries.chunks(PAGE) {
            seen.extend(page);
            if page.iter().any(|film| self.list.contains(film)) {
                break;
            }
        }
        let quick = self.seeing(seen);
        let sum = u32::try_from(quick.list.len()).expect("40 at most") + self.shortfall;
        let adds_up = self.accepted.is_some() && sum == watchlist.declared();
        let age = self.crawled.map(|at| now - at);
        let is_old = age.is_none_or(|age| age > DAY);
        let may_be_old = age.is_none_or(|age| age >= DAY);
        let is_due = reading.full || self.accepted.is_none() || is_old;

        let mut outcomes = Vec::new();
        if adds_up && !is_due {
            // A right sum ends any doubt, or leaves it.
            outcomes.push(Self { pending: None, mismatch: None, ..quick.clone() });
            outcomes.push(quick.clone());
        }
        if !adds_up || is_due || may_be_old || quick.list != truth {
            outcomes.extend(self.crawled(&truth, watchlist.declared(), reading));
        }
        let is_left_alone = self.unread.is_some_and(|(count, at)| count >= 2 && now - at < HOUR);
        if is_left_alone && !reading.full && !reading.allow_shrink {
            outcomes.push(quick.clone());
        }
        // A list that was never accepted may wait, too.
        if !adds_up && !reading.full && !is_old {
            let is_guarded = self.pending.as_ref().is_some_and(|(at, _)| now - at < HOUR);
            if is_guarded && !reading.allow_shrink {
                outcomes.push(self.first_page(watchlist));
                outcomes.push(quick.clone());
            }
            let is_seen_twice =
                |mismatch: &Mismatch| mismatch.count >= 2 && mismatch.declared == watchlist.declared();
            if self.mismatch.as_ref().is_some_and(is_seen_twice) {
                outcomes.push(quick);
            }
        }
        outcomes
    }

    /// After a run in which the list changed when page 1 was read: what was seen is neither the one list nor the other.
    /// It is accepted only when all the pages agree that it is whole, and then it lacks nothing that was there all the
    /// time.
    pub fn mixed(&self, before: &Watchlist, after: &Watchlist, reading: Reading) -> Vec<Self> {
        let (page_one, rest) = (before.entries.iter().take(PAGE), after.entries.iter().skip(PAGE));
        let truth: Films = page_one.chain(rest).copied().collect();
        let seen = self.seeing(truth.iter().copied());
        let is_same = before.declared() == after.declared();
        let shown = u32::try_from(truth.len()).expect("40 at most");
        let shortfall = before.declared().checked_sub(shown).filter(|_| is_same);
        let crawled = Self { crawled: Some(reading.now), ..seen.clone() };
        let old = self.mismatch.as_ref();
        let same = old.filter(|old| shortfall.is_some() && old.shortfall == shortfall);
        let mismatch = Mismatch {
            since: same.map_or(reading.now, |old| old.since),
            shortfall,
            declared: before.declared(),
            count: old.filter(|old| old.declared == before.declared()).map_or(1, |old| old.count + 1),
        };
        let mixed = Self { mismatch: Some(mismatch), ..crawled.clone() };
        let quick = Self { pending: None, mismatch: None, ..seen.clone() };
        let mut outcomes = vec![mixed, crawled, quick, seen, self.first_page(before), self.first_page(after)];
        let stayed = |film: &Film| !after.entries.contains(film) || truth.contains(film);
        // A total below what is shown may be right by chance when the list moves between two pages.
        let is_hidden = before.miscount() < 0 || after.miscount() < 0;
        if is_same && (is_hidden || before.entries.iter().all(stayed)) {
            outcomes.extend(self.crawled(&truth, before.declared(), reading));
        }
        outcomes
    }

    /// All pages were read.
    fn crawled(&self, truth: &Films, declared: u32, reading: Reading) -> Vec<Self> {
        let now = reading.now;
        let seen = Self { crawled: Some(now), unread: None, ..self.seeing(truth.iter().copied()) };
        let shortfall = declared.checked_sub(u32::try_from(truth.len()).expect("40 at most"));
        let before = self.mismatch.as_ref();
        let is_repeated = before.is_some_and(|before| {
            shortfall.is_some() && before.shortfall == shortfall && now - before.since >= HOUR
        });
        let is_remembered = self.accepted.is_some() && shortfall == Some(self.shortfall);
        let is_complete = shortfall == Some(0) || is_remembered || is_repeated;
        let Some(shortfall) = shortfall.filter(|_| is_complete) else {
            let same = before.filter(|before| shortfall.is_some() && before.shortfall == shortfall);
            let mismatch = Mismatch {
                since: same.map_or(now, |before| before.since),
                shortfall,
                declared,
                count: before
                    .filter(|before| before.declared == declared)
                    .map_or(1, |before| before.count + 1),
            };
            return vec![Self { mismatch: Some(mismatch), ..seen }];
        };
        let accepted = Self {
            list: truth.clone(),
            accepted: Some(truth.clone()),
            shortfall,
            pending: None,
            mismatch: None,
            ..seen.clone()
        };
        // "Since the last accepted crawl": of that crawl, or of the list as it grew since.
        let shrank = |base: &Films| {
            let gone = base.difference(truth).count();
            (gone > 5 && gone * 2 > base.len()) || (truth.is_empty() && !base.is_empty())
        };
        let since = shrank(&self.list);
        let from = self.accepted.as_ref().is_some_and(shrank);
        if (!since && !from) || reading.allow_shrink {
            return vec![accepted];
        }
        let gone: Films = self.list.difference(truth).copied().collect();
        let seen = Self { mismatch: None, ..seen };
        let mut outcomes = Vec::new();
        if !(since && from) {
            outcomes.push(accepted.clone());
        }
        let lacks_again = |old: &Films| old.difference(truth).count() * 10 >= old.len() * 9;
        match &self.pending {
            Some((at, old)) if lacks_again(old) && now - at >= HOUR => outcomes.push(accepted),
            Some((at, old)) if lacks_again(old) => {
                outcomes.push(Self { pending: Some((*at, gone)), ..seen.clone() });
                outcomes.push(Self { pending: Some((*at, old.clone())), ..seen });
            }
            _ => outcomes.push(Self { pending: Some((now, gone)), ..seen }),
        }
        outcomes
    }
}
