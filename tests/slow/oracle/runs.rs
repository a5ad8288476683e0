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
use crate::oracle::house::{DAY, FILMS, Film, HOUR, House, LISTS, ListNo, NAMES, PAGE, Truth, Who};
use crate::oracle::known::{Access, Known, Own, Requests, Shelf, Wanted, Wishes};
use crate::oracle::troubles::{Place, Trap, Trouble, first_page};

/// How often something happened.
pub type Tally = BTreeMap<&'static str, usize>;

pub struct Oracle {
    pub house: House,
    /// What may be known of each list.
    pub lists: [Known; LISTS],
    /// Who wants which.
    pub wanted: [Wanted; 3],
    /// What follows for each person.
    pub known: [Wishes; 3],
    pub requests: Requests,
    /// What may be known of each collection's members.
    pub shelves: [Shelf; 3],
    /// The library surely showed lbjf films.
    pub has_shown: bool,
    /// Until then lbjf need not have seen what is in the library: it showed nothing for a while, and was believed.
    pub unseen_until: u32,
    /// When Letterboxd refused lbjf last.
    pub refused_at: Option<u32>,
    /// Which list was seen to be private.
    pub seen_private: [bool; LISTS],
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
    pub access: [Access; LISTS],
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

    /// Was everything on this person's lists read that it asked for?
    pub fn is_read(&self, who: Who) -> bool {
        self.is.lists_of(who).iter().all(|list| self.access[*list] == Access::All)
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
            lists: Default::default(),
            wanted: Default::default(),
            known: Default::default(),
            requests: Requests::default(),
            shelves: Default::default(),
            has_shown: false,
            unseen_until: 0,
            refused_at: None,
            seen_private: [false; LISTS],
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
        // What was done before is not in an export of the same minute for lbjf.
        self.house.pass(1);
        let mut edits: Vec<Edit> = (0..5).map(|list| Edit::Private(list, false)).collect();
        edits.extend((0..3).map(Edit::Export));
        edits.extend([3, 4].map(Edit::Follow));
        edits.extend([3, 4].map(|list| Edit::Untold(list, false)));
        // A total below what is shown is never believed.
        let wrong = (0..5).filter(|list| self.house.truth.lists[*list].surplus() < 0);
        edits.extend(wrong.map(|list| Edit::Miscount(list, 0)));
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
        for who in 0..3 {
            // What stands above a film that lbjf may take for new may look as if it was put on again.
            let is_new = |film: &Film| !self.lists[who].sure.contains(film);
            let list = &mut is.lists[who];
            let end = list.films.iter().rposition(is_new).unwrap_or(0);
            let put_on = std::mem::take(&mut list.put_on).into_iter().chain(list.films[..end].to_vec());
            put_on.for_each(|film| {
                self.requests.answered.remove(&(who, film));
            });
            let removed = was.in_radarr.difference(&is.in_radarr).copied();
            let may_be_answered =
                |film: &Film| self.known[who].perhaps.contains(film) || is.lists(who, *film);
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
        for (_, server) in self.house.world.servers() {
            server.behave();
        }
        self.house.look();
        let trouble = trouble.filter(|_| trap.has_fired()).cloned();
        let mut ran = Ran {
            run,
            chosen,
            trouble,
            hit_more_than_watched: trap.hit_more_than_watched(),
            access: [Access::None; LISTS],
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
        ran.access = std::array::from_fn(|list| self.access(list, &ran));
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
            for (_, server) in self.house.world.servers() {
                server.settle();
            }
        }
        (code, fs::read_to_string(&said).expect("lbjf prints text"))
    }

    /// How much of a list could be read?
    fn access(&self, list: ListNo, ran: &Ran) -> Access {
        if ran.is.is_by_export(list) {
            return match &ran.trouble {
                _ if ran.is.export(list).is_none() || ran.run.cleanup || !ran.chosen.contains(&list) => {
                    Access::None
                }
                Some(Trouble::Kill { .. }) => Access::Perhaps,
                _ => Access::All,
            };
        }
        let is_asked = self.pages_asked(list) > 0;
        if !is_asked || ran.run.cleanup || ran.is.is_hidden(list) {
            return Access::None;
        }
        let is_long = list < 3 && ran.is.list(list).films.len().max(ran.was.list(list).films.len()) > PAGE;
        match (ran.place(), &ran.trouble) {
            (Some((Place::PageOne(other), true)), _) if other == list => Access::None,
            (_, Some(Trouble::Refuses { list: other, .. })) if *other == list => Access::None,
            (Some((Place::PageTwo(other), true)), _) if other == list && is_long => Access::Part,
            (Some((Place::PageOne(other) | Place::PageTwo(other), false)), _) if other == list => {
                Access::Perhaps
            }
            (_, Some(Trouble::Kill { .. } | Trouble::Refuses { .. })) => Access::Perhaps,
            _ => Access::All,
        }
    }

    /// How many requests there were for pages of this list.
    pub fn pages_asked(&self, list: ListNo) -> usize {
        self.house.world.letterboxd.server.asked("GET", &first_page(list)).len()
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
