//! What a person can let happen between two runs, a key each.

use std::error::Error;
use std::process::ExitStatus;

use standins::letterboxd::challenge;
use standins::{Fault, Reply, Server, radarr};

use super::films::{film, slug_of};
use super::say;
use super::world::{Download, Trouble, World};

/// A key, and what it does.
struct Key {
    letter: char,
    /// In the list of keys.
    label: &'static str,
    act: Act,
}

enum Act {
    /// Runs lbjf.
    Run(&'static [&'static str]),
    /// Lets something happen, and says what.
    Event(fn(&mut World) -> String),
}
use Act::{Event, Run};

const KEYS: &[Key] = &[
    Key { letter: 's', label: "run `lbjf sync`", act: Run(&["sync"]) },
    Key { letter: 't', label: "show `lbjf status`", act: Run(&["status"]) },
    Key { letter: 'c', label: "check everything: `lbjf status --check`", act: Run(&["status", "--check"]) },
    Key { letter: 'd', label: "let a download finish", act: Event(World::finish_download) },
    Key { letter: 'w', label: "let ada watch a film of her collection", act: Event(World::let_ada_watch) },
    Key { letter: 'a', label: "put a new film on ada's watchlist", act: Event(World::let_ada_add) },
    Key { letter: 'r', label: "take the newest film off ada's watchlist", act: Event(World::let_ada_remove) },
    Key { letter: 'x', label: "delete one of ada's films in Radarr", act: Event(World::delete_in_radarr) },
    Key {
        letter: 'p',
        label: "make grace's watchlist private, or public again",
        act: Event(World::toggle_privacy),
    },
    Key {
        letter: 'b',
        label: "let Letterboxd block this address, or unblock it",
        act: Event(World::toggle_block),
    },
    Key {
        letter: 'i',
        label: "run `lbjf sync --ignore-cool-down`, after a block",
        act: Run(&["sync", "--ignore-cool-down"]),
    },
    Key { letter: '1', label: "break Radarr, or mend it", act: Event(World::toggle_radarr) },
    Key { letter: '2', label: "break Jellyfin, or mend it", act: Event(World::toggle_jellyfin) },
];

/// Prints what the keys do.
pub fn list() {
    say("\nKeys:");
    for Key { letter, label, .. } in KEYS {
        say(&format!("  {letter}  {label}"));
    }
    say("  q  end; so does Ctrl-C");
}

impl World {
    /// Does what the keys say, until `q` or the last of them.
    pub fn obey(&mut self, keys: impl Iterator<Item = char>) -> Result<(), Box<dyn Error>> {
        for letter in keys.map(|letter| letter.to_ascii_lowercase()) {
            match KEYS.iter().find(|key| key.letter == letter) {
                _ if letter == 'q' => break,
                Some(Key { label, act, .. }) => {
                    say(&format!("\n[{letter}] {label}"));
                    match act {
                        Run(args) => self.run_and_tell(args)?,
                        Event(happens) => say(&happens(self)),
                    }
                    say("\nPress a key; ? lists them.");
                }
                None if letter.is_whitespace() => {}
                None => list(),
            }
        }
        Ok(())
    }

    fn run_and_tell(&self, args: &[&str]) -> Result<(), Box<dyn Error>> {
        let status = self.run(args)?;
        if !status.success() {
            say(&format!("\nIt ended with {}.", meaning(status)));
        } else if args[0] == "sync" {
            self.show();
        }
        Ok(())
    }

    /// The newest of a person's films that Radarr looks for.
    fn newest(&self, person: &str) -> Option<radarr::Film> {
        let films = self.radarr.films();
        let of = |slug: String| films.iter().find(|film| slug_of(&film.title) == slug).cloned();
        let is_missing = |film: &radarr::Film| self.item(&slug_of(&film.title)).is_none();
        self.letterboxd.watchlist(person).into_iter().filter_map(of).find(is_missing)
    }

    fn finish_download(&mut self) -> String {
        let Some(film) = self.newest("ada").or_else(|| self.newest("grace")) else {
            return "Radarr looks for nothing that ada or grace want. `a` and then `s` send it something."
                .into();
        };
        self.download(&slug_of(&film.title), &film.title);
        format!(
            "The file of `{}` arrived, and Jellyfin shows it.\n\
             The next sync puts it into the collection of everybody who wants it.",
            film.title
        )
    }

    fn let_ada_watch(&mut self) -> String {
        let collection = self.jellyfin.collections().into_iter().find(|set| set.name == "Ada's watchlist");
        let members = collection.map(|set| set.members).unwrap_or_default();
        let is_new = |film: &&Download| members.contains(&film.item) && !self.watched.contains(&film.item);
        let Some(Download { title, item, .. }) = self.downloaded.iter().find(is_new).cloned() else {
            return "She has watched all of her collection. `d` and then `s` put something into it.".into();
        };
        self.jellyfin.watch("ada", &item, true);
        self.watched.insert(item);
        format!("ada watched `{title}`. The next sync takes it out of her collection, and of no other.")
    }

    fn let_ada_add(&mut self) -> String {
        let new = film(self.next_film);
        self.next_film += 1;
        let (slug, name) = (new.slug.clone(), new.name.clone());
        self.invent(new, &["Comedy"]);
        self.letterboxd.push("ada", &slug);
        format!("ada put `{name}` on her watchlist. The next sync sends it to Radarr.")
    }

    fn let_ada_remove(&mut self) -> String {
        let Some(newest) = self.letterboxd.watchlist("ada").into_iter().next() else {
            return "Her watchlist is empty.".into();
        };
        self.letterboxd.drop_entry("ada", &newest);
        format!(
            "ada took `{newest}` off her watchlist. The next sync takes it out of her collection, if\n\
             it is there, and leaves it in Radarr: lbjf deletes nothing."
        )
    }

    fn delete_in_radarr(&mut self) -> String {
        let Some(film) = self.newest("ada") else {
            return "Radarr has none of ada's films, but those that are downloaded.".into();
        };
        self.radarr.remove(film.tmdb_id);
        format!(
            "`{}` is deleted in Radarr. ada still lists it, and no sync sends it again:\n\
             `lbjf sync --add-again` would.",
            film.title
        )
    }

    fn toggle_privacy(&mut self) -> String {
        let is_private = self.toggle(Trouble::Private);
        self.letterboxd.set_private("grace", is_private);
        if is_private {
            "grace made her watchlist private. The next sync says so; her collection stays as it is.".into()
        } else {
            "grace's watchlist is public again.".into()
        }
    }

    fn toggle_block(&mut self) -> String {
        if self.toggle(Trouble::Blocked) {
            self.letterboxd.server.fail(usize::MAX, |_| true, Fault::Instead(challenge()));
            "Letterboxd challenges whoever asks from this address. The next sync asks once, then leaves it\n\
             alone for a while, and still does what is to be done in Radarr and Jellyfin."
                .into()
        } else {
            self.letterboxd.server.behave();
            "Letterboxd answers again. lbjf still waits for its cool-down to end; `i` does not.".into()
        }
    }

    fn toggle_radarr(&mut self) -> String {
        let is_broken = self.toggle(Trouble::Radarr);
        break_or_mend(&self.radarr.server, is_broken);
        if is_broken {
            "Radarr answers with 502 from now on, as a proxy does whose server is down. A sync that has\n\
             something for it (`a`) does the rest, and ends with 4."
                .into()
        } else {
            "Radarr is well again. The next sync makes up for what was left.".into()
        }
    }

    fn toggle_jellyfin(&mut self) -> String {
        let is_broken = self.toggle(Trouble::Jellyfin);
        break_or_mend(&self.jellyfin.server, is_broken);
        if is_broken {
            "Jellyfin answers with 502 from now on, as a proxy does whose server is down. The next sync\n\
             does the rest, and ends with 4."
                .into()
        } else {
            "Jellyfin is well again. The next sync makes up for what was left.".into()
        }
    }

    /// Begins a trouble, or ends it; is it there now?
    fn toggle(&mut self, trouble: Trouble) -> bool {
        let is_new = self.troubles.insert(trouble);
        if !is_new {
            self.troubles.remove(&trouble);
        }
        is_new
    }
}

fn break_or_mend(server: &Server, is_broken: bool) {
    if is_broken {
        server.fail(usize::MAX, |_| true, Fault::Instead(Reply::empty(502)));
    } else {
        server.behave();
    }
}

/// An exit code in words.
fn meaning(status: ExitStatus) -> String {
    let Some(code) = status.code() else { return status.to_string() };
    let meaning = match code {
        4 => ": something failed that somebody should look at; the rest is done",
        5 => ": another run is under way",
        6 => ": Letterboxd refuses us; the rest is done",
        130 => ": it was stopped",
        _ => "",
    };
    format!("exit code {code}{meaning}")
}
