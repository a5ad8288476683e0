//! The oracle: what happens in the house round by round, and what follows from it for lbjf.

use std::collections::BTreeMap;
use std::fs;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use standins::Request;

use crate::oracle::cases::{Chapter, Round, Run, Start};
use crate::oracle::edits::Edit;
use crate::oracle::house::{DAY, FILMS, Film, HOUR, House, MERGED, NAMES, PAGE, Truth, Who};
use crate::oracle::known::{Access, Known, Own, Requests, Shelf};
use crate::oracle::troubles::{Place, Trap, Trouble};

/// How often something happened.
pub type Tally = BTreeMap<&'static str, usize>;

pub struct Oracle {
    pub house: House,
    /// What may be known of each person's list.
    pub known: [Known; 3],
    pub requests: Requests,
    /// What may be known of each collection's members.
    pub shelves: [Shelf; 3],
    /// The library surely showed lbjf films.
    pub has_shown: bool,
    /// Until then lbjf need not have seen what is in the library: it showed nothing for a while, and was believed.
    pub unseen_until: u32,
    /// When Letterboxd refused lbjf last.
    pub refused_at: Option<u32>,
    /// Whose list was seen to be private.
    pub seen_private: [bool; 3],
    /// How many films were sent to Radarr although it had them, for which there is a reason.
    pub sent_again: usize,
    pub tally: Tally,
    /// What the last run said, for a failing case.
    pub last_words: String,
}

/// A run that ended.
pub struct Ran {
    pub run: Run,
    /// Whose lists it was to read.
    pub chosen: Vec<Who>,
    /// What really went wrong.
    pub trouble: Option<Trouble>,
    /// More failed than questions of what somebody watched.
    hit_more_than_watched: bool,
    /// How much of each list could be read.
    pub access: [Access; 3],
    /// What was so when it began, and when it ended.
    pub was: Truth,
    pub is: Truth,
    /// -1 when it was killed.
    pub code: i32,
    pub said: String,
}

impl Ran {
    /// Where it failed; with `true`, all the time.
    pub fn place(&self) -> Option<(Place, bool)> {
        self.trouble.as_ref().and_then(Trouble::place)
    }

    pub fn is_killed(&self) -> bool {
        matches!(self.trouble, Some(Trouble::Kill { .. }))
    }

    pub fn is_changed(&self) -> bool {
        matches!(self.trouble, Some(Trouble::Meanwhile { .. }))
    }

    /// Did anything go wrong that concerns this collection?
    pub fn is_disturbed(&self, which: usize) -> bool {
        match self.place() {
            Some((Place::LibraryOf(viewer), _)) => self.has_viewer(which, viewer),
            Some((place, _)) => place.is_jellyfin(),
            None => self.is_killed() || self.is_changed(),
        }
    }

    /// Was everything that a library answered in doubt?
    pub fn is_library_doubtful(&self, which: usize, has_shown: bool) -> bool {
        use Place::{Collections, EmptyLibrary, Library, LibraryOf, Members, Users};
        match self.place() {
            Some((Users | Collections | Members | Library, true)) => true,
            Some((LibraryOf(viewer), true)) => self.has_viewer(which, viewer),
            // That nobody watched anything may well be.
            Some((EmptyLibrary, true)) => self.hit_more_than_watched && has_shown,
            _ => false,
        }
    }

    /// Could lbjf not know what this person watched?
    pub fn is_watched_doubtful(&self, who: Who) -> bool {
        use Place::{Collections, Library, LibraryOf, Members, Users};
        match self.place() {
            Some((Users | Collections | Members | Library, true)) => true,
            Some((LibraryOf(viewer), true)) => self.is.people[who].viewer == viewer,
            _ => false,
        }
    }

    fn has_viewer(&self, which: usize, viewer: Who) -> bool {
        self.is.mapped(which).iter().any(|who| self.is.people[*who].viewer == viewer)
    }

    /// Is this collection one that it may change?
    pub fn touches(&self, which: usize) -> bool {
        self.chosen.iter().any(|who| self.is.people[*who].collection == which)
    }
}

impl Oracle {
    pub fn new(start: &Start) -> Self {
        Self {
            house: House::new(start),
            known: Default::default(),
            requests: Requests::default(),
            shelves: Default::default(),
            has_shown: false,
            unseen_until: 0,
            refused_at: None,
            seen_private: [false; 3],
            sent_again: 0,
            tally: Tally::new(),
            last_words: String::new(),
        }
    }

    pub fn note(&mut self, what: &'static str, times: usize) {
        if times > 0 {
            *self.tally.entry(what).or_default() += times;
        }
    }

    pub fn chapter(&mut self, chapter: &Chapter) -> Result<(), String> {
        for (number, round) in chapter.rounds.iter().enumerate() {
            self.round(round).map_err(|fault| format!("round {number}: {fault}"))?;
        }
        self.settle(chapter.add_again).map_err(|fault| format!("when all is well again: {fault}"))
    }

    fn round(&mut self, round: &Round) -> Result<(), String> {
        self.people_do(&round.edits);
        self.house.pass(round.minutes);
        self.run(round.run, round.trouble.as_ref())?;
        let is_whole = !round.run.cleanup && round.run.user.is_none() && !round.run.dry;
        match &round.trouble {
            None if round.again && is_whole => self.run_again(round.run),
            Some(Trouble::Fails { .. }) if round.again => self.run(round.run, round.trouble.as_ref()),
            _ => Ok(()),
        }
    }

    /// Promise 3: a second run changes nothing. What comes late may come: the rest of the films, and a merged one.
    fn run_again(&mut self, first: Run) -> Result<(), String> {
        self.run(Run { allow_shrink: first.allow_shrink, ..Run::default() }, None)?;
        let writes = self.house.world.writes();
        let is_late = self.house.max_adds.is_some() || self.house.truth.is_merged;
        if !writes.is_empty() && !is_late {
            return Err(format!("a second run wrote: {writes:?}"));
        }
        self.note("a second run", 1);
        Ok(())
    }

    /// All troubles end, and enough time passes: then everything must be as it should be, and stay so.
    fn settle(&mut self, add_again: bool) -> Result<(), String> {
        let mut edits: Vec<Edit> = (0..3).map(|who| Edit::Private(who, false)).collect();
        // A total below what is shown is never believed.
        let wrong = (0..3).filter(|who| self.house.truth.people[*who].surplus() < 0);
        edits.extend(wrong.map(|who| Edit::Miscount(who, 0)));
        self.people_do(&edits);
        // Longer than any wait; longer than the doubt about a list; and once more for what failed after that.
        for (number, minutes) in [DAY + HOUR, HOUR + 1, DAY + HOUR].into_iter().enumerate() {
            self.house.pass(minutes);
            self.run(Run { add_again: add_again && number == 0, ..Run::default() }, None)?;
        }
        let mut left = FILMS;
        while self.house.max_adds.is_some() && !self.house.world.writes().is_empty() && left > 0 {
            left -= 1;
            self.run(Run::default(), None)?;
        }
        self.check_settled(add_again)?;
        self.learn_settled();
        self.house.pass(1);
        self.run(Run::default(), None)?;
        let writes = self.house.world.writes();
        if writes.is_empty() { Ok(()) } else { Err(format!("a second run wrote: {writes:?}")) }
    }
}

impl Oracle {
    /// People do these things, in between or in the midst of a run.
    fn people_do(&mut self, edits: &[Edit]) {
        let was = self.house.truth.clone();
        for edit in edits {
            self.house.edit(edit);
        }
        self.house.look();
        let is = &mut self.house.truth;
        self.requests.ever_excluded.extend(&is.excluded);
        for (who, person) in is.people.iter_mut().enumerate() {
            // What stands above a film that lbjf may take for new may look as if it was put on again.
            let is_new = |film: &Film| !self.known[who].sure.contains(film);
            let end = person.list.iter().rposition(is_new).unwrap_or(0);
            let put_on = std::mem::take(&mut person.put_on).into_iter().chain(person.list[..end].to_vec());
            put_on.for_each(|film| {
                self.requests.answered.remove(&(who, film));
            });
            let removed = was.in_radarr.difference(&is.in_radarr).copied();
            let may_be_answered = |film: &Film| self.known[who].perhaps.contains(film) || person.lists(*film);
            self.requests.excused.extend(removed.filter(may_be_answered).map(|film| (who, film)));
        }
        for (which, shelf) in self.shelves.iter_mut().enumerate() {
            let before = was.members(which);
            for film in is.members(which).into_keys().filter(|film| !before.contains_key(film)) {
                // What was there before may have come back before lbjf saw that it was gone.
                shelf.entry(film).and_modify(|own| *own = Own::Perhaps).or_insert(Own::New);
            }
        }
    }

    /// Runs lbjf and looks at what it did.
    fn run(&mut self, run: Run, trouble: Option<&Trouble>) -> Result<(), String> {
        let run = Run { dry: run.dry && trouble.is_none(), ..run };
        let chosen: Vec<Who> = match run.user {
            Some(who) if self.house.truth.people[who].in_config => vec![who],
            _ => (0..3).filter(|who| self.house.truth.people[*who].in_config).collect(),
        };
        let mut args = run.args();
        if run.user.is_some() && chosen.len() == 1 {
            args.extend(["--user", NAMES[chosen[0]]]);
        }
        let was = self.house.truth.clone();
        let trap = Trap::default();
        if let Some(trouble) = trouble {
            trap.set(trouble, &self.house);
        }
        self.house.configure();
        self.house.world.forget_requests();
        let (code, said) = self.lbjf(&args, trouble, &trap);
        self.last_words = format!("{args:?}, exit {code}\n{said}");
        let world = &self.house.world;
        for server in [&world.letterboxd.server, &world.radarr.server, &world.jellyfin.server] {
            server.behave();
        }
        self.house.look();
        let trouble = trouble.filter(|_| trap.has_fired()).cloned();
        let mut ran = Ran {
            run,
            chosen,
            trouble,
            hit_more_than_watched: trap.hit_more_than_watched(),
            access: [Access::None; 3],
            was,
            is: self.house.truth.clone(),
            code,
            said,
        };
        if run.dry {
            let writes = self.house.world.writes();
            self.note("a dry run", 1);
            return if writes.is_empty() { Ok(()) } else { Err(format!("a dry run wrote: {writes:?}")) };
        }
        ran.access = std::array::from_fn(|who| self.access(who, &ran));
        self.learn(&ran);
        self.check(&ran)?;
        self.learn_done(&ran);
        Ok(())
    }

    /// The exit code of lbjf, and what it said; people do something when the moment has come.
    fn lbjf(&mut self, args: &[&str], trouble: Option<&Trouble>, trap: &Trap) -> (i32, String) {
        let said = self.house.world.folder.path().join("said.txt");
        fs::write(&said, "").expect("the folder can be written to");
        let child = || trap.child.lock().unwrap_or_else(PoisonError::into_inner);
        {
            // It must not be killed before it is known.
            let mut child = child();
            *child = Some(self.house.world.spawn(args));
        }
        let code = loop {
            let (has_come, is_over) = &*trap.moment;
            if let Some(Trouble::Meanwhile { what, .. }) = trouble
                && has_come.swap(false, Ordering::SeqCst)
            {
                self.people_do(std::slice::from_ref(what));
                is_over.store(true, Ordering::SeqCst);
            }
            let ended = child().as_mut().and_then(|child| child.try_wait().expect("it is our child"));
            if let Some(status) = ended {
                break status.code().unwrap_or(-1);
            }
            thread::sleep(Duration::from_millis(2));
        };
        if code == -1 {
            let world = &self.house.world;
            for server in [&world.letterboxd.server, &world.radarr.server, &world.jellyfin.server] {
                server.settle();
            }
        }
        (code, fs::read_to_string(&said).expect("lbjf prints text"))
    }

    /// How much of somebody's list could be read?
    fn access(&self, who: Who, ran: &Ran) -> Access {
        let is_asked = self.pages_asked(who) > 0;
        if !is_asked || ran.run.cleanup || ran.is.people[who].private {
            return Access::None;
        }
        let is_long = ran.is.people[who].list.len().max(ran.was.people[who].list.len()) > PAGE;
        match (ran.place(), &ran.trouble) {
            (Some((Place::PageOne(other), true)), _) if other == who => Access::None,
            (_, Some(Trouble::Refuses { who: other, .. })) if *other == who => Access::None,
            (Some((Place::PageTwo(other), true)), _) if other == who && is_long => Access::Part,
            (Some((Place::PageOne(other) | Place::PageTwo(other), false)), _) if other == who => {
                Access::Perhaps
            }
            (_, Some(Trouble::Kill { .. } | Trouble::Refuses { .. })) => Access::Perhaps,
            _ => Access::All,
        }
    }

    /// How many requests there were for pages of this list.
    pub fn pages_asked(&self, who: Who) -> usize {
        let list = format!("/{}/watchlist/", NAMES[who]);
        self.house.world.letterboxd.server.asked("GET", &list).len()
    }

    /// What lbjf may and must know after it has looked.
    fn learn(&mut self, ran: &Ran) {
        let now = self.house.now;
        for who in 0..3 {
            let (was, is) = (&ran.was.people[who], &ran.is.people[who]);
            let access = ran.access[who];
            let is_doubtful = self.known[who].read(was, is, access, now, ran.run.allow_shrink);
            if !is_doubtful {
                let both = |film: Film| was.lists(film) && is.lists(film);
                self.requests.answered.retain(|(other, film)| *other != who || both(*film));
            }
            self.note("a reading in doubt", usize::from(is_doubtful && access != Access::None));
            if access == Access::All {
                let failing = match ran.place() {
                    Some((Place::FilmPage(film), _)) => Some(film),
                    _ => None,
                };
                let sure = self.known[who].sure.iter().copied().filter(|film| Some(*film) != failing);
                self.requests.resolved.extend(sure);
            }
            if ran.run.add_again && ran.chosen.contains(&who) {
                self.requests.answered.retain(|(other, _)| *other != who);
            }
        }
        if matches!(ran.trouble, Some(Trouble::Refuses { .. })) {
            self.refused_at = Some(now);
        }
        let all = self.known.iter().flat_map(|known| &known.perhaps).copied();
        let waits = |film: &Film| match ran.place() {
            Some((Place::FilmPage(other) | Place::RadarrRefuses(other), _)) => other == *film,
            Some((place, _)) => place.is_radarr(),
            _ => matches!(ran.trouble, Some(Trouble::Refuses { .. })),
        };
        let waiting = all.filter(|film| waits(film) || !self.house.is_to_be_had(*film));
        self.requests.waiting.extend(waiting);
        for which in (0..3).filter(|which| ran.touches(*which)) {
            self.meet(which, ran);
        }
    }

    /// lbjf sees who put what into a collection.
    fn meet(&mut self, which: usize, ran: &Ran) {
        let mapped = ran.is.mapped(which);
        let asked = mapped.iter().copied().filter(|who| ran.is.people[*who].remove_watched);
        let asked: Vec<Who> = asked.collect();
        // Where watched films leave for nobody, everybody is asked.
        let asked = if asked.is_empty() { &mapped } else { &asked };
        for (film, own) in &mut self.shelves[which] {
            let is_clear = !ran.is_disturbed(which)
                && !ran.run.cleanup
                && ran.is.is_clear(*film, self.house.now)
                && self.house.now >= self.unseen_until;
            if *own == Own::New {
                *own = match () {
                    () if !is_clear => Own::Perhaps,
                    () if asked.iter().all(|who| ran.is.watched(*who, *film)) => Own::Watched,
                    () if !asked.iter().any(|who| ran.is.watched(*who, *film)) => Own::Unwatched,
                    () => Own::Person,
                };
            }
            let is_listed = mapped.iter().any(|who| self.known[*who].ever_perhaps.contains(film));
            if is_listed && matches!(own, Own::Person | Own::Unwatched) {
                *own = Own::Perhaps;
            }
        }
    }

    /// What follows from what was done.
    fn learn_done(&mut self, ran: &Ran) {
        for which in 0..3 {
            let (was, is) = (ran.was.members(which), ran.is.members(which));
            let asked_for = self.puts(which);
            let is_seen = ran.touches(which) && !ran.is_disturbed(which);
            let owners = &mut self.shelves[which];
            owners.retain(|film, _| is.contains_key(film) || !is_seen);
            for film in is.keys().filter(|film| !was.contains_key(film)) {
                if ran.is.copies_of(*film).any(|copy| asked_for.contains(&copy.id)) {
                    owners.insert(*film, if ran.is_changed() { Own::Perhaps } else { Own::Lbjf });
                }
            }
            let new = is.keys().filter(|film| !was.contains_key(film)).count();
            let gone = was.keys().filter(|film| !is.contains_key(film)).count();
            self.note("put into a collection", new);
            self.note("taken out of a collection", gone);
        }
        let added: Vec<Film> = ran.is.in_radarr.difference(&ran.was.in_radarr).copied().collect();
        self.note("added to Radarr", added.len());
        let is_told =
            !ran.is_killed() && !ran.is_changed() && !ran.place().is_some_and(|(place, _)| place.is_radarr());
        for who in ran.chosen.iter().copied().filter(|_| is_told) {
            let known = added.iter().copied().filter(|film| self.known[who].sure.contains(film));
            self.requests.answered.extend(known.filter(|film| *film != MERGED).map(|film| (who, film)));
        }
        for who in ran.chosen.iter().copied().filter(|who| ran.access[*who] == Access::All) {
            self.seen_private[who] = false;
        }
        for who in 0..3 {
            self.seen_private[who] |=
                ran.is.people[who].private && !ran.run.cleanup && self.pages_asked(who) > 0;
        }
        let shows = ran.is.copies.iter().any(|copy| copy.identified && copy.known_from <= self.house.now);
        if matches!(ran.place(), Some((Place::EmptyLibrary, _))) {
            self.unseen_until = self.house.now + DAY + 1;
        } else if ran.trouble.is_none()
            && shows
            && ran.chosen.len() == ran.is.people.iter().filter(|person| person.in_config).count()
        {
            self.has_shown = true;
        }
        match &ran.trouble {
            Some(Trouble::Kill { .. }) => self.note("a kill", 1),
            Some(Trouble::Refuses { .. }) => self.note("Letterboxd refused", 1),
            Some(Trouble::Meanwhile { .. }) => self.note("a change during a run", 1),
            Some(Trouble::Fails { place, .. }) if place.is_radarr() => self.note("Radarr failed", 1),
            Some(Trouble::Fails { place, .. }) if place.is_jellyfin() => self.note("Jellyfin failed", 1),
            Some(Trouble::Fails { .. }) => self.note("Letterboxd failed", 1),
            None => {}
        }
    }

    /// Now lbjf knows all lists as they are, and has done what it can.
    fn learn_settled(&mut self) {
        let truth = &self.house.truth;
        self.requests.waiting.clear();
        for (who, person) in truth.people.iter().enumerate().filter(|(_, person)| person.in_config) {
            self.known[who].settle(person);
            let there = person.list.iter().copied().filter(|film| truth.in_radarr.contains(film));
            let there = there.filter(|film| House::is_movie(*film) && *film != MERGED);
            self.requests.answered.extend(there.map(|film| (who, film)));
            self.requests.excused.retain(|(other, film)| *other != who || person.lists(*film));
            self.requests.resolved.extend(person.list.iter().copied());
        }
        self.has_shown |= truth.copies.iter().any(|copy| copy.identified);
    }

    /// The items that lbjf asked into a collection.
    pub fn puts(&self, which: usize) -> Vec<String> {
        self.moved("POST", which)
    }

    /// The items that lbjf asked out of a collection.
    pub fn takes(&self, which: usize) -> Vec<String> {
        self.moved("DELETE", which)
    }

    fn moved(&self, method: &str, which: usize) -> Vec<String> {
        let Some(set) = self.house.truth.set(which) else { return Vec::new() };
        let path = format!("/Collections/{}/Items", set.id);
        let is_it = |request: &Request| request.path.replace('-', "").eq_ignore_ascii_case(&path);
        let requests = self.house.world.jellyfin.server.asked(method, "/Collections/").into_iter();
        let ids = requests.filter(is_it).filter_map(|request| request.param("ids"));
        ids.flat_map(|ids| ids.split(',').map(|id| id.replace('-', "").to_lowercase()).collect::<Vec<_>>())
            .collect()
    }
}
